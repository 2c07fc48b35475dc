"""Reads for the API and the admin, each with a constant number of queries however many rows there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from claims.errors import NotFound
from claims.lifecycle import OVERRIDDEN
from claims.models import Citation, Claim, Evidence, Inconsistency, Override, Verdict, Verification
from sources.collecting import known_providers
from sources.collecting.addressing import check_configured
from sources.errors import NotConfigured
from sources.independence import Voice, voices
from sources.models import Lookup, Observation, ProviderState, Snapshot, Source


def claims() -> QuerySet[Claim]:
    """Claims with `citations` (and their sources), `newest_verdicts` (none or one), `is_checking`, `breaches` (open
    inconsistencies), and `newest_deeds`: of what people did, the newest that took effect and the newest that did not.
    """
    unsettled = Verification.objects.filter(claim=OuterRef("pk"), settled=False)
    newest = Verdict.objects.order_by("claim_id", "-id").distinct("claim_id")
    deeds = Override.objects.select_related("person", "proposal__person")
    deeds = deeds.annotate(is_decision=Q(kind__in=Override.IN_FORCE))
    deeds = deeds.order_by("claim_id", "is_decision", "-id").distinct("claim_id", "is_decision")
    return Claim.objects.annotate(is_checking=Exists(unsettled)).prefetch_related(
        Prefetch("citations", Citation.objects.select_related("source")),
        Prefetch("verdicts", newest, to_attr="newest_verdicts"),
        Prefetch("overrides", deeds, to_attr="newest_deeds"),
        Prefetch("inconsistencies", Inconsistency.objects.filter(cleared_at=None), to_attr="breaches"),
    )


def claim(claim_id: UUID) -> Claim:
    """One claim as `claims()` gives it. Raises NotFound."""
    try:
        return claims().get(pk=claim_id)
    except Claim.DoesNotExist:
        raise NotFound("There is no such claim.") from None


def decision(row: Claim) -> Override | None:
    """The decision that the mark of a claim of `claims()` rests on; None while it follows the machine."""
    found = [deed for deed in _deeds(row) if deed.took_effect]
    return found[0] if found and OVERRIDDEN in row.flags else None


def proposal(row: Claim) -> Override | None:
    """What waits for a second person on a claim of `claims()`, whether or not its author may still decide."""
    newest = max(_deeds(row), key=lambda deed: deed.pk, default=None)
    return newest if newest is not None and newest.still_waits(row) else None


def with_proposals() -> QuerySet[Claim]:
    """Claims on which something waits for a second person."""
    later = Override.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    shown = {"previous_status": F("claim__status"), "previous_outcome": F("claim__outcome")}
    rows = Override.objects.filter(~Exists(later), kind=Override.Kind.PROPOSED, **shown)
    return Claim.objects.filter(pk__in=rows.values("claim"))


def _deeds(row: Claim) -> list[Override]:
    found: list[Override] = row.newest_deeds  # type: ignore[attr-defined]
    return found


def claims_by_id(ids: Iterable[UUID]) -> dict[UUID, Claim]:
    return {row.pk: row for row in claims().filter(pk__in=set(ids))}


def existing_claim(claim_id: UUID) -> UUID:
    """The id itself. Raises NotFound."""
    if not Claim.objects.filter(pk=claim_id).exists():
        raise NotFound("There is no such claim.")
    return claim_id


def verdicts(claim_id: UUID) -> QuerySet[Verdict]:
    """Every verdict on a claim. Raises NotFound when there is no such claim."""
    return Verdict.objects.filter(claim_id=existing_claim(claim_id))


def deeds(claim_id: UUID) -> QuerySet[Override]:
    """Everything people did to a claim's mark. Raises NotFound when there is no such claim."""
    rows = Override.objects.filter(claim_id=existing_claim(claim_id))
    return rows.select_related("person", "proposal__person")


@dataclass(frozen=True, slots=True)
class History:
    """Verdicts and deeds of one claim as one list, as far as a page of it needs: filtered, ordered and sliced alike.

    Both are written while the claim's row is locked, so that no two have the same time.
    """

    parts: tuple[QuerySet[Any], ...]
    model: type[Verdict] = Verdict  # the fields that pages are cut by are the same in both

    def filter(self, condition: Q) -> History:
        return History(tuple(part.filter(condition) for part in self.parts))

    def order_by(self, *names: str) -> History:
        return History(tuple(part.order_by(*names) for part in self.parts))

    def __getitem__(self, page: slice) -> list[Any]:
        """Of parts in order of (created_at, id), up or down."""
        found = [row for part in self.parts for row in part[page]]
        first = str(self.parts[0].query.order_by[0])
        return sorted(found, key=lambda row: (row.created_at, row.pk), reverse=first.startswith("-"))[page]


def history(claim_id: UUID) -> History:
    """Raises NotFound when there is no such claim."""
    return History((verdicts(claim_id), deeds(claim_id)))


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
    verdict = verdicts(claim_id).filter(**({"pk": verdict_id} if verdict_id is not None else {})).first()
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
