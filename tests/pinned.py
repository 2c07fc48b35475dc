"""Every provider pinned to one server on loopback, each under a path of its own: only the socket is replaced.

`pin` is what the `<NAME>_URL` settings hold. A provider without a script gets 404, so that a new provider breaks no
test. Most tests ask for the circulating supply of SOL, which two voices with one plain request each can tell.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from claims.models import Claim
from claims.verification import begin
from sources.collecting import known_providers
from sources.models import Inquiry
from sources.types import Question, Window
from tests.local_server import Exchange, LocalServer, Script, local_server, replies

SUPPLY = 560_000_000


def pin(server: LocalServer) -> dict[str, str]:
    return {f"{name.upper()}_URL": f"{server.url}/{name}" for name in known_providers()}


@contextmanager
def pinned_providers(settings: Any) -> Iterator[LocalServer]:
    """Live providers, all on loopback; both voices on supply agree until a test says otherwise."""
    with local_server() as server:
        settings.DATA = "live"
        settings.PROVIDER_ENVIRONMENT = pin(server)
        settings.INQUIRY_SECONDS = 10.0
        agree(server)
        yield server


def agree(server: LocalServer, supply: int = SUPPLY) -> None:
    server.scripts["/coingecko/"] = coingecko(supply)
    server.scripts["/coinpaprika/"] = coinpaprika(supply)


def coingecko(supply: int) -> Script:
    return replies({"market_data": {"last_updated": _now(), "circulating_supply": supply}})


def coinpaprika(supply: int) -> Script:
    return replies({"last_updated": _now(), "circulating_supply": supply})


def _now() -> str:
    return datetime.now(UTC).isoformat()


def asked(server: LocalServer) -> list[str]:
    """Which providers were sent a request, in order."""
    return [exchange.target.split("/")[1] for exchange in server.seen]


@dataclass
class Gate:
    """A provider that holds its answer until the test lets it go."""

    then: Script
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, exchange: Exchange) -> None:
        self.reached.set()
        while not self.opened.is_set():
            await asyncio.sleep(0.01)
        await self.then(exchange)


def supply_question(subject: str = "SOL", moment: datetime | None = None) -> Question:
    moment = moment or datetime.now(UTC)
    return Question.of("supply", subject, Window(moment, moment))


def claim_of(question: Question, value: int = SUPPLY, **more: Any) -> Claim:
    """A stored claim about the question that nobody checks yet."""
    number = Claim.objects.count()
    return Claim.objects.create(
        text=f"{value:,} {question.subject} are in circulation",
        metric=question.metric,
        subject=question.subject,
        qualifiers=dict(question.qualifiers),
        comparator="about",
        value=Decimal(value),
        unit="coins",
        as_of=question.window.end,
        window_start=question.window.start,
        window_end=question.window.end,
        question_key=question.key,
        submission_key=f"{question.key[:50]}-{value}-{number}"[:64],
        **more,
    )


def waiting_claim(question: Question, value: int = SUPPLY, **more: Any) -> Claim:
    with transaction.atomic():
        claim = claim_of(question, value, **more)
        begin([claim])
    return claim


def expire_lease(inquiry_id: int) -> None:
    """The time of a lease passes, for everything that the sweepers look at."""
    ago = timedelta(hours=1)
    Inquiry.objects.filter(pk=inquiry_id).update(rung_at=Now() - ago)
    Inquiry.objects.filter(pk=inquiry_id).exclude(lease_until=None).update(lease_until=Now() - ago)


def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """What the condition gives as soon as that is true; AssertionError when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "this did not come true in time"
        time.sleep(0.02)
    return found
