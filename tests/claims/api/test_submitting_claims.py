"""Submitting a claim: what is stored, what is answered, and what hostile bodies get."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Claim
from sources.models import Inquiry, Source
from tests.claims.api.submissions import CLAIMS, shorts

pytestmark = pytest.mark.django_db


def test_a_submission_is_stored_and_waits_for_its_check(client: APIClient) -> None:
    answer = client.post(CLAIMS, shorts())
    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == body["url"]
    assert client.get(body["url"]).json() == body
    assert (body["status"], body["checking"], body["verdict"], body["side"]) == ("pending", True, None, "short")
    assert (body["window_start"], body["window_end"]) == ("2026-01-14T04:00:00Z", "2026-01-14T05:00:00Z")
    assert Inquiry.objects.get().verifications.get().claim_id == Claim.objects.get().pk


def test_the_same_submission_is_the_same_claim(client: APIClient) -> None:
    first, again = client.post(CLAIMS, shorts()), client.post(CLAIMS, shorts())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_an_unknown_source_becomes_an_unclassified_one(client: APIClient) -> None:
    body = client.post(CLAIMS, shorts(citations=[{"source": "Some Telegram channel"}])).json()
    assert Source.objects.get(slug=body["citations"][0]["source"]).category == "unclassified"


def test_missing_fields_are_named(client: APIClient) -> None:
    answer = client.post(CLAIMS, {"text": "BTC is up", "as_of": "2026-01-14T05:00:00Z", "metric": "price"})
    assert (answer.status_code, answer.json()["code"]) == (400, "assertion_incomplete")
    assert {"subject", "comparator"} <= answer.json()["fields"].keys()


def test_a_figure_written_as_a_number_keeps_its_digits(client: APIClient) -> None:
    body = client.post(CLAIMS, shorts(value=0)).json()
    raw = '{"text": "BTC at 96000.10", "metric": "price", "subject": "BTC", "comparator": "equals", "value": 96000.10,'
    answer = client.post(CLAIMS, raw + '"as_of": "2026-01-14T05:00:00Z"}', content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["value"] == "96000.1"
    assert body  # a zero is intake's to judge; it must not crash


@pytest.mark.parametrize("article", ["", "x", "5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11", 7, ["x"], {"id": 1}])
def test_an_article_that_is_not_there_is_named(client: APIClient, article: Any) -> None:
    answer = client.post(CLAIMS, shorts(article=article))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["article"])


def test_an_empty_body_lacks_every_field(client: APIClient) -> None:
    answer = client.post(CLAIMS, b"", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "assertion_incomplete")
    assert {"text", "as_of"} <= answer.json()["fields"].keys()


@pytest.mark.parametrize("body", ["[]", "[{}]", '"text"', "3", "null", "true"])
def test_a_body_that_is_no_object_is_refused(client: APIClient, body: str) -> None:
    answer = client.post(CLAIMS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'text': 1}",
        b"<claim/>",
        b'{"text": NaN}',
        b'{"value": Infinity}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"value": ' + b"9" * 5000 + b"}",
        '{"text": "utf-16"}'.encode("utf-16"),
        b'{"text": "a"} {"text": "b"}',
    ],
    ids=range(14),
)
def test_what_is_not_json_is_refused(client: APIClient, body: bytes) -> None:
    answer = client.post(CLAIMS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ["a", "list"]},
        {"text": {"an": "object"}},
        {"text": "NUL \x00 inside"},
        {"text": "x" * 100_000},
        {"metric": ["price"]},
        {"metric": {}},
        {"subject": 5},
        {"subject": "\x00"},
        {"value": "NaN"},
        {"value": "Infinity"},
        {"value": "1e400"},
        {"value": "9" * 1000},
        {"value": True},
        {"value": [1]},
        {"value": "−5"},
        {"as_of": "2026-01-14T05:00:00"},
        {"as_of": "2999-01-01T00:00:00Z"},
        {"as_of": 1768359600},
        {"window": "PT99999999999999999999M"},
        {"window": ["PT60M"]},
        {"comparator": None, "side": []},
        {"citations": "coinglass"},
        {"citations": [None]},
        {"citations": [{"source": ["a"]}]},
        {"citations": [{"source": "a\x00b"}]},
        {"citations": [{"source": "a", "url": "javascript:alert(1)"}]},
        {"citations": [{}] * 1000},
        {"hedge": ["none"]},
        {"hedge": {}},
        {"verified": True},
        {"status": "verified"},
        {"": ""},
        {"\x00": "x"},
    ],
    ids=str,
)
def test_hostile_fields_are_refused_and_leave_nothing(client: APIClient, changes: dict[str, Any]) -> None:
    answer = client.post(CLAIMS, shorts(**changes))
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in {"invalid_input", "assertion_incomplete"}
    assert answer.json()["fields"]
    assert (Claim.objects.count(), Inquiry.objects.count()) == (0, 0)


def test_a_body_over_a_megabyte_is_refused(client: APIClient) -> None:
    answer = client.post(CLAIMS, shorts(text="x" * 1_000_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
def test_other_kinds_of_body_are_refused(client: APIClient, kind: str) -> None:
    answer = client.post(CLAIMS, b"text=a", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_check_is_accepted_and_seen(client: APIClient) -> None:
    url = client.post(CLAIMS, shorts()).json()["url"]
    Inquiry.objects.update(settled_at="2026-01-14T05:00:30Z")
    Claim.objects.get().verifications.update(settled=True)
    assert client.get(url).json()["checking"] is False
    answer = client.post(f"{url}check/")
    assert (answer.status_code, answer.json()["checking"]) == (202, True)
    assert client.post(f"{url}check/").status_code == 202
    assert Inquiry.objects.filter(settled_at=None).count() == 1


def test_the_check_of_a_key_is_not_a_persons(client: APIClient) -> None:
    url = client.post(CLAIMS, shorts()).json()["url"]
    client.post(f"{url}check/")
    assert not Claim.objects.get().verifications.get().asked_by_person


def test_an_unknown_claim_cannot_be_checked(client: APIClient) -> None:
    answer = client.post(f"{CLAIMS}5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11/check/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
