"""An answer stands until its provider gives another one: silence takes nothing back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from claims.models import Claim
from claims.tasks import pursue
from claims.verification import check_now
from sources.collecting import keeping, leases, open_inquiry
from sources.errors import (
    AccessDenied,
    DefinitionDiffers,
    Malformed,
    NoData,
    NotConfigured,
    RateLimited,
    SourceError,
    Stale,
    Unavailable,
)
from sources.models import Inquiry, Lookup
from sources.queries import database_now
from sources.types import exact
from tests.local_server import LocalServer, replies
from tests.pinned import SUPPLY, agree, supply_question, waiting_claim

pytestmark = pytest.mark.django_db
QUESTION = supply_question(moment=datetime(2026, 1, 14, 5, tzinfo=UTC))
SAID = exact(Decimal(SUPPLY), Decimal(1))


def round_of(outcome: SourceError | None) -> Lookup:
    """The lookup of CoinPaprika in a new round of the question, answered or ended by this error."""
    with transaction.atomic():
        inquiry = open_inquiry(QUESTION)[0]
    lease = leases.take(inquiry.pk)
    assert lease is not None
    lookup, ending = inquiry.lookups.get(provider="coinpaprika"), keeping.Ending(lease, database_now())
    if outcome is None:
        assert keeping.keep_answer(lookup, SAID, None, ending)
    else:
        assert keeping.keep_abstention(lookup, outcome, ending)
    Inquiry.objects.filter(pk=inquiry.pk).update(settled_at=database_now())
    return Lookup.objects.get(pk=lookup.pk)


@pytest.mark.parametrize("silence", [Stale, Unavailable, RateLimited, AccessDenied])
def test_who_answered_before_and_is_silent_now_is_held_to_the_earlier_answer(silence: type[SourceError]) -> None:
    earlier = round_of(None)
    later = round_of(silence("a rolling total can only be asked at the time"))
    assert (later.state, later.reason) == ("answered", "")
    assert later.observation_id == earlier.observation_id
    assert later.note == "answered earlier; this time: a rolling total can only be asked at the time"


@pytest.mark.parametrize("outcome", [NoData, DefinitionDiffers, Malformed, NotConfigured])
def test_another_word_on_the_matter_replaces_the_earlier_answer(outcome: type[SourceError]) -> None:
    round_of(None)
    assert round_of(outcome("states no supply for this coin")).reason == outcome.reason


def test_what_was_said_between_takes_the_place_of_the_first_answer() -> None:
    round_of(None)
    round_of(NoData("states no supply for this coin"))
    assert round_of(Stale("too late")).reason == "stale"


def test_silence_after_silence_keeps_the_answer_of_the_first_round() -> None:
    earlier = round_of(None)
    round_of(Unavailable("down"))
    assert round_of(Stale("too late")).observation_id == earlier.observation_id


def test_without_an_earlier_answer_silence_is_silence() -> None:
    round_of(Unavailable("down"))
    assert round_of(Stale("too late")).reason == "stale"


def test_a_mark_outlives_the_hour_in_which_its_figure_could_be_asked(server: LocalServer) -> None:
    agree(server)
    claim = waiting_claim(supply_question())
    pursue(Inquiry.objects.latest("id").pk)
    assert Claim.objects.get(pk=claim.pk).status == "verified"
    old = {"last_updated": "2026-01-01T00:00:00+00:00", "circulating_supply": SUPPLY}
    server.scripts["/coinpaprika/"] = replies(old)
    for _ in range(2):
        pursue(check_now(claim, by_person=False).pk)
    row = Claim.objects.get(pk=claim.pk)
    assert (row.status, row.verdicts.first().supporting_voices) == ("verified", 2)  # type: ignore[union-attr]
