"""Each earlier observation against the outcome of its question, once; and how often each source was right.

An authority does not score itself, nor does anybody of its voice. What settles a venue's own figures scores no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from claims import scoring
from claims.learning.arriving import hold_lock
from claims.learning.truths import said, truth_of
from claims.models import GroundTruth, Score
from claims.types import Result
from sources.independence import voices
from sources.models import Lookup, Source
from sources.queries import database_now
from sources.types import SourceFacts

RECENT = timedelta(days=3)  # inquiries that were open when an outcome was stored have settled by then
MOST = 500
NOT_SCORED = {
    "own_voice": "its voice is the outcome's own: nobody scores himself",
    "other_venue": "a venue's file makes its own figures final, not those of others",
}


def score_outcomes() -> int:
    """Score what has not been scored, and count again if anything was; how many observations."""
    with transaction.atomic():
        if not hold_lock():
            return 0
        truths = list(_unscored().select_related("authority", "observation").order_by("pk")[:MOST])
        rows = _scores(truths)
        Score.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
        if rows:
            recount()
        return len(rows)


def _unscored() -> QuerySet[GroundTruth]:
    scored = Score.objects.filter(truth=OuterRef(OuterRef("pk")), observation=OuterRef("observation"))
    earlier = _earlier().filter(
        ~Exists(scored), inquiry__key=OuterRef("key"), observation__received_at__lt=OuterRef("recorded_at")
    )
    return GroundTruth.objects.filter(
        Exists(earlier), value__isnull=False, superseded_by=None, recorded_at__gte=Now() - RECENT
    )


def _earlier() -> QuerySet[Lookup]:
    return Lookup.objects.filter(
        inquiry__for_outcome=False, inquiry__settled_at__isnull=False, observation__isnull=False
    )


def _scores(truths: Sequence[GroundTruth]) -> list[Score]:
    """Of all earlier observations of these outcomes' questions, those included that are stored already."""
    heard: dict[str, dict[int, Lookup]] = {}
    keys = {truth.key for truth in truths}
    for lookup in _earlier().filter(inquiry__key__in=keys).select_related("inquiry", "observation").order_by("pk"):
        if lookup.observation_id is not None:
            heard.setdefault(lookup.inquiry.key, {}).setdefault(lookup.observation_id, lookup)
    houses = _Houses([source.facts for source in Source.objects.all()])
    now = database_now()
    return [
        _score(truth, lookup, houses, now)
        for truth in truths
        for lookup in heard.get(truth.key, {}).values()
        if lookup.observation and lookup.observation.received_at < truth.recorded_at
    ]


class _Houses:
    """Who is one voice with whom, worked out once for each metric and subject."""

    def __init__(self, facts: Sequence[SourceFacts]) -> None:
        self.facts = facts
        self.known: dict[tuple[str, str], dict[str, str]] = {}

    def are_one(self, one: str, other: str, metric: str, subject: str) -> bool:
        about = metric, subject
        if about not in self.known:
            found = voices(self.facts, metric, subject)
            self.known[about] = {slug: voice.name for voice in found for slug in voice.members}
        names = self.known[about]
        return one == other or (one in names and names[one] == names.get(other))


def _score(truth: GroundTruth, lookup: Lookup, houses: _Houses, now: datetime) -> Score:
    seen, known = lookup.observation, truth_of(truth)
    assert seen is not None
    assert known is not None
    why = _not_scored(truth, lookup.provider, houses)
    found = (
        scoring.Scored(Result.UNDECIDED, NOT_SCORED[why], why)
        if why
        else scoring.score(said(seen), seen.received_at, known, truth.metric)
    )
    return Score(
        truth=truth,
        observation=seen,
        provider=lookup.provider,
        metric=truth.metric,
        result=found.result,
        label=found.label,
        reason=found.reason,
        scored_at=now,
    )


def _not_scored(truth: GroundTruth, provider: str, houses: _Houses) -> str:
    """The label of why this provider is not scored by this outcome, "" when it is."""
    if truth.own and provider == truth.own:
        return ""
    if truth.authority and houses.are_one(provider, truth.authority.slug, truth.metric, truth.subject):
        return "own_voice"
    return "" if truth.settles_others else "other_venue"


# One score of a source for each figure and day: a hundred claims about one figure on one day, or ten looks at one
# question, are one thing that was right or wrong. The newest window of the day stands for it, and what was said last.
_RECOUNT = """
WITH standing AS (
    SELECT t.* FROM claims_groundtruth t
    WHERE NOT EXISTS (SELECT 1 FROM claims_groundtruth s WHERE s.supersedes_id = t.id)
), in_force AS (
    SELECT t.* FROM standing t WHERE NOT EXISTS (
        SELECT 1 FROM standing r
        WHERE r.key = t.key AND r.settles_others = t.settles_others AND (r.settles_others OR r.own = t.own)
          AND (r.rank, r.id) > (t.rank, t.id))
), items AS (
    SELECT DISTINCT ON (s.provider COLLATE "C", t.item, s.result = 'undecided')
           s.provider, s.metric, s.result, t.window_end
    FROM claims_score s JOIN (
        SELECT id, window_end, rank, md5(concat_ws('/', metric, subject, qualifiers::text,
                                                   (window_end AT TIME ZONE 'UTC')::date)) COLLATE "C" AS item
        FROM in_force
    ) t ON t.id = s.truth_id JOIN sources_observation o ON o.id = s.observation_id
    ORDER BY s.provider COLLATE "C", t.item, s.result = 'undecided',
             t.window_end DESC, t.rank DESC, t.id DESC, o.received_at DESC, s.id DESC
), counted AS (
    SELECT provider, metric, count(*) FILTER (WHERE result = 'right') AS r,
           count(*) FILTER (WHERE result = 'wrong') AS w, count(*) FILTER (WHERE result = 'undecided') AS u,
           max(window_end) AS last_at
    FROM items GROUP BY provider, metric
), gone AS (
    DELETE FROM claims_trackrecord k
    WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.provider = k.source AND c.metric = k.metric)
)
INSERT INTO claims_trackrecord (source, metric, "right", wrong, undecided, last_at)
SELECT provider, metric, r, w, u, last_at FROM counted
ON CONFLICT (source, metric) DO UPDATE SET
    "right" = excluded."right", wrong = excluded.wrong, undecided = excluded.undecided, last_at = excluded.last_at
"""


def recount() -> None:
    """Write every track record anew from the scores of outcomes that stand."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT)
