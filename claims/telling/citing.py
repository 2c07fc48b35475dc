"""The sentence about a statement: who printed what, and who only copied it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from claims.telling import reasons, silences
from claims.telling.tongue import Tongue
from claims.types import Case, Finding, Outcome, Stance, Status

VERBS = {Stance.SUPPORTS: "cited.states", Stance.CONTRADICTS: "cited.denies", Stance.INCONCLUSIVE: "cited.mentions"}


def is_cited(findings: Sequence[Finding]) -> bool:
    return any(one.answer.passage is not None for one in findings)


def reading(finding: Finding, tongue: Tongue) -> str:
    """ "states this (primary record); printed at 09:00 UTC on 15 January 2026; paraphrased, not quoted"."""
    passage = finding.answer.passage
    if passage is None:
        return tongue.say("no_figure")
    rung, at = tongue.say(f"rung.{passage.rung}"), passage.published_at
    printed = tongue.say("cited.printed", at=tongue.calendar(at)) if at else tongue.say("cited.undated")
    other = tongue.say("cited.other_words") if passage.verbatim is False else ""
    return tongue.clauses([tongue.say(VERBS[finding.stance], rung=rung), printed, other])


def reason(case: Case, tongue: Tongue) -> str:
    """One sentence with a full stop."""
    tell = SENTENCES.get(case.outcome)
    return tongue.finish(tell(case, tongue)) if tell else reasons.reason(case, tongue)


def _supported(case: Case, tongue: Tongue) -> str:
    dissent = _deny(case, tongue) if case.contradicting else ""
    asides = [dissent, silences.disagreeing(case.split, tongue)]
    if case.authority:
        return tongue.clauses([tongue.say("cited.record", names=tongue.names([case.authority])), *asides])
    supporting = _who(case.supporting, tongue)
    if case.status is Status.VERIFIED:
        return tongue.clauses([tongue.say("cited.verified", names=supporting), *asides])
    echoes = sorted({one.answer.title for one in case.echoes})
    return tongue.clauses(
        [
            tongue.say("cited.only", len(case.supporting), names=supporting),
            tongue.say("echo", len(echoes), names=tongue.names(echoes)) if echoes else "",
            *asides,
            silences.discounted(case.discounted, case, tongue),
            silences.told(case.abstentions, tongue),
        ]
    )


def _conflicting(case: Case, tongue: Tongue) -> str:
    states = tongue.say("cited.they_state", len(case.supporting), names=_who(case.supporting, tongue))
    return tongue.say("but", account=states, denial=_deny(case, tongue))


def _denied(case: Case, tongue: Tongue) -> str:
    return _deny(case, tongue)


def _deny(case: Case, tongue: Tongue, rest: str = "independent") -> str:
    names = _who(case.contradicting, tongue, rest)
    return tongue.say("cited.they_deny", len(case.contradicting), names=names)


def _insufficient(case: Case, tongue: Tongue) -> str:
    if case.split:
        return tongue.say("disagreeing_only", len(case.split), disagreeing=silences.disagreeing(case.split, tongue))
    printed = [one for one in case.undecided if one.answer.passage is not None]
    if printed:
        return tongue.say("cited.they_mention", len(printed), names=_who(printed, tongue))
    return tongue.say("none_counts", why=silences.discounted(case.discounted, case, tongue))


SENTENCES: Mapping[Outcome, Callable[[Case, Tongue], str]] = {
    Outcome.SUPPORTED: _supported,
    Outcome.CONFLICTING: _conflicting,
    Outcome.REFUTED: _denied,
    Outcome.DOUBTED: _denied,
    Outcome.INSUFFICIENT: _insufficient,
}


def wording(case: Case, tongue: Tongue) -> str:
    """What to print with the claim; "" while nothing can be said."""
    parties = tongue.names([case.authority]) if case.authority else _who(case.supporting, tongue, "other")
    if case.outcome is Outcome.SUPPORTED:
        return tongue.say("cited.according", parties=parties)
    if case.outcome is Outcome.CONFLICTING:
        denial = tongue.say("although", denial=_deny(case, tongue, "other"))
        return tongue.say("cited.according_although", parties=parties, denial=denial)
    if case.outcome in {Outcome.REFUTED, Outcome.DOUBTED}:
        return tongue.say("although", denial=_deny(case, tongue, "other"))
    return reasons.wording(case, tongue)


def _who(findings: Sequence[Finding], tongue: Tongue, rest: str = "independent") -> str:
    return tongue.names([one.answer.title for one in findings], f"{rest}_sources")
