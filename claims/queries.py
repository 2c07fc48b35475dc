"""Reads for the API and the admin, each with a constant number of queries however many rows there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from claims.errors import NotFound
from claims.models import Citation, Claim, Evidence, Verdict, Verification
from sources.collecting import known_providers
from sources.collecting.addressing import check_configured
from sources.errors import NotConfigured
from sources.independence import Voice, voices
from sources.models import Lookup, Observation, ProviderState, Snapshot, Source


def claims() -> QuerySet[Claim]:
    """Claims with `citations` (and their sources), `newest_verdicts` (none or one) and `is_checking`."""
    unsettled = Verification.objects.filter(claim=OuterRef("pk"), settled=False)
    newest = Verdict.objects.order_by("claim_id", "-id").distinct("claim_id")
    return Claim.objects.annotate(is_checking=Exists(unsettled)).prefetch_related(
        Prefetch("citations", Citation.objects.select_related("source")),
        Prefetch("verdicts", newest, to_attr="newest_verdicts"),
    )


def claim(claim_id: UUID) -> Claim:
    """One claim as `claims()` gives it. Raises NotFound."""
    try:
        return claims().get(pk=claim_id)
    except Claim.DoesNotExist:
        raise NotFound("There is no such claim.") from None


def claims_by_id(ids: Iterable[UUID]) -> dict[UUID, Claim]:
    return {row.pk: row for row in claims().filter(pk__in=set(ids))}


def existing_claim(claim_id: UUID) -> UUID:
    """The id itself. Raises NotFound."""
    if not Claim.objects.filter(pk=claim_id).exists():
        raise NotFound("There is no such claim.")
    return claim_id


def history(claim_id: UUID) -> QuerySet[Verdict]:
    """Every verdict on a claim. Raises NotFound when there is no such claim."""
    return Verdict.objects.filter(claim_id=existing_claim(claim_id))


@dataclass(frozen=True, slots=True)
class Item:
    """A lookup as evidence. reading: how a verdict read it; None while no verdict has.

    snapshots: everything the provider sent for it, oldest first; snapshot: the one the observation was read from, or,
    when nothing could be read, the last one.
    """

    lookup: Lookup
    reading: Evidence | None

    @property
    def observation(self) -> Observation | None:
        return self.lookup.observation

    @property
    def snapshots(self) -> list[Snapshot]:
        return list(self.lookup.snapshots.all())

    @property
    def snapshot(self) -> Snapshot | None:
        if self.observation is not None:
            return self.observation.snapshot
        return self.snapshots[-1] if self.snapshots else None


def evidence(claim_id: UUID, verdict_id: int | None = None) -> list[Item]:
    """What a verdict (None: the newest) rests on; before the first verdict, the lookups under way. Raises NotFound."""
    verdict = history(claim_id).filter(**({"pk": verdict_id} if verdict_id is not None else {})).first()
    if verdict is not None:
        rows = Evidence.objects.filter(verdict=verdict).prefetch_related(Prefetch("lookup", _lookups()))
        return [Item(row.lookup, row) for row in rows]
    if verdict_id is not None:
        raise NotFound("This claim has no such verdict.")
    waiting = Verification.objects.filter(claim_id=claim_id).order_by("-id").values("inquiry_id")[:1]
    return [Item(lookup, None) for lookup in _lookups().filter(inquiry_id__in=waiting)]


def _lookups() -> QuerySet[Lookup]:
    snapshots = Snapshot.objects.defer("headers")
    return Lookup.objects.select_related("observation__snapshot").prefetch_related(Prefetch("snapshots", snapshots))


def voices_by_source(metric: str, subject: str) -> dict[str, Voice]:
    """Slug -> the voice that the source belongs to for this metric ("": what holds for every metric) and subject."""
    found = voices([source.facts for source in Source.objects.all()], metric, subject)
    return {slug: voice for voice in found for slug in voice.members}


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A provider with its row.

    key: whether it needs one (required, optional, none). is_configured: False when it needs a key and has none.
    per_minute, used: our own budget of requests, and how much of this minute's is gone.
    """

    name: str
    title: str
    owner: str
    metrics: tuple[str, ...]
    docs: str
    licence: str
    key: str
    is_configured: bool
    is_paused: bool
    per_minute: int
    used: int
    row: ProviderState

    @property
    def state(self) -> str:
        """What asking it now would meet."""
        if not self.is_configured:
            return "not_configured"
        if self.is_paused:
            return "paused"
        return "failing" if self.row.failures else "ready"


def provider_cards(now: datetime) -> list[ProviderCard]:
    """Every provider there is, by name, with what is known about its health."""
    rows = {row.provider: row for row in ProviderState.objects.all()}
    return [_card(name, rows.get(name) or ProviderState(provider=name), now) for name in sorted(known_providers())]


def _card(name: str, row: ProviderState, now: datetime) -> ProviderCard:
    provider = known_providers()[name]
    return ProviderCard(
        name=name,
        title=provider.title,
        owner=provider.lineage.owner,
        metrics=tuple(sorted(provider.metrics)),
        docs=provider.docs,
        licence=provider.licence,
        key="none" if provider.key is None else "required" if provider.key.required else "optional",
        is_configured=_is_configured(name),
        is_paused=row.paused_until is not None and row.paused_until > now,
        per_minute=provider.per_minute,
        used=row.minute_used if row.minute == now.replace(second=0, microsecond=0) else 0,
        row=row,
    )


def _is_configured(name: str) -> bool:
    try:
        check_configured(known_providers()[name])
    except NotConfigured:
        return False
    return True
