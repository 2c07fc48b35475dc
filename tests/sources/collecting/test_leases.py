"""One worker at a time; what a dead one leaves is taken over, and an inquiry that kills its workers is parked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from sources.collecting import leases, open_inquiry, overdue, unattended
from sources.models import Inquiry, Lookup
from tests.at_once import at_once
from tests.pinned import expire_lease, supply_question, until

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def usual_times(settings: Any) -> None:
    settings.INQUIRY_SECONDS = 20.0


def opened() -> Inquiry:
    with transaction.atomic():
        return open_inquiry(supply_question())[0]


def aged(inquiry: Inquiry, **by: int) -> None:
    """The inquiry was opened, and rung for, that long ago."""
    moment = Now() - timedelta(**by)
    Inquiry.objects.filter(pk=inquiry.pk).update(
        opened_at=moment, rung_at=moment, deadline_at=moment + timedelta(minutes=2)
    )


def states(inquiry: Inquiry) -> set[str]:
    return set(inquiry.lookups.values_list("state", flat=True))


# --- Taking -----------------------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_of_eight_workers_one_gets_the_lease() -> None:
    inquiry = opened()
    assert sorted(filter(None, at_once(lambda number: leases.take(inquiry.pk)))) == [1]


def test_a_lease_is_half_as_long_again_as_the_asking() -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    inquiry.refresh_from_db()
    assert inquiry.lease_until is not None
    assert timedelta(seconds=25) < inquiry.lease_until - inquiry.opened_at < timedelta(seconds=35)


def test_a_lease_that_ran_out_goes_to_the_next_and_fences_off_the_first(settings: Any) -> None:
    settings.INQUIRY_SECONDS = 0.1
    inquiry = opened()
    assert leases.take(inquiry.pk) == 1
    assert leases.take(inquiry.pk) is None
    assert until(lambda: leases.take(inquiry.pk)) == 2
    assert not leases.still_holds(inquiry.pk, 1)
    assert leases.still_holds(inquiry.pk, 2)


def test_a_settled_inquiry_has_no_lease_to_give() -> None:
    inquiry = opened()
    Inquiry.objects.filter(pk=inquiry.pk).update(settled_at=Now())
    assert leases.take(inquiry.pk) is None


def test_there_is_no_fourth_lease() -> None:
    inquiry = opened()
    for number in (1, 2, 3):
        assert leases.take(inquiry.pk) == number
        expire_lease(inquiry.pk)
    assert leases.take(inquiry.pk) is None


# --- Unattended -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "found"), [(5, False), (25, False), (35, True), (4000, True)], ids=["5 s", "25 s", "35 s", "an hour"]
)
def test_an_inquiry_no_worker_came_for_is_rung_for_again_after_the_time_of_a_lease(seconds: int, found: bool) -> None:
    inquiry = opened()
    aged(inquiry, seconds=seconds)
    assert unattended() == ([inquiry.pk] if found else [])


def test_one_with_a_living_worker_is_left_alone() -> None:
    inquiry = opened()
    aged(inquiry, minutes=1)
    leases.take(inquiry.pk)
    assert unattended() == []


def test_one_whose_worker_died_is_rung_for() -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    expire_lease(inquiry.pk)
    assert unattended() == [inquiry.pk]


def test_slow_workers_are_not_flooded_with_repetitions() -> None:
    inquiry = opened()
    aged(inquiry, minutes=1)
    assert unattended() == [inquiry.pk]
    assert [unattended() for _ in range(5)] == [[]] * 5


@OVER_TRANSACTIONS
def test_eight_sweepers_ring_once() -> None:
    inquiries = [opened() for _ in range(5)]
    for inquiry in inquiries:
        aged(inquiry, minutes=1)
    rung = [pk for found in at_once(lambda number: unattended()) for pk in found]
    assert sorted(rung) == sorted(inquiry.pk for inquiry in inquiries)


def test_a_settled_one_is_not_rung_for() -> None:
    inquiry = opened()
    aged(inquiry, minutes=1)
    Inquiry.objects.filter(pk=inquiry.pk).update(settled_at=Now())
    assert unattended() == []


# --- Overdue ----------------------------------------------------------------------------------------------------


def test_the_silent_are_given_up_when_the_worker_died_past_the_deadline() -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    expire_lease(inquiry.pk)
    aged(inquiry, minutes=3)
    assert overdue() == [inquiry.pk]
    assert set(inquiry.lookups.values_list("reason", "note")) == {("unavailable", "no answer by the deadline")}
    inquiry.refresh_from_db()
    assert inquiry.parked == ""


def test_before_the_deadline_nobody_is_given_up() -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    expire_lease(inquiry.pk)
    assert overdue() == []


def test_a_worker_that_is_asking_past_the_deadline_is_not_disturbed() -> None:
    inquiry = opened()
    aged(inquiry, minutes=3)
    leases.take(inquiry.pk)
    assert overdue() == []
    assert states(inquiry) == {"waiting"}


def test_an_inquiry_nobody_was_asked_about_yet_is_not_overdue_however_long_the_broker_was_away() -> None:
    inquiry = opened()
    aged(inquiry, hours=5)
    assert overdue() == []
    assert unattended() == [inquiry.pk]


def test_after_three_dead_workers_it_is_parked_with_the_reason() -> None:
    inquiry = opened()
    for _ in range(3):
        leases.take(inquiry.pk)
        expire_lease(inquiry.pk)
    assert unattended() == []
    assert overdue() == [inquiry.pk]
    inquiry.refresh_from_db()
    assert inquiry.parked == "the checking process died 3 times on this question"
    assert set(inquiry.lookups.values_list("reason", "note")) == {("unavailable", inquiry.parked)}


def test_nothing_is_parked_when_all_had_answered_before_the_third_worker_died() -> None:
    inquiry = opened()
    inquiry.lookups.update(state=Lookup.State.ABSTAINED, reason="no_data")
    for _ in range(3):
        leases.take(inquiry.pk)
        expire_lease(inquiry.pk)
    assert overdue() == [inquiry.pk]
    inquiry.refresh_from_db()
    assert inquiry.parked == ""
    assert set(inquiry.lookups.values_list("reason", flat=True)) == {"no_data"}


@OVER_TRANSACTIONS
def test_either_a_worker_takes_over_or_the_silent_are_given_up_never_both() -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    expire_lease(inquiry.pk)
    aged(inquiry, minutes=3)
    results = at_once(lambda number: bool(overdue() if number % 2 else leases.take(inquiry.pk)))
    assert results.count(True) == 1
    assert states(inquiry) == ({"abstained"} if any(results[1::2]) else {"waiting"})
