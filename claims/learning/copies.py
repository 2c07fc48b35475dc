"""Sources that look like one voice, by their histories: suggested with the evidence, decided by an editor.

Compared are the figures stored for one question, metric by metric. The consensus is the outcome where one is known,
else what at least three voices agree on; it does not come from a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from claims.copying import Sighting, Suspicion, in_words, suspicions
from claims.errors import InvalidInput
from claims.learning.arriving import hold_lock
from claims.learning.truths import standing_truths
from claims.models import CopySuggestion
from claims.policy import ARITHMETIC
from sources.amending import ChangeRefused, amend
from sources.independence import voices
from sources.metrics import CATALOGUE
from sources.models import Lookup, Source
from sources.queries import database_now
from sources.types import Kind, SourceFacts
from sources.units import plain

State = CopySuggestion.State
LOOK_BACK = timedelta(days=90)
MOST_FIGURES = 50_000  # of one metric, the newest
LEAST = 0.9  # probability from which an editor is asked to look
LEAST_WEIGHT = 3  # shared errors and odd figures: two may meet by chance, whatever the arithmetic says
AGREEING = 3  # voices within the tolerance that make a consensus where no outcome is known
GROWN = 2  # a dismissed pair comes back when its evidence has grown by this factor …
GROWN_BY = 5  # … and by this many items at least
MOST_SHOWN = 50


def suggest() -> int:
    """Compare the histories of every metric, and store or renew what an editor should look at; how many are open."""
    with transaction.atomic():
        if not hold_lock():
            return 0
        facts = [source.facts for source in Source.objects.all()]
        for metric in CATALOGUE:
            _suggest(metric, facts)
    return CopySuggestion.objects.filter(state=State.OPEN).count()


def _suggest(metric: str, facts: Sequence[SourceFacts]) -> None:
    houses = {slug: house.name for house in voices(facts, metric, "") for slug in house.members}
    items = _items(metric, houses)
    sightings = [sighting for item in items for sighting in item.sightings()]
    for found in suspicions(sightings, LEAST):
        if houses.get(found.one) is not None and houses.get(found.one) == houses.get(found.other):
            continue  # they are one voice already
        if found.shared_errors + found.exact_agreement >= LEAST_WEIGHT:
            _store(metric, found, items)


# --- Histories ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    value: Decimal
    at: datetime | None


@dataclass(slots=True)
class Item:
    """One question with what each source said of it last. tolerance: in the metric's unit."""

    key: str
    about: str
    window_end: datetime
    said: dict[str, Figure]
    consensus: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    previous: Decimal | None = None

    def sightings(self) -> list[Sighting]:
        return [
            Sighting(self.key, source, one.value, one.at, self.consensus, self.tolerance, self.previous)
            for source, one in self.said.items()
        ]


COLUMNS = {
    "key": F("inquiry__key"),
    "subject": F("inquiry__subject"),
    "qualifiers": F("inquiry__qualifiers"),
    "end": F("inquiry__window_end"),
    "value": F("observation__value"),
    "at": F("observation__observed_at"),
}


def _items(metric: str, houses: Mapping[str, str]) -> list[Item]:
    """Questions of this metric that more than one source answered, oldest first; two queries."""
    rows = Lookup.objects.filter(
        inquiry__metric=metric,
        inquiry__for_outcome=False,
        inquiry__settled_at__isnull=False,
        inquiry__opened_at__gte=Now() - LOOK_BACK,
        observation__kind=Kind.EXACT,
    ).order_by("-pk")
    items: dict[str, Item] = {}
    newest: list[dict[str, Any]] = list(rows.values("provider", **COLUMNS)[:MOST_FIGURES])  # type: ignore[arg-type]
    for row in reversed(newest):
        scope = ", ".join(f"{name} {value}" for name, value in sorted(row["qualifiers"].items()))
        about = f"{row['subject']}{', ' if scope else ''}{scope}"
        item = items.setdefault(row["key"], Item(row["key"], about, row["end"], {}))
        item.said[row["provider"]] = Figure(row["value"].normalize(ARITHMETIC), row["at"])
    several = sorted((one for one in items.values() if len(one.said) > 1), key=lambda one: (one.window_end, one.key))
    _agree(several, metric, houses)
    return several


def _agree(items: Sequence[Item], metric: str, houses: Mapping[str, str]) -> None:
    """Sets what each item turned out to be, as far as that is known, and what had been so the moment before."""
    known = standing_truths().filter(key__in=[one.key for one in items], settles_others=True, value__isnull=False)
    truths = {row.key: row.value for row in known if row.value is not None}
    before: dict[str, Decimal] = {}
    with localcontext(ARITHMETIC):
        for item in items:
            share = CATALOGUE[metric].tolerance
            outcome = truths.get(item.key)
            item.consensus = agreed(item.said, houses, share) if outcome is None else outcome.normalize(ARITHMETIC)
            item.previous = before.get(item.about)
            if item.consensus is not None:
                item.tolerance = share * abs(item.consensus)
                before[item.about] = item.consensus


def agreed(said: Mapping[str, Figure], houses: Mapping[str, str], share: Decimal) -> Decimal | None:
    """The middle of one figure per voice, where at least three voices and more than half of them lie around it."""
    votes: dict[str, Decimal] = {}
    for source, one in sorted(said.items()):
        votes.setdefault(houses.get(source, source), one.value)
    figures = sorted(votes.values())
    middle = figures[(len(figures) - 1) // 2]
    near = sum(abs(figure - middle) <= share * abs(middle) for figure in figures)
    return middle if near >= AGREEING and 2 * near > len(figures) else None


# --- Suggestions ----------------------------------------------------------------------------------------------------


def _store(metric: str, found: Suspicion, items: Sequence[Item]) -> None:
    pair = {"first": found.one, "second": found.other, "metric": metric}
    weight, now = found.shared_errors + found.exact_agreement, database_now()
    earlier = CopySuggestion.objects.filter(**pair).exclude(state=State.OPEN).order_by("-pk").first()
    if earlier is not None and weight < max(GROWN * earlier.weight, earlier.weight + GROWN_BY):
        return
    told = {
        "probability": Decimal(f"{found.probability:.5f}"),
        "figures": _figures(found),
        "words": list(in_words(found)),
        "sightings": _shown(found, items),
        "weight": weight,
        "seen_at": now,
    }
    CopySuggestion.objects.update_or_create(
        **pair, state=State.OPEN, defaults=told, create_defaults={**told, **pair, "found_at": now}
    )


def _figures(found: Suspicion) -> dict[str, Any]:
    return {
        "items": found.items,
        "shared_errors": found.shared_errors,
        "shared_stale": found.shared_stale,
        "exact_agreement": found.exact_agreement,
        "lag_seconds": None if found.lag is None else found.lag.total_seconds(),
        "direction": found.direction,
    }


def _shown(found: Suspicion, items: Iterable[Item]) -> list[dict[str, Any]]:
    """What the two share, the errors first and the newest of them; figures as text, times in ISO."""
    rows = [row for item in items if (row := _row(found, item)) is not None]
    return sorted(rows, key=lambda row: (row["is_error"], row["window_end"]), reverse=True)[:MOST_SHOWN]


def _row(found: Suspicion, item: Item) -> dict[str, Any] | None:
    one, other, consensus = item.said.get(found.one), item.said.get(found.other), item.consensus
    if one is None or other is None or consensus is None or one.value != other.value or one.value == consensus:
        return None
    return {
        "about": item.about,
        "window_end": item.window_end.isoformat(),
        "first": plain(one.value),
        "second": plain(other.value),
        "first_at": one.at.isoformat() if one.at else None,
        "second_at": other.at.isoformat() if other.at else None,
        "consensus": plain(consensus),
        "is_error": abs(one.value - consensus) > item.tolerance,
    }


# --- Decisions of an editor -----------------------------------------------------------------------------------------

DIRECTIONS = ("first", "second", "feed")


@transaction.atomic
def merge(suggestion_id: int, *, direction: str, feed: str = "", reason: str, by: User) -> CopySuggestion:
    """Decide that the two are one voice for the metric, and write that into the facts of who passes on.

    direction: "first" passes on second's figures, "second" the first's, "feed": both read `feed`. Raises InvalidInput.
    """
    suggestion = _to_decide(suggestion_id, reason)
    if direction not in DIRECTIONS or (direction == "feed") != bool(feed.strip()):
        raise InvalidInput("Wrong: direction.", {"direction": "say who passes on whose figures, or name their feed"})
    pair = {"first": suggestion.first, "second": suggestion.second}
    readers = list(pair.values()) if direction == "feed" else [pair[direction]]
    origin = feed.strip() or pair["second" if direction == "first" else "first"]
    sources = list(Source.objects.select_for_update(no_key=True).filter(slug__in=readers).order_by("slug"))
    if len(sources) != len(readers):
        raise InvalidInput("One of the two is no longer in the register of sources.")
    for source in sources:
        _write_fact(source, suggestion.metric, origin, reason.strip(), by)
    return _decide(suggestion, State.MERGED, reason, by)


def _write_fact(source: Source, metric: str, origin: str, reason: str, by: User) -> None:
    """The source reads this feed for the metric; a feed named like a source is that source."""
    feeds = list(source.upstreams.get(metric, []))
    source.upstreams = {**source.upstreams, metric: feeds if origin in feeds else [*feeds, origin]}
    try:
        amend(source, reason=reason, person=by, now=database_now())
    except ChangeRefused as refusal:
        raise InvalidInput(str(refusal)) from None


@transaction.atomic
def dismiss(suggestion_id: int, *, reason: str, by: User) -> CopySuggestion:
    """Decide that they are two voices. Raises InvalidInput."""
    return _decide(_to_decide(suggestion_id, reason), State.DISMISSED, reason, by)


def _to_decide(suggestion_id: int, reason: str) -> CopySuggestion:
    if not reason.strip():
        raise InvalidInput("Wrong: reason.", {"reason": "say why, for those who ask later"})
    suggestion = CopySuggestion.objects.select_for_update(no_key=True).filter(pk=suggestion_id).first()
    if suggestion is None:
        raise InvalidInput("There is no such suggestion.")
    if suggestion.state != State.OPEN:
        raise InvalidInput("Somebody has decided this already.")
    return suggestion


def _decide(suggestion: CopySuggestion, state: str, reason: str, by: User) -> CopySuggestion:
    suggestion.state, suggestion.reason = state, reason.strip()
    suggestion.decided_by, suggestion.decided_at = by, database_now()
    suggestion.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return suggestion
