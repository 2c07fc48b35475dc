"""Deciding marks in the admin: what is offered to whom, and what the page and the history say afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, Override
from tests.claims.test_admin import HOME, LIST, page, queries, read
from tests.market_day import market_day
from tests.people import person

pytestmark = pytest.mark.django_db
WISH = {"status": "rumor", "reason": "the screenshot is forged"}
VERIFY = {"status": "verified", "reason": "the exchange corrected its file"}


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


@pytest.fixture
def day() -> dict[str, Claim]:
    return market_day(timezone.now())


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana() -> Client:
    return browser(person("ana"))


@pytest.fixture
def ben() -> Client:
    return browser(person("ben"))


def post(client: Client, claim: Claim, data: dict[str, Any], name: str = "decide") -> str:
    return client.post(page(claim, name), data, follow=True).content.decode()


def test_an_editor_decides_and_the_page_says_so(ana: Client, day: dict[str, Claim]) -> None:
    shown = post(ana, day["shorts"], WISH)
    assert "Decided: rumor." in shown
    assert "ana decided this mark" in shown
    assert shown.count("the screenshot is forged") == 2  # above, and in the history
    assert Claim.objects.get(pk=day["shorts"].pk).status == "rumor"


def test_words_made_for_another_mark_are_not_offered_to_paste(ana: Client, day: dict[str, Claim]) -> None:
    assert "Wording to paste" in read(ana, page(day["shorts"]))
    assert "Wording to paste" not in post(ana, day["shorts"], WISH)


def test_only_marks_that_are_allowed_are_offered_and_what_takes_two_says_so(ana: Client, day: dict[str, Claim]) -> None:
    plain, rejected = read(ana, page(day["shorts"])), read(ana, page(day["forty"]))
    assert "needs a second person" not in plain
    assert 'value="machine"' not in plain
    assert rejected.count("needs a second person") == 1
    assert "a second editor must confirm" in rejected


def test_a_rejection_is_overturned_by_two(ana: Client, ben: Client, day: dict[str, Claim]) -> None:
    claim = day["forty"]
    mine = post(ana, claim, VERIFY)
    assert "The mark stays as it is until another person confirms" in mine
    assert 'value="withdraw"' in mine
    assert 'value="confirm"' not in mine
    theirs = read(ben, page(claim))
    assert 'value="confirm"' in theirs
    assert 'value="withdraw"' not in theirs
    proposal = str(Override.objects.get().pk)
    shown = post(ben, claim, {"answer": "confirm", "proposal": proposal}, "proposal")
    assert "ben decided this mark, proposed by ana" in shown
    assert Claim.objects.get(pk=claim.pk).status == "verified"


def test_confirming_ones_own_proposal_by_hand_is_refused(ana: Client, day: dict[str, Claim]) -> None:
    post(ana, day["forty"], VERIFY)
    proposal = str(Override.objects.get().pk)
    assert "another person must confirm" in post(
        ana, day["forty"], {"answer": "confirm", "proposal": proposal}, "proposal"
    )
    assert Override.objects.count() == 1


def test_what_was_typed_stays_when_it_is_refused(ana: Client, day: dict[str, Claim]) -> None:
    shown = post(ana, day["shorts"], {**WISH, "document_says": "a long sentence", "status": "pending"})
    assert "a long sentence" in shown
    assert "must be one of" in shown
    assert "the screenshot is forged</textarea>" in shown
    assert Override.objects.count() == 0


@pytest.mark.parametrize("name", ["decide", "proposal"])
def test_a_reporter_is_offered_nothing_and_gets_nothing(day: dict[str, Claim], name: str) -> None:
    rita = browser(person("rita", "reporter"))
    assert "Decide the mark" not in read(rita, page(day["shorts"]))
    assert "needs the role editor" in post(rita, day["shorts"], WISH, name)
    assert Override.objects.count() == 0


@pytest.mark.parametrize("name", ["decide", "proposal"])
def test_a_link_decides_nothing(ana: Client, day: dict[str, Claim], name: str) -> None:
    assert ana.get(page(day["shorts"], name)).status_code == 405


def test_a_decision_needs_the_page_it_came_from(day: dict[str, Claim]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("ana"))
    assert client.post(page(day["shorts"], "decide"), WISH).status_code == 403


def test_hostile_words_of_an_editor_are_shown_and_never_run(ana: Client, day: dict[str, Claim]) -> None:
    words = {
        "document_url": "https://e.example/<script>",
        "document_says": "<script>x</script>",
        "document_stance": "supports",
    }
    shown = post(ana, day["shorts"], {"status": "rumor", "reason": "<script>alert(1)</script>", **words})
    assert "<script>alert" not in shown
    assert "<script>x" not in shown
    assert "&lt;script&gt;alert(1)" in shown


# The queue of what is held


def held(claim: Claim) -> Claim:
    Claim.objects.filter(pk=claim.pk).update(flags=["held"], status="rumor", outcome="refuted")
    return claim


def test_what_is_held_has_a_tile_a_tab_and_a_filter(ana: Client, day: dict[str, Claim]) -> None:
    Claim.objects.update(flags=[])
    assert "held for an editor" not in read(ana, HOME)
    held(day["cap"])
    assert "<b>1</b> held for an editor" in read(ana, HOME)
    listed = read(ana, f"{LIST}?attention=held")
    assert page(day["cap"]) in listed
    assert page(day["shorts"]) not in listed


def test_what_waits_for_a_second_person_has_a_tile_and_a_filter(
    ana: Client, ben: Client, day: dict[str, Claim]
) -> None:
    post(ana, day["forty"], VERIFY)
    assert "<b>1</b> waits for a second person" in read(ben, HOME)
    assert page(day["forty"]) in read(ben, f"{LIST}?attention=proposed")
    post(
        ben, day["forty"], {"answer": "refuse", "proposal": str(Override.objects.get().pk), "reason": "no"}, "proposal"
    )
    assert "waits for a second person" not in read(ben, HOME)


def test_held_claims_are_released_from_the_list(ana: Client, day: dict[str, Claim]) -> None:
    chosen = [str(held(day["cap"]).pk), str(day["shorts"].pk)]
    Claim.objects.filter(pk=day["forty"].pk).update(flags=["overridden"], status="single_source")
    response = ana.post(
        LIST, {"action": "release_selected", "_selected_action": [*chosen, str(day["forty"].pk)]}, follow=True
    )
    shown = response.content.decode()
    assert "1 claim follows the machine again" in shown
    assert "1 claim would become verified: a second person must confirm" in shown
    assert "follows the machine already" in shown
    assert Claim.objects.get(pk=day["cap"].pk).status == "rumor"
    assert Claim.objects.get(pk=day["forty"].pk).status == "rumor"


def test_a_reporter_has_no_such_action(day: dict[str, Claim]) -> None:
    rita = browser(person("rita", "reporter"))
    rita.post(LIST, {"action": "release_selected", "_selected_action": [str(held(day["cap"]).pk)]})
    assert Override.objects.count() == 0


def test_the_page_asks_no_more_for_more_decisions(ana: Client, day: dict[str, Claim]) -> None:
    post(ana, day["shorts"], WISH)
    before = queries(ana, page(day["shorts"]))
    for number in range(4):
        post(ana, day["shorts"], {**WISH, "reason": f"r{number}"})
    assert queries(ana, page(day["shorts"])) == before
    assert reverse("admin:claims_claim_decide", args=[day["shorts"].pk]) in read(ana, page(day["shorts"]))
