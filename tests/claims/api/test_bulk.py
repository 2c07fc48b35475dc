"""Many claims in one request: each stored or refused by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Claim
from tests.claims.api.submissions import CLAIMS, shorts

pytestmark = pytest.mark.django_db
BULK = f"{CLAIMS}bulk/"


@pytest.mark.parametrize("bare", [True, False])
def test_each_claim_has_its_own_result_in_the_order_of_the_request(client: APIClient, bare: bool) -> None:
    items = [shorts(), shorts(value="x"), shorts(), shorts(value=None), "text", shorts(value="420000000")]
    answer = client.post(BULK, items if bare else {"claims": items})
    body = answer.json()
    assert answer.status_code == 200
    assert [row["status"] for row in body["results"]] == [201, 400, 200, 400, 400, 201]
    assert [row["index"] for row in body["results"]] == [0, 1, 2, 3, 4, 5]
    assert (body["created"], body["existing"], body["failed"]) == (2, 1, 3)
    assert body["results"][0]["claim"]["id"] == body["results"][2]["claim"]["id"]
    assert body["results"][1]["error"]["code"] == "invalid_input"
    assert body["results"][3]["error"]["fields"].keys() == {"value"}
    assert body["results"][1]["claim"] is body["results"][0]["error"] is None
    assert Claim.objects.count() == 2


def test_a_claim_in_a_result_is_the_claim_as_it_is_read(client: APIClient) -> None:
    claim = client.post(BULK, [shorts()]).json()["results"][0]["claim"]
    assert client.get(claim["url"]).json() == claim


@pytest.mark.parametrize(
    "body",
    [[], {}, {"claims": []}, {"claims": {}}, {"claims": [{}], "dry_run": True}, "x", None, [{}] * 1001],
    ids=range(8),
)
def test_what_is_no_list_of_claims_is_refused(client: APIClient, body: Any) -> None:
    answer = client.post(BULK, body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["claims"])


def test_a_thousand_refusals_are_told_one_by_one(client: APIClient) -> None:
    body = client.post(BULK, [{}] * 1000).json()
    assert (body["failed"], len(body["results"])) == (1000, 1000)


def test_reading_the_results_does_not_cost_a_query_for_each(client: APIClient) -> None:
    items = [shorts(value=str(value)) for value in range(1, 31)]
    client.post(BULK, items)
    with CaptureQueriesContext(connection) as queries:
        client.post(BULK, items)
    reads = [query for query in queries if "claims_verdict" in query["sql"] and query["sql"].startswith("SELECT")]
    assert len(reads) == 1
