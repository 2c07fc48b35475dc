"""The overview: what needs a person now, what the marks are, what comes next. A fixed number of queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from claims import gaps, queries
from claims.admin.filters import ATTENTION, HELD_BACK
from claims.admin.marks import STATUSES, flag_look, hedge_mismatch, mark, outcome_look
from claims.admin.wording import metric_title
from claims.models import Claim, Verdict
from claims.queries import ProviderCard
from claims.types import Outcome, Status
from sources.admin.showing import Look, ago, chip, due
from sources.admin.words import health
from sources.models import Inquiry

PENDING_TOO_LONG = timedelta(minutes=15)
MOST = 8
READY = Look("Ready", "check_circle", "good", "")


def context(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    if not request.user.has_perm("claims.view_claim"):
        return {**given, "no_access": True}
    now = timezone.now()
    counts = _counts()
    return {
        **given,
        "title": "Overview",
        "marks": _marks(counts),
        "total": sum(counts.values()),
        "queues": queues(),
        "attention": attention(now),
        "due": _due(now),
        "latest": _latest(),
        "providers": provider_summary(now),
        "parked": _parked(),
        "may_add": request.user.has_perm("claims.add_claim"),
    }


def _counts() -> dict[str, int]:
    return dict(Claim.objects.order_by().values_list("status").annotate(count=Count("pk")))


def _marks(counts: dict[str, int]) -> list[dict[str, Any]]:
    total = sum(counts.values())
    page = reverse("admin:claims_claim_changelist")
    return [
        {
            "look": look,
            "count": counts.get(status.value, 0),
            "share": round(100 * counts.get(status.value, 0) / total) if total else 0,
            "address": f"{page}?status__exact={status.value}",
        }
        for status, look in STATUSES.items()
    ]


def queues() -> list[dict[str, Any]]:
    """What waits for a person, with its number and the list it leads to; only what there is."""
    page = reverse("admin:claims_claim_changelist")
    held = Look("held for an editor", "back_hand", "bad", "The machine would change what only a person may change.")
    second = Look("waits for a second person", "pending_actions", "caution", "An editor proposed a mark.")
    waiting = [
        (held, Claim.objects.filter(HELD_BACK).count(), f"{page}?attention=held"),
        (second, queries.with_proposals().count(), f"{page}?attention=proposed"),
    ]
    review = Look("information gaps to look at again", "event_busy", "caution", "Does the gap still exist?")
    address = f"{reverse('admin:claims_gaprecord_changelist')}?review=due"
    waiting.append((review, gaps.due(timezone.now()).count(), address))
    return [{"look": look, "count": count, "address": address} for look, count, address in waiting if count]


def attention(now: datetime) -> list[dict[str, Any]]:
    """Claims that a person should look at, the gravest first, each with the reason."""
    late = Q(status=Status.PENDING, created_at__lt=now - PENDING_TOO_LONG) & ~Q(outcome=Outcome.TOO_EARLY)
    rows = Claim.objects.filter(ATTENTION | late).order_by("-checked_at", "-created_at")[:100]
    listed = [(_why(claim), claim) for claim in rows]
    return [_card(why, claim) for why, claim in sorted(listed, key=lambda pair: pair[0][0])[:MOST]]


def _why(claim: Claim) -> tuple[int, Look]:
    """How grave, and what it is."""
    if "held" in claim.flags:
        return 0, flag_look("held")
    outcome = outcome_look(claim.outcome)
    if claim.outcome in {Outcome.REFUTED, Outcome.CONFLICTING} and outcome:
        return (1 if claim.outcome == Outcome.REFUTED else 2), outcome
    mismatch = hedge_mismatch(claim)
    if mismatch:
        return 3, mismatch
    return 4, Look("Pending for long", "hourglass_disabled", "wait", "Nobody could answer yet.")


def _card(why: tuple[int, Look], claim: Claim) -> dict[str, Any]:
    return {
        "why": chip(why[1], "quiet"),
        "mark": mark(claim.status),
        "text": claim.text,
        "about": f"{metric_title(claim)} · {claim.subject}",
        "when": ago(claim.checked_at or claim.created_at),
        "address": reverse("admin:claims_claim_change", args=[claim.pk]),
    }


def _due(now: datetime) -> list[dict[str, Any]]:
    rows = Claim.objects.exclude(next_check_at=None).order_by("next_check_at")[:MOST]
    return [
        {
            "text": claim.text,
            "mark": mark(claim.status),
            "when": due(claim.next_check_at, now),
            "is_late": claim.next_check_at is not None and claim.next_check_at < now,
            "address": reverse("admin:claims_claim_change", args=[claim.pk]),
        }
        for claim in rows
    ]


def _latest() -> list[dict[str, Any]]:
    rows = Verdict.objects.select_related("claim").order_by("-id")[:MOST]
    return [
        {
            "mark": mark(verdict.shown_status),
            "outcome": outcome_look(verdict.outcome),
            "text": verdict.claim.text,
            "reason": verdict.reason,
            "when": ago(verdict.created_at),
            "address": f"{reverse('admin:claims_claim_change', args=[verdict.claim_id])}?verdict={verdict.pk}",
        }
        for verdict in rows
    ]


def provider_summary(now: datetime) -> dict[str, Any]:
    """How many answer, and by name those that do not."""
    cards = [(card, look_of(card, now)) for card in queries.provider_cards(now)]
    troubled = [
        {"title": card.title, "look": chip(look, "quiet"), "address": _provider_page(card)}
        for card, look in cards
        if look.tone in {"bad", "caution"}
    ]
    keyless = sum(not card.is_configured for card, _ in cards)
    return {
        "total": len(cards),
        "ready": len(cards) - len(troubled) - keyless,
        "keyless": keyless,
        "troubled": troubled,
    }


def look_of(card: ProviderCard, now: datetime) -> Look:
    if not card.is_configured:
        return Look("No key", "key_off", "plain", "")
    look = health(card.row, now)
    return look if look.tone in {"bad", "caution"} else READY


def _provider_page(card: ProviderCard) -> str:
    return reverse("admin:sources_providerstate_change", args=[card.name])


def _parked() -> int:
    return Inquiry.objects.exclude(parked="").filter(settled_at=None).count()
