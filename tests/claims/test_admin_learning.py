"""What editors see of outcomes, of who is believed and of copies, and what they may do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.learning import suggest
from claims.models import Claim, CopySuggestion, GroundTruth, TrackRecord
from claims.tasks import learn
from sources.models import Source
from tests.claims.learning.rows import asked, question, stored_claim
from tests.claims.learning.test_copies import HONEST, history, stranger
from tests.claims.test_admin import logged_in, queries, read

pytestmark = pytest.mark.django_db
DOCUMENT = "https://example.org/release.pdf"
PAGES = ("groundtruth", "trackrecord", "calibrationfit", "copysuggestion")


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path


def listed(name: str) -> str:
    return reverse(f"admin:claims_{name}_changelist")


def outcome_page(claim: Claim) -> str:
    return reverse("admin:claims_claim_outcome", args=[claim.pk])


@pytest.fixture
def claim() -> Claim:
    return stored_claim(question("price"), "96000")


GIVEN = {"value": "96240.50", "unit": "USD", "document_url": DOCUMENT, "known_from": "official_release"}


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_page_says_what_will_fill_it(name: str) -> None:
    page = read(logged_in("reporter"), listed(name))
    assert {
        "groundtruth": "No outcome is known yet",
        "trackrecord": "Nobody has been scored yet",
        "calibrationfit": "No calibration has been fitted yet",
        "copysuggestion": "No two sources look like one voice",
    }[name] in page


def test_an_editor_records_an_outcome_from_the_claims_page(claim: Claim) -> None:
    browser = logged_in("editor")
    assert outcome_page(claim) in read(browser, reverse("admin:claims_claim_change", args=[claim.pk]))
    assert browser.post(outcome_page(claim), GIVEN).status_code == 302
    truth = GroundTruth.objects.get()
    assert (truth.known_from, truth.document_url, str(truth.recorded_by)) == ("official_release", DOCUMENT, "editor")
    page = read(browser, reverse("admin:claims_claim_change", args=[claim.pk]))
    assert "$96,240.5" in page
    assert "Stands" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": "coins"}, "measured in USD"),
        ({"value": "about 96k"}, "not a plain decimal figure"),
        ({"document_url": "a colleague"}, "web address of the document"),
        ({"document_url": "javascript:alert(1)"}, "web address of the document"),
        ({"value": ""}, "required"),
        ({"known_from": "hearsay"}, "valid choice"),
    ],
)
def test_a_wrong_outcome_is_refused_at_its_field(claim: Claim, wrong: dict[str, str], words: str) -> None:
    answer = logged_in("editor").post(outcome_page(claim), GIVEN | wrong)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not GroundTruth.objects.exists()


def test_a_figure_in_another_unit_must_be_confirmed(claim: Claim) -> None:
    asked(question("price"), binance="96240", kraken="96200")
    browser = logged_in("editor")
    assert "1000 times" in browser.post(outcome_page(claim), GIVEN | {"value": "96240000"}).content.decode()
    assert browser.post(outcome_page(claim), GIVEN | {"value": "96240000", "is_meant": "on"}).status_code == 302


def test_the_outcome_of_a_claim_that_does_not_exist_is_not_found() -> None:
    address = reverse("admin:claims_claim_outcome", args=["00000000-0000-0000-0000-000000000000"])
    assert logged_in("editor").post(address, GIVEN).status_code == 404


def test_a_reporter_records_nothing(claim: Claim) -> None:
    browser = logged_in("reporter")
    assert browser.post(outcome_page(claim), GIVEN).status_code == 403
    assert outcome_page(claim) not in read(browser, reverse("admin:claims_claim_change", args=[claim.pk]))


def test_contradictory_outcomes_are_flagged_on_the_list_and_on_the_claim(claim: Claim) -> None:
    browser = logged_in("editor")
    browser.post(outcome_page(claim), GIVEN)
    browser.post(outcome_page(claim), GIVEN | {"value": "80000", "document_url": f"{DOCUMENT}?2"})
    for address in (listed("groundtruth"), reverse("admin:claims_claim_change", args=[claim.pk])):
        page = read(browser, address)
        assert page.count("Contradicted") >= 2
        assert "Another one stands" in page


def test_an_outcomes_page_shows_what_each_source_had_said() -> None:
    asked(question(), protocol_constant="20999999.9769", coingecko="25000000")
    learn()
    page = read(logged_in("reporter"), reverse("admin:claims_groundtruth_change", args=[GroundTruth.objects.get().pk]))
    assert "coingecko" in page
    assert "outside of what" in page


def test_the_board_shows_every_accuracy_with_its_outcomes() -> None:
    TrackRecord.objects.create(source="binance", metric="price", right=12, wrong=1)
    TrackRecord.objects.create(source="long_gone", metric="price", right=1)
    page = read(logged_in("reporter"), listed("trackrecord"))
    assert "from 13 of this figure, 13 in all" in page
    assert "Not asked any more" in page


def test_the_board_costs_no_more_queries_for_many() -> None:
    browser = logged_in("reporter")
    TrackRecord.objects.create(source="binance", metric="price", right=12)
    few = queries(browser, listed("trackrecord"))
    TrackRecord.objects.bulk_create(TrackRecord(source=f"s{number}", metric="price") for number in range(40))
    assert queries(browser, listed("trackrecord")) == few


@pytest.mark.parametrize(
    ("role", "name", "key"), [("chief editor", "source", "pk"), ("reporter", "providerstate", "slug")]
)
def test_a_sources_own_page_says_how_far_it_is_believed(role: str, name: str, key: str) -> None:
    source = Source.objects.get(slug="binance")
    address = reverse(f"admin:sources_{name}_change", args=[source.pk if key == "pk" else source.slug])
    browser = logged_in(role)
    assert "believed like anybody, at 80 %" in read(browser, address)
    TrackRecord.objects.create(source="binance", metric="price", right=12, wrong=1)
    assert "12 right, 1 wrong" in read(browser, address)


# --- Copies ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def suggestion() -> CopySuggestion:
    for slug in (*HONEST, "leader", "copycat"):
        stranger(slug, name=f"<b>{slug}</b>")
    history()
    suggest()
    return CopySuggestion.objects.get()


def copy_page(row: CopySuggestion) -> str:
    return reverse("admin:claims_copysuggestion_change", args=[row.pk])


def test_the_evidence_of_a_copy_is_readable(suggestion: CopySuggestion) -> None:
    page = read(logged_in("reporter"), copy_page(suggestion))
    assert "gave the same wrong figure on 12 of the 40 items" in page
    assert page.count("the same error") == 12
    assert "14 Jan 2026, 05:00 UTC" in page
    assert "<b>leader</b>" not in page
    assert "They are one voice" not in page  # a reporter decides nothing


@pytest.mark.parametrize(("decision", "state"), [("merge", "merged"), ("dismiss", "dismissed")])
def test_an_editor_decides_about_a_copy(suggestion: CopySuggestion, decision: str, state: str) -> None:
    given = {"decision": decision, "direction": "first", "reason": "Its footer says so."}
    assert logged_in("editor").post(copy_page(suggestion), given).status_code == 302
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.reason) == (state, "Its footer says so.")


def test_without_a_reason_nothing_is_decided(suggestion: CopySuggestion) -> None:
    answer = logged_in("editor").post(copy_page(suggestion), {"decision": "merge", "direction": "first"})
    assert answer.status_code == 400
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_who_may_not_decide_does_not(suggestion: CopySuggestion) -> None:
    for browser, status in ((logged_in("reporter"), 403), (Client(), 302)):
        assert browser.post(copy_page(suggestion), {"decision": "dismiss", "reason": "x"}).status_code == status
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_a_suggestion_that_does_not_exist_is_not_found() -> None:
    browser = logged_in()
    for name in ("999999", "x"):
        assert browser.get(reverse("admin:claims_copysuggestion_change", args=[name])).status_code == 404
