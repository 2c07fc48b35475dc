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
from sources.independence import Voice
from sources.metrics import Metric

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
    """

    findings: tuple[Finding, ...]
    said: Said
    stances: Mapping[str, str]
    supporting: tuple[Voice, ...]
    contradicting: tuple[Voice, ...]
    authorities: tuple[str, ...] = ()
    deniers: tuple[str, ...] = ()
    witnesses: frozenset[str] = frozenset()

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
    houses = register.houses(question.metric, question.subject, ordered, publisher)
    lens = lens_of(assertion, policy, volatility)
    read_ones = [read_with(lens, one) for one in ordered if one.observation is not None]
    publishers = houses.voice_of[publisher].members if publisher else ()
    findings = tuple(read_ones)
    if publishers or not houses.all_classified:
        findings = anomalies.by_standing(read_ones, publishers, houses.classified)
    return Bench(lens, ordered, tuple(one for one in ordered if one.observation is None), findings, houses)


def _place(answer: Answer) -> tuple[str, str]:
    return answer.source, answer.key


def tally(bench: Bench, without: str = "") -> Tally:
    """The sides; `without`: the name of a voice to leave out, as if it had not been asked."""
    houses, heard = bench.houses, bench.findings
    if without:
        heard = tuple(one for one in heard if bench.voice_of(one) != without)
    names = [houses.name_of[one.answer.source] for one in heard]
    findings, witnesses = anomalies.by_value(heard, names, bench.assertion.metric, houses.authorities, bench.policy)
    said, stances = _sides(findings, names)
    supporting = tuple([houses.voices[name] for name, stance in stances.items() if stance is SUPPORTS])
    contradicting = tuple([houses.voices[name] for name, stance in stances.items() if stance is CONTRADICTS])
    if not houses.authorities:
        return Tally(findings, said, stances, supporting, contradicting, (), (), witnesses)
    authorities = _authorities(said.supporting, supporting)
    deniers = _authorities(said.contradicting, contradicting)
    return Tally(findings, said, stances, supporting, contradicting, authorities, deniers, witnesses)


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


def _joined(one: str, other: str) -> str:
    """Of two that differ: an undecided member takes the side of its house, two sides split it."""
    if one is INCONCLUSIVE:
        return other
    return one if other is INCONCLUSIVE else SPLIT


def _authorities(said: Sequence[Counted], side: Sequence[Voice]) -> tuple[str, ...]:
    """Members of these voices whose own word is the fact and who say so themselves. Nobody is that about itself."""
    members = {slug for voice in side if not voice.interested for slug in voice.authority}
    return tuple(dict.fromkeys(one.answer.source for one, _ in said if one.answer.source in members))
