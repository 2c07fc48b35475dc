"""The only writer of outcomes. An outcome comes from an authority's own observation or from a person with a document.

No function here takes a verdict, and no row of an outcome can name one: what the desk decided must not teach the desk.
Outcomes are never edited. A correction supersedes; two that contradict each other are both kept, and one stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import permutations
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.anomalies import factor_between
from claims.errors import InvalidInput
from claims.matching import rounding
from claims.models import Claim, GroundTruth, Override
from claims.models.reliability import RANKS
from claims.policy import ARITHMETIC, POLICY
from claims.scoring import Truth, region_around
from claims.types import Comparator, Stance
from sources.metrics import CATALOGUE
from sources.models import Lookup, Observation, Source
from sources.queries import database_now
from sources.types import Kind, Question
from sources.types import Observation as Seen
from sources.units import decimal_of, plain

KnownFrom = GroundTruth.KnownFrom
MACHINE = 1  # rank of what was read by a machine
LEARNING_LOCK = 0x6C6561726E  # one writer of outcomes, scores and counts at a time


# --- What an authority said ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A lookup in which a party answered whose word is the fact. own, settles_others: see GroundTruth."""

    lookup: Lookup
    authority: Source
    known_from: str
    own: str = ""
    settles_others: bool = True


def record_words(words: list[Word]) -> list[GroundTruth]:
    """Store what each of them said. A figure that differs from the same party's earlier one corrects it."""
    return [row for word in words if (row := _record_word(word)) is not None]


def _record_word(word: Word) -> GroundTruth | None:
    seen, question = word.lookup.observation, word.lookup.inquiry.question
    if seen is None or seen.kind != Kind.EXACT or seen.low is None or seen.high is None:
        return None
    earlier = GroundTruth.objects.filter(
        key=question.key, authority=word.authority, observation__isnull=False, superseded_by=None
    ).first()
    if earlier is not None and (earlier.low, earlier.high) == (seen.low, seen.high):
        return None
    return GroundTruth.objects.create(
        **_about(question),
        value=seen.value,
        low=seen.low,
        high=seen.high,
        known_from=KnownFrom.CORRECTED_PRINT if earlier else word.known_from,
        authority=word.authority,
        own=word.own,
        settles_others=word.settles_others,
        document_url=seen.snapshot.url[:2000] if seen.snapshot else word.authority.url,
        note=seen.note,
        observation=seen,
        snapshot=seen.snapshot,
        supersedes=earlier,
        rank=MACHINE,
        recorded_at=database_now(),
    )


def _about(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "metric": question.metric,
        "subject": question.subject,
        "qualifiers": dict(question.qualifiers),
        "window_start": question.window.start,
        "window_end": question.window.end,
    }


# --- What a person found in a document -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an editor read in a document. value: a plain decimal figure in `unit`; empty, with `holds`, for a statement.

    is_meant: the editor has seen that the figure is a power of ten away from everything observed, and means it.
    """

    document_url: str
    value: str = ""
    unit: str = ""
    holds: bool | None = None
    known_from: str = KnownFrom.RULING
    authority: Source | None = None
    note: str = ""
    is_meant: bool = False


@transaction.atomic
def record_ruling(claim: Claim, found: Found, by: User, override: Override | None = None) -> GroundTruth:
    """The outcome of the claim's question. The same figure from the same document again is the same outcome.

    override: the decision that rests on this document, if one does. Raises InvalidInput, naming the field.
    """
    now = database_now()
    if now < claim.window_end:
        raise InvalidInput("The window of this claim has not closed yet: nobody can know the outcome.")
    if not found.document_url.startswith(("https://", "http://")):
        raise InvalidInput("Wrong: document_url.", {"document_url": "the web address of the document is needed"})
    figures = _figures(claim, found)
    same = GroundTruth.objects.filter(
        key=claim.question.key, document_url=found.document_url, observation=None, superseded_by=None, **figures
    )
    return same.first() or GroundTruth.objects.create(
        **_about(claim.question),
        **figures,
        known_from=found.known_from,
        authority=found.authority,
        document_url=found.document_url,
        note=found.note,
        claim=claim,
        override=override,
        rank=RANKS.get(found.known_from, RANKS[KnownFrom.RULING]),
        recorded_at=now,
        recorded_by=by,
    )


def _figures(claim: Claim, found: Found) -> dict[str, Any]:
    if claim.comparator == Comparator.STATES:
        if found.holds is None or found.value:
            raise InvalidInput("Wrong: holds.", {"holds": "say whether the document bears the statement out"})
        return {"value": None, "low": None, "high": None, "statement": claim.text, "holds": found.holds}
    metric = CATALOGUE[claim.metric]
    if found.unit != metric.unit:
        raise InvalidInput("Wrong: unit.", {"unit": f"{metric.title} is measured in {metric.unit}"})
    try:
        value = decimal_of(found.value.strip().replace(",", ""))
    except ValueError as error:
        raise InvalidInput("Wrong: value.", {"value": f"{error}, such as 96240.50"}) from None
    _refuse_slip(claim, value, found.is_meant)
    with localcontext(ARITHMETIC):
        half = rounding(value, metric.tolerance, POLICY)
        return {"value": value, "low": value - half, "high": value + half, "statement": "", "holds": None}


def _refuse_slip(claim: Claim, value: Decimal, is_meant: bool) -> None:
    """A figure a power of ten away from all that was observed is nearly always a slip of the hand."""
    tolerance = max(CATALOGUE[claim.metric].tolerance, Decimal("0.1"))
    rows = Observation.objects.filter(
        pk__in=Lookup.objects.filter(inquiry__key=claim.question_key).values("observation_id"), kind=Kind.EXACT
    )
    factors = {factor_between(value, row.value.normalize(ARITHMETIC), tolerance) for row in rows}
    slips = factors - {"", "1"}
    if slips and "1" not in factors and not is_meant:
        times = sorted(slips)[0]
        raise InvalidInput(
            "Wrong: value.",
            {"value": f"this is {times} times what was observed; if the document says so, confirm it below"},
        )


def record_override(row: Override) -> GroundTruth | None:
    """The outcome that an editor's decision rests on. None where its document gives no figure that can be one."""
    claim, holds = row.claim, row.document_stance == Stance.SUPPORTS
    is_statement = claim.comparator == Comparator.STATES
    found = Found(
        document_url=row.document_url,
        value="" if row.document_value is None or is_statement else plain(row.document_value),
        unit=CATALOGUE[claim.metric].unit,
        holds=holds if is_statement else None,
        note=row.document_says[:500],
    )
    try:
        return record_ruling(claim, found, row.person, row)
    except InvalidInput:
        return None


# --- What stands ---------------------------------------------------------------------------------------------------


def standing_truths() -> QuerySet[GroundTruth]:
    """Of each question the outcome that stands: not superseded, of the highest rank, the newest of those.

    What settles only a venue's own figures stands beside what settles everybody's.
    """
    return GroundTruth.objects.filter(stands())


def stands() -> Q:
    better = Q(rank__gt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__gt=OuterRef("pk"))
    return Q(~Exists(_rivals().filter(better)), superseded_by=None)


def _rivals() -> QuerySet[GroundTruth]:
    return GroundTruth.objects.filter(
        Q(settles_others=True) | Q(own=OuterRef("own")),
        key=OuterRef("key"),
        settles_others=OuterRef("settles_others"),
        superseded_by=None,
    )


def disputes(keys: Collection[str]) -> dict[int, list[GroundTruth]]:
    """Of these questions: outcome id -> the others in force that cannot be true together with it. One query."""
    rows = GroundTruth.objects.filter(key__in=keys, superseded_by=None).select_related("observation")
    found: dict[int, list[GroundTruth]] = {}
    for one, other in permutations(rows.order_by("pk"), 2):
        if _compete(one, other) and _disagree(one, other):
            found.setdefault(one.pk, []).append(other)
    return found


def _compete(one: GroundTruth, other: GroundTruth) -> bool:
    same = one.key == other.key and one.settles_others == other.settles_others
    return same and (one.settles_others or one.own == other.own)


def _disagree(one: GroundTruth, other: GroundTruth) -> bool:
    first, second = truth_of(one), truth_of(other)
    if first is None or second is None:
        return one.holds != other.holds
    with localcontext(ARITHMETIC):
        region = region_around(first, CATALOGUE[one.metric])
        low, high = region.low, region.high
        return low is not None and high is not None and (second.high < low or second.low > high)


def truth_of(row: GroundTruth) -> Truth | None:
    """The outcome as the rule of scoring reads it; None for a statement."""
    if row.value is None or row.low is None or row.high is None:
        return None
    value, low, high = (figure.normalize(ARITHMETIC) for figure in (row.value, row.low, row.high))
    return Truth(value, low, high, row.window_end, row.observation.observed_at if row.observation else None)


def said(row: Observation) -> Seen:
    """A stored observation as the value the rules read: the database pads figures to 20 places."""
    return Seen(
        value=row.value.normalize(ARITHMETIC),
        low=None if row.low is None else row.low.normalize(ARITHMETIC),
        high=None if row.high is None else row.high.normalize(ARITHMETIC),
        kind=Kind(row.kind),
        observed_at=row.observed_at,
    )


__all__ = [
    "LEARNING_LOCK",
    "Found",
    "Word",
    "disputes",
    "record_override",
    "record_ruling",
    "record_words",
    "said",
    "standing_truths",
    "stands",
    "truth_of",
]
