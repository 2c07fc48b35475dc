"""The sample day teaches by itself: its authorities and the daily files are outcomes, and everybody is scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claims.models import Claim, GroundTruth, Score, Verdict
from claims.sampling import load_day
from claims.tasks import learn, pursue, refit_calibration, suggest_copies
from claims.verification import check_now
from sources.models import Inquiry
from verifier.demo import REPLAYED

DAY = Path(REPLAYED["REPLAY_DIR"])
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.DATA, settings.REPLAY_DIR = REPLAYED["DATA"], REPLAYED["REPLAY_DIR"]
    settings.PROVIDER_ENVIRONMENT = {name: value for name, value in REPLAYED.items() if name.endswith("_KEY")}
    load_day(DAY)
    pursue_all()


def pursue_all() -> None:
    for pk in Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True):
        assert pursue(pk)


def marks() -> dict[str, tuple[str, str]]:
    return {claim.text: (claim.status, claim.outcome) for claim in Claim.objects.all()}


def test_the_day_teaches_by_itself_and_changes_no_mark() -> None:
    before = marks()
    learn()
    pursue_all()
    learn()
    known = set(GroundTruth.objects.values_list("metric", "authority__slug", "known_from"))
    assert {
        ("supply_cap", "protocol_constant", "official_release"),
        ("index_record", "nikkei", "official_release"),
        ("price_break", "binance_daily", "daily_file"),
    } <= known
    scored = set(Score.objects.exclude(result="undecided").values_list("provider", "metric", "result"))
    assert {("coingecko", "supply_cap", "right"), ("binance", "price_break", "right")} <= scored
    assert not {provider for provider, _, _ in scored} & {"nikkei", "protocol_constant", "binance_daily", "fred"}
    suggest_copies()
    refit_calibration()
    assert marks() == before


def test_what_was_learned_is_believed_from_then_on_and_older_verdicts_stay_as_they_were() -> None:
    claim = Claim.objects.get(metric="supply_cap")
    first = Verdict.objects.get(claim=claim)
    learn()
    pursue(check_now(claim, by_person=False).pk)
    second = Verdict.objects.filter(claim=claim).latest("id")
    known = {one["source"]: one["right"] for one in second.believed["supporting"]}
    assert sum(known.values()) > 0
    first.refresh_from_db()
    assert sum(one["right"] for one in first.believed["supporting"]) == 0
    assert second.status == first.status == "verified"
