"""Who may do what: keys with scopes, people with rights, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from claims.api import urls
from claims.models import ApiKey, Claim, RequestCount, Verification
from tests.claims.api.conftest import Caller, with_key
from tests.claims.api.submissions import CLAIMS, shorts

pytestmark = pytest.mark.django_db
SECRET = "x" * 43


def issued(*scopes: str, **more: Any) -> tuple[ApiKey, str]:
    return ApiKey.issue("tool", list(scopes or ["claims:read"]), **more)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Api-Key",
        "Api-Key ",
        "Api-Key nodot",
        "Api-Key .",
        "Api-Key abc.",
        f"Api-Key 000000000000.{SECRET}",
        f"Api-Key ' OR 1=1 --.{SECRET}",
        f"Api-Key a\x00b.{SECRET}",
        f"Api-Key é.{SECRET}",
        f"Bearer 000000000000.{SECRET}",
        "Basic YTpi",
        "Api-Key " + "x" * 10_000,
    ],
)
def test_without_a_valid_key_nobody_gets_in(header: str | None) -> None:
    client = APIClient(raise_request_exception=False)
    answer = client.get(CLAIMS, **({} if header is None else {"HTTP_AUTHORIZATION": header}))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Api-Key"


def test_the_secret_of_another_key_does_not_fit() -> None:
    (first, _), (_, other) = issued(), issued()
    assert with_key(f"{first.prefix}.{other.partition('.')[2]}").get(CLAIMS).status_code == 401


@pytest.mark.parametrize("scheme", ["Api-Key", "api-key", "API-KEY"])
def test_a_key_gets_in_whatever_the_case_of_the_scheme(scheme: str) -> None:
    assert APIClient().get(CLAIMS, HTTP_AUTHORIZATION=f"{scheme} {issued()[1]}").status_code == 200


@pytest.mark.parametrize(
    ("state", "word"),
    [({"revoked_at": timezone.now()}, "revoked"), ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired")],
)
def test_a_key_that_has_ended_says_so(state: dict[str, Any], word: str) -> None:
    answer = with_key(issued(**state)[1]).get(CLAIMS)
    assert answer.status_code == 401
    assert word in answer.json()["message"]


def test_the_secret_is_not_stored() -> None:
    key, text = issued()
    row = ApiKey.objects.filter(pk=key.pk).values()[0]
    assert text.partition(".")[2] not in str(row)


def test_use_is_noted_once_a_minute() -> None:
    key, text = issued()
    client = with_key(text)
    client.get(CLAIMS)
    key.refresh_from_db()
    first = key.last_used_at
    with CaptureQueriesContext(connection) as queries:
        client.get(CLAIMS)
    assert not [query for query in queries if 'UPDATE "claims_apikey"' in query["sql"]]
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    client.get(CLAIMS)
    key.refresh_from_db()
    assert first is not None
    assert key.last_used_at is not None
    assert key.last_used_at > first


READS = [
    CLAIMS,
    f"{CLAIMS}%s/",
    f"{CLAIMS}%s/evidence/",
    f"{CLAIMS}%s/history/",
    "/api/v1/metrics/",
    "/api/v1/sources/",
    "/api/v1/providers/",
    "/api/v1/gaps/",
]
WRITES = [CLAIMS, f"{CLAIMS}bulk/", f"{CLAIMS}%s/check/"]  # deciding a mark takes a person: test_overrides.py


def at(address: str, claim: Claim) -> str:
    return address % claim.pk if "%s" in address else address


@pytest.mark.parametrize("address", READS)
def test_reading_needs_the_scope_to_read(caller: Caller, day: dict[str, Claim], address: str) -> None:
    url = at(address, day["cap"])
    assert caller("claims:read").get(url).status_code == 200
    refused = caller("claims:write", "articles:write", "lint", "webhooks", "admin").get(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert "claims:read" in refused.json()["message"]


@pytest.mark.parametrize("address", WRITES)
def test_writing_needs_the_scope_to_write(caller: Caller, day: dict[str, Claim], address: str) -> None:
    url = at(address, day["cap"])
    refused = caller("claims:read", "admin").post(url, {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert caller("claims:write").post(url, {}, format="json").status_code in {202, 400}


def test_no_view_is_open() -> None:
    views = [pattern.callback.view_class for pattern in urls.urlpatterns]
    closed = [view for view in views if view.__module__ != "claims.api.views.docs"]
    assert len(closed) == len(views) - 2
    assert all(view.scopes and view.permission_classes for view in closed)


# People


@pytest.fixture
def editor() -> User:
    user = User.objects.create_user("ed", password="correct horse battery", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_claim", "add_claim"]))
    return user


def session_of(user: User, *, enforce_csrf_checks: bool = False) -> APIClient:
    client = APIClient(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_logged_in_editor_reads_and_writes(editor: User) -> None:
    client = session_of(editor)
    assert client.get(CLAIMS).status_code == 200
    assert client.post(CLAIMS, shorts()).status_code == 201
    assert Claim.objects.get().created_by == editor


def test_a_check_by_an_editor_is_a_persons(editor: User) -> None:
    client = session_of(editor)
    client.post(f"{client.post(CLAIMS, shorts()).json()['url']}check/")
    assert Verification.objects.get().asked_by_person


def test_a_post_from_another_site_is_refused(editor: User) -> None:
    client = session_of(editor, enforce_csrf_checks=True)
    answer = client.post(CLAIMS, shorts())
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert Claim.objects.count() == 0


def test_a_post_with_the_token_of_the_session_is_taken(editor: User) -> None:
    client = session_of(editor, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    assert client.post(CLAIMS, shorts(), HTTP_X_CSRFTOKEN="a" * 32).status_code == 201


@pytest.mark.parametrize("lost", ["staff", "rights", "active"])
def test_a_right_taken_away_counts_from_the_next_request(editor: User, lost: str) -> None:
    client = session_of(editor)
    assert client.get(CLAIMS).status_code == 200
    if lost == "rights":
        editor.user_permissions.clear()
    else:
        User.objects.filter(pk=editor.pk).update(**{f"is_{lost}": False})
    assert client.get(CLAIMS).status_code in {401, 403}


def test_reading_alone_does_not_let_a_person_write(editor: User) -> None:
    editor.user_permissions.set(Permission.objects.filter(codename="view_claim"))
    assert session_of(editor).post(CLAIMS, shorts()).status_code == 403


# How often


def after(client: APIClient, used: int) -> Any:
    """The answer to the request after that many in this minute. Asks again when the minute turns in between."""
    for _ in range(2):
        client.get(CLAIMS)
        RequestCount.objects.update(used=used)
        answer = client.get(CLAIMS)
        if RequestCount.objects.get().used == used + 1:
            return answer
    raise AssertionError("the minute turned twice")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(caller: Caller) -> None:
    """The count is a row, so what another process counted is seen here."""
    client = caller("claims:read", per_minute=3)
    assert after(client, 2).status_code == 200
    answer = after(client, 3)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_a_new_minute_starts_from_nothing(caller: Caller) -> None:
    client = caller("claims:read", per_minute=1)
    client.get(CLAIMS)
    RequestCount.objects.update(used=50, minute=timezone.now() - timedelta(minutes=5))
    assert client.get(CLAIMS).status_code == 200
    assert RequestCount.objects.get().used == 1


def test_each_key_has_a_limit_of_its_own(caller: Caller) -> None:
    first, second = caller("claims:read", per_minute=1), caller("claims:read", per_minute=1)
    first.get(CLAIMS)
    assert second.get(CLAIMS).status_code == 200


def test_zero_means_no_limit(caller: Caller) -> None:
    client = caller("claims:read", per_minute=0)
    assert {client.get(CLAIMS).status_code for _ in range(20)} == {200}
