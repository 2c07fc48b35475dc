"""Every error has one shape and a code of the closed list, whatever went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from rest_framework.test import APIClient

from claims.api.errors import Code
from claims.errors import ClaimError
from claims.models import Claim
from tests.claims.api.submissions import CLAIMS, shorts

pytestmark = pytest.mark.django_db


def subclasses(kind: type[ClaimError]) -> Iterator[type[ClaimError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_error_of_the_services_has_a_code_of_the_list() -> None:
    assert {kind.code for kind in subclasses(ClaimError)} <= set(Code)


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/", 404, "not_found"),
        ("get", "/api/v1/", 404, "not_found"),
        ("get", "/api/v1/nothing/", 404, "not_found"),
        ("post", "/api/v2/claims/", 404, "not_found"),
        ("get", "/api/v1/snapshots/zz/", 404, "not_found"),
        ("get", "/api/v1/claims/%00/", 404, "not_found"),
        ("put", CLAIMS, 405, "method_not_allowed"),
        ("patch", CLAIMS, 405, "method_not_allowed"),
        ("delete", CLAIMS, 405, "method_not_allowed"),
        ("options", CLAIMS, 405, "method_not_allowed"),
        ("get", f"{CLAIMS}bulk/", 405, "method_not_allowed"),
        ("post", "/api/v1/metrics/", 405, "method_not_allowed"),
    ],
)
def test_errors_have_one_shape(client: APIClient, method: str, address: str, status: int, code: str) -> None:
    answer = getattr(client, method)(address)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert list(body) == ["code", "message", "fields"]
    assert body["message"]


def test_a_wrong_method_names_the_right_ones(client: APIClient) -> None:
    assert client.delete(CLAIMS)["Allow"] == "GET, HEAD, POST"


def test_pages_outside_the_api_keep_their_own_errors(client: APIClient) -> None:
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_query_on_a_post_is_refused(client: APIClient) -> None:
    answer = client.post(f"{CLAIMS}?dry_run=1", shorts())
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["dry_run"])


class Broken:
    """Makes every statement that contains a word fail, as a driver would."""

    def __init__(self, word: str, error: Exception) -> None:
        self.word, self.error = word, error

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.word in sql:
            raise self.error
        return execute(sql, params, many, context)


@pytest.mark.parametrize("word", ["claims_apikey", "claims_claim"])
def test_a_database_that_is_away_is_503_and_says_when_to_ask_again(client: APIClient, word: str) -> None:
    with connection.execute_wrapper(Broken(word, OperationalError("server closed the connection"))):
        answer = client.get(CLAIMS)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert "closed the connection" not in answer.content.decode()


def test_a_database_lost_in_the_middle_leaves_nothing_and_the_same_key_works_later(client: APIClient) -> None:
    with connection.execute_wrapper(Broken("sources_lookup", OperationalError("gone"))):
        answer = client.post(CLAIMS, shorts(), HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, Claim.objects.count()) == (503, 0)
    assert client.post(CLAIMS, shorts(), HTTP_IDEMPOTENCY_KEY="k").status_code == 201


def test_a_crash_is_told_without_its_inside(client: APIClient) -> None:
    with connection.execute_wrapper(Broken("claims_claim", RuntimeError("secret inside"))):
        answer = client.get(CLAIMS)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.content.decode()


def test_the_largest_body_is_the_one_of_the_settings() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 1_000_000


def test_a_number_of_too_many_digits_is_refused_in_plain_words(client: APIClient) -> None:
    answer = client.post(CLAIMS, b'{"value": ' + b"1" * 5000 + b"}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert "sys." not in answer.json()["message"]


def test_what_a_first_try_gets_wrong_is_answered_with_the_header_that_is_missing(client: APIClient) -> None:
    assert "Authorization: Api-Key" in APIClient().get(CLAIMS).json()["message"]
    form = client.post(CLAIMS, "text=BTC", content_type="application/x-www-form-urlencoded")
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")
    assert "Content-Type: application/json" in form.json()["message"]
