"""Confidence is fitted to what became known later, once enough is known, and never to what the desk decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from claims.learning.calibrating import LEAST_ITEMS, in_use, past_items, refit
from claims.learning.truths import Found, record_ruling
from claims.models import CalibrationFit, Claim, Verdict
from claims.reliability import DEFAULT_CALIBRATION
from tests.claims.learning.rows import END, editor, inquiry_about, question, stored_claim

pytestmark = pytest.mark.django_db
BELIEVED = {"source": "a", "accuracy": "0.8000", "right": 0, "wrong": 0, "is_authority": False}


def judged(number: int, value: str = "96240", **columns: Any) -> Claim:
    """A claim on a price, with a verdict of before anything was known: two voices for it."""
    asked = question("price", end=END - timedelta(minutes=number))
    claim = stored_claim(asked, value)
    Verdict.objects.create(
        claim=claim,
        inquiry=inquiry_about(asked),
        hash=f"{number}-{value}",
        asked=2,
        answered=2,
        supporting_voices=2,
        contradicting_voices=0,
        quorum=2,
        confidence=Decimal("0.9"),
        calibration="x",
        **(
            {
                "created_at": END,
                "outcome": "supported",
                "status": "verified",
                "shown_status": "verified",
                "believed": {"supporting": [BELIEVED, BELIEVED], "contradicting": []},
            }
            | columns
        ),
    )
    return claim


def turned_out(claim: Claim, value: str) -> None:
    found = Found(document_url="https://example.org/", value=value, unit="USD", is_meant=True)
    record_ruling(claim, found, editor())


def test_a_claim_turned_out_as_the_outcome_of_its_question_says() -> None:
    for number, value in enumerate(("96240", "96250", "80000")):
        turned_out(judged(number), value)
    assert sorted(one.right for one in past_items()) == [False, True, True]
    assert {one.supporting for one in past_items()} == {(0.8, 0.8)}


def test_what_the_verdict_decided_is_not_read() -> None:
    wrong = {"outcome": "refuted", "status": "rumor", "shown_status": "rumor"}
    turned_out(judged(0, **wrong), "96240")
    assert [one.right for one in past_items()] == [True]


def test_a_question_without_an_outcome_teaches_nothing() -> None:
    judged(0)
    assert list(past_items()) == []


def test_a_verdict_of_after_the_outcome_was_known_teaches_nothing() -> None:
    turned_out(judged(0, created_at=datetime.now(UTC) + timedelta(hours=1)), "96240")
    assert list(past_items()) == []


def test_an_outcome_too_near_to_the_edge_teaches_nothing() -> None:
    turned_out(judged(0, "96000"), "97500")  # beyond the tolerance, inside the guard band
    assert list(past_items()) == []


def test_many_claims_of_one_question_are_one_thing() -> None:
    for value in ("96240", "96241", "96242"):
        claim = judged(0, value)
    turned_out(claim, "96240")
    assert len(list(past_items())) == 1


def many(count: int, wrong: int) -> None:
    for number in range(count):
        turned_out(judged(number), "80000" if number < wrong else "96240")


@pytest.mark.parametrize(("count", "wrong"), [(LEAST_ITEMS - 1, 60), (LEAST_ITEMS, 19), (LEAST_ITEMS, 181)])
def test_nothing_is_fitted_on_too_few_items_or_on_one_kind_alone(count: int, wrong: int) -> None:
    many(count, wrong)
    assert refit() is None
    assert in_use() == DEFAULT_CALIBRATION


def test_a_fit_that_is_better_is_stored_and_in_use_from_then_on() -> None:
    many(LEAST_ITEMS, 24)  # two voices for each, and yet wrong on every eighth
    fit = refit()
    assert fit is not None
    assert (fit.items, fit.log_loss_after < fit.log_loss_before) == (LEAST_ITEMS, True)
    assert in_use().version == fit.version != DEFAULT_CALIBRATION.version
    assert refit() is None  # nothing new
    CalibrationFit.objects.create(
        version="of another formula", parameters={"a": 1}, items=1, log_loss_before=1, log_loss_after=0, fitted_at=END
    )
    assert in_use() == DEFAULT_CALIBRATION
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        CalibrationFit.objects.update(items=1)
