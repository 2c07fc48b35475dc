"""Check now, and the piece of the page that follows a check under way."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from claims.errors import ClaimError
from claims.models import Claim, Verification
from claims.verification import check_now
from sources.models import Lookup


def check(request: HttpRequest, pk: UUID, *, allowed: bool) -> HttpResponse:
    """Have the claim checked and go back to its page. Only by POST: a link must not start work."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    claim = get_object_or_404(Claim, pk=pk)
    if not allowed:
        messages.error(request, "Checking a claim needs the role editor.")
    else:
        _begin(request, claim)
    return redirect(reverse("admin:claims_claim_change", args=[pk]))


def _begin(request: HttpRequest, claim: Claim) -> None:
    try:
        check_now(claim, by_person=True)
    except ClaimError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The claim is being checked; this page follows along.")


def fragment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the check is. Once there is none under way, the whole page is read again."""
    state = progress_of(pk)
    if state is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    address = reverse("admin:claims_claim_progress", args=[pk])
    return render(request, "claims/progress.html", {"progress": state, "progress_address": address})


def progress_of(pk: UUID) -> dict[str, int] | None:
    """asked, finished and percent of the check under way; None when there is none. One query."""
    counts = (
        Verification.objects.filter(claim_id=pk, settled=False)
        .order_by("-id")
        .values("inquiry_id")
        .annotate(
            asked=Count("inquiry__lookups"),
            finished=Count("inquiry__lookups", filter=~Q(inquiry__lookups__state=Lookup.State.WAITING)),
        )
        .first()
    )
    if counts is None:
        return None
    asked, finished = counts["asked"], counts["finished"]
    return {"asked": asked, "finished": finished, "percent": 100 * finished // asked if asked else 0}
