"""From findings to voices: who stands on which side. Each voice has one vote. No status is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claims import anomalies
from claims.matching import read, region_of
from claims.policy import Policy
from claims.types import Answer, Assertion, Comparator, Finding, Stance
from sources.independence import Voice, voices
from sources.types import Lineage, SourceFacts

SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Bench:
    """All answers of one inquiry, read and seated. Findings are in the order of their sources, whatever came first."""

    assertion: Assertion
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    voice_by_source: Mapping[str, Voice]
    policy: Policy

    def voice_of(self, finding: Finding) -> str:
        return self.voice_by_source[finding.answer.source].name

    @property
    def abstentions(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.observation is None)


@dataclass(frozen=True, slots=True)
class Tally:
    """stances: voice name -> stance, for voices that observed something.

    authority, denier: slugs of the authorities that support and deny, "" when none does.
    """

    findings: tuple[Finding, ...]
    stances: Mapping[str, str]
    supporting: tuple[Voice, ...]
    contradicting: tuple[Voice, ...]
    authority: str = ""
    denier: str = ""

    @property
    def is_only_interested(self) -> bool:
        return all(voice.interested for voice in self.supporting)


def seat(
    assertion: Assertion,
    answers: Iterable[Answer],
    facts: Iterable[SourceFacts],
    publisher: str | None,
    policy: Policy,
    volatility: Decimal | None,
) -> Bench:
    """Reads every observation and labels what may not vote because of who said it."""
    ordered = tuple(sorted(answers, key=lambda answer: (answer.source, answer.key)))
    known = _with_strangers(facts, ordered, publisher)
    question = assertion.question
    houses = voices(known, question.metric, question.subject)
    by_source = {slug: voice for voice in houses for slug in voice.members}
    region = None if assertion.comparator is Comparator.STATES else region_of(assertion, policy)
    about: dict[str, Any] = {"policy": policy, "volatility": volatility, "region": region}
    read_ones = [read(assertion, one, **about) for one in ordered if one.observation]
    publishers = by_source[publisher].members if publisher else ()
    classified = {fact.slug for fact in known if fact.lineage.owner.strip()}
    findings = anomalies.by_standing(read_ones, publishers, classified)
    return Bench(assertion, ordered, findings, by_source, policy)


def _with_strangers(
    facts: Iterable[SourceFacts], answers: Sequence[Answer], publisher: str | None
) -> tuple[SourceFacts, ...]:
    """The facts, and an unclassified entry for everyone nobody gave facts about."""
    known = tuple(facts)
    titles = {answer.source: answer.title for answer in answers} | ({publisher: publisher} if publisher else {})
    missing = sorted(set(titles) - {fact.slug for fact in known})
    return known + tuple(SourceFacts(slug, titles[slug], Lineage(owner="", read="")) for slug in missing)


def tally(bench: Bench, without: str = "") -> Tally:
    """The sides; `without`: the name of a voice to leave out, as if it had not been asked."""
    heard = [one for one in bench.findings if bench.voice_of(one) != without]
    houses = {voice.name: voice for voice in bench.voice_by_source.values()}
    authorities = {slug for voice in houses.values() for slug in voice.authority}
    findings = anomalies.by_value(heard, bench.assertion.metric, bench.voice_of, authorities, bench.policy)
    stances = _stances(findings, bench)
    sides = {side: tuple(houses[name] for name in sorted(stances) if stances[name] == side) for side in Stance}
    return _tallied(findings, stances, sides[Stance.SUPPORTS], sides[Stance.CONTRADICTS])


def without(bench: Bench, count: Tally, name: str) -> Tally:
    """The tally had this voice not been asked. Where no value stands out, nobody else's vote depends on it."""
    if not anomalies.is_plain(bench.findings):
        return tally(bench, name)
    findings = tuple(one for one in count.findings if bench.voice_of(one) != name)
    stances = {other: stance for other, stance in count.stances.items() if other != name}
    return _tallied(
        findings,
        stances,
        tuple(voice for voice in count.supporting if voice.name != name),
        tuple(voice for voice in count.contradicting if voice.name != name),
    )


def _tallied(
    findings: tuple[Finding, ...],
    stances: Mapping[str, str],
    supporting: tuple[Voice, ...],
    contradicting: tuple[Voice, ...],
) -> Tally:
    authority = _authority(findings, supporting, Stance.SUPPORTS)
    denier = _authority(findings, contradicting, Stance.CONTRADICTS)
    return Tally(findings, stances, supporting, contradicting, authority=authority, denier=denier)


def _stances(findings: Sequence[Finding], bench: Bench) -> dict[str, str]:
    found: dict[str, set[Stance]] = {}
    for one in findings:
        found.setdefault(bench.voice_of(one), set()).update({one.stance} if one.counts else ())
    return {name: _stance(found[name]) for name in sorted(found)}


def _stance(found: set[Stance]) -> str:
    """A voice whose members disagree counts for neither side."""
    if {Stance.SUPPORTS, Stance.CONTRADICTS} <= found:
        return SPLIT
    decided = found - {Stance.INCONCLUSIVE}
    return decided.pop().value if decided else Stance.INCONCLUSIVE.value


def _authority(findings: Sequence[Finding], side: Sequence[Voice], stance: Stance) -> str:
    """A member of these voices whose own word is the fact and who says so itself. Nobody is that about itself."""
    members = {slug for voice in side if not voice.interested for slug in voice.authority}
    if not members:
        return ""
    saying = [one.answer.source for one in findings if one.counts and one.stance is stance]
    return next((slug for slug in saying if slug in members), "")
