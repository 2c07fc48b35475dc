"""Why some said nothing, or nothing that may count, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.telling.tongue import Tongue
from claims.types import Answer, Case, Finding
from sources.errors import NOT_ASKED
from sources.types import Kind

SHOWN = 2  # groups of silent sources told in one sentence; the evidence table has them all

# In the order in which they are told; each has a phrase: "silent.unavailable", "label.zero".
SILENCES = (
    "not_configured",
    "unavailable",
    "rate_limited",
    "access_denied",
    "malformed",
    "stale",
    "definition_differs",
    "no_data",
    "not_covered",
)
LABELS = ("publisher", "unclassified", "unit_slip", "sign_slip", "zero", "stale", "frozen", "other_venues")
ODD = frozenset({"unit_slip", "zero"})  # worth a word even where enough others agree


def told(abstentions: Sequence[Answer], tongue: Tongue) -> str:
    """ "Coinalyze was not asked: no key is set"; "" without any. Who does not cover the question is not told."""
    pairs = [(one.abstention, one.title) for one in abstentions if one.abstention != "not_covered"]
    return tongue.clauses(_by("silent", SILENCES, pairs, tongue)[:SHOWN])


def discounted(findings: Sequence[Finding], case: Case, tongue: Tongue) -> str:
    pairs = [(_label(one, case), one.answer.title) for one in findings]
    return tongue.clauses(_by("label", LABELS, pairs, tongue)[:SHOWN])


def _label(finding: Finding, case: Case) -> str:
    """A slip is of the sign where every figure that counts has the other one: no power of ten changes it."""
    values = [_exact(one) for one in (*case.supporting, *case.contradicting, *case.undecided)]
    signs = [value > 0 for value in values if value is not None]
    mine = _exact(finding)
    is_sign = finding.label == "unit_slip" and mine is not None and signs and (mine > 0) not in signs
    return "sign_slip" if is_sign else finding.label


def _exact(finding: Finding) -> Decimal | None:
    seen = finding.answer.observation
    return seen.value if seen is not None and seen.kind is Kind.EXACT else None


def nobody(abstentions: Sequence[Answer], tongue: Tongue) -> str:
    """ "Nobody was asked" and "nobody answered" are two sentences, and neither is "no evidence"."""
    pairs = [(one.abstention, one.title) for one in abstentions]
    if not pairs:
        return tongue.say("nobody_to_ask")
    if any(word not in NOT_ASKED for word, _ in pairs):
        return tongue.say("nobody_answered", why=tongue.clauses(_by("silent", SILENCES, pairs, tongue)[:SHOWN]))
    keyless = sorted({title for word, title in pairs if word == "not_configured"})
    key = tongue.say("keyless", len(keyless), names=tongue.names(keyless)) if keyless else ""
    uncovered = _by("silent", ("not_covered",), pairs, tongue)
    return tongue.say("nobody_asked", why=tongue.clauses([key, *uncovered]))


def disagreeing(voices: Sequence[str], tongue: Tongue) -> str:
    """ "what is published under Nikkei disagrees with itself"; "" without any."""
    return tongue.say("disagreeing", len(voices), names=tongue.names(sorted(voices))) if voices else ""


def unanswered(abstentions: Sequence[Answer], tongue: Tongue) -> str:
    """For an inquiry where everyone who was asked may still answer."""
    asked = sorted({one.title for one in abstentions if one.abstention not in NOT_ASKED})
    return tongue.say("unanswered", len(asked), names=tongue.names(asked), count=str(len(asked)))


def _by(kind: str, words: Sequence[str], pairs: Sequence[tuple[str, str]], tongue: Tongue) -> list[str]:
    """One clause for each word that occurs, in the order of the table."""
    groups = {word: sorted({title for found, title in pairs if found == word}) for word in words}
    return [
        tongue.say(f"{kind}.{word}", len(titles), names=tongue.names(titles))
        for word, titles in groups.items()
        if titles
    ]
