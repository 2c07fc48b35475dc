"""What is stored is enough to decide every verdict once more, to the last digit, word and hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Context, getcontext, setcontext
from pathlib import Path
from typing import Any

import pytest

from claims.models import Claim, Evidence, Verdict, Verification
from claims.sampling import load_day
from claims.tasks import pursue
from claims.telling import explain
from claims.types import Outcome, Status
from claims.verdict import Previous, settle_status
from claims.verification import check_now, settling
from sources.models import Inquiry
from verifier.demo import REPLAYED

DAY = Path(REPLAYED["REPLAY_DIR"])
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    """The sample day, every claim checked twice: the second verdicts follow from the first ones too."""
    settings.DATA, settings.REPLAY_DIR = REPLAYED["DATA"], REPLAYED["REPLAY_DIR"]
    settings.PROVIDER_ENVIRONMENT = {name: value for name, value in REPLAYED.items() if name.endswith("_KEY")}
    load_day(DAY)
    for pk in Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True):
        assert pursue(pk)
    for claim in Claim.objects.all():
        pursue(check_now(claim, by_person=False).pk)


def ruled_again(claim: Claim) -> Iterator[tuple[Verdict, Verdict, list[Evidence]]]:
    """Each stored verdict of the claim, oldest first, with what its rows give today."""
    previous = Previous(Status.PENDING)
    for stored in claim.verdicts.order_by("id"):
        case = replace(settling.case_of(stored.inquiry), now=stored.created_at)
        ruling = settling.ruling_of(claim, case)
        asked = Verification.objects.get(claim=claim, inquiry=stored.inquiry).asked_by_person
        decision = settle_status(previous, ruling, asked_by_person=asked)
        told = explain(ruling)
        again = settling.verdict_of(claim, stored.inquiry, ruling, told, decision, stored.created_at)
        yield stored, again, [settling.evidence_of(case, ruling, told, answer) for answer in case.answers]
        found = {"found_status": Status(ruling.status), "found_outcome": Outcome(ruling.outcome)}
        previous = Previous(decision.status, decision.outcome, decision.flags, **found)  # type: ignore[arg-type]


def every_verdict_again() -> list[tuple[Verdict, Verdict, list[Evidence]]]:
    return [row for claim in Claim.objects.all() for row in ruled_again(claim)]


FIELDS = [field.name for field in Verdict._meta.concrete_fields if field.name not in {"id", "previous_hash", "hash"}]


def test_every_stored_verdict_is_ruled_again_word_for_word() -> None:
    rows = every_verdict_again()
    assert len(rows) == Verdict.objects.count() > Claim.objects.count()
    for stored, again, evidence in rows:
        for name in FIELDS:
            assert getattr(again, name) == getattr(stored, name), name
        kept = [
            (row.lookup_id, row.voice, row.stance, row.counts, row.label, row.reason) for row in stored.evidence.all()
        ]
        assert kept == [(row.lookup_id, row.voice, row.stance, row.counts, row.label, row.reason) for row in evidence]


def test_every_stored_verdict_has_the_hash_its_rows_give() -> None:
    for stored, again, evidence in every_verdict_again():
        assert settling.chained(stored.previous_hash, again, evidence) == stored.hash


def test_the_arithmetic_of_the_process_that_rules_again_does_not_matter() -> None:
    before = getcontext()
    setcontext(Context(prec=5))
    try:
        hashes = [settling.chained(old.previous_hash, again, rows) for old, again, rows in every_verdict_again()]
    finally:
        setcontext(before)
    assert sorted(hashes) == sorted(Verdict.objects.values_list("hash", flat=True))
