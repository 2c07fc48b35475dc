"""One open inquiry per question, whoever opens it and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from sources.collecting import answer, known_providers, open_inquiry
from sources.models import Inquiry, Lookup
from sources.types import Question
from tests.at_once import at_once
from tests.local_server import LocalServer, replies
from tests.pinned import asked, coinpaprika, supply_question

pytestmark = pytest.mark.django_db


def opened(question: Question, **how: bool) -> Inquiry:
    with transaction.atomic():
        return open_inquiry(question, **how)[0]


def settled(inquiry: Inquiry) -> None:
    Inquiry.objects.filter(pk=inquiry.pk).update(settled_at=Now())


@pytest.mark.django_db(transaction=True)
def test_eight_openers_at_once_share_one_inquiry() -> None:
    question = supply_question()

    def work(number: int) -> tuple[int, bool]:
        with transaction.atomic():
            inquiry, new = open_inquiry(question)
        return inquiry.pk, new

    opened_by = at_once(work)
    assert len({pk for pk, _ in opened_by}) == 1
    assert [new for _, new in opened_by].count(True) == 1
    assert Lookup.objects.filter(provider="coingecko").count() == 1


def test_every_provider_that_knows_the_metric_gets_one_waiting_lookup() -> None:
    inquiry = opened(supply_question())
    knowing = {name for name, provider in known_providers().items() if "supply" in provider.metrics}
    assert set(inquiry.lookups.values_list("provider", "state")) == {(name, "waiting") for name in knowing}


def test_an_inquiry_that_is_not_to_be_asked_has_no_lookups() -> None:
    assert not opened(supply_question(), ask=False).lookups.exists()


def test_a_settled_inquiry_is_followed_by_a_new_round() -> None:
    question = supply_question()
    first = opened(question)
    settled(first)
    second = opened(question)
    assert (first.pk == second.pk, second.round) == (False, 2)


@pytest.mark.parametrize(
    "other",
    [
        supply_question("ETH", datetime(2026, 1, 14, tzinfo=UTC)),
        supply_question("SOL", datetime(2026, 1, 14, 0, 0, 1, tzinfo=UTC)),
    ],
    ids=["another subject", "another second"],
)
def test_another_question_is_another_inquiry(other: Question) -> None:
    assert opened(supply_question("SOL", datetime(2026, 1, 14, tzinfo=UTC))).pk != opened(other).pk


def test_the_deadline_leaves_room_for_a_dead_worker_and_its_successor(settings: object) -> None:
    settings.INQUIRY_SECONDS = 20.0  # type: ignore[attr-defined]
    inquiry = opened(supply_question())
    assert inquiry.deadline_at - inquiry.opened_at == timedelta(minutes=2)


def test_a_retry_carries_what_was_answered_and_asks_only_the_silent(server: LocalServer) -> None:
    question = supply_question()
    server.scripts["/coinpaprika/"] = replies({}, 408)
    first = opened(question)
    answer(first.pk)
    settled(first)
    server.seen.clear()
    server.scripts["/coinpaprika/"] = coinpaprika(1)
    second = opened(question, carry=True)
    carried = second.lookups.get(provider="coingecko")
    assert carried.observation == first.lookups.get(provider="coingecko").observation
    assert carried.state == "answered"
    answer(second.pk)
    assert asked(server) == ["coinpaprika"]


def test_a_retry_without_an_earlier_round_asks_everybody() -> None:
    assert not opened(supply_question(), carry=True).lookups.exclude(state="waiting").exists()
