"""Information gaps, kept by people: what makes one valid, its history, and the claims that must be looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet

from claims.drafting import fields
from claims.drafting.reader import Reader
from claims.errors import InvalidInput, NotPermitted
from claims.models import Claim, GapChange, GapRecord
from sources.assets import ASSETS
from sources.canonical import plain
from sources.metrics import CATALOGUE, Metric
from sources.queries import database_now

COLUMNS = ("metric", "subject", "qualifiers", "window_seconds", "since", "until", "note", "wording", "review_at")
LONGEST_NOTE, LONGEST_WORDING = 300, 500
FIELDS = frozenset({*COLUMNS, "window"} - {"window_seconds"})


def complaints(gap: GapRecord) -> dict[str, str]:
    """Column -> what is wrong with it, in plain words; empty for a gap that can be kept."""
    metric = CATALOGUE.get(gap.metric)
    if metric is None:
        return {"metric": f"unknown; one of {', '.join(CATALOGUE)}"}
    found = {
        "subject": _subject(gap.subject, metric),
        "qualifiers": _qualifiers(gap.qualifiers, metric),
        "window_seconds": _window(gap.window_seconds, metric),
        "until": "ends before it starts" if gap.until and gap.since and gap.until < gap.since else "",
    }
    return {name: why for name, why in found.items() if why}


def _subject(subject: str, metric: Metric) -> str:
    asset = ASSETS.get(subject)
    if asset is None:
        return f"unknown asset; known are {', '.join(ASSETS)}"
    kinds = " or ".join(metric.asset_kinds)
    return "" if asset.kind in metric.asset_kinds else f"{subject} is a {asset.kind}; {metric.name} is of a {kinds}"


def _qualifiers(given: Any, metric: Metric) -> str:
    if not isinstance(given, dict) or not all(isinstance(value, str) and value for value in given.values()):
        return 'must name words by name, such as {"side": "total"}'
    unknown = sorted(given.keys() - metric.qualifiers.keys())
    if unknown:
        has = ", ".join(metric.qualifiers) or "none"
        return f"{metric.name} has no {', '.join(map(str, unknown))[:200]}; it has {has}"
    wrong = [name for name, value in given.items() if not _fits(value, metric.qualifiers[name])]
    return f"no such value of {', '.join(wrong)}" if wrong else ""


def _fits(value: str, allowed: tuple[str, ...]) -> bool:
    if allowed:
        return value in allowed
    try:
        return fields.positive(value) == value
    except ValueError:
        return False


def _window(seconds: int | None, metric: Metric) -> str:
    if seconds is None:
        return ""
    if metric.window is None:
        return f"{metric.name} is of a moment: it has no window"
    longest = int(metric.window.total_seconds())
    return "" if 0 < seconds <= longest else f"must be from 1 to {longest}"


# Keeping


def keep(gap: GapRecord, person: User | None, reason: str = "") -> GapRecord:
    """Record a new gap, or change or end one; its history is kept and the claims it covers are checked again at once.

    Raises NotPermitted, or InvalidInput with the wrong fields; then nothing is kept.
    """
    deed = "change" if gap.pk else "add"
    if person is None or not person.is_active or not person.has_perm(f"claims.{deed}_gaprecord"):
        raise NotPermitted("Keeping information gaps needs the role chief editor.")
    wrong = complaints(gap)
    if wrong:
        raise InvalidInput(f"Wrong: {', '.join(sorted(wrong))}.", wrong)
    with transaction.atomic():
        before = GapRecord.objects.select_for_update().filter(pk=gap.pk).first() if gap.pk else None
        gap.save()
        if _note_change(before, gap, person, reason):
            _look_again([gap] if before is None else [before, gap])
    return gap


def _note_change(before: GapRecord | None, after: GapRecord, person: User, reason: str) -> bool:
    old, new = _values(before) if before else None, _values(after)
    changed = [name for name in COLUMNS if old is None or old[name] != new[name]]
    if changed:
        GapChange.objects.create(
            gap=after,
            person=person,
            before=old and {name: old[name] for name in changed},
            after={name: new[name] for name in changed},
            reason=reason,
            at=database_now(),
        )
    return bool(changed)


def _values(gap: GapRecord) -> dict[str, Any]:
    return {name: plain(getattr(gap, name)) for name in COLUMNS}


def _look_again(gaps: list[GapRecord]) -> None:
    now = database_now()
    # In the order in which settling locks them: two that lock the same claims must not wait for each other.
    rows = covered(gaps).order_by("pk").select_for_update(no_key=True)
    Claim.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(next_check_at=now)


def covered(gaps: list[GapRecord]) -> QuerySet[Claim]:
    """The claims that any of these gaps covers, as `claims.verdict.covers` has it."""
    condition = Q(pk__in=[])
    for gap in gaps:
        of_length = Q() if gap.window_seconds is None else Q(length=timedelta(seconds=gap.window_seconds))
        lasts = Q(window_end__gte=gap.since) & (Q() if gap.until is None else Q(window_end__lte=gap.until))
        scope = Q(metric=gap.metric, subject=gap.subject, qualifiers__contains=gap.qualifiers)
        condition |= scope & lasts & of_length
    return Claim.objects.annotate(length=F("window_end") - F("window_start")).filter(condition)


def due(today: datetime) -> QuerySet[GapRecord]:
    """Gaps that are in force and that somebody should look at again."""
    in_force = Q(until=None) | Q(until__gte=today)
    return GapRecord.objects.filter(in_force, review_at__lte=today.date())


# From outside


def read_gap(data: Mapping[str, Any]) -> GapRecord:
    """The body of `POST /api/v1/gaps/`, not stored. Raises InvalidInput or AssertionIncomplete."""
    reader = Reader(data)
    for name in sorted(map(str, data.keys() - FIELDS)):
        reader.wrong[name[:80]] = "there is no such field"
    metric = reader.read("metric", fields.metric, required="what is measured")
    length = reader.read("window", fields.duration)
    gap = GapRecord(
        metric=metric.name if metric else "",
        subject=reader.read("subject", fields.subject_of(metric), required="what it is about") if metric else "",
        qualifiers=data.get("qualifiers") or {},
        window_seconds=None if length is None else int(length.total_seconds()),
        since=reader.read("since", fields.instant, required="from when on"),
        until=reader.read("until", fields.instant),
        note=reader.read("note", fields.text_of(LONGEST_NOTE), required="why there is no figure, in one clause") or "",
        wording=reader.read("wording", fields.text_of(LONGEST_WORDING)) or "",
        review_at=reader.read("review_at", fields.day),
    )
    if metric:
        names = {"window_seconds": "window"}
        reader.wrong |= {names.get(name, name): why for name, why in complaints(gap).items() if name != "subject"}
    reader.stop_if_wrong()
    return gap
