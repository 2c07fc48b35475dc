"""An outcome comes from an authority's own observation or from a person with a document, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Field
from django.db.models.functions import Now

from claims.errors import InvalidInput
from claims.learning import collect
from claims.learning.truths import Found, disputes, record_ruling, standing_truths
from claims.models import Claim, Evidence, GroundTruth, Override, Score, Verdict
from claims.tasks import learn, pursue
from sources.models import Inquiry, Source
from tests.claims.learning.rows import (
    END,
    asked,
    editor,
    inquiry_about,
    only_truth,
    question,
    said,
    stored_claim,
)
from tests.pinned import claim_of, waiting_claim

pytestmark = pytest.mark.django_db
CAP = "20999999.9769"
DOCUMENT = "https://example.org/release.pdf"


def ruled(value: str = "96240", **more: Any) -> GroundTruth:
    claim = more.pop("claim", None) or stored_claim(question("price"), "96000")
    return record_ruling(claim, Found(document_url=DOCUMENT, value=value, **({"unit": "USD"} | more)), editor())


# --- By themselves --------------------------------------------------------------------------------------------------


def test_what_an_authority_says_after_the_window_is_the_outcome() -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000")
    assert collect() == 1
    truth = only_truth()
    assert (truth.value, truth.known_from) == (Decimal(CAP), "official_release")
    assert truth.authority == Source.objects.get(slug="protocol_constant")
    assert truth.observation is not None
    assert truth.observation.provider == "protocol_constant"


def test_what_anybody_else_says_is_no_outcome() -> None:
    asked(question(), coingecko="21000000", coinpaprika="21000000")
    assert collect() == 0


def test_an_authority_for_one_subject_is_none_for_another() -> None:
    asked(question(subject="ETH"), protocol_constant=CAP)
    assert collect() == 0


def test_an_authority_that_speaks_about_itself_is_none() -> None:
    Source.objects.filter(slug="protocol_constant").update(interested=["supply_cap"])
    asked(question(), protocol_constant=CAP)
    assert collect() == 0


@pytest.mark.parametrize("more", [{"kind": "floor", "high": None}, {"kind": "ceiling", "low": None}])
def test_a_bound_settles_nothing(more: dict[str, Any]) -> None:
    said(inquiry_about(question()), "protocol_constant", CAP, **more)
    assert collect() == 0


def test_what_was_said_before_the_window_closed_is_no_outcome() -> None:
    said(inquiry_about(question()), "protocol_constant", CAP, received_at=END - timedelta(seconds=1))
    assert collect() == 0


def test_an_inquiry_that_is_still_open_has_said_nothing_yet() -> None:
    said(inquiry_about(question(), settled=False), "protocol_constant", CAP)
    assert collect() == 0


def test_collecting_twice_stores_an_outcome_once() -> None:
    asked(question(), protocol_constant=CAP)
    assert [collect(), collect()] == [1, 0]
    asked(question(), protocol_constant=CAP)  # a re-check says the same again
    assert collect() == 0


def test_another_figure_of_the_same_authority_corrects_the_first_and_both_are_kept() -> None:
    asked(question(), protocol_constant=CAP)
    collect()
    asked(question(), protocol_constant="20999999")
    assert collect() == 1
    first, second = GroundTruth.objects.order_by("pk")
    assert (second.supersedes, second.known_from) == (first, "corrected_print")
    assert list(standing_truths()) == [second]


def test_a_correction_that_is_taken_back_is_seen() -> None:
    for figure in (CAP, "20999999", CAP):
        asked(question(), protocol_constant=figure)
        collect()
    assert [row.value for row in standing_truths()] == [Decimal(CAP)]
    assert GroundTruth.objects.count() == 3


# --- Never from a verdict -------------------------------------------------------------------------------------------


def test_settling_claims_creates_no_outcome_and_scores_nobody() -> None:
    waiting_claim(question("supply", "SOL"), 560_000_000)
    pursue(Inquiry.objects.get().pk)
    assert Verdict.objects.count() == 1
    learn()
    assert (GroundTruth.objects.count(), Score.objects.count()) == (0, 0)


@pytest.mark.parametrize("model", [GroundTruth, Score])
def test_no_column_of_an_outcome_or_a_score_can_name_a_verdict(model: type[GroundTruth | Score]) -> None:
    related = {field.related_model for field in model._meta.get_fields() if isinstance(field, Field)}
    assert not related & {Verdict, Evidence}


ORPHANS: dict[str, dict[str, Any]] = {
    "neither an observation nor a person": {"recorded_by": None},
    "a person without a document": {"document_url": ""},
    "a figure without its ends": {"low": None},
    "a figure and a statement": {"statement": "it is so", "holds": True},
    "nothing": {"value": None, "low": None, "high": None},
    "known before its window closed": {"recorded_at": END - timedelta(seconds=1)},
}


@pytest.mark.parametrize("wrong", ORPHANS.values(), ids=ORPHANS)
def test_the_database_refuses_an_outcome_that_comes_from_nowhere(wrong: dict[str, Any]) -> None:
    ruled()
    fields = {field.attname: getattr(only_truth(), field.attname) for field in GroundTruth._meta.concrete_fields}
    fields.pop("id")
    for name, value in wrong.items():
        fields["recorded_by_id" if name == "recorded_by" else name] = value
    with pytest.raises(DatabaseError), transaction.atomic():
        GroundTruth.objects.create(**fields)


@pytest.mark.parametrize("change", [{"authority_slug": "coingecko"}, {"metric": "supply"}, {"subject": "ETH"}])
def test_the_database_refuses_an_outcome_read_from_somebody_elses_words(change: dict[str, str]) -> None:
    asked(question(), protocol_constant=CAP)
    collect()
    fields = {field.attname: getattr(only_truth(), field.attname) for field in GroundTruth._meta.concrete_fields}
    fields |= {"id": None, "key": "another"} | change
    if slug := fields.pop("authority_slug", ""):
        fields["authority_id"] = Source.objects.get(slug=slug).pk
    with pytest.raises(DatabaseError, match="own_word"), transaction.atomic():
        GroundTruth.objects.create(**fields)


@pytest.mark.parametrize("model", [GroundTruth, Score], ids=lambda model: model.__name__)
@pytest.mark.parametrize("deed", [lambda rows: rows.update(metric="x"), lambda rows: rows._raw_delete("default")])
def test_outcomes_and_scores_are_neither_changed_nor_deleted(model: Any, deed: Callable[[Any], Any]) -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000")
    learn()
    assert model.objects.exists()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        deed(model.objects.all())


# --- From editors ---------------------------------------------------------------------------------------------------


def test_an_editors_outcome_is_the_figure_within_its_written_digits() -> None:
    truth = ruled("96240.50")
    assert (truth.value, truth.low, truth.high) == (Decimal("96240.50"), Decimal("96240.495"), Decimal("96240.505"))
    assert (truth.recorded_by, truth.document_url) == (editor(), DOCUMENT)


def test_the_same_figure_from_the_same_document_is_the_same_outcome() -> None:
    claim = stored_claim(question("price"), "96000")
    assert ruled(claim=claim) == ruled(claim=claim)
    assert GroundTruth.objects.count() == 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another unit": ({"unit": "EUR"}, "unit"),
    "no unit": ({"unit": ""}, "unit"),
    "no figure": ({"value": ""}, "value"),
    "words": ({"value": "about 96k"}, "value"),
    "NaN": ({"value": "NaN"}, "value"),
    "far too large": ({"value": "1e60"}, "value"),
}


@pytest.mark.parametrize(("wrong", "field"), REFUSED.values(), ids=REFUSED)
def test_an_outcome_that_cannot_be_is_refused_with_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ruled(**wrong)
    assert set(refused.value.fields) == {field}
    assert not GroundTruth.objects.exists()


def test_an_outcome_without_a_document_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        record_ruling(
            stored_claim(question("price"), "1"), Found(document_url="a colleague", value="1", unit="USD"), editor()
        )
    assert set(refused.value.fields) == {"document_url"}


def test_a_figure_a_thousand_times_what_was_observed_must_be_confirmed() -> None:
    asked(question("price"), binance="96240", kraken="96200")
    with pytest.raises(InvalidInput, match="value") as refused:
        ruled("96240000")
    assert "1000 times" in refused.value.fields["value"]
    assert ruled("96240000", is_meant=True).value == 96_240_000


def test_nobody_knows_the_outcome_of_a_window_that_is_still_open() -> None:
    claim = claim_of(question("price"))
    type(claim).objects.filter(pk=claim.pk).update(window_end=Now() + timedelta(hours=1))
    claim.refresh_from_db()
    with pytest.raises(InvalidInput, match="not closed yet"):
        ruled(claim=claim)


def test_a_statement_has_no_figure_but_holds_or_not() -> None:
    claim = stored_claim(question("price"), "1")
    type(claim).objects.filter(pk=claim.pk).update(comparator="states")
    claim.refresh_from_db()
    truth = record_ruling(claim, Found(document_url=DOCUMENT, holds=False), editor())
    assert (truth.statement, truth.holds, truth.value) == (claim.text, False, None)


def test_two_outcomes_that_contradict_each_other_are_both_kept_and_the_newer_stands() -> None:
    claim = stored_claim(question("price"), "96000")
    first = ruled("96240", claim=claim)
    second = record_ruling(claim, Found(document_url=f"{DOCUMENT}?2", value="95000", unit="USD"), editor())
    assert list(standing_truths()) == [second]
    assert disputes([claim.question_key])[second.pk] == [first]
    assert disputes([claim.question_key])[first.pk] == [second]


def test_outcomes_that_fit_each_other_are_no_contradiction() -> None:
    claim = stored_claim(question("price"), "96000")
    ruled("96240", claim=claim)
    record_ruling(claim, Found(document_url=f"{DOCUMENT}?2", value="96250", unit="USD"), editor())
    assert disputes([claim.question_key]) == {}


def test_a_machines_later_reading_does_not_undo_an_editors_ruling() -> None:
    claim = stored_claim(question(), "21000000")
    editors = record_ruling(claim, Found(document_url=DOCUMENT, value="22000000", unit="coins"), editor())
    asked(question(), protocol_constant=CAP)
    assert collect() == 1
    assert list(standing_truths()) == [editors]
    assert len(disputes([claim.question_key])[editors.pk]) == 1


# --- From decisions that rest on a document -------------------------------------------------------------------------


def decided(claim: Claim, **document: Any) -> Override:
    return Override.objects.create(
        claim=claim,
        kind=document.pop("kind", "decided"),
        mark="verified",
        shown_status="verified",
        previous_status="rumor",
        person=editor(),
        created_at=datetime.now(UTC),
        **({"document_url": DOCUMENT, "document_stance": "supports", "document_value": Decimal("96240")} | document),
    )


def test_a_decision_that_rests_on_a_document_is_an_outcome_once() -> None:
    override = decided(stored_claim(question("price"), "96000"))
    assert [collect(), collect()] == [1, 0]
    truth = only_truth()
    assert (truth.override, truth.value, truth.known_from) == (override, Decimal("96240"), "ruling")


TEACHES_NOTHING: dict[str, dict[str, Any]] = {
    "without a document": {"document_url": ""},
    "without a figure": {"document_value": None},
    "only proposed": {"kind": "proposed"},
}


@pytest.mark.parametrize("document", TEACHES_NOTHING.values(), ids=TEACHES_NOTHING)
def test_a_decision_without_that_teaches_nothing(document: dict[str, Any]) -> None:
    decided(stored_claim(question("price"), "96000"), **document)
    assert collect() == 0


def test_a_decision_on_a_statement_says_whether_it_holds() -> None:
    claim = stored_claim(question("price"), "1")
    type(claim).objects.filter(pk=claim.pk).update(comparator="states")
    decided(claim, document_value=None, document_stance="contradicts")
    assert collect() == 1
    assert only_truth().holds is False


def test_a_decision_whose_figure_is_a_slip_of_the_unit_teaches_nothing() -> None:
    asked(question("price"), binance="96240", kraken="96200")
    decided(stored_claim(question("price"), "96000"), document_value=Decimal("96240000"))
    assert collect() == 0
