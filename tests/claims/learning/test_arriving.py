"""Daily files are asked for when they should be there, in inquiries no claim can wait on, and not for ever."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from claims.learning import ask_for_outcomes
from claims.models import GroundTruth, Score, Verdict
from claims.tasks import learn, pursue
from claims.verification import begin
from sources.collecting import known_providers
from sources.models import Inquiry, Lookup
from sources.types import Question, Window
from tests.claims.learning.rows import asked, inquiry_about, question, results, silent, stranger
from tests.local_server import Exchange, LocalServer
from tests.pinned import claim_of, pinned_providers

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 14, 4, tzinfo=UTC)
PRICE = "95060"


@pytest.fixture
def server(settings: Any) -> Iterator[LocalServer]:
    with pinned_providers(settings) as running:
        running.scripts["/binance_daily/"] = daily_files
        yield running


def archive(name: str) -> bytes:
    """The hour before 04:00, at 95,001 and a dollar more each minute: 95,060 at its end."""
    start = AT - timedelta(hours=1)
    rows = []
    for number in range(60):
        stamp = int((start + timedelta(minutes=number)).timestamp()) * 1_000_000
        price = 95_000 + number
        rows.append(f"{stamp},{price},{price + 5},{price - 5},{price + 1},1,{stamp + 59_999_999},1,1,1,1,0")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(zipfile.ZipInfo(name.replace(".zip", ".csv")), "\n".join(rows))
    return buffer.getvalue()


async def daily_files(exchange: Exchange) -> None:
    name = exchange.target.rpartition("/")[2]
    body = archive(name.removesuffix(".CHECKSUM"))
    if name.endswith(".CHECKSUM"):
        body = f"{hashlib.sha256(body).hexdigest()}  {name.removesuffix('.CHECKSUM')}\n".encode()
    await exchange.reply(body, content_type="application/octet-stream")


def price(subject: str = "BTC") -> Question:
    return question("price", subject, end=AT)


def pursue_outcome() -> Inquiry:
    inquiry = Inquiry.objects.get(for_outcome=True, settled_at=None)
    pursue(inquiry.pk)
    return inquiry


# --- What a daily file settles --------------------------------------------------------------------------------------


def test_the_daily_file_settles_the_price_for_everybody_within_the_tolerance(server: LocalServer) -> None:
    asked(price(), binance=PRICE, kraken="95110", okx="80000")
    learn()
    pursue_outcome()
    learn()
    truth = GroundTruth.objects.get()
    assert (truth.value, truth.known_from, truth.own, truth.settles_others) == (
        Decimal(PRICE),
        "daily_file",
        "binance",
        True,
    )
    assert truth.snapshot is not None
    assert truth.document_url.endswith("BTCUSDT-1m-2026-01-14.zip")
    assert results() == {"binance": "right", "kraken": "right", "okx": "wrong"}


def test_the_daily_file_settles_an_extreme_for_the_venue_alone(server: LocalServer) -> None:
    high = Question.of("price_break", "BTC", Window(AT - timedelta(hours=1), AT), extreme="high")
    asked(high, binance="95064", kraken="95900")
    learn()
    pursue_outcome()
    learn()
    assert results() == {"binance": "right", "kraken": "undecided"}
    assert Score.objects.get(provider="kraken").label == "other_venue"


def test_a_venue_that_reported_itself_wrongly_is_held_to_its_own_file(server: LocalServer) -> None:
    high = Question.of("price_break", "BTC", Window(AT - timedelta(hours=1), AT), extreme="high")
    asked(high, binance="97000")
    learn()
    pursue_outcome()
    learn()
    assert results() == {"binance": "wrong"}


def test_a_house_of_the_venue_that_is_not_the_venue_is_not_scored_by_its_file(server: LocalServer) -> None:
    stranger("sister", owner=known_providers()["binance"].lineage.owner)
    asked(price(), sister=PRICE)
    learn()
    pursue_outcome()
    learn()
    assert Score.objects.get().label == "own_voice"


# --- Never a voice --------------------------------------------------------------------------------------------------


def test_a_provider_of_later_outcomes_is_not_asked_about_a_claim(server: LocalServer) -> None:
    with transaction.atomic():
        begin([claim_of(price())])
    assert not Lookup.objects.filter(provider="binance_daily").exists()
    assert Lookup.objects.filter(provider="binance").exists()


def test_no_claim_waits_on_an_inquiry_after_an_outcome(server: LocalServer) -> None:
    asked(price(), binance=PRICE)
    learn()
    outcome = Inquiry.objects.get(for_outcome=True)
    with transaction.atomic():
        begin([claim_of(price())])
    pursue(outcome.pk)
    assert Verdict.objects.count() == 0
    assert Inquiry.objects.filter(for_outcome=False, settled_at=None).count() == 1


# --- When ---------------------------------------------------------------------------------------------------------


def test_nobody_is_asked_before_the_file_should_be_there() -> None:
    recent = (datetime.now(UTC) - timedelta(hours=30)).replace(second=0, microsecond=0)
    asked(question("price", end=recent), binance=PRICE)
    assert ask_for_outcomes() == 0
    asked(question("price", end=recent - timedelta(hours=8)), binance=PRICE)
    assert ask_for_outcomes() == 1


def test_a_question_is_asked_for_once() -> None:
    asked(price(), binance=PRICE)
    asked(price(), binance=PRICE)
    assert [ask_for_outcomes(), ask_for_outcomes()] == [1, 0]


def test_a_question_nobody_answered_has_nobody_to_score() -> None:
    silent(inquiry_about(price()), "binance", "unavailable")
    assert ask_for_outcomes() == 0


def test_what_no_file_covers_is_not_asked_for() -> None:
    asked(question("price", "USDT", end=AT), kraken="1")
    asked(question("supply", end=AT), coingecko="1")
    assert ask_for_outcomes() == 0


def after(reason: str, rounds: int, hours: int) -> int:
    """How many are opened when the newest of `rounds` rounds ended with this reason so many hours ago."""
    asked(price(), binance=PRICE)
    for _ in range(rounds):
        inquiry = inquiry_about(price(), for_outcome=True)
        silent(inquiry, "binance_daily", reason)
    Inquiry.objects.filter(for_outcome=True).update(settled_at=Now() - timedelta(hours=hours))
    return ask_for_outcomes()


@pytest.mark.parametrize(
    ("reason", "rounds", "hours", "opened"),
    [
        ("unavailable", 1, 7, 1),
        ("unavailable", 1, 5, 0),
        ("unavailable", 4, 7, 1),
        ("unavailable", 5, 7, 0),
        ("no_data", 1, 7, 0),
        ("malformed", 1, 7, 0),
    ],
)
def test_a_file_that_was_not_there_is_asked_for_again_but_not_for_ever(
    reason: str, rounds: int, hours: int, opened: int
) -> None:
    assert after(reason, rounds, hours) == opened
