"""What the clock asks for is done once, however many sweepers there are, and nothing stands in the way of the rest."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from claims.models import Claim, Verification
from claims.tasks import pursue
from claims.verification import open_due, settle_overdue, unattended
from sources.collecting import leases
from sources.models import Inquiry
from tests.at_once import at_once
from tests.bells import bells
from tests.local_server import LocalServer, replies
from tests.pinned import SUPPLY, agree, asked, claim_of, expire_lease, supply_question, waiting_claim

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)
AGO = Now() - timedelta(seconds=1)


def due(claim: Claim, **columns: object) -> Claim:
    Claim.objects.filter(pk=claim.pk).update(next_check_at=AGO, **columns)
    return claim


def newest() -> Inquiry:
    return Inquiry.objects.latest("id")


# --- Due claims -------------------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_eight_sweepers_open_every_due_claim_once() -> None:
    claims = [due(claim_of(supply_question(subject))) for subject in ("SOL", "ETH", "XRP", "BNB", "ADA")]
    opened = at_once(lambda number: open_due())
    assert sum(opened) == len(claims)
    assert (Inquiry.objects.count(), Verification.objects.count()) == (5, 5)


def test_all_due_claims_of_a_question_are_asked_about_once() -> None:
    question = supply_question()
    for number in range(20):
        due(claim_of(question, SUPPLY + number))
    assert open_due() == 20
    assert Verification.objects.filter(inquiry=newest()).count() == 20


@pytest.mark.parametrize("when", [None, Now() + timedelta(minutes=1)], ids=["no more", "in a minute"])
def test_a_claim_whose_date_has_not_come_is_left_alone(when: object) -> None:
    claim = claim_of(supply_question())
    Claim.objects.filter(pk=claim.pk).update(next_check_at=when)
    assert open_due() == 0


def test_a_claim_that_was_taken_by_a_sweeper_is_due_again_in_five_minutes_should_that_die() -> None:
    claim = due(claim_of(supply_question()))
    assert [open_due(), open_due()] == [1, 0]
    assert Claim.objects.filter(pk=claim.pk, next_check_at__range=(Now(), Now() + timedelta(minutes=5))).exists()


def test_a_due_claim_whose_inquiry_is_already_open_joins_it() -> None:
    claim = due(waiting_claim(supply_question()))
    with bells() as ringing:
        assert open_due() == 1
        assert ringing.heard() == []
    assert (Inquiry.objects.count(), Verification.objects.count()) == (1, 1)
    assert not claim.verifications.get().settled


def test_a_due_claim_joins_the_inquiry_of_another_claim() -> None:
    question = supply_question()
    waiting_claim(question)
    due(claim_of(question, SUPPLY * 2))
    open_due()
    assert Verification.objects.filter(inquiry=newest()).count() == 2


@pytest.mark.parametrize(
    ("retries", "expected"), [(1, ["coinpaprika"]), (0, ["coingecko", "coinpaprika"])], ids=["a retry", "a re-check"]
)
def test_a_retry_asks_only_the_silent_and_a_recheck_asks_everybody(
    server: LocalServer, retries: int, expected: list[str]
) -> None:
    server.scripts["/coinpaprika/"] = replies({}, 408)
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    server.seen.clear()
    agree(server)
    due(claim, retries=retries)
    open_due()
    pursue(newest().pk)
    assert sorted(asked(server)) == expected
    claim.refresh_from_db()
    assert claim.status in {"verified", "single_source"}


def test_a_claim_nobody_could_be_asked_about_is_asked_again_and_verified(server: LocalServer) -> None:
    server.scripts["/coingecko/"] = server.scripts["/coinpaprika/"] = replies({}, 408)
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    agree(server)
    due(claim)
    open_due()
    pursue(newest().pk)
    claim.refresh_from_db()
    assert (claim.status, claim.verdicts.count()) == ("verified", 2)


@OVER_TRANSACTIONS
def test_a_claim_that_somebody_is_editing_does_not_hold_up_the_others() -> None:
    edited, other = due(claim_of(supply_question())), due(claim_of(supply_question("ETH")))
    opened: list[int] = []

    def sweep() -> None:
        try:
            opened.append(open_due())
        finally:
            connection.close()

    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=edited.pk)
        sweeper = threading.Thread(target=sweep)
        sweeper.start()
        sweeper.join(20)
        assert opened == [1]
    assert Verification.objects.get().claim_id == other.pk


# --- What was forgotten -----------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_a_lost_message_is_sent_again_and_again_until_a_worker_comes() -> None:
    waiting_claim(supply_question())
    with bells() as ringing:
        for _ in range(3):
            expire_lease(newest().pk)
            assert unattended() == [newest().pk]
        assert ringing.heard() == [newest().pk] * 3
        leases.take(newest().pk)
        assert unattended() == []


@OVER_TRANSACTIONS
def test_a_worker_is_sent_to_settle_what_went_silent() -> None:
    claim = waiting_claim(supply_question())
    inquiry = newest()
    leases.take(inquiry.pk)
    expire_lease(inquiry.pk)
    Inquiry.objects.update(deadline_at=AGO)
    with bells() as ringing:
        assert settle_overdue() == [inquiry.pk]
        assert ringing.heard() == [inquiry.pk]
    assert pursue(inquiry.pk)
    claim.refresh_from_db()
    assert (claim.outcome, claim.verdicts.get().abstained) == ("incomplete", {"unavailable": 3})


@OVER_TRANSACTIONS
def test_a_claim_that_joined_in_the_last_moment_and_was_overlooked_is_judged(server: LocalServer) -> None:
    question = supply_question()
    waiting_claim(question)
    inquiry = newest()
    pursue(inquiry.pk)
    overlooked = claim_of(question, SUPPLY * 2)
    Verification.objects.create(claim=overlooked, inquiry=inquiry)
    with bells() as ringing:
        assert settle_overdue() == [inquiry.pk]
        assert ringing.heard() == [inquiry.pk]
    assert pursue(inquiry.pk)
    overlooked.refresh_from_db()
    assert overlooked.outcome == "refuted"
    assert settle_overdue() == []


@OVER_TRANSACTIONS
def test_an_inquiry_that_cannot_be_settled_does_not_hold_up_the_others(server: LocalServer) -> None:
    broken, fine = waiting_claim(supply_question("ETH")), waiting_claim(supply_question())
    Claim.objects.filter(pk=broken.pk).update(comparator="broke_above", value=None)
    for inquiry in Inquiry.objects.all():
        leases.take(inquiry.pk)
        expire_lease(inquiry.pk)
    Inquiry.objects.update(deadline_at=AGO)
    with bells() as ringing:
        settle_overdue()
        messages = ringing.heard()
    assert len(messages) == 2
    with pytest.raises(ValueError, match="needs a value"):
        pursue(messages[0])
    assert pursue(messages[1])
    fine.refresh_from_db()
    assert fine.verdicts.exists()
