"""How far a source is believed, as its scores stand now, always with the number of outcomes behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from claims.confidence import Believed
from claims.models import TrackRecord
from claims.reliability import Record, accuracy, confidence_text


@dataclass(frozen=True, slots=True)
class Standing:
    """accuracy: that its next figure for this metric is right. outcomes: (right, wrong) of this metric and of all."""

    source: str
    metric: str
    accuracy: float
    of_metric: Record
    all_metrics: Record
    undecided: int = 0

    @property
    def is_prior(self) -> bool:
        """Nobody has checked this source yet."""
        return not self.all_metrics.outcomes


def standings(sources: Collection[str], metric: str) -> dict[str, Standing]:
    """Of each of these sources on the metric; one query. A source without outcomes stands where everybody begins."""
    rows: dict[str, list[TrackRecord]] = {slug: [] for slug in sources}
    for row in TrackRecord.objects.filter(source__in=rows):
        rows[row.source].append(row)
    return {slug: _standing(slug, metric, found) for slug, found in rows.items()}


def board() -> list[Standing]:
    """Every source with outcomes on every metric it has some of, by source and metric; one query."""
    return _board(TrackRecord.objects.all())


def board_of(sources: Collection[str]) -> list[Standing]:
    """The same of these sources."""
    return _board(TrackRecord.objects.filter(source__in=sources))


def _board(records: QuerySet[TrackRecord]) -> list[Standing]:
    rows: dict[str, list[TrackRecord]] = {}
    for row in records.order_by("source", "metric"):
        rows.setdefault(row.source, []).append(row)
    return [_standing(slug, row.metric, found) for slug, found in rows.items() for row in found]


def believed(sources: Collection[str], metric: str) -> tuple[Believed, ...]:
    """As the rules of confidence read it, by source: what is believed of each at this moment."""
    found = standings(sources, metric).values()
    return tuple(_believed(one) for one in sorted(found, key=lambda one: one.source))


def _believed(one: Standing) -> Believed:
    return Believed(one.source, confidence_text(one.accuracy), one.all_metrics.right, one.all_metrics.wrong)


def _standing(source: str, metric: str, rows: list[TrackRecord]) -> Standing:
    records = {row.metric: Record(row.right, row.wrong) for row in rows}
    of_metric, all_metrics = records.get(metric, Record()), sum(records.values(), Record())
    undecided = sum(row.undecided for row in rows if row.metric == metric)
    return Standing(source, metric, accuracy(all_metrics, of_metric), of_metric, all_metrics, undecided)
