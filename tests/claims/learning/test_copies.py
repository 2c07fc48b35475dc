"""Histories that look like one are put before an editor with the evidence; nothing merges by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from claims.errors import InvalidInput
from claims.learning import copies, suggest
from claims.models import CopySuggestion
from claims.queries import voices_by_source
from sources.models import Source, SourceChange
from tests.claims.learning.rows import END, asked, editor, question, stranger

pytestmark = pytest.mark.django_db
HONEST = ("north", "south", "east")
ERRORS = 12


@pytest.fixture(autouse=True)
def houses() -> None:
    for slug in (*HONEST, "leader", "copycat"):
        stranger(slug)


def history(items: int = 40, errors: int = ERRORS, first: int = 0, **figures: Any) -> None:
    """Prices of as many minutes: the honest agree, leader and copycat share every error, to the digit."""
    for number in range(first, first + items):
        truth = 90_000 + 37 * number
        said = {name: str(truth + place) for place, name in enumerate(HONEST)}
        wrong = truth * 2 + number if number - first < errors else truth
        said |= {"leader": str(wrong), "copycat": str(wrong)}
        asked(question("price", end=END - timedelta(minutes=number)), **(said | figures))


def found() -> CopySuggestion:
    return CopySuggestion.objects.get()


def one_voice(metric: str = "price") -> bool:
    houses = voices_by_source(metric, "BTC")
    return houses["leader"].name == houses["copycat"].name


def test_sources_that_share_their_errors_are_suggested_with_the_evidence() -> None:
    history()
    assert suggest() == 1
    row = found()
    assert (row.first, row.second, row.metric, row.state) == ("copycat", "leader", "price", "open")
    assert row.probability > 0.9
    assert (row.figures["shared_errors"], row.figures["items"]) == (ERRORS, 40)
    assert row.words[0] == f"copycat and leader gave the same wrong figure on {ERRORS} of the 40 items both reported."
    errors = [one for one in row.sightings if one["is_error"]]
    assert len(errors) == ERRORS
    assert errors[0]["first"] == errors[0]["second"] != errors[0]["consensus"]


def test_nothing_is_merged_without_an_editor() -> None:
    before = list(Source.objects.order_by("pk").values())
    history()
    for _ in range(3):
        suggest()
    assert list(Source.objects.order_by("pk").values()) == before
    assert not SourceChange.objects.exists()
    assert not one_voice()
    assert found().state == "open"


def test_sources_that_are_right_together_are_not_suspected() -> None:
    history(errors=0)
    assert suggest() == 0


def test_sources_that_are_one_voice_already_are_not_suggested() -> None:
    Source.objects.filter(slug="copycat").update(owner="Leader")
    history()
    assert suggest() == 0


def test_two_shared_errors_are_too_few_to_bother_an_editor() -> None:
    history(errors=2)
    assert suggest() == 0


def test_a_consensus_needs_three_voices() -> None:
    for slug in ("south", "east"):
        Source.objects.filter(slug=slug).update(owner="North")
    history()
    assert suggest() == 0


def test_comparing_again_renews_the_open_suggestion() -> None:
    history()
    suggest()
    first = found()
    history(items=10, errors=10, first=100)
    suggest()
    assert found().pk == first.pk
    assert found().weight == ERRORS + 10


# --- Decisions ------------------------------------------------------------------------------------------------------


def suggested() -> CopySuggestion:
    history()
    suggest()
    return found()


def test_an_editor_who_merges_writes_it_into_the_facts_with_the_reason() -> None:
    copies.merge(suggested().pk, direction="first", reason="It says so in its footer.", by=editor())
    assert one_voice()
    assert not one_voice("supply")  # decided for this figure alone
    source, change = Source.objects.get(slug="copycat"), SourceChange.objects.get()
    assert (source.upstreams, source.edited) == ({"price": ["leader"]}, True)
    assert (change.source, change.person, change.reason) == (source, editor(), "It says so in its footer.")
    assert (found().state, found().decided_by) == ("merged", editor())
    assert suggest() == 0


@pytest.mark.parametrize(("direction", "readers"), [("second", {"leader"}), ("feed", {"leader", "copycat"})])
def test_who_passes_on_is_the_editors_word(direction: str, readers: set[str]) -> None:
    feed = "a wire" if direction == "feed" else ""
    copies.merge(suggested().pk, direction=direction, feed=feed, reason="read", by=editor())
    assert {change.source.slug for change in SourceChange.objects.all()} == readers
    assert one_voice()


REFUSED: dict[str, dict[str, Any]] = {
    "no reason": {"reason": " "},
    "no direction": {"direction": ""},
    "a feed without its name": {"direction": "feed"},
    "a name without a feed": {"feed": "a wire"},
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_a_merge_that_does_not_say_how_and_why_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        copies.merge(suggested().pk, **({"direction": "first", "reason": "read", "by": editor()} | wrong))
    assert found().state == "open"
    assert not SourceChange.objects.exists()


def test_what_somebody_has_decided_is_not_decided_again() -> None:
    row = suggested()
    copies.dismiss(row.pk, reason="checked", by=editor())
    with pytest.raises(InvalidInput, match="decided this already"):
        copies.merge(row.pk, direction="first", reason="read", by=editor("another"))
    assert not one_voice()


def test_a_source_taken_out_of_the_register_cannot_be_merged_and_nothing_is_decided() -> None:
    row = suggested()
    Source.objects.filter(slug="copycat").delete()
    with pytest.raises(InvalidInput, match="no longer in the register"):
        copies.merge(row.pk, direction="first", reason="read", by=editor())
    assert found().state == "open"


def test_a_dismissed_pair_comes_back_only_when_the_evidence_has_doubled() -> None:
    copies.dismiss(suggested().pk, reason="two desks, one street", by=editor())
    assert suggest() == 0
    history(items=ERRORS - 1, errors=ERRORS - 1, first=100)
    assert suggest() == 0
    history(items=1, errors=1, first=200)
    assert suggest() == 1
    assert CopySuggestion.objects.filter(state="dismissed").count() == 1


@pytest.mark.parametrize("wrong", [{"state": "merged"}, {"decided_by": 1}])
def test_the_database_refuses_a_decision_nobody_made(wrong: dict[str, Any]) -> None:
    row = suggested()
    with pytest.raises(DatabaseError), transaction.atomic():
        CopySuggestion.objects.filter(pk=row.pk).update(
            **({"decided_by": editor().pk} if "decided_by" in wrong else wrong)
        )
