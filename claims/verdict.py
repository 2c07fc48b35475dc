"""Every rule that turns findings into a status is in this file. If a status changes elsewhere, it is a bug.

`rule` judges one inquiry. `settle_status` decides whether a claim that was judged before follows the new ruling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from claims import cases
from claims.consensus import consensus_of
from claims.lifecycle import OVERRIDDEN, Actor, Standing, may_change
from claims.looseness import is_loose
from claims.policy import ARITHMETIC, POLICY, Policy
from claims.types import Answer, Assertion, Case, Finding, Gap, Outcome, Ruling, Stance, Status
from claims.voting import Bench, Tally, seat, tally, without
from sources.errors import NOT_ASKED, RETRYABLE_REASONS
from sources.types import Question, SourceFacts

Verdict = tuple[Outcome, Status]
FLAG_LENGTH = 80  # of the column the flags are stored in


@dataclass(frozen=True, slots=True)
class Count:
    """What the table looks at: S and C, and what else decides.

    only_retryable: nobody said anything, and everyone who was asked may still answer.
    """

    supporting: int
    contradicting: int
    quorum: int
    only_retryable: bool = False
    authority: bool = False
    authority_denies: bool = False
    only_interested: bool = False
    policy: Policy = POLICY

    @property
    def reaches_quorum(self) -> bool:
        """Interested parties count, but never alone."""
        enough = self.supporting >= self.quorum or self.authority
        return bool(self.supporting) and enough and not self.only_interested

    @property
    def outweighs(self) -> bool:
        """What an authority denies about its own figure is not verified by others, however many."""
        return self.supporting >= self.policy.support_ratio * self.contradicting and not self.authority_denies


# First match wins.
TABLE: tuple[tuple[Callable[[Count], bool], Verdict], ...] = (
    (lambda n: not n.supporting and not n.contradicting and n.only_retryable, (Outcome.INCOMPLETE, Status.PENDING)),
    (lambda n: n.outweighs and n.reaches_quorum, (Outcome.SUPPORTED, Status.VERIFIED)),
    (lambda n: n.supporting >= 1 and not n.contradicting, (Outcome.SUPPORTED, Status.SINGLE_SOURCE)),
    (lambda n: n.supporting >= 1 and n.contradicting >= 1, (Outcome.CONFLICTING, Status.RUMOR)),
    (lambda n: n.contradicting >= n.policy.refuting, (Outcome.REFUTED, Status.RUMOR)),
    (lambda n: n.contradicting >= 1, (Outcome.DOUBTED, Status.RUMOR)),
    (lambda n: True, (Outcome.INSUFFICIENT, Status.RUMOR)),
)


def rule(
    assertion: Assertion,
    answers: Iterable[Answer],
    facts: Iterable[SourceFacts],
    *,
    now: datetime,
    gaps: Iterable[Gap] = (),
    publisher: str | None = None,
    policy: Policy = POLICY,
    volatility: Decimal | None = None,
    inconsistent: bool = False,
) -> Ruling:
    """The ruling on one inquiry. The order of answers, facts and gaps does not matter.

    facts: of every source that is known, asked or not. publisher: slug of the source that published the claim.
    volatility: see matching.read. inconsistent: arithmetic between claims found a breach: a flag, no more.
    """
    with localcontext(ARITHMETIC):
        bench = seat(assertion, answers, facts, publisher, policy, volatility)
        count = tally(bench)
        gap = covering_gap(assertion, gaps)
        outcome, status = _before_the_votes(assertion, now, gap) or _decided(bench, count)
        rests_on = () if outcome in FIXED else _rests_on(bench, count, status)
        return _ruling(bench, count, (outcome, status), rests_on, gap, inconsistent)


FIXED = frozenset({Outcome.TOO_EARLY, Outcome.NO_AUTHORITY})


def _before_the_votes(assertion: Assertion, now: datetime, gap: Gap | None) -> Verdict | None:
    if now < assertion.window.end:
        return Outcome.TOO_EARLY, Status.PENDING
    return (Outcome.NO_AUTHORITY, Status.RUMOR) if gap else None


def covering_gap(assertion: Assertion, gaps: Iterable[Gap]) -> Gap | None:
    """The earliest of the information gaps that cover the question of this assertion, None without one."""
    covering = [gap for gap in gaps if covers(gap, assertion.question)]
    return min(covering, key=lambda gap: (gap.since, gap.note), default=None)


def covers(gap: Gap, question: Question) -> bool:
    """Same metric, subject and scope, and the window is of the gap's length and ends while the gap lasts."""
    end, length = question.window.end, question.window.end - question.window.start
    scope = all(question.qualifier(name) == value for name, value in gap.qualifiers.items())
    of_length = gap.window_seconds is None or gap.window_seconds == length.total_seconds()
    lasts = gap.since <= end and (gap.until is None or end <= gap.until)
    return (gap.metric, gap.subject) == (question.metric, question.subject) and scope and of_length and lasts


def _decided(bench: Bench, count: Tally, left_out: str = "") -> Verdict:
    numbers = Count(
        supporting=len(count.supporting),
        contradicting=len(count.contradicting),
        quorum=bench.policy.metrics[bench.assertion.metric].quorum,
        only_retryable=not count.stances and _is_only_retryable(bench, left_out),
        authority=bool(count.authority),
        authority_denies=bool(count.denier),
        only_interested=count.is_only_interested,
        policy=bench.policy,
    )
    return decide(numbers)


def decide(count: Count) -> Verdict:
    """The first row of the table that applies; every status of the product comes from here."""
    return next(verdict for applies, verdict in TABLE if applies(count))


def _is_only_retryable(bench: Bench, left_out: str) -> bool:
    """False when nobody was asked: whoever has no key or does not cover the question will not answer later either."""
    heard = [one for one in bench.answers if bench.voice_by_source[one.source].name != left_out]
    asked = [one for one in heard if one.observation is not None or one.abstention not in NOT_ASKED]
    return bool(asked) and all(one.observation is None and one.abstention in RETRYABLE_REASONS for one in asked)


def _rests_on(bench: Bench, count: Tally, status: Status) -> tuple[str, ...]:
    """The voices without which the same rules would give another status."""
    names = [voice.name for voice in (*count.supporting, *count.contradicting)]
    return tuple(sorted(name for name in names if _decided(bench, without(bench, count, name), name)[1] is not status))


def _ruling(
    bench: Bench, count: Tally, verdict: Verdict, rests_on: tuple[str, ...], gap: Gap | None, inconsistent: bool
) -> Ruling:
    outcome, status = verdict
    case = cases.case_of(bench, count, outcome, status, gap)
    metric = bench.policy.metrics[bench.assertion.metric]
    agreed = consensus_of(_heard(bench, count), bench.voice_of, metric, bench.assertion.window.end)
    return Ruling(
        outcome=outcome,
        status=status,
        case=case,
        asked=len(bench.answers),
        answered=len(bench.answers) - len(bench.abstentions),
        supporting=len(count.supporting),
        contradicting=len(count.contradicting),
        quorum=metric.quorum,
        flags=_flags(bench, count, case, rests_on, inconsistent),
        abstained=dict(sorted(Counter(one.abstention for one in bench.abstentions).items())),
        findings=count.findings,
        voices=count.stances,
        voice_of={one.key: bench.voice_by_source[one.source].name for one in bench.answers},
        consensus_low=agreed.low,
        consensus_high=agreed.high,
        consensus=agreed.value,
        spread=agreed.spread,
        rests_on=rests_on,
        retryable=any(one.abstention in RETRYABLE_REASONS for one in bench.abstentions),
    )


def _heard(bench: Bench, count: Tally) -> list[Finding]:
    """The findings the consensus is made of: those of the supporting voices, or of all when none supports."""
    names = {voice.name for voice in count.supporting}
    counted = [one for one in count.findings if one.counts]
    mine = [one for one in counted if bench.voice_of(one) in names and one.stance is Stance.SUPPORTS]
    return mine or counted


def _flags(bench: Bench, count: Tally, case: Case, rests_on: Sequence[str], inconsistent: bool) -> tuple[str, ...]:
    """Caveats, in a fixed order. `stale` only where the votes that were too old might have mattered."""
    old = any(one.label == "stale" for one in count.findings)
    flags = {
        "lower_bound": case.lower_bound,
        "inconsistent": inconsistent,
        "loose": is_loose(case.assertion, case.region, case.supporting, bench.policy.loose_factor, case.unit),
        "interested_party": case.interested,
        cases.already_flag(bench.assertion.comparator): cases.is_already_beyond(bench, case.supporting),
        "stale": old and case.status is not Status.VERIFIED,
    }
    return (
        *(flag for flag, applies in flags.items() if applies),
        *(f"rests_on:{name}"[:FLAG_LENGTH] for name in rests_on),
    )


@dataclass(frozen=True, slots=True)
class Previous:
    """How a claim stood before a re-check.

    status, outcome, flags: what it shows. found_status, found_outcome: what its newest verdict found, followed or not.
    The flags remember: `overridden` that an editor decided, `was_refuted` that it once showed `refuted`.
    """

    status: Status
    outcome: Outcome | None = None
    flags: tuple[str, ...] = ()
    found_status: Status | None = None
    found_outcome: Outcome | None = None

    @property
    def is_settled(self) -> bool:
        return self.status is not Status.PENDING

    @property
    def is_overridden(self) -> bool:
        return OVERRIDDEN in self.flags

    @property
    def is_refuted(self) -> bool:
        """Until an editor decides; no later outcome makes a machine forget it."""
        return self.outcome is Outcome.REFUTED or WAS_REFUTED in self.flags

    @property
    def memory(self) -> tuple[str, ...]:
        """The flags that outlive a ruling."""
        return (OVERRIDDEN,) if self.is_overridden else (WAS_REFUTED,) if self.is_refuted else ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the claim shows now. confirm: the ruling says something else and waits for a second inquiry that agrees."""

    status: Status
    outcome: Outcome
    flags: tuple[str, ...]
    changed: bool = False
    confirm: bool = False

    @property
    def is_held(self) -> bool:
        return HELD in self.flags


HELD = "held"
WAS_REFUTED = "was_refuted"


def settle_status(previous: Previous | None, ruling: Ruling, *, asked_by_person: bool) -> Decision:
    """Whether the claim follows the ruling, waits for a second inquiry, or is held for an editor."""
    before = previous or Previous(Status.PENDING)
    if ruling.outcome in UNDECIDED and (before.is_settled or before.is_overridden):
        return _stays(before)
    standing = Standing(before.status, before.outcome, before.is_overridden, before.is_refuted)
    if not may_change(standing, ruling.status, Actor.MACHINE):
        return _stays(before, held=True)
    if before.is_settled and not asked_by_person and not _is_confirmed(before, ruling):
        return _stays(before, confirm=True)
    says_so_itself = WAS_REFUTED if ruling.outcome is Outcome.REFUTED else ""
    flags = (*ruling.flags, *(flag for flag in before.memory if flag != says_so_itself))
    return Decision(ruling.status, ruling.outcome, flags, changed=ruling.status is not before.status)


UNDECIDED = frozenset({Outcome.INCOMPLETE, Outcome.TOO_EARLY})


def _is_confirmed(before: Previous, ruling: Ruling) -> bool:
    """The ruling repeats what the claim shows, or what the inquiry before this one found."""
    found_before = before.found_status if before.found_outcome not in UNDECIDED else None
    return ruling.status in {before.status, found_before}


def _stays(before: Previous, *, held: bool = False, confirm: bool = False) -> Decision:
    flags = tuple(flag for flag in before.flags if not (held and flag == HELD)) + ((HELD,) if held else ())
    return Decision(before.status, before.outcome or Outcome.INCOMPLETE, flags, confirm=confirm)
