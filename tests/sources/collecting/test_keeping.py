"""What was said is kept as it came; an outcome is written once; what was kept cannot be changed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from sources.collecting import keeping, leases, open_inquiry
from sources.errors import Malformed, NoData, Unavailable
from sources.models import Body, Inquiry, Lookup, Observation, Snapshot
from sources.queries import database_now
from sources.types import Kind, Request, Response, exact
from sources.types import Observation as Said
from tests.at_once import at_once
from tests.pinned import SUPPLY, expire_lease, supply_question

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)
SAID = exact(Decimal(SUPPLY), Decimal(1), note="as stated")
MOMENT = datetime(2026, 1, 14, 5, tzinfo=UTC)


def held() -> tuple[Lookup, keeping.Ending]:
    """A waiting lookup, and the ending its first worker would write."""
    with transaction.atomic():
        inquiry = open_inquiry(supply_question())[0]
    lease = leases.take(inquiry.pk)
    assert lease == 1
    return inquiry.lookups.get(provider="coinpaprika"), keeping.Ending(lease, database_now(), 12)


def snapshot(lookup: Lookup, body: bytes = b"{}") -> Snapshot:
    request = Request("https://provider.test/x", params=(("symbol", "BTC/USD"),))
    return keeping.keep_snapshot(lookup, request, Response(200, body, MOMENT, MOMENT, {"etag": "a"}))


def test_a_snapshot_holds_the_very_bytes_under_their_hash_and_how_they_were_got() -> None:
    body = bytes(range(256)) * 40
    kept = snapshot(held()[0], body)
    assert Snapshot.objects.get().body.raw == body
    assert kept.body_id == hashlib.sha256(body).hexdigest()
    assert (kept.method, kept.url, kept.status) == ("GET", "https://provider.test/x?symbol=BTC%2FUSD", 200)
    assert (kept.headers, kept.requested_at) == ({"etag": "a"}, MOMENT)


@OVER_TRANSACTIONS
def test_eight_workers_keep_one_equal_body_once() -> None:
    lookup, _ = held()
    at_once(lambda number: snapshot(lookup, b"the same"))
    assert (Body.objects.count(), Snapshot.objects.count()) == (1, 8)


def test_an_answer_closes_the_lookup_with_its_observation() -> None:
    lookup, ending = held()
    kept = snapshot(lookup)
    assert keeping.keep_answer(lookup, SAID, kept, ending)
    row = Observation.objects.get()
    assert (row.value, row.low, row.high, row.note) == (SUPPLY, SUPPLY - 1, SUPPLY + 1, "as stated")
    assert (row.snapshot, row.received_at) == (kept, MOMENT)
    lookup.refresh_from_db()
    assert (lookup.state, lookup.latency_ms, lookup.finished_at) == ("answered", 12, ending.now)


@OVER_TRANSACTIONS
def test_of_eight_outcomes_one_is_written() -> None:
    lookup, ending = held()

    def work(number: int) -> bool:
        if number % 2:
            return keeping.keep_abstention(lookup, NoData("nothing"), ending)
        return keeping.keep_answer(lookup, SAID, None, ending)

    assert at_once(work).count(True) == 1
    lookup.refresh_from_db()
    assert Observation.objects.count() == (lookup.state == "answered")


def test_what_was_closed_stays_as_it_is() -> None:
    lookup, ending = held()
    assert keeping.keep_abstention(lookup, Unavailable("no answer within 8.0 seconds"), ending)
    assert not keeping.keep_answer(lookup, SAID, None, ending)
    assert not keeping.keep_abstention(lookup, NoData("nothing"), ending)
    lookup.refresh_from_db()
    assert (lookup.reason, lookup.note) == ("unavailable", "no answer within 8.0 seconds")
    assert not Observation.objects.exists()


def test_an_earlier_lease_writes_nothing() -> None:
    lookup, ending = held()
    expire_lease(lookup.inquiry_id)
    assert leases.take(lookup.inquiry_id) == 2
    assert not keeping.keep_answer(lookup, SAID, None, ending)
    assert not keeping.keep_abstention(lookup, NoData("nothing"), ending)
    lookup.refresh_from_db()
    assert lookup.state == "waiting"
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        Said(Decimal("1e40"), None, None, Kind.EXACT),
        Said(Decimal("1e45"), None, None, Kind.EXACT),
        Said(Decimal(1), None, None, Kind.EXACT, note="\x00"),
        Said(Decimal(1), None, None, Kind.EXACT, detail={"set": {1}}),
    ],
    ids=["refused by a constraint", "refused by the column", "a note with NUL", "a detail that is no JSON"],
)
def test_a_figure_the_database_refuses_is_malformed_and_leaves_the_lookup_waiting(said: Said) -> None:
    lookup, ending = held()
    with pytest.raises(Malformed, match="cannot be stored"):
        keeping.keep_answer(lookup, said, None, ending)
    lookup.refresh_from_db()
    assert lookup.state == "waiting"


def test_a_long_note_is_cut() -> None:
    lookup, ending = held()
    assert keeping.keep_abstention(lookup, Unavailable("x" * 5000), ending)
    lookup.refresh_from_db()
    assert len(lookup.note) == 300


@pytest.mark.parametrize("model", [Body, Snapshot, Observation], ids=lambda model: model.__name__)
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_was_kept_is_neither_changed_nor_deleted(model: type, deed: str) -> None:
    lookup, ending = held()
    keeping.keep_answer(lookup, SAID, snapshot(lookup), ending)
    rows = model.objects.all()  # type: ignore[attr-defined]
    column = {"Body": "size", "Snapshot": "status", "Observation": "note"}[model.__name__]
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows.update(**{column: 1}) if deed == "update" else rows._raw_delete("default")


def test_a_lookup_cannot_be_answered_without_an_observation() -> None:
    lookup, _ = held()
    with pytest.raises(DatabaseError, match="lookup_outcome_complete"), transaction.atomic():
        Lookup.objects.filter(pk=lookup.pk).update(state="answered")


def test_whoever_still_waits_is_listed() -> None:
    lookup, ending = held()
    inquiry = Inquiry.objects.get(pk=lookup.inquiry_id)
    keeping.keep_abstention(lookup, NoData("nothing"), ending)
    assert "coinpaprika" not in {one.provider for one in keeping.waiting(inquiry)}
    assert "coingecko" in {one.provider for one in keeping.waiting(inquiry)}
