"""Every rule that turns findings into a status is in this file. If a status changes elsewhere, it is a bug.

`rule` judges one inquiry. `settle_status` decides whether a claim that was judged before follows the new ruling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from claims.cases import case_of
from claims.consensus import consensus_of
from claims.flags import flags_of
from claims.houses import Register, registered
from claims.lifecycle import OVERRIDDEN, Actor, Standing, may_change
from claims.policy import ARITHMETIC, POLICY, Policy
from claims.types import Answer, Assertion, Gap, Outcome, Ruling, Stance, Status
from claims.voting import Bench, Tally, seat, tally
from sources.errors import NOT_ASKED, RETRYABLE_REASONS
from sources.independence import Voice
from sources.types import Observation, Question, SourceFacts

Verdict = tuple[Outcome, Status]
SUPPORTS, CONTRADICTS = Stance.SUPPORTS, Stance.CONTRADICTS


@dataclass(frozen=True, slots=True)
class Count:
    """What the table looks at: S and C, and what else decides.

    only_retryable: nobody said anything, and everyone who was asked may still answer.
    excused: voices that disagree and whose totals cover other venues.
    """

    supporting: int
    contradicting: int
    quorum: int
    only_retryable: bool = False
    authority: bool = False
    authority_denies: bool = False
    only_interested: bool = False
    excused: int = 0
    policy: Policy = POLICY

    @property
    def reaches_quorum(self) -> bool:
        """Interested parties count, but never alone; voices that disagree about other venues must not outnumber it."""
        more = self.supporting > self.contradicting + self.excused
        enough = (self.supporting >= self.quorum and more) or self.authority
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
    facts: Iterable[SourceFacts] | Register,
    *,
    now: datetime,
    gaps: Iterable[Gap] = (),
    publisher: str | None = None,
    policy: Policy = POLICY,
    volatility: Decimal | None = None,
    inconsistent: bool = False,
) -> Ruling:
    """The ruling on one inquiry. The order of answers, facts and gaps does not matter.

    facts: of every source that is known, asked or not; a Register of them where many rulings share it.
    publisher: slug of the source that published the claim. volatility: see matching.read.
    inconsistent: arithmetic between claims found a breach; a flag, no vote.
    """
    register = facts if isinstance(facts, Register) else registered(tuple(facts))
    with localcontext(ARITHMETIC):
        bench = seat(assertion, answers, register, publisher, policy, volatility)
        count = tally(bench)
        gap = covering_gap(assertion, gaps) if gaps else None
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
    return decide(
        Count(
            supporting=len(count.supporting),
            contradicting=len(count.contradicting),
            quorum=bench.metric.quorum,
            only_retryable=not count.stances and _is_only_retryable(bench, left_out),
            authority=bool(count.authorities),
            authority_denies=bool(count.deniers),
            only_interested=all(voice.interested for voice in count.supporting),
            excused=len(count.excused),
            policy=bench.policy,
        )
    )


def decide(count: Count) -> Verdict:
    """The first row of the table that applies; every status of the product comes from here."""
    return next(verdict for applies, verdict in TABLE if applies(count))


def _is_only_retryable(bench: Bench, left_out: str) -> bool:
    """False when nobody was asked: whoever has no key or does not cover the question will not answer later either."""
    heard = [one for one in bench.answers if bench.houses.name_of[one.source] != left_out]
    asked = [one for one in heard if not one.is_silent or one.abstention not in NOT_ASKED]
    return bool(asked) and all(one.is_silent and one.abstention in RETRYABLE_REASONS for one in asked)


def _rests_on(bench: Bench, count: Tally, status: Status) -> tuple[str, ...]:
    """The voices without which the same rules would give another status, by name.

    Where nobody's label hangs on the voice, its loss is counted; voices that weigh the same are counted once.
    """
    found: list[str] = []
    known: dict[object, Verdict] = {}
    ruling = (*count.authorities, *count.deniers)  # whose own word is the fact
    for name, stance in count.stances.items():
        voice = bench.houses.voices[name]
        if name in count.witnesses:
            verdict = _decided(bench, tally(bench, name), name)
        else:
            apart = name in count.excused
            weight = stance, apart, voice.interested, ruling and tuple(one for one in ruling if one in voice.members)
            verdict = known.get(weight) or known.setdefault(weight, _decided_without(bench, count, voice, stance))
        if verdict[1] is not status:
            found.append(name)
    return tuple(found)


def _decided_without(bench: Bench, count: Tally, voice: Voice, stance: str) -> Verdict:
    """By counting: nobody else's vote depends on this voice."""
    others = [one for one in count.supporting if one is not voice]
    return decide(
        Count(
            supporting=len(others),
            contradicting=len(count.contradicting) - (stance is CONTRADICTS),
            quorum=bench.metric.quorum,
            only_retryable=len(count.stances) == 1 and _is_only_retryable(bench, voice.name),
            authority=any(slug not in voice.members for slug in count.authorities),
            authority_denies=any(slug not in voice.members for slug in count.deniers),
            only_interested=all(one.interested for one in others),
            excused=len(count.excused - {voice.name}),
            policy=bench.policy,
        )
    )


def _ruling(
    bench: Bench, count: Tally, verdict: Verdict, rests_on: tuple[str, ...], gap: Gap | None, inconsistent: bool
) -> Ruling:
    outcome, status = verdict
    case = case_of(bench, count, outcome, status, gap)
    seen, names = _heard(count)
    agreed = consensus_of(seen, names, bench.metric, bench.assertion.window.end)
    name_of = bench.houses.name_of
    return Ruling(
        outcome=outcome,
        status=status,
        case=case,
        asked=len(bench.answers),
        answered=len(bench.answers) - len(bench.abstentions),
        supporting=len(count.supporting),
        contradicting=len(count.contradicting),
        quorum=bench.metric.quorum,
        flags=flags_of(bench, count, case, rests_on, inconsistent),
        abstained=dict(sorted(Counter(one.abstention for one in bench.abstentions).items())),
        findings=count.findings,
        voices=count.stances,
        voice_of={one.key: name_of[one.source] for one in bench.answers},
        consensus_low=agreed.low,
        consensus_high=agreed.high,
        consensus=agreed.value,
        spread=agreed.spread,
        rests_on=rests_on,
        retryable=any(one.abstention in RETRYABLE_REASONS for one in bench.abstentions),
    )


def _heard(count: Tally) -> tuple[list[Observation], list[str]]:
    """The observations the consensus is made of, with their voices: what supporting ones say, else all that counts."""
    said, stances = count.said, count.stances
    chosen = [pair for pair in said.supporting if stances[pair[1]] is SUPPORTS]
    pairs = chosen or [*said.contradicting, *said.undecided, *said.supporting]
    seen = [one.answer.observation for one, _ in pairs if one.answer.observation is not None]
    return seen, [name for one, name in pairs if one.answer.observation is not None]


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
