"""Claims with the same question wait on one inquiry; nothing depends on whether a worker hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from claims.intake import submit_claim
from claims.models import Claim, GapRecord, Verification
from claims.tasks import pursue, resend_unattended
from claims.verification import begin, check_now
from sources.models import Inquiry, Lookup
from sources.types import Question
from tests.at_once import at_once
from tests.bells import bells, broker_away
from tests.local_server import LocalServer, replies
from tests.pinned import SUPPLY, asked, claim_of, expire_lease, supply_question, waiting_claim

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)


def only() -> Inquiry:
    return Inquiry.objects.get()


def submission(**more: Any) -> dict[str, Any]:
    return {
        "text": "About 560 million SOL are in circulation",
        "metric": "supply",
        "subject": "SOL",
        "comparator": "about",
        "value": str(SUPPLY),
        "as_of": datetime.now(UTC).isoformat(),
        **more,
    }


# --- Sharing ----------------------------------------------------------------------------------------------------


def test_claims_with_other_values_but_the_same_question_share_one_inquiry(server: LocalServer) -> None:
    question = supply_question()
    claims = [waiting_claim(question, value) for value in (SUPPLY, SUPPLY * 2, SUPPLY * 3)]
    pursue(only().pk)
    assert sorted(asked(server)) == ["coingecko", "coinpaprika"]
    for claim in claims:
        claim.refresh_from_db()
    assert [claim.outcome for claim in claims] == ["supported", "refuted", "refuted"]


@OVER_TRANSACTIONS
def test_eight_submitters_at_once_share_one_inquiry() -> None:
    question = supply_question()
    claims = [claim_of(question, SUPPLY + number) for number in range(8)]

    def work(number: int) -> None:
        with transaction.atomic():
            begin([claims[number]])

    at_once(work)
    assert Verification.objects.filter(inquiry=only()).count() == 8


@OVER_TRANSACTIONS
def test_the_same_submission_eight_times_at_once_is_one_claim() -> None:
    data = submission()
    made = at_once(lambda number: submit_claim(data))
    assert [one.created for one in made].count(True) == 1
    assert {one.claim.pk for one in made} == {Verification.objects.get().claim_id}


def test_a_check_asked_for_while_one_is_under_way_joins_it() -> None:
    claim = waiting_claim(supply_question())
    check_now(claim, by_person=True)
    check_now(claim, by_person=False)
    assert Verification.objects.get().asked_by_person
    assert only().round == 1


def test_a_check_asked_for_after_the_last_was_settled_asks_everybody_anew(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(only().pk)
    server.seen.clear()
    pursue(check_now(claim, by_person=True).pk)
    assert sorted(asked(server)) == ["coingecko", "coinpaprika"]


# --- Reuse ------------------------------------------------------------------------------------------------------


def test_a_claim_is_judged_at_once_from_an_inquiry_settled_a_short_while_ago(server: LocalServer) -> None:
    question = supply_question()
    waiting_claim(question)
    pursue(only().pk)
    server.seen.clear()
    claim = waiting_claim(question, SUPPLY * 2)
    claim.refresh_from_db()
    assert (claim.outcome, claim.verdicts.count()) == ("refuted", 1)
    assert (asked(server), only().settled_at is None) == ([], False)


@OVER_TRANSACTIONS
def test_eight_claims_at_once_on_a_settled_inquiry_get_one_verdict_each(server: LocalServer) -> None:
    question = supply_question()
    waiting_claim(question)
    pursue(only().pk)
    claims = [claim_of(question, SUPPLY + number) for number in range(8)]

    def work(number: int) -> None:
        with transaction.atomic():
            begin([claims[number]])

    at_once(work)
    assert {claim.verdicts.count() for claim in claims} == {1}
    assert only().verdicts.count() == 9


@pytest.mark.parametrize(
    "spoil",
    [
        lambda inquiry: Inquiry.objects.update(settled_at=Now() - timedelta(days=2)),
        lambda inquiry: Inquiry.objects.update(parked="the checking process died 3 times on this question"),
        lambda inquiry: _abstained("unavailable"),
        lambda inquiry: _abstained("rate_limited"),
        lambda inquiry: inquiry.lookups.all()._raw_delete("default"),
    ],
    ids=["too old", "parked", "somebody was unavailable", "somebody was paused", "nobody was asked"],
)
def test_an_inquiry_that_says_too_little_is_not_reused(spoil: Callable[[Inquiry], object]) -> None:
    question = supply_question()
    waiting_claim(question)
    inquiry = only()
    _abstained("no_data")
    Inquiry.objects.update(settled_at=Now())
    spoil(inquiry)
    waiting_claim(question, SUPPLY * 2)
    assert Inquiry.objects.filter(settled_at=None).count() == 1


def _abstained(reason: str) -> None:
    Lookup.objects.update(state="abstained", reason=reason)


# --- Information gaps -------------------------------------------------------------------------------------------


def gap() -> GapRecord:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return GapRecord.objects.create(metric="supply", subject="SOL", since=since, note="nobody counts it")


def test_nobody_is_asked_inside_an_information_gap(server: LocalServer) -> None:
    gap()
    claim = waiting_claim(supply_question())
    pursue(only().pk)
    claim.refresh_from_db()
    assert (claim.outcome, asked(server)) == ("no_authority", [])


def test_once_the_gap_is_gone_the_next_claim_asks(server: LocalServer) -> None:
    record, question = gap(), supply_question()
    waiting_claim(question)
    pursue(only().pk)
    record.delete()
    claim = waiting_claim(question, SUPPLY * 2)
    pursue(claim.verifications.get().inquiry_id)
    claim.refresh_from_db()
    assert (claim.outcome, len(asked(server))) == ("refuted", 2)


# --- The bell ---------------------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_the_bell_rings_once_for_an_inquiry_and_only_after_the_commit() -> None:
    question = supply_question()
    with bells() as ringing:
        with transaction.atomic():
            begin([claim_of(question)])
            first = Inquiry.objects.get()
            assert ringing.heard() == []
        waiting_claim(question, SUPPLY * 2)
        assert ringing.heard() == [first.pk]


@OVER_TRANSACTIONS
def test_a_claim_that_was_rolled_back_rings_no_bell() -> None:
    with bells() as ringing:
        with transaction.atomic():
            begin([claim_of(supply_question())])
            transaction.set_rollback(True)
        assert not Inquiry.objects.exists()
        assert ringing.heard() == []


@OVER_TRANSACTIONS
def test_a_claim_is_stored_while_the_broker_is_away_and_the_sweeper_sends_it_later(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    with broker_away():
        claim = submit_claim(submission()).claim
        assert "the broker is away" in caplog.text
        expire_lease(only().pk)
        assert resend_unattended() == 1
    with bells() as ringing:
        expire_lease(only().pk)
        assert resend_unattended() == 1
        (inquiry_id,) = ringing.heard()
    assert pursue(inquiry_id)
    claim.refresh_from_db()
    assert claim.outcome == "supported"


# --- Nobody reachable -------------------------------------------------------------------------------------------


def test_with_nobody_reachable_a_claim_stays_pending_and_says_when_it_is_asked_again(server: LocalServer) -> None:
    server.scripts["/coingecko/"] = server.scripts["/coinpaprika/"] = replies({}, 408)
    claim = waiting_claim(supply_question())
    pursue(only().pk)
    claim.refresh_from_db()
    assert (claim.status, claim.outcome) == ("pending", "incomplete")
    assert claim.next_check_at is not None
    assert claim.checked_at is not None
    assert claim.next_check_at - claim.checked_at == timedelta(minutes=1)


def test_garbage_from_one_provider_leaves_the_others_to_count(server: LocalServer) -> None:
    server.scripts["/coingecko/"] = replies(b"<html>")
    claim = waiting_claim(supply_question())
    pursue(only().pk)
    claim.refresh_from_db()
    assert (claim.status, claim.verdicts.get().abstained) == ("single_source", {"malformed": 1, "not_covered": 1})
    assert Lookup.objects.get(provider="coingecko").snapshots.get().body.raw == b"<html>"


def test_the_question_of_a_claim_is_that_of_its_inquiry() -> None:
    question: Question = supply_question()
    claim = waiting_claim(question)
    assert Claim.objects.get(pk=claim.pk).question == only().question == question
