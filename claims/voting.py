"""From findings to voices: who stands on which side. Each voice has one vote. No status is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from claims import anomalies
from claims.houses import Houses, Register
from claims.matching import Lens, lens_of, read_with
from claims.policy import Policy
from claims.types import Answer, Assertion, Finding, Stance
from claims.venues import OTHER_VENUES, excused
from claims.volatility import volatility_of
from sources.independence import Voice
from sources.likeness import alike
from sources.metrics import Metric
from sources.types import Rung, Says

SPLIT = "split"
SUPPORTS, CONTRADICTS, INCONCLUSIVE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Bench:
    """All answers of one inquiry, read and seated. Findings are in the order of their sources, whatever came first."""

    lens: Lens
    answers: tuple[Answer, ...]
    abstentions: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    houses: Houses

    @property
    def assertion(self) -> Assertion:
        return self.lens.assertion

    @property
    def metric(self) -> Metric:
        return self.lens.metric

    @property
    def policy(self) -> Policy:
        return self.lens.policy

    def voice_of(self, finding: Finding) -> str:
        return self.houses.name_of[finding.answer.source]


Counted = tuple[Finding, str]  # a finding that may vote, and the name of its voice


@dataclass(frozen=True, slots=True)
class Said:
    """The findings by stance, each with the name of its voice, in their order; discounted: those that may not vote."""

    supporting: list[Counted]
    contradicting: list[Counted]
    undecided: list[Counted]
    discounted: list[Finding]


@dataclass(frozen=True, slots=True)
class Tally:
    """stances: voice name -> stance, for voices that observed something, sorted.

    authorities, deniers: slugs of those whose own word is the fact and who support or deny, in the order of findings.
    witnesses: voices without which another voice's value might be labelled otherwise.
    excused: voices that disagree and are no contradiction, because their totals cover other venues.
    """

    findings: tuple[Finding, ...]
    said: Said
    stances: Mapping[str, str]
    supporting: tuple[Voice, ...]
    contradicting: tuple[Voice, ...]
    authorities: tuple[str, ...] = ()
    deniers: tuple[str, ...] = ()
    witnesses: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()

    @property
    def authority(self) -> str:
        return self.authorities[0] if self.authorities else ""

    @property
    def denier(self) -> str:
        return self.deniers[0] if self.deniers else ""


def seat(
    assertion: Assertion,
    answers: Iterable[Answer],
    register: Register,
    publisher: str | None,
    policy: Policy,
    volatility: Decimal | None,
) -> Bench:
    """Reads every observation and labels what may not vote because of who said it."""
    ordered = tuple(sorted(answers, key=_place))
    question = assertion.question
    copies = _copies(ordered, question.qualifier("words") or "")
    houses = register.houses(question.metric, question.subject, ordered, publisher, copies)
    if volatility is None and policy.metrics[question.metric].window is None:
        volatility = volatility_of(ordered, houses.name_of)
    lens = lens_of(assertion, policy, volatility)
    read_ones = [read_with(lens, one) for one in ordered if not one.is_silent]
    publishers = houses.voice_of[publisher].members if publisher else ()
    findings = tuple(read_ones)
    if publishers or not houses.all_classified:
        findings = anomalies.by_standing(read_ones, publishers, houses.classified)
    return Bench(lens, ordered, tuple([one for one in ordered if one.is_silent]), findings, houses)


def _place(answer: Answer) -> tuple[str, str]:
    return answer.source, answer.key


def _copies(answers: Sequence[Answer], quoted: str) -> tuple[tuple[str, ...], ...]:
    """Publishers of near-identical passages: one voice for this question, whoever printed them.

    Nobody joins a voice by printing its text turned into the opposite: that would silence whoever wrote it.
    """
    passages = {one.key: (one.source, one.passage) for one in answers if one.passage is not None}
    if len(passages) < 2:
        return ()
    says = {(source, passage.says) for source, passage in passages.values()}
    torn = {source for source, _ in says if {(source, Says.SUPPORTS), (source, Says.DENIES)} <= says}
    groups: list[tuple[str, ...]] = []
    for side in ({Says.SUPPORTS, Says.MENTIONS}, {Says.DENIES}):
        texts = {key: one.text for key, (source, one) in passages.items() if one.says in side and source not in torn}
        groups += alike(texts, quoted)
    return tuple(sorted(tuple(sorted({passages[key][0] for key in group})) for group in groups))


def tally(bench: Bench, without: str = "") -> Tally:
    """The sides; `without`: the name of a voice to leave out, as if it had not been asked."""
    houses, heard = bench.houses, bench.findings
    if without:
        heard = tuple(one for one in heard if bench.voice_of(one) != without)
    names = [houses.name_of[one.answer.source] for one in heard]
    findings, witnesses = anomalies.by_value(heard, names, bench.metric.name, houses.authorities, bench.policy)
    findings, needed = excused(findings, names, bench.metric.name)
    witnesses |= needed
    said, stances = _sides(findings, names)
    if houses.authorities or bench.lens.region is None:
        stances |= _own_words(said, houses)
    aside = frozenset(
        name
        for one, name in zip(findings, names, strict=True)
        if one.label == OTHER_VENUES and stances[name] is INCONCLUSIVE
    )
    supporting = tuple([houses.voices[name] for name, stance in stances.items() if stance is SUPPORTS])
    contradicting = tuple([houses.voices[name] for name, stance in stances.items() if stance is CONTRADICTS])
    if not houses.authorities and bench.lens.region is not None:
        return Tally(findings, said, stances, supporting, contradicting, (), (), witnesses, aside)
    authorities = _authorities(said.supporting, supporting)
    deniers = _authorities(said.contradicting, contradicting)
    return Tally(findings, said, stances, supporting, contradicting, authorities, deniers, witnesses, aside)


def _sides(findings: Sequence[Finding], names: Sequence[str]) -> tuple[Said, dict[str, str]]:
    """Who said what, and the stance of each voice. A voice whose members disagree counts for neither side."""
    said = Said([], [], [], [])
    sides = {SUPPORTS: said.supporting, CONTRADICTS: said.contradicting, INCONCLUSIVE: said.undecided}
    found: dict[str, str] = {}
    for one, name in zip(findings, names, strict=True):
        stance = INCONCLUSIVE
        if one.counts:
            stance = one.stance
            sides[stance].append((one, name))
        else:
            said.discounted.append(one)
        before = found.get(name, stance)
        found[name] = stance if before is stance else _joined(before, stance)
    return said, {name: found[name] for name in sorted(found)}


def _own_words(said: Said, houses: Houses) -> dict[str, str]:
    """The stance of the voices in which one sets the fact: its own word is theirs, whatever those who pass it on say.

    Who contradicts its own word stays split.
    """
    found: dict[str, set[str]] = {}
    for stance, side in ((SUPPORTS, said.supporting), (CONTRADICTS, said.contradicting)):
        for one, name in side:
            if _sets_the_fact(one.answer, houses.voices[name]):
                found.setdefault(name, set()).add(stance)
    return {name: stances.pop() for name, stances in found.items() if len(stances) == 1}


def _joined(one: str, other: str) -> str:
    """Of two that differ: an undecided member takes the side of its house, two sides split it."""
    if one is INCONCLUSIVE:
        return other
    return one if other is INCONCLUSIVE else SPLIT


def _authorities(said: Sequence[Counted], side: Sequence[Voice]) -> tuple[str, ...]:
    """Members of these voices whose own word is the fact and who say so themselves. Nobody is that about itself.

    Whoever prints a primary record is one for what stands in it; a copy of it elsewhere stays on its own rung.
    """
    heard = {voice.name: voice for voice in side}
    found = [one.answer for one, name in said if name in heard and _sets_the_fact(one.answer, heard[name])]
    return tuple(dict.fromkeys(one.source for one in found))


def _sets_the_fact(answer: Answer, voice: Voice) -> bool:
    return not voice.interested and (answer.source in voice.authority or _is_record(answer))


def _is_record(answer: Answer) -> bool:
    return answer.passage is not None and answer.passage.rung is Rung.PRIMARY_RECORD
