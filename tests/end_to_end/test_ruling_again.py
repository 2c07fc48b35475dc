"""What is stored is enough to decide every verdict once more, to the last digit, word and hash."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Context, getcontext, setcontext
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from claims import chain
from claims.models import CalibrationFit, Claim, GapRecord, Grounds, Link, TrackRecord, Verdict, Verification
from claims.reliability import DEFAULT_CALIBRATION
from claims.sampling import load_day
from claims.tasks import pursue
from claims.verification import check_now
from claims.verification.reruling import Archive
from sources.canonical import sha256_of
from sources.collecting import known_providers
from sources.models import Inquiry, Lookup, Source
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


def every_verdict_again() -> list[tuple[Verdict, Verdict]]:
    archive = Archive()
    return [(stored, archive.again(stored)[0]) for stored in Verdict.objects.order_by("id")]


FIELDS = [field.name for field in Verdict._meta.concrete_fields if field.name not in {"id", "previous_hash", "hash"}]


def test_every_stored_verdict_is_ruled_again_word_for_word() -> None:
    rows = every_verdict_again()
    assert len(rows) == Verdict.objects.count() > Claim.objects.count()
    for stored, again in rows:
        for name in FIELDS:
            assert getattr(again, name) == getattr(stored, name), name
        assert chain.digest_of(again) == Link.objects.get(row=stored.pk).digest


@pytest.mark.parametrize("name", ["reason", "wording", "reason_zh", "wording_zh"])
def test_no_word_of_a_verdict_is_left_out_of_its_digest(name: str) -> None:
    stored = Verdict.objects.exclude(wording="").latest("id")
    assert getattr(stored, name)
    setattr(stored, name, "other words")
    assert chain.digest_of(stored) != Link.objects.get(row=stored.pk, kind="verdict").digest


@pytest.mark.parametrize("name", ["reason", "reason_zh"])
def test_no_word_of_a_finding_is_left_out_of_its_digest(name: str) -> None:
    stored = Verdict.objects.filter(answered__gt=0).latest("id")
    stored.resting_on = list(stored.evidence.order_by("id"))
    row = next(one for one in stored.resting_on if one.stance)
    assert getattr(row, name)
    setattr(row, name, "other words")
    assert chain.digest_of(stored) != Link.objects.get(row=stored.pk, kind="verdict").digest


def test_what_is_edited_after_a_verdict_changes_nothing_of_it() -> None:
    Source.objects.update(owner="One and the same", upstreams={"*": ["one feed"]}, authority=[], defects={})
    Source.objects.filter(is_provider=False).update(slug=Concat(Value("not-"), "slug"))
    Claim.objects.update(comparator="under", value=1, value_high=None, metric="price", status="rumor", flags=["held"])
    GapRecord.objects.all().delete()
    Lookup.objects.filter(state="abstained").update(reason="no_data", note="nothing")
    Verification.objects.update(asked_by_person=True)
    TrackRecord.objects.bulk_create(TrackRecord(source=name, metric="price", wrong=99) for name in known_providers())
    CalibrationFit.objects.create(
        version="another",
        parameters={name: 1.0 for name in asdict(DEFAULT_CALIBRATION)},
        items=1,
        log_loss_before=1,
        log_loss_after=0,
        fitted_at=datetime.now(UTC),
    )
    for stored, again in every_verdict_again():
        assert chain.digest_of(again) == Link.objects.get(row=stored.pk).digest


def test_the_arithmetic_of_the_process_that_rules_again_does_not_matter() -> None:
    before = getcontext()
    setcontext(Context(prec=5))
    try:
        digests = [chain.digest_of(again) for _, again in every_verdict_again()]
    finally:
        setcontext(before)
    assert digests == list(Link.objects.values_list("digest", flat=True))


def test_most_verdicts_share_their_grounds() -> None:
    kept = [sha256 for verdict in Verdict.objects.all() for sha256 in verdict.inputs["grounds"].values()]
    assert Grounds.objects.count() < len(kept) / 2
    assert {row.pk for row in Grounds.objects.all()} == set(kept)
    assert all(sha256_of(row.text) == row.pk for row in Grounds.objects.all())
