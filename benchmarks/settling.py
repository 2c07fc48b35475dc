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
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
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
        measure(options.claims, options.questions)


def measure(claims: int, questions: int) -> None:
    from django.db import connection

    from claims import verification
    from claims.intake import submit_claim
    from claims.models import Verdict, Verification
    from sources import collecting
    from sources.models import Inquiry

    end = datetime(2026, 1, 14, 5, tzinfo=UTC)
    started = time.perf_counter()
    for number in range(claims):
        as_of = end - timedelta(minutes=number % questions)
        submit_claim(
            {
                "text": f"BTC traded above ${90_000 + number}",
                "metric": "price_break",
                "subject": "BTC",
                "comparator": "broke_above",
                "value": str(90_000 + number),
                "window": "PT12H",
                "as_of": as_of.isoformat(),
            }
        )
    taken_in = time.perf_counter() - started

    transport = Counting()
    inquiries = list(Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True))
    started = time.perf_counter()
    for pk in inquiries:
        collecting.answer(pk, transport)
    asking = time.perf_counter() - started
    started = time.perf_counter()
    for pk in inquiries:
        verification.settle(pk)
    settling = time.perf_counter() - started
    assert not Verification.objects.filter(settled=False).exists()
    assert Verdict.objects.count() == claims

    bare = bare_insert()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_evidence")
        evidence = cursor.fetchone()[0]
    lookups = sum(Inquiry.objects.get(pk=pk).lookups.count() for pk in inquiries[:1])
    print(f"claims {claims}, questions {len(inquiries)}, providers a question {lookups}, evidence rows {evidence}")
    print(f"conversations {transport.conversations} = questions x providers {len(inquiries) * lookups}")
    print(f"taken in   {claims / taken_in:8.0f} claims/s")
    print(f"asked      {len(inquiries) / asking:8.1f} questions/s (replayed answers)")
    print(f"settled    {claims / settling:8.0f} claims/s, {1000 * settling / claims:.2f} ms a claim")
    print(f"bare bulk insert of the same verdict and evidence rows: {1000 * bare / claims:.2f} ms a claim")
    print(f"ratio settled / bare insert: {settling / bare:.2f}")


class Counting:
    """The replay transport, counting the first request of every conversation."""

    def __init__(self) -> None:
        from sources.collecting.addressing import transport

        self.inner = transport()
        self.conversations = 0

    async def send(self, request: object) -> object:
        self.conversations += 1
        return await self.inner.send(request)

    async def aclose(self) -> None:
        return None


def bare_insert() -> float:
    """Seconds to insert the same rows again, in one statement a table, into tables with the same columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("claims_verdict", "claims_evidence"):
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        started = time.perf_counter()
        for table in ("claims_verdict", "claims_evidence"):
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
        server_side = time.perf_counter() - started
    del server_side
    return _bulk_create()


def _bulk_create() -> float:
    """The same rows through the ORM's bulk_create, already built: what any Django program would pay at the least."""
    from django.db import connection, transaction

    from claims.models import Evidence, Verdict

    verdicts, evidence = list(Verdict.objects.order_by("pk")), list(Evidence.objects.order_by("pk"))
    with transaction.atomic():
        for model, name in ((Evidence, "bare_claims_evidence"), (Verdict, "bare_claims_verdict")):
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {name}")
            model._meta.db_table = name
        started = time.perf_counter()
        Verdict.objects.bulk_create(verdicts, batch_size=2000)
        Evidence.objects.bulk_create(evidence, batch_size=2000)
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
