"""The one sentence that says why a claim carries its mark, and the words to print with it. English only.

A sentence is made from a Case. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from claims import silences
from claims.accounts import (
    account,
    amounts,
    crossing,
    denies,
    gives,
    is_level,
    is_record,
    kinds,
    says,
    seen,
    who,
)
from claims.figures import calendar, figure, names
from claims.readings import bounds, reading
from claims.types import Case, Comparator, Outcome, Status
from sources.types import Kind


def reason(case: Case) -> str:
    """One sentence with a full stop."""
    text = SENTENCES[case.outcome](case)
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _supported(case: Case) -> str:
    return _verified(case) if case.status is Status.VERIFIED else _single(case)


def _verified(case: Case) -> str:
    lead = [one for one in case.supporting if one.answer.title == case.authority] or case.supporting
    text = account(lead, case, says, authority=case.authority) + crossing(case)
    dissent = _denial(case) if case.contradicting else ""
    return "; ".join(filter(None, [text, dissent, _odd(case)]))


def _odd(case: Case) -> str:
    """What was heard and counts for nobody, although it looks like a figure."""
    slips = silences.discounted([one for one in case.discounted if one.label in silences.ODD])
    return "; ".join(filter(None, [silences.disagreeing(case.split), slips]))


def _single(case: Case) -> str:
    one, alone = who(case.supporting, case), len(case.supporting) == 1
    disagreeing = silences.disagreeing(case.split)
    asides = [_echo(case), disagreeing, silences.discounted(case.discounted), silences.told(case.abstentions)]
    if not alone:
        text = f"only parties with an interest in it confirm this: {account(case.supporting, case, says)}"
    elif is_level(case) or is_record(case):
        text = f"only {one} {says(case.supporting, case)}{crossing(case)}"
    else:
        speaking = ", speaking about itself," if case.interested else ""
        text = f"only {one}{speaking} {_confirms(case)} ({amounts(case.supporting, case)})"
    return "; ".join(filter(None, [text, *asides]))


def _confirms(case: Case) -> str:
    """A floor or "over $100" is confirmed by figures that are not the figure."""
    is_figure = case.assertion.comparator in FIGURES and kinds(case.supporting) == {Kind.EXACT}
    return "gives this figure" if is_figure else "confirms this"


FIGURES = frozenset({Comparator.EQUALS, Comparator.ABOUT, Comparator.UP, Comparator.DOWN})


def _echo(case: Case) -> str:
    titles = sorted({one.answer.title for one in case.echoes})
    if not titles:
        return ""
    return f"{names(titles)} {'counts' if len(titles) == 1 else 'count'} as the same voice"


def _conflicting(case: Case) -> str:
    text = f"{account(case.supporting, case, says)}, but {_denial(case)}"
    if case.slip:
        degree = "exactly" if case.slip_is_exact else "about"
        by, other = ("in sign only", "sign") if case.slip == "-1" else (f"by {degree} {case.slip}", "unit")
        text += f", differing {by}: one of them probably uses another {other}"
    return "; ".join(filter(None, [text, _odd(case)]))


def _refuted(case: Case) -> str:
    return "; ".join(filter(None, [f"{_denial(case)}{_needed(case)}", _odd(case)]))


def _doubted(case: Case) -> str:
    if case.denier:
        return _refuted(case)
    denial = f"{denies(case.contradicting, case)}{_needed(case)}"
    text = f"only {who(case.contradicting, case)} could decide this and {denial}"
    return "; ".join(filter(None, [text, _odd(case)]))


def _denial(case: Case) -> str:
    """The authority first, where one denies the claim."""
    lead = [one for one in case.contradicting if one.answer.title == case.denier]
    others = [one for one in case.contradicting if one not in lead]
    accounts = [account(lead, case, denies, authority=case.denier) if lead else ""]
    accounts.append(account(others, case, denies) if others else "")
    return " and ".join(filter(None, accounts))


def _needed(case: Case) -> str:
    if is_record(case) or case.region is None:
        return ""
    return f", while the claim needs {bounds(case.region, case.unit)}"


def _insufficient(case: Case) -> str:
    if case.split:
        return f"{silences.disagreeing(case.split)}, so it counts for nobody"
    if case.undecided:
        return _undecided(case)
    if case.discounted:
        return f"nothing that was found may count: {silences.discounted(case.discounted)}"
    return silences.nobody(case.abstentions)


def _undecided(case: Case) -> str:
    found = kinds(case.undecided)
    lowest = min((seen(one).value for one in case.undecided), default=Decimal(0))
    if found == {Kind.CEILING} and case.assertion.metric == "position_concentration":
        bound = figure(lowest, case.unit)
        return f"no source that was asked maps these positions; total open interest of {bound} is only a ceiling"
    if len(found) == 1 and Kind.EXACT not in found and case.region and None not in (case.region.low, case.region.high):
        lesson = "a floor cannot confirm an exact figure" if Kind.FLOOR in found else "a ceiling only bounds it"
        text = account(case.undecided, case, gives)
        return f"no source gives this figure itself; {text}: {lesson}"
    first, others = case.undecided[0], len(case.undecided) - 1
    more = f", and {others} more {'source is' if others == 1 else 'sources are'} no clearer" if others else ""
    clause = reading(first, case).split(";")[0]
    return f"nothing found decides this: from {first.answer.title}, {clause}{more}"


def _no_authority(case: Case) -> str:
    note = case.gap.note.strip() if case.gap else ""
    return f"nobody publishes an authoritative figure for this{f': {note}' if note else ''}"


def _too_early(case: Case) -> str:
    return f"the period does not end before {calendar(case.assertion.window.end)}, so nothing is decided yet"


def _incomplete(case: Case) -> str:
    return silences.unanswered(case.abstentions)


SENTENCES: Mapping[Outcome, Callable[[Case], str]] = {
    Outcome.SUPPORTED: _supported,
    Outcome.CONFLICTING: _conflicting,
    Outcome.REFUTED: _refuted,
    Outcome.DOUBTED: _doubted,
    Outcome.INSUFFICIENT: _insufficient,
    Outcome.NO_AUTHORITY: _no_authority,
    Outcome.TOO_EARLY: _too_early,
    Outcome.INCOMPLETE: _incomplete,
}


def wording(case: Case) -> str:
    """What to print with the claim, ready to paste after it; "" while nothing can be said."""
    if case.outcome is Outcome.SUPPORTED:
        caveat = ", whose totals are a lower bound" if case.lower_bound else ""
        speaking = ", speaking about itself" if case.interested and len(case.supporting) == 1 else ""
        parties = names([case.authority]) if case.authority else who(case.supporting, case, "other")
        return f"according to {parties}{speaking}{caveat}"
    denial = f"although {account(case.contradicting, case, denies, 'other')}" if case.contradicting else ""
    if case.outcome is Outcome.CONFLICTING:
        return f"according to {who(case.supporting, case, 'other')}, {denial}"
    if case.outcome in {Outcome.REFUTED, Outcome.DOUBTED}:
        return denial
    return PLAIN_WORDING.get(case.outcome, "")


PLAIN_WORDING: Mapping[Outcome, str] = {
    Outcome.INSUFFICIENT: "which no independent source has confirmed",
    Outcome.NO_AUTHORITY: "for which no authoritative figure is published",
}
