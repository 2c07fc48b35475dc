"""A claim as it is read: its exact fields, how figures and times are written, and what a second look costs."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Claim, Verification
from claims.queries import claim as read
from tests.claims.api.submissions import CLAIMS

FIELDS = [
    "id",
    "url",
    "text",
    "metric",
    "subject",
    "side",
    "comparator",
    "value",
    "value_high",
    "unit",
    "zone_low",
    "zone_high",
    "as_of",
    "window_start",
    "window_end",
    "hedge",
    "citations",
    "article",
    "status",
    "outcome",
    "flags",
    "checking",
    "checked_at",
    "next_check_at",
    "data",
    "verdict",
    "override",
    "proposal",
    "inconsistencies",
]
VERDICT_FIELDS = [
    "id",
    "asked",
    "answered",
    "abstained",
    "supporting_voices",
    "contradicting_voices",
    "quorum",
    "consensus_low",
    "consensus_high",
    "confidence",
    "confidence_outcomes",
    "rests_on",
    "reason",
    "wording",
    "reason_zh",
    "wording_zh",
    "policy_version",
    "hash",
]


def get(client: APIClient, claim: Claim) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"{CLAIMS}{claim.pk}/").json()
    return body


def test_a_claim_has_exactly_the_fields_of_the_contract(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["shorts"])
    assert list(body) == FIELDS
    assert list(body["verdict"]) == VERDICT_FIELDS
    assert list(body["citations"][0]) == ["source", "url", "quote"]


def test_figures_are_plain_strings_and_times_end_in_z(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["zone"])
    assert (body["value"], body["zone_low"], body["zone_high"]) == ("7000000000", "92000", "94000")
    assert body["as_of"] == "2026-01-14T05:00:00Z"
    assert body["checked_at"].endswith("Z")
    assert get(client, day["cap"])["verdict"]["consensus_low"] == "20999999.9769"


def test_a_claim_without_value_or_side_says_null(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["nikkei"])
    assert body["value"] is body["value_high"] is body["side"] is body["zone_low"] is None


def test_the_newest_verdict_is_shown(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["level"])
    newest = day["level"].verdicts.order_by("-id")[0]
    assert body["verdict"]["id"] == str(newest.pk)
    assert body["verdict"]["hash"] == newest.hash
    assert (body["status"], body["outcome"], body["flags"]) == ("verified", "supported", [])


def test_a_claim_nobody_has_ruled_on_is_pending_and_being_checked(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["ether"])
    assert (body["status"], body["outcome"], body["verdict"], body["checking"]) == ("pending", None, None, True)


def test_a_claim_is_being_checked_while_any_verification_is_unsettled(client: APIClient, day: dict[str, Claim]) -> None:
    assert get(client, day["shorts"])["checking"] is False
    Verification.objects.filter(claim=day["shorts"]).update(settled=False)
    assert get(client, day["shorts"])["checking"] is True


def test_every_answer_says_where_its_figures_come_from(client: APIClient, day: dict[str, Claim]) -> None:
    assert get(client, day["shorts"])["data"] == "replay"


def test_the_url_of_a_claim_leads_back_to_it(client: APIClient, day: dict[str, Claim]) -> None:
    body = get(client, day["shorts"])
    assert client.get(body["url"]).json() == body


@pytest.mark.parametrize("name", ["8a5e6f0e-7b0a-4f6c-9a1c-0c5f2d3e4b5a", "not-a-uuid", "0", "%00", "../../etc/passwd"])
def test_what_is_no_claim_is_not_found(client: APIClient, name: str) -> None:
    answer = client.get(f"{CLAIMS}{name}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_unchanged_claim_is_not_sent_twice(client: APIClient, day: dict[str, Claim]) -> None:
    first = client.get(f"{CLAIMS}{day['shorts'].pk}/")
    again = client.get(f"{CLAIMS}{day['shorts'].pk}/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("change", ["mark", "verification"])
def test_a_changed_claim_is_sent_again(client: APIClient, day: dict[str, Claim], change: str) -> None:
    claim = day["shorts"]
    first = client.get(f"{CLAIMS}{claim.pk}/")
    if change == "mark":
        Claim.objects.filter(pk=claim.pk).update(status="verified")
    else:
        Verification.objects.filter(claim=claim).update(settled=False)
    assert client.get(f"{CLAIMS}{claim.pk}/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_answers_are_for_their_caller_alone(client: APIClient, day: dict[str, Claim]) -> None:
    answer = client.get(f"{CLAIMS}{day['shorts'].pk}/")
    assert "private" in answer["Cache-Control"]
    assert {"Authorization", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_hostile_text_leaves_as_json_that_no_browser_takes_for_a_page(client: APIClient, day: dict[str, Claim]) -> None:
    answer = client.get(f"{CLAIMS}{day['ether'].pk}/", HTTP_ACCEPT="text/html")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_one_claim_costs_five_queries(day: dict[str, Claim], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        claim = read(day["level"].pk)
        assert claim.citations.all()[0].source.name
        assert claim.newest_verdicts  # type: ignore[attr-defined]
