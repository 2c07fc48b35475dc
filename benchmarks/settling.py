"""N claims on Q questions: provider requests, time per claim, and one bare bulk insert of the same rows beside it.

    python benchmarks/settling.py [--claims 10000] [--questions 100]

Starts servers of its own, answers from a transport that counts, runs the product's own tasks in this process. The
figure to look at is the ratio: both sides are taken in one run on one machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources.types import Request, Response

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    on_servers_of_its_own(lambda: measure(options.claims, options.questions))


def on_servers_of_its_own(work: Callable[[], None]) -> None:
    from verifier.embedded import embedded

    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as servers:
        os.environ |= {
            "DATABASE_URL": servers.database_url,
            "CELERY_BROKER_URL": servers.broker_url,
            "SECRET_KEY": "only-for-the-benchmark",
            "DATA": "replay",
            "REPLAY_DIR": str(ROOT / "sources" / "replay" / "2026-01-14"),
            "DJANGO_SETTINGS_MODULE": "verifier.settings",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        work()


def measure(claims: int, questions: int) -> None:
    from claims import verification
    from claims.models import Evidence, Verdict, Verification
    from sources import collecting
    from sources.models import Inquiry, Lookup

    taking_in = timed(lambda: take_in(claims, questions))
    inquiries = list(Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True))
    transport = Counting()
    asking = timed(lambda: [collecting.answer(pk, transport) for pk in inquiries])
    settling = timed(lambda: [verification.settle(pk) for pk in inquiries])
    assert not Verification.objects.filter(settled=False).exists()
    assert (len(inquiries), Verdict.objects.count()) == (questions, claims)

    lookups = Lookup.objects.count()
    bare = bare_insert()
    print(f"{claims} claims on {questions} questions; {Evidence.objects.count()} rows of evidence")
    print(f"provider requests: {transport.requests} for {questions} questions x {lookups // questions} providers")
    print(f"taken in, 1,000 a request: {claims / taking_in:7.0f} claims/s")
    print(f"asked, replayed answers:   {questions / asking:7.1f} questions/s")
    print(f"settled:                   {claims / settling:7.0f} claims/s = {1000 * settling / claims:.2f} ms a claim")
    print(f"the same rows, bare bulk insert: {1000 * bare / claims:.2f} ms a claim")
    print(f"settling costs {settling / bare:.2f} times the bare insert")


def timed(work: Callable[[], object]) -> float:
    """Seconds the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def take_in(claims: int, questions: int) -> None:
    """Submit them by the thousand; claim i asks question i modulo `questions`."""
    from claims.intake import submit_claims

    end = datetime(2026, 1, 14, 5, tzinfo=UTC)
    items = [
        {
            "text": f"BTC traded above ${90_000 + number}",
            "metric": "price_break",
            "subject": "BTC",
            "comparator": "broke_above",
            "value": str(90_000 + number),
            "window": "PT10M",
            "as_of": (end - timedelta(minutes=number % questions)).isoformat(),
        }
        for number in range(claims)
    ]
    for first in range(0, claims, 1000):
        submit_claims(items[first : first + 1000])


class Counting:
    """The replay transport, counting requests."""

    def __init__(self) -> None:
        from sources.collecting.addressing import transport

        self.inner = transport()
        self.requests = 0

    async def send(self, request: Request) -> Response:
        self.requests += 1
        return await self.inner.send(request)

    async def aclose(self) -> None:
        return None


def bare_insert() -> float:
    """Seconds to bulk_create the same verdict and evidence rows, already built, into tables of the same columns."""
    from django.db import connection

    from claims.models import Evidence, Verdict

    rows = [(model, list(model.objects.order_by("pk"))) for model in (Verdict, Evidence)]
    with connection.cursor() as cursor:
        for model, _ in rows:
            cursor.execute(f"CREATE TABLE bare_{model._meta.db_table} (LIKE {model._meta.db_table} INCLUDING ALL)")
            model._meta.db_table = f"bare_{model._meta.db_table}"
    return timed(lambda: [model.objects.bulk_create(found, batch_size=2000) for model, found in rows])


if __name__ == "__main__":
    main()
