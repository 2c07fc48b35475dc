"""What a verdict was ruled on: its grounds are there; inquiry, lookups, observations, snapshots are what they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from claims.auditing.findings import AT_ONCE, Finding, about
from claims.models import Grounds, Verdict
from claims.types import Assertion
from claims.verification.hearing import Said
from claims.verification.reruling import Remembered
from sources.canonical import read
from sources.models import Inquiry, Lookup, Observation, Snapshot


class Resting:
    """Verdicts of one inquiry follow each other and share what they rest on: that is looked at once."""

    def __init__(self) -> None:
        self.seen: Remembered[str, bool] = Remembered(4 * AT_ONCE)
        self.there: set[str] = set()
        self.asked: dict[int, Inquiry] = {}

    def fetch(self, verdicts: Iterable[Verdict]) -> None:
        """Which of the grounds that these verdicts name are there, and their inquiries."""
        read = list(verdicts)
        named = {sha256 for verdict in read for sha256 in _named(verdict).values()}
        self.there = set(Grounds.objects.filter(pk__in=named).values_list("pk", flat=True))
        self.asked = Inquiry.objects.in_bulk({verdict.inquiry_id for verdict in read})

    def misfits(self, verdict: Verdict) -> Iterator[Finding]:
        grounds = _named(verdict)
        if not grounds:
            yield about(verdict, "it does not name what it was ruled on")
        for name, sha256 in sorted(grounds.items()):
            if sha256 not in self.there:
                table = Grounds._meta.db_table
                yield Finding(table, sha256, f"it is missing: verdict {verdict.pk} was ruled on it ({name})")
        inquiry = self.asked.get(verdict.inquiry_id)  # where it is missing, that is told of the reference to it
        if inquiry is not None and not _asked(inquiry, verdict):
            yield about(inquiry, f"its question was edited after verdict {verdict.pk} was ruled on it")
        said = grounds.get("said", "")
        if said in self.there and said not in self.seen:
            self.seen.of(said, lambda: True)
            yield from _changed(said)


def _asked(inquiry: Inquiry, verdict: Verdict) -> bool:
    """Whether the verdict answers the question of this inquiry."""
    try:
        return inquiry.question.key == inquiry.key == read(Assertion, verdict.inputs["assertion"]).question.key
    except (ValueError, TypeError, KeyError):
        return False


def _named(verdict: Verdict) -> dict[str, str]:
    grounds = verdict.inputs.get("grounds") if isinstance(verdict.inputs, dict) else None
    return grounds if isinstance(grounds, dict) else {}


def _changed(sha256: str) -> Iterator[Finding]:
    """Rows that are not what these grounds remember."""
    try:
        said = read(tuple[Said, ...], json.loads(Grounds.objects.get(pk=sha256).text))
    except (ValueError, TypeError, KeyError, AttributeError):
        yield Finding(Grounds._meta.db_table, sha256, "its text makes no sense: it was edited")
        return
    lookups = Lookup.objects.in_bulk([one.lookup for one in said])
    for one in said:
        yield from _lookup(one, lookups.get(one.lookup))
    yield from _digests(Observation, [one.observation for one in said if one.observation])
    yield from _digests(Snapshot, [snapshot for one in said for snapshot in one.snapshots])


def _lookup(one: Said, row: Lookup | None) -> Iterator[Finding]:
    if row is None:
        yield Finding(Lookup._meta.db_table, str(one.lookup), "it is missing: verdicts rest on it")
        return
    was = (one.source, one.abstention, one.note, one.observation[0] if one.observation else None)
    if (row.provider, row.reason, row.note, row.observation_id) != was:
        yield about(row, "it was edited after a verdict was ruled on it")


def _digests(model: Any, remembered: list[tuple[int, str]]) -> Iterator[Finding]:
    rows = model.objects.in_bulk([pk for pk, _ in remembered])
    for pk, digest in remembered:
        if pk not in rows:
            yield Finding(model._meta.db_table, str(pk), "it is missing: verdicts rest on it")
        elif rows[pk].digest != digest:
            yield about(rows[pk], "it was edited after a verdict was ruled on it")
