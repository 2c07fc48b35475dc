"""Evidence, history and raw bodies."""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Claim
from sources.models import Body, Lookup, Snapshot
from tests.claims.api.submissions import CLAIMS

ITEM = [
    "provider",
    "state",
    "voice",
    "stance",
    "counts",
    "label",
    "reason",
    "reason_zh",
    "abstention",
    "note",
    "value",
    "low",
    "high",
    "kind",
    "observed_at",
    "received_at",
    "requested_url",
    "snapshot",
    "sha256",
    "snapshots",
    "verdict",
]


def evidence(client: APIClient, claim: Claim, **query: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{CLAIMS}{claim.pk}/evidence/", query)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["next"], body["previous"]) == (None, None)
    return {row["provider"]: row for row in body["results"]}


def test_an_answer_is_shown_with_its_interval_and_its_snapshot(client: APIClient, day: dict[str, Claim]) -> None:
    row = evidence(client, day["shorts"])["coinglass"]
    assert list(row) == ITEM
    assert (row["stance"], row["voice"], row["counts"]) == ("supports", "CoinGlass", True)
    assert (row["value"], row["low"], row["high"]) == ("419200000", "419199999", "419200001")
    assert (row["kind"], row["observed_at"]) == ("exact", "2026-01-14T04:59:00Z")
    assert row["requested_url"].startswith("https://api.coinglass.example/")
    assert row["received_at"].endswith("Z")
    snapshot = Snapshot.objects.get(pk=row["snapshot"])
    assert (snapshot.body_id, snapshot.lookup.provider) == (row["sha256"], "coinglass")
    assert row["snapshots"][0]["id"] == row["snapshot"]


def test_an_open_end_is_null(client: APIClient, day: dict[str, Claim]) -> None:
    row = evidence(client, day["forty"])["binance"]
    assert (row["kind"], row["low"], row["high"]) == ("floor", "61000000", None)


def test_an_abstention_is_shown_with_its_reason(client: APIClient, day: dict[str, Claim]) -> None:
    row = evidence(client, day["shorts"])["coinalyze"]
    assert (row["abstention"], row["note"]) == ("not_configured", "no key: set COINALYZE_KEY")
    assert row["stance"] is row["value"] is row["kind"] is row["snapshot"] is row["observed_at"] is None
    assert row["snapshots"] == []


def test_what_could_not_be_read_is_still_shown_as_it_came(client: APIClient, day: dict[str, Claim]) -> None:
    lookup = Lookup.objects.get(inquiry__verifications__claim=day["shorts"], provider="bybit")
    Body.objects.create(sha256="a" * 64, compressed=zlib.compress(b"<html>"), size=6)
    moment = datetime(2026, 1, 14, 5, 0, 9, tzinfo=UTC)
    times = {"requested_at": moment, "received_at": moment, "status": 200}
    Snapshot.objects.create(lookup=lookup, body_id="a" * 64, method="GET", url="https://x.example/", **times)
    row = evidence(client, day["shorts"])["bybit"]
    assert (row["sha256"], row["requested_url"]) == ("a" * 64, "https://x.example/")
    assert row["received_at"] == "2026-01-14T05:00:09Z"
    assert row["snapshots"][0]["body"].endswith(f"/api/v1/snapshots/{'a' * 64}/")


def test_before_the_first_verdict_the_lookups_under_way_are_shown(client: APIClient, day: dict[str, Claim]) -> None:
    rows = evidence(client, day["ether"])
    assert {row["state"] for row in rows.values()} == {"waiting"}
    assert {row["verdict"] for row in rows.values()} == {None}


def test_the_evidence_of_an_earlier_verdict_can_be_asked_for(client: APIClient, day: dict[str, Claim]) -> None:
    first = day["level"].verdicts.order_by("id")[0]
    rows = evidence(client, day["level"], verdict=str(first.pk))
    assert {name: row["stance"] for name, row in rows.items()} == {"binance": "supports", "kraken": "contradicts"}


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("0", 404), ("x", 400), ("-1", 400), ("9" * 19, 400), ("9" * 30, 400), ("²", 400), ("", 400)],
)
def test_a_verdict_that_is_not_the_claims_is_refused(
    client: APIClient, day: dict[str, Claim], verdict: str, status: int
) -> None:
    assert client.get(f"{CLAIMS}{day['cap'].pk}/evidence/", {"verdict": verdict}).status_code == status


def test_the_verdict_of_another_claim_is_not_shown(client: APIClient, day: dict[str, Claim]) -> None:
    other = day["level"].verdicts.all()[0]
    assert client.get(f"{CLAIMS}{day['cap'].pk}/evidence/", {"verdict": other.pk}).status_code == 404


def test_the_queries_for_evidence_do_not_grow_with_it(client: APIClient, day: dict[str, Claim]) -> None:
    client.get(CLAIMS)
    counts = []
    for name, size in (("liquidated", 5), ("level", 11)):
        with CaptureQueriesContext(connection) as queries:
            assert len(evidence(client, day[name])) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_the_history_holds_all_verdicts_newest_first(client: APIClient, day: dict[str, Claim]) -> None:
    rows = client.get(f"{CLAIMS}{day['level'].pk}/history/").json()["results"]
    assert [row["shown_status"] for row in rows] == ["verified", "single_source", "rumor"]
    assert [row["outcome"] for row in rows] == ["supported", "supported", "conflicting"]
    assert [row["previous_hash"] for row in rows] == [rows[1]["hash"], rows[2]["hash"], None]
    assert {row["type"] for row in rows} == {"verdict"}


def test_the_history_is_paged(client: APIClient, day: dict[str, Claim]) -> None:
    body = client.get(f"{CLAIMS}{day['level'].pk}/history/?page_size=2").json()
    rest = client.get(body["next"]).json()
    assert (len(body["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)


@pytest.mark.parametrize("part", ["evidence", "history"])
def test_an_unknown_claim_has_neither(client: APIClient, part: str) -> None:
    answer = client.get(f"{CLAIMS}5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11/{part}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def stored(raw: bytes) -> str:
    digest = hashlib.sha256(raw).hexdigest()
    Body.objects.create(sha256=digest, compressed=zlib.compress(raw), size=len(raw))
    return f"/api/v1/snapshots/{digest}/"


@pytest.mark.parametrize(
    ("raw", "kind", "disposition"),
    [
        (b'{"price": 96240}', "text/plain; charset=utf-8", "inline"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8", "inline"),
        ("Kurs über 96.000 €".encode(), "text/plain; charset=utf-8", "inline"),
        (b"", "text/plain; charset=utf-8", "inline"),
        (b"\xff\xfe<\x00h\x00t\x00m\x00l\x00", "application/octet-stream", "attachment"),
        (b"PK\x03\x04\x00\x00", "application/octet-stream", "attachment"),
    ],
    ids=range(6),
)
def test_a_raw_body_is_never_served_as_a_page(client: APIClient, raw: bytes, kind: str, disposition: str) -> None:
    answer = client.get(stored(raw), HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer.content) == (200, raw)
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith(disposition)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_raw_body_is_not_sent_twice(client: APIClient) -> None:
    url = stored(b"{}")
    assert client.get(url, HTTP_IF_NONE_MATCH=client.get(url)["ETag"]).status_code == 304


def test_an_unknown_body_is_not_found(client: APIClient) -> None:
    assert client.get(f"/api/v1/snapshots/{'0' * 64}/").json()["code"] == "not_found"
