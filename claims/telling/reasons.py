"""The one sentence that says why a claim carries its mark, and the words to print with it.

A sentence is made from a Case, once for all languages. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from claims.telling import silences
from claims.telling.accounts import (
    account,
    amounts,
    crossing,
    denies,
    gives,
    is_level,
    is_record,
    kinds,
    noun,
    says,
    seen,
    who,
)
from claims.telling.readings import clauses
from claims.telling.tongue import Tongue
from claims.types import Case, Comparator, Outcome, Status
from sources.types import Kind


def reason(case: Case, tongue: Tongue) -> str:
    """One sentence with a full stop."""
    return tongue.finish(SENTENCES[case.outcome](case, tongue))


def _supported(case: Case, tongue: Tongue) -> str:
    return _verified(case, tongue) if case.status is Status.VERIFIED else _single(case, tongue)


def _verified(case: Case, tongue: Tongue) -> str:
    lead = [one for one in case.supporting if one.answer.title == case.authority] or case.supporting
    told = account(lead, case, says, tongue, authority=case.authority)
    dissent = _denial(case, tongue) if case.contradicting else ""
    return tongue.clauses([told, crossing(case, tongue), dissent, _odd(case, tongue)])


def _odd(case: Case, tongue: Tongue) -> str:
    """What was heard and counts for nobody, although it looks like a figure."""
    odd = [one for one in case.discounted if one.label in silences.ODD]
    return tongue.clauses([silences.disagreeing(case.split, tongue), silences.discounted(odd, case, tongue)])


def _single(case: Case, tongue: Tongue) -> str:
    asides = [
        _echo(case, tongue),
        silences.disagreeing(case.split, tongue),
        silences.discounted(case.discounted, case, tongue),
        silences.told(case.abstentions, tongue),
    ]
    return tongue.clauses([*_only(case, tongue), *asides])


def _only(case: Case, tongue: Tongue) -> list[str]:
    """What the one voice says, or several: none of them disinterested, or too few."""
    if len(case.supporting) > 1:
        key = "only_parties" if case.only_interested else "only_these"
        return [tongue.say(key, account=account(case.supporting, case, says, tongue))]
    one = who(case.supporting, case, tongue)
    if is_level(case) or is_record(case):
        return [says(tongue.say("only", who=one), case.supporting, case, tongue), crossing(case, tongue)]
    key = "only_gives" if _is_the_figure(case) else "only_confirms"
    speaking = tongue.say("of_itself") if case.interested else ""
    return [tongue.say(key, who=one, speaking=speaking, amounts=amounts(case.supporting, case, tongue))]


def _is_the_figure(case: Case) -> bool:
    """A floor or "over $100" is confirmed by figures that are not the figure."""
    return case.assertion.comparator in FIGURES and kinds(case.supporting) == {Kind.EXACT}


FIGURES = frozenset({Comparator.EQUALS, Comparator.ABOUT, Comparator.UP, Comparator.DOWN})


def _echo(case: Case, tongue: Tongue) -> str:
    titles = sorted({one.answer.title for one in case.echoes})
    return tongue.say("echo", len(titles), names=tongue.names(titles)) if titles else ""


def _conflicting(case: Case, tongue: Tongue) -> str:
    told = account(case.supporting, case, says, tongue)
    text = tongue.say("but", account=told, denial=_denial(case, tongue))
    return tongue.clauses([text + _slip(case, tongue), _odd(case, tongue)])


def _slip(case: Case, tongue: Tongue) -> str:
    if not case.slip:
        return ""
    if case.slip == "-1":
        return tongue.say("differing_sign")
    return tongue.say("differing_exactly" if case.slip_is_exact else "differing_about", factor=case.slip)


def _refuted(case: Case, tongue: Tongue) -> str:
    return tongue.clauses([_denial(case, tongue) + _needed(case, tongue), _odd(case, tongue)])


def _doubted(case: Case, tongue: Tongue) -> str:
    if case.denier:
        return _refuted(case, tongue)
    denial = denies(tongue.say(f"doubter_{noun(case)}"), case.contradicting, case, tongue)
    text = tongue.say("doubted", who=who(case.contradicting, case, tongue), denial=denial.strip())
    return tongue.clauses([text + _needed(case, tongue), _odd(case, tongue)])


def _denial(case: Case, tongue: Tongue) -> str:
    """The authority first, where one denies the claim."""
    lead = [one for one in case.contradicting if one.answer.title == case.denier]
    others = [one for one in case.contradicting if one not in lead]
    told = [account(lead, case, denies, tongue, authority=case.denier), account(others, case, denies, tongue)]
    return tongue.say("and").join(filter(None, told))


def _needed(case: Case, tongue: Tongue) -> str:
    if is_record(case) or case.region is None:
        return ""
    return tongue.say("needed", bounds=tongue.bounds(case.region, case.unit))


def _insufficient(case: Case, tongue: Tongue) -> str:
    if case.split:
        return tongue.say("disagreeing_only", len(case.split), disagreeing=silences.disagreeing(case.split, tongue))
    if case.undecided:
        return _undecided(case, tongue)
    if case.discounted:
        return tongue.say("none_counts", why=silences.discounted(case.discounted, case, tongue))
    return silences.nobody(case.abstentions, tongue)


def _undecided(case: Case, tongue: Tongue) -> str:
    found = kinds(case.undecided)
    lowest = min((seen(one).value for one in case.undecided), default=Decimal(0))
    if found == {Kind.CEILING} and case.assertion.metric == "position_concentration":
        return tongue.say("no_map", bound=tongue.figure(lowest, case.unit))
    if len(found) == 1 and Kind.EXACT not in found and case.region and None not in (case.region.low, case.region.high):
        key = "only_floors" if Kind.FLOOR in found else "only_ceilings"
        return tongue.say(key, account=account(case.undecided, case, gives, tongue))
    first, others = case.undecided[0], len(case.undecided) - 1
    more = tongue.say("no_clearer", others, others=str(others)) if others else ""
    clause = clauses(first, case, tongue)[0]
    return tongue.say("undecided", name=first.answer.title, clause=clause, more=more)


def _no_authority(case: Case, tongue: Tongue) -> str:
    note = case.gap.note.strip().rstrip("。. ") if case.gap else ""
    return tongue.say("no_authority_because", note=note) if note else tongue.say("no_authority")


def _too_early(case: Case, tongue: Tongue) -> str:
    return tongue.say("too_early", end=tongue.calendar(case.assertion.window.end))


def _incomplete(case: Case, tongue: Tongue) -> str:
    return silences.unanswered(case.abstentions, tongue)


SENTENCES: Mapping[Outcome, Callable[[Case, Tongue], str]] = {
    Outcome.SUPPORTED: _supported,
    Outcome.CONFLICTING: _conflicting,
    Outcome.REFUTED: _refuted,
    Outcome.DOUBTED: _doubted,
    Outcome.INSUFFICIENT: _insufficient,
    Outcome.NO_AUTHORITY: _no_authority,
    Outcome.TOO_EARLY: _too_early,
    Outcome.INCOMPLETE: _incomplete,
}


def wording(case: Case, tongue: Tongue) -> str:
    """What to print with the claim, ready to paste after it; "" while nothing can be said."""
    if case.outcome is Outcome.SUPPORTED:
        return _according(case, tongue)
    if case.outcome is Outcome.CONFLICTING:
        supporting = who(case.supporting, case, tongue, "other")
        return tongue.say("according_although", parties=supporting, denial=_although(case, tongue))
    if case.outcome in {Outcome.REFUTED, Outcome.DOUBTED}:
        return _although(case, tongue)
    return tongue.say(PLAIN_WORDING[case.outcome]) if case.outcome in PLAIN_WORDING else ""


def _according(case: Case, tongue: Tongue) -> str:
    parties = tongue.names([case.authority]) if case.authority else who(case.supporting, case, tongue, "other")
    speaking = tongue.say("speaking_of_itself") if case.interested and len(case.supporting) == 1 else ""
    caveat = tongue.say("lower_bound") if case.lower_bound else ""
    return tongue.say("according", parties=parties, speaking=speaking, caveat=caveat)


def _although(case: Case, tongue: Tongue) -> str:
    return tongue.say("although", denial=account(case.contradicting, case, denies, tongue, "other"))


PLAIN_WORDING: Mapping[Outcome, str] = {
    Outcome.INSUFFICIENT: "unconfirmed",
    Outcome.NO_AUTHORITY: "unpublished",
}
