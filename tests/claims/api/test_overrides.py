"""People's decisions through the API: who, in what order, and what the answers and the history say."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from claims.models import Claim, Override
from tests.claims.api.conftest import Caller
from tests.claims.api.submissions import CLAIMS
from tests.people import person

pytestmark = pytest.mark.django_db
WISH = {"status": "rumor", "reason": "the screenshot is forged"}
VERIFY = {"status": "verified", "reason": "the exchange corrected its file"}


def session_of(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ana() -> APIClient:
    return session_of(person("ana"))


@pytest.fixture
def ben() -> APIClient:
    return session_of(person("ben"))


def post(client: APIClient, claim: Claim, body: Any, at: str = "override", **more: Any) -> Any:
    return client.post(f"{CLAIMS}{claim.pk}/{at}/", body, format="json", **more)


def history(client: APIClient, claim: Claim, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{CLAIMS}{claim.pk}/history/", query).json()["results"]
    return found


def test_an_editor_decides_and_the_claim_says_who_and_why(ana: APIClient, day: dict[str, Claim]) -> None:
    answer = post(ana, day["shorts"], WISH)
    body = answer.json()
    assert answer.status_code == 200, body
    assert (body["status"], "overridden" in body["flags"]) == ("rumor", True)
    told = body["override"]
    assert (told["person"], told["reason"], told["previous_status"]) == ("ana", WISH["reason"], "single_source")
    assert (told["verdict"], told["document"], told["proposed"]) == (body["verdict"]["id"], None, None)


def test_a_rejected_claim_waits_for_a_second_person(ana: APIClient, ben: APIClient, day: dict[str, Claim]) -> None:
    claim = day["forty"]
    first = post(ana, claim, VERIFY)
    assert (first.status_code, first.json()["status"], first.json()["override"]) == (202, "rumor", None)
    proposal = first.json()["proposal"]
    assert (proposal["person"], proposal["kind"], proposal["status"]) == ("ana", "proposed", "verified")
    second = post(ben, claim, {"answer": "confirm", "proposal": proposal["id"]}, "proposal")
    told = second.json()["override"]
    assert (second.status_code, second.json()["status"], second.json()["proposal"]) == (200, "verified", None)
    assert (told["person"], told["proposed"]["person"], told["reason"]) == ("ben", "ana", None)
    assert told["proposed"]["reason"] == VERIFY["reason"]


def test_the_same_person_is_told_that_it_takes_another(ana: APIClient, day: dict[str, Claim]) -> None:
    proposal = post(ana, day["forty"], VERIFY).json()["proposal"]
    answers = [
        post(ana, day["forty"], VERIFY),
        post(ana, day["forty"], {"answer": "confirm", "proposal": proposal["id"]}, "proposal"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
        assert "another person" in answer.json()["message"]


@pytest.mark.parametrize("at", ["override", "proposal"])
def test_a_key_and_a_reporter_are_not_permitted(caller: Caller, day: dict[str, Claim], at: str) -> None:
    for client in (caller("claims:read", "claims:write", "admin"), session_of(person("rita", "reporter"))):
        answer = post(client, day["shorts"], WISH, at)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert Override.objects.count() == 0


def test_who_may_add_claims_but_not_decide_is_not_permitted(day: dict[str, Claim]) -> None:
    user = person("tool", "editor")
    user.groups.get().permissions.filter(codename="override_claim").delete()
    answer = post(session_of(user), day["shorts"], WISH)
    assert (answer.status_code, answer.json()["message"]) == (403, "Deciding a mark needs the role editor.")


def test_what_is_missing_or_wrong_is_named(ana: APIClient, day: dict[str, Claim]) -> None:
    answer = post(ana, day["shorts"], {"status": "pending", "because": "x"})
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() == {"status", "reason", "because"}
    assert post(ana, day["shorts"], [WISH]).json()["code"] == "invalid_input"


def test_a_repeated_request_decides_once(ana: APIClient, day: dict[str, Claim]) -> None:
    answers = [post(ana, day["shorts"], WISH, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert Override.objects.count() == 1


def test_a_claim_that_is_not_there_is_not_found(ana: APIClient) -> None:
    address = f"{CLAIMS}5f0f3ad2-6a0e-4a57-9a0f-1f2f6a2f8a11/override/"
    assert ana.post(address, WISH, format="json").status_code == 404


def test_the_history_has_verdicts_and_deeds_newest_first(
    ana: APIClient, ben: APIClient, day: dict[str, Claim], client: APIClient
) -> None:
    claim = day["forty"]
    verdicts = len(history(client, claim))
    proposal = post(ana, claim, VERIFY).json()["proposal"]
    post(
        ben, claim, {"answer": "refuse", "proposal": proposal["id"], "reason": "the file is another day's"}, "proposal"
    )
    post(ben, claim, {"status": "single_source", "reason": "one venue corrected"})
    rows = history(client, claim)
    assert [row["type"] for row in rows] == ["override"] * 3 + ["verdict"] * verdicts
    assert [(row["kind"], row["person"]) for row in rows[:3]] == [
        ("decided", "ben"),
        ("refused", "ben"),
        ("proposed", "ana"),
    ]
    assert rows[1]["proposed"]["id"] == rows[2]["id"]
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)


def test_the_history_is_paged_through_both_kinds_in_both_directions(ana: APIClient, day: dict[str, Claim]) -> None:
    claim = day["shorts"]
    for number in range(5):
        post(ana, claim, {**WISH, "reason": f"r{number}"})
    whole = history(ana, claim)
    page = ana.get(f"{CLAIMS}{claim.pk}/history/", {"page_size": 2}).json()
    seen, last = list(page["results"]), page
    while page["next"]:
        page = ana.get(page["next"]).json()
        seen += page["results"]
        last = page
    assert seen == whole
    back = list(last["results"])
    while last["previous"]:
        last = ana.get(last["previous"]).json()
        back = last["results"] + back
    assert back == whole
