"""The list of claims: what narrows it, its order and its pages."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from claims.models import Claim
from tests.claims.api.submissions import CLAIMS


def names(client: APIClient, day: dict[str, Claim], **query: Any) -> set[str]:
    answer = client.get(CLAIMS, query)
    assert answer.status_code == 200, answer.content
    known = {str(claim.pk): name for name, claim in day.items()}
    return {known[row["id"]] for row in answer.json()["results"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "verified"}, {"level", "nikkei", "cap"}),
        ({"status": ["verified", "pending"]}, {"level", "nikkei", "cap", "solana", "ether"}),
        ({"outcome": "refuted"}, {"forty"}),
        ({"outcome": ["refuted", "conflicting"]}, {"forty", "open_interest"}),
        ({"metric": "liquidations"}, {"liquidated", "shorts", "day_total", "forty"}),
        ({"subject": "NIKKEI225"}, {"nikkei"}),
        ({"subject": "eth"}, {"ether"}),
        ({"source": "coinglass"}, {"liquidated"}),
        ({"source": "chat_screenshot"}, {"zone"}),
        ({"flag": "held"}, {"open_interest"}),
        ({"flag": "rests_on:CoinGlass"}, {"liquidated", "shorts"}),
        ({"q": "nikkei"}, {"nikkei"}),
        ({"q": "$458 million"}, {"liquidated", "shorts"}),
        ({"q": "%"}, set()),
        ({"status": "rumor", "subject": "BTC", "metric": "open_interest"}, {"open_interest"}),
        ({"status": "verified", "metric": "liquidations"}, set()),
    ],
)
def test_filters_narrow_the_list(
    client: APIClient, day: dict[str, Claim], query: dict[str, Any], expected: set[str]
) -> None:
    assert names(client, day, **query) == expected


def test_claims_of_an_article_are_found_by_its_id(client: APIClient, day: dict[str, Claim]) -> None:
    found = names(client, day, article=str(day["level"].article_id))
    assert found == {"level", "liquidated", "shorts", "zone", "nikkei"}


def test_the_limits_of_as_of_belong_to_the_span(client: APIClient, day: dict[str, Claim]) -> None:
    at, later = "2026-01-14T05:00:00Z", "2026-01-14T05:00:01Z"
    assert len(names(client, day, as_of_after=at, as_of_before=at)) == len(day)
    assert names(client, day, as_of_after=later) == set()
    assert len(names(client, day, as_of_after="2026-01-14T14:00:00+09:00")) == len(day)


def test_what_changed_since_the_last_look_is_found(client: APIClient, day: dict[str, Claim]) -> None:
    now = timezone.now()
    Claim.objects.update(updated_at=now - timedelta(hours=1))
    Claim.objects.filter(pk=day["cap"].pk).update(updated_at=now)
    assert names(client, day, updated_after=now.isoformat()) == {"cap"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "true"),
        ("status", ["verified", "nonsense"]),
        ("outcome", "verified"),
        ("metric", "weather"),
        ("metric", "pri\x00ce"),
        ("subject", "GOLD"),
        ("source", "nobody-knows-it"),
        ("source", "a\x00b"),
        ("article", "42"),
        ("flag", "red"),
        ("as_of_after", "yesterday"),
        ("as_of_after", "2026-01-14"),
        ("as_of_before", "2026-01-14T05:00:00"),
        ("as_of_before", "0001-01-01T00:00:00+14:00"),
        ("updated_after", "2026-02-30T00:00:00Z"),
        ("q", "a\x00b"),
        ("q", "a" * 201),
        ("ordering", "text"),
        ("ordering", "-value"),
        ("ordering", "?"),
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "-1"),
        ("page_size", "ten"),
        ("page_size", "²"),
        ("cursor", "x"),
        ("page", "2"),
        ("offset", "10"),
        ("text__regex", "."),
        ("as_of_after", ["2026-01-14T05:00:00Z", "2026-01-15T05:00:00Z"]),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    client: APIClient, day: dict[str, Claim], name: str, value: Any
) -> None:
    answer = client.get(CLAIMS, {name: value})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_input"
    assert list(answer.json()["fields"]) == [name]


@pytest.mark.parametrize("field", ["created_at", "as_of", "updated_at"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_list_is_ordered_as_asked(client: APIClient, day: dict[str, Claim], field: str, sign: str) -> None:
    for number, claim in enumerate(day.values()):
        moment = timezone.now() - timedelta(minutes=(number * 7) % 11)
        Claim.objects.filter(pk=claim.pk).update(**{field: moment})
    rows = client.get(CLAIMS, {"ordering": f"{sign}{field}"}).json()["results"]
    expected = Claim.objects.order_by(f"{sign}{field}", f"{sign}id").values_list("pk", flat=True)
    assert [row["id"] for row in rows] == [str(pk) for pk in expected]


def walk(client: APIClient, url: str, link: str) -> list[list[str]]:
    pages, following = [], url
    while following:
        body = client.get(following).json()
        pages.append([row["id"] for row in body["results"]])
        following = body[link]
    return pages


@pytest.mark.parametrize("ordering", ["-created_at", "as_of", "-as_of"])
@pytest.mark.parametrize("size", [1, 5, 12])
def test_pages_hold_every_claim_once_also_when_all_share_one_instant(
    client: APIClient, day: dict[str, Claim], ordering: str, size: int
) -> None:
    pages = walk(client, f"{CLAIMS}?ordering={ordering}&page_size={size}", "next")
    seen = [pk for page in pages for pk in page]
    sign = "-" if ordering.startswith("-") else ""
    assert seen == [str(pk) for pk in Claim.objects.order_by(ordering, f"{sign}id").values_list("pk", flat=True)]


def test_the_way_back_shows_the_same_pages(client: APIClient, day: dict[str, Claim]) -> None:
    forwards, last = [], f"{CLAIMS}?page_size=5"
    while last:
        body = client.get(last).json()
        forwards.append([row["id"] for row in body["results"]])
        here, last = last, body["next"]
    backwards = walk(client, here, "previous")
    assert backwards[::-1] == forwards


def test_a_claim_that_arrives_while_paging_shifts_nothing(client: APIClient, day: dict[str, Claim]) -> None:
    first = client.get(CLAIMS, {"page_size": 5}).json()
    newcomer = Claim.objects.get(pk=day["cap"].pk)
    newcomer.pk, newcomer.submission_key, newcomer._state.adding = None, "f" * 64, True
    newcomer.id = Claim._meta.pk.get_default()  # type: ignore[union-attr]
    newcomer.save()
    second = client.get(first["next"]).json()
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}
    assert str(newcomer.pk) not in {row["id"] for row in second["results"]}


def cursor(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


ID = "5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11"
ORDER = ["-created_at", "-id"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "é",
        "AAAA",
        base64.urlsafe_b64encode(b"[" * 50_000).decode(),
        cursor(),
        cursor(1, 2, 3),
        cursor(["-as_of", "-id"], ["2026-01-14T05:00:00+00:00", ID], False),
        cursor(ORDER, ["2026-01-14T05:00:00", ID], False),
        cursor(ORDER, ["2026-01-14T05:00:00+00:00", "1"], False),
        cursor(ORDER, ["2026-01-14T05:00:00+00:00"], False),
        cursor(ORDER, [None, ID], False),
        cursor(ORDER, [{}, []], False),
        cursor(ORDER, [True, ID], False),
        cursor(ORDER, ["\x00", ID], False),
        cursor(ORDER, ["9999999-01-01T00:00:00+00:00", ID], False),
        cursor(ORDER, ["9999-12-31T23:59:59-23:59", ID], False),
        cursor(ORDER, ["0001-01-01T00:00:00+23:59", ID], True),
        cursor(ORDER, ["2026-01-14T05:00:00+00:00", ID], "backwards"),
    ],
)
def test_a_forged_cursor_is_refused(client: APIClient, text: str) -> None:
    answer = client.get(CLAIMS, {"cursor": text})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])


def test_the_number_of_queries_does_not_grow_with_the_rows(client: APIClient, day: dict[str, Claim]) -> None:
    client.get(CLAIMS)  # the first use of a key in a minute is noted
    counts = []
    for size in (1, 12):
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(CLAIMS, {"page_size": size}).json()["results"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] == 6
