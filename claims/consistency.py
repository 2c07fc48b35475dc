"""Claims compared with each other, when they come and when their words change.

Comparing runs by itself after the claim is stored: two claims that come at the same moment see each other then, and a
claim whose turn was lost is found by the sweep. It locks the claims it marks, in the order of their ids, and nothing
else, so it can wait for nobody who waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from claims.arithmetic import Breach, Stated, breaches
from claims.models import Claim, Inconsistency
from claims.types import Hedge
from sources.assets import ASSETS
from sources.canonical import plain
from sources.queries import database_now

FLAG = "inconsistent"
NOT_SAID = (Hedge.DENIED.value, Hedge.FORECAST.value)  # the copy itself does not say that it is so
FAMILIES = (
    frozenset({"liquidations"}),
    frozenset({"traders_liquidated"}),
    frozenset({"price", "price_break", "price_change"}),
    frozenset({"open_interest", "position_concentration"}),
    frozenset({"supply", "supply_cap"}),
)
LONGEST = timedelta(days=31)  # of all windows there are
MOST_OF_ARTICLE = 5_000  # claims; of a longer text the first ones are compared
MOST_AROUND = 1_000  # claims of other articles, the latest first
MOST_SWEPT = 500
LOST = timedelta(seconds=10)


def compare_soon(ids: Collection[UUID]) -> None:
    """Compare these claims once the transaction is through. What fails then is left to the sweep."""
    if ids:
        transaction.on_commit(partial(compare, frozenset(ids)), robust=True)


def sweep() -> int:
    """Compare the claims whose turn was lost; how many."""
    lost = Claim.objects.filter(compared_at=None, created_at__lt=Now() - LOST).order_by("created_at")
    ids = list(lost.values_list("pk", flat=True)[:MOST_SWEPT])
    if ids:
        compare(ids)
    return len(ids)


def compare(ids: Collection[UUID]) -> int:
    """Find, keep and clear what these claims have to do with; how many breaches they are in now.

    Safe to call any number of times. One transaction of its own.
    """
    with transaction.atomic():
        focus = {str(pk) for pk in ids}
        rows = _around(list(Claim.objects.filter(pk__in=ids)))
        found = {_hash(one): one for one in breaches(_stated(rows)) if one.claims & focus}
        touched = Inconsistency.objects.filter(cleared_at=None, claims__in=ids).distinct()
        involved = set(Claim.objects.filter(inconsistencies__in=touched).values_list("pk", flat=True))
        involved |= {UUID(name) for one in found.values() for name in one.claims} | set(ids)
        locked = _locked(involved)
        said = {str(row.pk) for row in locked if row.hedge not in NOT_SAID}
        # What was read before the lock may have changed since: whoever changed it compares after us.
        found = {key: one for key, one in found.items() if one.claims <= said}
        _keep(found)
        _clear(touched)
        _flag(locked)
        Claim.objects.filter(pk__in=ids).update(compared_at=database_now())
    return len(found)


def _locked(ids: Collection[UUID]) -> list[Claim]:
    return list(Claim.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _around(focus: list[Claim]) -> list[Claim]:
    """The claims themselves, all of their articles, and those on the same subject and time."""
    found = {row.pk: row for row in focus}
    for article in {row.article_id for row in focus} - {None}:
        rows = Claim.objects.filter(article=article).order_by("created_at", "pk")
        found |= {row.pk: row for row in rows[:MOST_OF_ARTICLE]}
    for rows in _neighbours(focus):
        found |= {row.pk: row for row in rows[:MOST_AROUND]}
    return list(found.values())


def _neighbours(focus: list[Claim]) -> Iterator[QuerySet[Claim]]:
    groups: dict[tuple[frozenset[str], str], list[Claim]] = {}
    for row in focus:
        family = next((one for one in FAMILIES if row.metric in one), None)
        if family is not None:
            groups.setdefault((family, row.subject), []).append(row)
    for (family, subject), rows in groups.items():
        first, last = min(row.window_start for row in rows), max(row.window_end for row in rows)
        ends = Q(window_end__gte=first, window_end__lte=last + LONGEST, window_start__lte=last)
        yield Claim.objects.filter(ends, metric__in=family, subject__in=_related(subject)).order_by("-window_end", "pk")


def _related(subject: str) -> list[str]:
    """A coin and the markets it is part of; a market and all coins."""
    markets = [symbol for symbol, asset in ASSETS.items() if asset.kind == "market"]
    return list(ASSETS) if subject in markets else [subject, *markets]


def _stated(rows: Iterable[Claim]) -> list[Stated]:
    said = [row for row in rows if row.hedge not in NOT_SAID]
    cited: dict[UUID, set[str]] = {}
    pairs = Claim.objects.filter(pk__in=[row.pk for row in said]).exclude(citations=None)
    for pk, slug in pairs.values_list("pk", "citations__source__slug"):
        cited.setdefault(pk, set()).add(slug)
    return [
        Stated(str(row.pk), row.assertion, frozenset(cited.get(row.pk, ())), str(row.article_id or "")) for row in said
    ]


def _hash(breach: Breach) -> str:
    return hashlib.sha256(breach.key.encode()).hexdigest()


def _keep(found: dict[str, Breach]) -> None:
    """Store what is new. The claims are locked, so nobody else stores the same."""
    known = set(Inconsistency.objects.filter(cleared_at=None, key__in=found).values_list("key", flat=True))
    now = database_now()
    new = [
        Inconsistency(key=key, rule=one.rule, sum=plain(one), found_at=now)
        for key, one in found.items()
        if key not in known
    ]
    Inconsistency.objects.bulk_create(new)
    through = Inconsistency.claims.through
    through.objects.bulk_create(
        through(inconsistency_id=row.pk, claim_id=UUID(name)) for row in new for name in found[row.key].claims
    )


def _clear(touched: QuerySet[Inconsistency]) -> None:
    """Of those that were open, what is no breach any more, each looked at by itself."""
    rows = list(touched.prefetch_related("claims"))
    involved = {claim.pk: claim for row in rows for claim in row.claims.all()}
    said = {one.id: one for one in _stated(involved.values())}
    gone = [row.pk for row in rows if not _still(row, said)]
    Inconsistency.objects.filter(pk__in=gone).update(cleared_at=database_now())


def _still(row: Inconsistency, said: Mapping[str, Stated]) -> bool:
    claims = [said[name] for claim in row.claims.all() if (name := str(claim.pk)) in said]
    return row.key in {_hash(one) for one in breaches(claims)}


def _flag(locked: list[Claim]) -> None:
    in_breach = open_among([row.pk for row in locked])
    now = database_now()
    changed = [row for row in locked if (row.pk in in_breach) != (FLAG in row.flags)]
    for row in changed:
        row.flags = [flag for flag in row.flags if flag != FLAG] + ([FLAG] if row.pk in in_breach else [])
        row.updated_at = now
    Claim.objects.bulk_update(changed, ["flags", "updated_at"], batch_size=1000)


def open_among(ids: Collection[UUID]) -> set[UUID]:
    """Which of these claims are in a breach now."""
    rows = Inconsistency.claims.through.objects.filter(inconsistency__cleared_at=None, claim__in=ids)
    return set(rows.values_list("claim_id", flat=True))
