"""The sample day through the real code path, from recordings: every claim gets its mark, and nobody is called."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.models import Article, Claim, GapRecord, Verdict, Verification
from claims.sampling import Expected, load_day
from claims.tasks import pursue
from sources.models import Inquiry, Lookup, Observation, ProviderState
from verifier.demo import REPLAYED

DAY = Path(REPLAYED["REPLAY_DIR"])
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Addresses that somebody tried to reach over a network; there must be none."""
    addresses: list[Any] = []

    def connect(own: socket.socket, address: Any) -> None:
        addresses.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: connect(None, host))  # type: ignore[arg-type]
    yield addresses
    assert addresses == []


@pytest.fixture
def day(settings: Any) -> list[Expected]:
    """Loaded as in the demo, and every inquiry pursued as a worker would."""
    settings.DATA, settings.REPLAY_DIR = REPLAYED["DATA"], REPLAYED["REPLAY_DIR"]
    settings.PROVIDER_ENVIRONMENT = {name: value for name, value in REPLAYED.items() if name.endswith("_KEY")}
    expected = load_day(DAY)
    for pk in Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True):
        assert pursue(pk)
    for one in expected:
        one.claim.refresh_from_db()
    return expected


def test_every_claim_gets_the_mark_the_day_expects(day: list[Expected]) -> None:
    assert {one.claim.text: (one.claim.status, one.claim.outcome) for one in day} == {
        one.claim.text: (one.status, one.outcome) for one in day
    }


def test_enough_voices_stand_behind_each_mark_and_its_caveats_are_named(day: list[Expected]) -> None:
    for one in day:
        verdict = Verdict.objects.get(claim=one.claim)
        assert verdict.supporting_voices >= one.least_supporting, one.claim.text
        assert set(one.flags) <= set(one.claim.flags), one.claim.text


def test_every_verdict_says_why_and_rests_on_all_that_was_asked(day: list[Expected]) -> None:
    for verdict in Verdict.objects.all():
        assert verdict.reason
        assert verdict.evidence.count() == verdict.asked == verdict.inquiry.lookups.count()


def test_claims_of_one_question_cost_one_inquiry(day: list[Expected]) -> None:
    assert Inquiry.objects.count() == len({one.claim.question_key for one in day})


def test_nothing_is_left_waiting(day: list[Expected]) -> None:
    assert not Lookup.objects.filter(state="waiting").exists()
    assert not Verification.objects.filter(settled=False).exists()
    assert not Claim.objects.filter(checked_at=None).exists()


def test_every_observation_can_be_traced_to_the_bytes_it_was_read_from(day: list[Expected]) -> None:
    traced = Observation.objects.exclude(provider="protocol_constant")
    assert traced.exists()
    assert not traced.filter(snapshot=None).exists()
    assert all(row.snapshot.body.raw for row in traced.select_related("snapshot__body") if row.snapshot)


def test_no_provider_is_blamed_for_what_was_not_recorded(day: list[Expected]) -> None:
    assert not ProviderState.objects.filter(failures__gt=0).exists()


def test_loading_the_day_twice_changes_nothing(day: list[Expected]) -> None:
    models = (Article, Claim, GapRecord, Inquiry, Verdict)
    before = [model.objects.count() for model in models]
    again = load_day(DAY)
    assert [one.claim.pk for one in again] == [one.claim.pk for one in day]
    assert [model.objects.count() for model in models] == before
