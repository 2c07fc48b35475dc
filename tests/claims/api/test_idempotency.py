"""A POST with an Idempotency-Key is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from claims.api import urls
from claims.models import Claim, IdempotentRequest, Verification
from tests.claims.api.conftest import Caller
from tests.claims.api.submissions import CLAIMS, shorts

BULK = f"{CLAIMS}bulk/"


def post(client: APIClient, body: Any, key: str = "k-1", url: str = CLAIMS) -> Any:
    return client.post(url, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_key_and_body_get_the_same_answer_byte_for_byte(client: APIClient) -> None:
    first, again = post(client, shorts()), post(client, shorts())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first["Location"], first["Content-Type"]) == (again["Location"], again["Content-Type"])
    assert again["Idempotent-Replayed"] == "true"
    assert Claim.objects.count() == 1


def test_the_order_of_the_fields_makes_no_other_body(client: APIClient) -> None:
    first = post(client, shorts())
    assert post(client, dict(reversed(shorts().items()))).content == first.content


@pytest.mark.parametrize(("url", "body"), [(CLAIMS, shorts(value="1")), (BULK, [shorts()])])
def test_the_same_key_with_another_request_is_a_conflict(client: APIClient, url: str, body: Any) -> None:
    post(client, shorts())
    answer = post(client, body, url=url)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert Claim.objects.count() == 1


def test_keys_of_two_owners_are_two_keys(client: APIClient, caller: Caller) -> None:
    post(client, shorts())
    assert post(caller("claims:write"), shorts(value="1")).status_code == 201


def test_a_refused_request_is_not_remembered(client: APIClient) -> None:
    assert post(client, shorts(value="x")).status_code == 400
    assert post(client, shorts()).status_code == 201


def test_a_key_is_free_again_after_a_day(client: APIClient) -> None:
    post(client, shorts())
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert post(client, shorts(value="1")).status_code == 201
    assert IdempotentRequest.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\x00b"])
def test_a_key_that_is_no_key_is_refused(client: APIClient, key: str) -> None:
    answer = post(client, shorts(), key)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])


def test_bulk_and_check_keep_their_answers_too(client: APIClient) -> None:
    first = post(client, [shorts()], url=BULK)
    assert post(client, [shorts()], url=BULK).content == first.content
    check = f"{first.json()['results'][0]['claim']['url']}check/"
    assert post(client, None, "k-2", check).content == post(client, None, "k-2", check).content


def test_every_post_of_the_api_takes_the_key() -> None:
    posts = [pattern.callback.view_class.post for pattern in urls.urlpatterns if _has_post(pattern)]
    assert len(posts) >= 3
    assert all(hasattr(post, "__wrapped__") for post in posts)
    assert get_resolver()


def _has_post(pattern: Any) -> bool:
    return hasattr(pattern.callback.view_class, "post")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("url", "body"), [(CLAIMS, shorts()), (BULK, [shorts(), shorts(value="2")])])
def test_eight_at_once_are_done_once(client: APIClient, url: str, body: Any) -> None:
    def ask(_: int) -> tuple[int, bytes]:
        try:
            answer = post(client, body, url=url)
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert len(answers) == 1
    assert answers.pop()[0] in {200, 201}
    assert Claim.objects.count() == Verification.objects.count() == len(body if isinstance(body, list) else [body])
    with connection.cursor() as cursor:
        mine = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        cursor.execute(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {mine}")
        assert cursor.fetchone() == (0,)
