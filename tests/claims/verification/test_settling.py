"""An inquiry is settled exactly once, with a verdict and its evidence for every claim that waits on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from claims import chain, rhythm
from claims.models import Claim, Evidence, Link, TrackRecord, Verdict, Verification
from claims.tasks import open_due, pursue, resend_unattended, settle_overdue
from claims.verification import begin, check_now, settle
from sources.collecting import answer, keeping, leases
from sources.errors import NoData
from sources.models import Inquiry, Lookup
from sources.queries import database_now
from sources.types import exact
from tests.at_once import at_once
from tests.local_server import LocalServer, replies
from tests.pinned import SUPPLY, agree, claim_of, expire_lease, supply_question, until, waiting_claim

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)


def newest() -> Inquiry:
    return Inquiry.objects.latest("id")


def checked(claim: Claim) -> Claim:
    """The claim after one more inquiry, asked for by the clock."""
    pursue(check_now(claim, by_person=False).pk)
    claim.refresh_from_db()
    return claim


def answered_inquiry(*values: int, subject: str = "SOL") -> Inquiry:
    """Everybody has answered; nothing is settled yet."""
    question = supply_question(subject)
    for value in values or (SUPPLY,):
        waiting_claim(question, value)
    inquiry = newest()
    answer(inquiry.pk)
    return inquiry


def assert_judged_once(inquiry: Inquiry, claims: int) -> None:
    inquiry.refresh_from_db()
    assert inquiry.settled_at is not None
    assert Verdict.objects.filter(inquiry=inquiry).count() == claims
    assert Evidence.objects.filter(verdict__inquiry=inquiry).count() == claims * inquiry.lookups.count()
    assert not Verification.objects.filter(inquiry=inquiry, settled=False).exists()


# --- What is written --------------------------------------------------------------------------------------------


def test_a_verdict_comes_with_one_piece_of_evidence_for_each_lookup(server: LocalServer) -> None:
    inquiry = answered_inquiry()
    assert settle(inquiry.pk) == 1
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.outcome, verdict.supporting_voices) == ("verified", "supported", 2)
    assert {row.lookup_id for row in verdict.evidence.all()} == {row.pk for row in inquiry.lookups.all()}
    assert dict(verdict.evidence.values_list("source", "stance")) == {
        "coingecko": "supports",
        "coinpaprika": "supports",
        "protocol_constant": "",
    }


def test_the_claim_shows_the_mark_and_when_it_is_looked_at_again(server: LocalServer) -> None:
    inquiry = answered_inquiry()
    settle(inquiry.pk)
    claim, verdict = Claim.objects.get(), Verdict.objects.get()
    assert (claim.status, claim.outcome, claim.checked_at) == ("verified", "supported", verdict.created_at)
    assert claim.next_check_at == verdict.created_at + timedelta(days=1)
    assert (claim.rechecks, claim.retries) == (1, 0)


def test_nothing_is_settled_while_one_provider_is_silent() -> None:
    waiting_claim(supply_question())
    assert settle(newest().pk) == 0
    assert newest().settled_at is None


def test_an_inquiry_that_does_not_exist_is_no_trouble() -> None:
    assert settle(10**9) == 0
    assert pursue(10**9) is True


# --- Exactly once -----------------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_eight_settlers_at_once_write_every_verdict_once(server: LocalServer) -> None:
    inquiry = answered_inquiry(*(SUPPLY + number for number in range(5)))
    assert sorted(at_once(lambda number: settle(inquiry.pk))) == [0] * 7 + [5]
    assert_judged_once(inquiry, 5)


@OVER_TRANSACTIONS
@pytest.mark.parametrize("attempt", range(3))
def test_when_the_last_two_answers_arrive_together_one_of_them_settles(attempt: int) -> None:
    waiting_claim(supply_question())
    inquiry = newest()
    lease = leases.take(inquiry.pk) or 0
    waiting = {row.provider: row for row in keeping.waiting(inquiry)}
    keeping.keep_abstention(waiting["protocol_constant"], NoData("none"), keeping.Ending(lease, database_now()))
    said = exact(Decimal(SUPPLY), Decimal(1))

    def work(number: int) -> int:
        lookup = waiting[("coingecko", "coinpaprika")[number]]
        keeping.keep_answer(lookup, said, None, keeping.Ending(lease, database_now()))
        return settle(inquiry.pk)

    assert sorted(at_once(work, 2)) == [0, 1]
    assert_judged_once(inquiry, 1)


@OVER_TRANSACTIONS
def test_every_task_twice_in_a_row_is_as_good_as_once(server: LocalServer) -> None:
    waiting_claim(supply_question())
    inquiry = newest()
    assert [pursue(inquiry.pk), pursue(inquiry.pk)] == [True, True]
    for task in (open_due, settle_overdue, resend_unattended):
        assert [task(), task()] == [0, 0]
    assert_judged_once(inquiry, 1)
    assert len(server.seen) == 2


@OVER_TRANSACTIONS
def test_every_task_eight_times_at_once_is_as_good_as_once(server: LocalServer) -> None:
    waiting_claim(supply_question())
    inquiry = newest()
    tasks: list[Callable[[], object]] = [
        lambda: pursue(inquiry.pk),
        open_due,
        settle_overdue,
        resend_unattended,
    ]
    at_once(lambda number: tasks[number % 4]())
    assert_judged_once(inquiry, 1)
    assert len(server.seen) == 2


@OVER_TRANSACTIONS
@pytest.mark.parametrize("attempt", range(3))
def test_a_claim_that_comes_at_the_very_moment_of_settling_is_not_lost(server: LocalServer, attempt: int) -> None:
    inquiry = answered_inquiry()
    question = inquiry.question
    late = [claim_of(question, SUPPLY + 1 + number) for number in range(5)]

    def work(number: int) -> None:
        if number < 3:
            settle(inquiry.pk)
            return
        with transaction.atomic():
            begin([late[number - 3]])

    at_once(work)
    for pk in Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True):
        pursue(pk)
    assert {claim.verdicts.count() for claim in Claim.objects.all()} == {1}
    assert not Verification.objects.filter(settled=False).exists()


@OVER_TRANSACTIONS
def test_a_claim_joins_while_its_inquiry_is_locked_and_is_judged_with_it(server: LocalServer) -> None:
    inquiry = answered_inquiry()
    settler = threading.Thread(target=_closing(lambda: settle(inquiry.pk)))
    with transaction.atomic():
        begin([claim_of(inquiry.question, SUPPLY * 2)])
        settler.start()
        until(_waiting_for_locks)
    settler.join(20)
    assert_judged_once(inquiry, 2)


# --- All or nothing ---------------------------------------------------------------------------------------------


@contextmanager
def refused(table: str) -> Iterator[None]:
    """The database refuses rows of this table, as it does when its disk is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(f"CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION disk_full()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION disk_full CASCADE")


@OVER_TRANSACTIONS
@pytest.mark.parametrize("table", ["claims_verdict", "claims_evidence", "claims_claim", "claims_verification"])
def test_when_the_transaction_fails_in_the_middle_nothing_of_it_is_there(server: LocalServer, table: str) -> None:
    inquiry = answered_inquiry()
    with refused(table), pytest.raises(DatabaseError, match="no space left"):
        settle(inquiry.pk)
    inquiry.refresh_from_db()
    assert inquiry.settled_at is None
    assert (Verdict.objects.count(), Evidence.objects.count(), Claim.objects.get().status) == (0, 0, "pending")
    assert settle(inquiry.pk) == 1
    assert_judged_once(inquiry, 1)


@pytest.mark.parametrize("model", [Verdict, Evidence], ids=lambda model: model.__name__)
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_verdicts_and_evidence_are_neither_changed_nor_deleted(server: LocalServer, model: Any, deed: str) -> None:
    settle(answered_inquiry().pk)
    rows = model.objects.all()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows.update(source="x") if deed == "update" and model is Evidence else (
            rows.update(reason="x") if deed == "update" else rows._raw_delete("default")
        )


def test_a_second_verdict_for_the_same_claim_and_inquiry_is_refused(server: LocalServer) -> None:
    settle(answered_inquiry().pk)
    verdict = Verdict.objects.get()
    verdict.pk, verdict.hash = None, "0" * 64
    with pytest.raises(DatabaseError, match="one_verdict_per_inquiry"), transaction.atomic():
        verdict.save(force_insert=True)


# --- How sure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [0, 99])
def test_confidence_follows_from_who_is_believed_and_the_mark_does_not(server: LocalServer, wrong: int) -> None:
    for name in ("coingecko", "coinpaprika"):
        TrackRecord.objects.create(source=name, metric="supply", right=99 - wrong, wrong=wrong)
    settle(answered_inquiry().pk)
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.outcome) == ("verified", "supported")
    assert verdict.confidence is not None
    assert (verdict.confidence > Decimal("0.9")) is (wrong == 0)
    assert {one["source"]: one["right"] + one["wrong"] for one in verdict.believed["supporting"]} == {
        "coingecko": 99,
        "coinpaprika": 99,
    }


def test_without_any_outcome_confidence_rests_on_what_is_assumed_of_anybody(server: LocalServer) -> None:
    settle(answered_inquiry().pk)
    verdict = Verdict.objects.get()
    assert verdict.confidence is not None
    assert {one["accuracy"] for one in verdict.believed["supporting"]} == {"0.8000"}
    assert {one["right"] + one["wrong"] for one in verdict.believed["supporting"]} == {0}


# --- The chain --------------------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_eight_settlers_of_eight_inquiries_link_one_chain_without_a_fork(server: LocalServer) -> None:
    subjects = ("SOL", "ETH", "XRP", "BNB", "DOGE", "ADA", "TRX", "AVAX")
    inquiries = [answered_inquiry(SUPPLY, SUPPLY * 2, SUPPLY * 3, subject=subject) for subject in subjects]
    assert at_once(lambda number: settle(inquiries[number].pk)) == [3] * 8
    rows = list(Verdict.objects.order_by("id").prefetch_related("evidence"))
    assert [row.previous_hash for row in rows] == ["", *(row.hash for row in rows[:-1])]
    links = list(Link.objects.all())
    assert [link.position for link in links] == list(range(1, 25))
    for row, link in zip(rows, links, strict=True):
        assert (link.kind, link.row, link.hash, link.digest) == ("verdict", row.pk, row.hash, chain.digest_of(row))
        assert chain.hash_of(link) == link.hash


# --- Over several inquiries -------------------------------------------------------------------------------------


def test_a_changed_finding_is_confirmed_by_a_second_inquiry_before_it_is_shown(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    agree(server, SUPPLY * 2)
    first = checked(claim)
    assert (first.status, first.outcome) == ("verified", "supported")
    assert first.next_check_at == (first.checked_at or database_now()) + rhythm.CONFIRM
    second = checked(claim)
    assert (second.status, second.outcome) == ("rumor", "refuted")
    assert list(claim.verdicts.order_by("id").values_list("status", "shown_status")) == [
        ("verified", "verified"),
        ("rumor", "verified"),
        ("rumor", "rumor"),
    ]


def test_a_finding_that_is_not_confirmed_is_never_shown(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    agree(server, SUPPLY * 2)
    checked(claim)
    agree(server)
    assert (checked(claim).status, claim.outcome) == ("verified", "supported")


def test_a_finding_that_keeps_flipping_is_looked_at_a_few_times_and_then_as_seldom_as_any(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    waits = []
    for look in range(7):
        agree(server, SUPPLY * 2) if look % 2 == 0 else alone(server)
        looked = checked(claim)
        assert looked.status == "verified"
        assert looked.next_check_at is not None
        waits.append(round((looked.next_check_at - looked.checked_at).total_seconds() / 60))
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert min(waits[5:]) >= 24 * 60


def alone(server: LocalServer) -> None:
    """Only one of the two says the figure; the other knows nothing of the coin."""
    agree(server)
    server.scripts["/coinpaprika/"] = replies({}, 404)


def test_a_person_who_asks_is_not_told_to_wait_for_a_second_inquiry(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    agree(server, SUPPLY * 2)
    pursue(check_now(claim, by_person=True).pk)
    claim.refresh_from_db()
    assert claim.status == "rumor"


def test_silence_takes_no_mark_away(server: LocalServer) -> None:
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    server.scripts["/coingecko/"] = server.scripts["/coinpaprika/"] = replies({}, 408)
    again = checked(claim)
    assert (again.status, again.outcome, claim.verdicts.first().outcome) == ("verified", "supported", "supported")


def test_retries_come_after_one_two_four_minutes_until_somebody_answers(server: LocalServer) -> None:
    server.scripts["/coingecko/"] = server.scripts["/coinpaprika/"] = replies({}, 408)
    claim = waiting_claim(supply_question())
    pursue(newest().pk)
    claim.refresh_from_db()
    waits = []
    for _ in range(3):
        waits.append((claim.next_check_at or database_now()) - (claim.checked_at or database_now()))
        checked(claim)
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    agree(server)
    checked(claim)
    assert (claim.status, claim.retries) == ("verified", 0)


def test_a_parked_question_is_asked_again_in_an_hour_and_not_in_a_minute() -> None:
    claim = waiting_claim(supply_question())
    inquiry = newest()
    for _ in range(leases.MOST_LEASES):
        leases.take(inquiry.pk)
        expire_lease(inquiry.pk)
    settle_overdue()
    assert pursue(inquiry.pk)
    claim.refresh_from_db()
    assert (claim.status, claim.outcome) == ("pending", "incomplete")
    assert claim.next_check_at == (claim.checked_at or database_now()) + rhythm.PARKED


def test_a_claim_of_a_moment_to_come_is_looked_at_when_that_is_over(server: LocalServer) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=40)
    claim = waiting_claim(supply_question(moment=moment))
    pursue(newest().pk)
    claim.refresh_from_db()
    assert (claim.status, claim.outcome) == ("pending", "too_early")
    assert claim.next_check_at == moment + rhythm.FIRST_RETRY


# --- Together with editors --------------------------------------------------------------------------------------


def _closing(work: Callable[[], object], failures: list[BaseException] | None = None) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except DatabaseError as error:
            if failures is None:
                raise
            failures.append(error)
        finally:
            connection.close()

    return run


def _waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


@OVER_TRANSACTIONS
def test_what_an_editor_decides_while_an_inquiry_is_settled_is_not_overwritten(server: LocalServer) -> None:
    inquiry = answered_inquiry()
    claim = Claim.objects.get()
    settler = threading.Thread(target=_closing(lambda: settle(inquiry.pk)))
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=claim.pk)
        settler.start()
        until(_waiting_for_locks)
        Claim.objects.filter(pk=claim.pk).update(status="rumor", outcome="supported", flags=["overridden"])
    settler.join(20)
    claim.refresh_from_db()
    assert "overridden" in claim.flags
    assert_judged_once(inquiry, 1)


@OVER_TRANSACTIONS
def test_a_bulk_of_settled_and_open_questions_and_a_settler_do_not_wait_for_each_other(server: LocalServer) -> None:
    questions = sorted((supply_question(), supply_question("ETH")), key=lambda question: question.key)
    for question in questions:
        waiting_claim(question)
    settled, answered = (Inquiry.objects.get(key=question.key) for question in questions)
    pursue(settled.pk)
    answer(answered.pk)
    bulk = [claim_of(question, SUPPLY * 2) for question in questions]

    def submit() -> None:
        with transaction.atomic():
            begin(bulk)

    failures: list[BaseException] = []
    threads = [threading.Thread(target=_closing(work, failures)) for work in (submit, lambda: settle(answered.pk))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [chain.CHAIN_LOCK])
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(lambda number=number: _waiting_for_locks() == number)  # type: ignore[misc]
        cursor.execute("SELECT pg_advisory_unlock(%s)", [chain.CHAIN_LOCK])
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert {claim.verdicts.count() for claim in Claim.objects.all()} == {1}


def test_every_lookup_of_a_settled_inquiry_has_its_outcome(server: LocalServer) -> None:
    inquiry = answered_inquiry()
    settle(inquiry.pk)
    assert not Lookup.objects.filter(inquiry=inquiry, state="waiting").exists()
