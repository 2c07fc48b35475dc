"""Why some said nothing, or nothing that may count, in words. English only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claims.figures import names
from claims.types import Answer, Finding
from sources.errors import NOT_ASKED

SHOWN = 2  # groups of silent sources told in one sentence; the evidence table has them all

# Reason or label -> what one source did, what several did.
SILENCES: Mapping[str, tuple[str, str]] = {
    "not_configured": ("was not asked: no key is set", "were not asked: no keys are set"),
    "unavailable": ("did not answer", "did not answer"),
    "rate_limited": ("asked us to wait", "asked us to wait"),
    "access_denied": ("refused access", "refused access"),
    "malformed": ("answered in an unknown form", "answered in an unknown form"),
    "stale": ("has only figures of another time", "have only figures of another time"),
    "definition_differs": ("measures something else", "measure something else"),
    "no_data": ("had no data", "had no data"),
    "not_covered": ("does not cover this", "do not cover this"),
}
LABELS: Mapping[str, tuple[str, str]] = {
    "publisher": ("published the claim and cannot confirm it", "published the claim and cannot confirm it"),
    "unclassified": ("is not classified and cannot count", "are not classified and cannot count"),
    "unit_slip": ("seems to use another unit", "seem to use another unit"),
    "zero": ("gives zero where others are large", "give zero where others are large"),
    "stale": ("gave figures of another time", "gave figures of another time"),
}
ODD = frozenset({"unit_slip", "zero"})  # worth a word even where enough others agree


def told(abstentions: Sequence[Answer]) -> str:
    """ "Coinalyze was not asked: no key is set"; "" without any. Who does not cover the question is not told."""
    groups = _by(SILENCES, [(one.abstention, one.title) for one in abstentions if one.abstention != "not_covered"])
    return "; ".join(groups[:SHOWN])


def discounted(findings: Sequence[Finding]) -> str:
    groups = _by(LABELS, [(one.label, one.answer.title) for one in findings])
    return "; ".join(groups[:SHOWN])


def nobody(abstentions: Sequence[Answer]) -> str:
    """ "Nobody was asked" and "nobody answered" are two sentences, and neither is "no evidence"."""
    words = [(one.abstention, one.title) for one in abstentions]
    if not words:
        return "nobody was asked: no source covers this"
    if any(word not in NOT_ASKED for word, _ in words):
        return f"nobody gave a figure: {'; '.join(_by(SILENCES, words)[:SHOWN])}"
    keyless = sorted({title for word, title in words if word == "not_configured"})
    key = f"no key{' is' if len(keyless) == 1 else 's are'} set for {names(keyless)}" if keyless else ""
    uncovered = _by(SILENCES, [(word, title) for word, title in words if word == "not_covered"])
    return f"nobody was asked: {'; '.join(filter(None, [key, *uncovered]))}"


def disagreeing(voices: Sequence[str]) -> str:
    """ "what is published under Nikkei disagrees with itself"; "" without any."""
    verb = "disagrees" if len(voices) == 1 else "disagree"
    return f"what is published under {names(sorted(voices))} {verb} with itself" if voices else ""


def unanswered(abstentions: Sequence[Answer]) -> str:
    """For an inquiry where everyone who was asked may still answer."""
    asked = sorted({one.title for one in abstentions if one.abstention not in NOT_ASKED})
    if len(asked) == 1:
        return f"{asked[0]}, the only source asked, did not answer yet and is asked again"
    return f"none of the {len(asked)} sources asked has answered yet; they are asked again"


def _by(words: Mapping[str, tuple[str, str]], pairs: Sequence[tuple[str, str]]) -> list[str]:
    """One clause for each word that occurs, in the order of the table."""
    groups = {word: sorted({title for found, title in pairs if found == word}) for word in words}
    return [f"{names(titles)} {words[word][len(titles) > 1]}" for word, titles in groups.items() if titles]
