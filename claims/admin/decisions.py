"""People's part of a claim's page: the decision its mark rests on, what waits for a second person, and the form.

Only marks that the table of changes allows are offered. What was typed stays when it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from claims import overriding, queries
from claims.admin.marks import outcome_look, status_look
from claims.errors import ClaimError, NotFound, NotPermitted
from claims.lifecycle import Permission
from claims.models import Claim, Override
from claims.models.override import MACHINE
from claims.overriding.wishes import STANCES
from sources.admin.showing import Look, ago, chip, exactly, outside

FOLLOW = Look("Follow the machine", "smart_toy", "plain", "The mark is again what the newest verdict found.")
DEEDS: Mapping[str, tuple[str, str]] = {
    Override.Kind.DECIDED: ("decided", "how_to_reg"),
    Override.Kind.PROPOSED: ("proposed", "pending_actions"),
    Override.Kind.CONFIRMED: ("confirmed", "group"),
    Override.Kind.REFUSED: ("refused", "do_not_disturb_on"),
    Override.Kind.WITHDRAWN: ("withdrew", "undo"),
}
WISH = ("status", "reason", "document_url", "document_says", "document_stance", "document_value")
STANCE_WORDS = {"supports": "It bears the claim out", "contradicts": "It denies the claim"}


def mark_look(mark: str) -> Look:
    return FOLLOW if mark == MACHINE else status_look(mark)


def context(request: HttpRequest, claim: Claim, typed: Mapping[str, str] | None, error: ClaimError | None) -> Any:
    """`decision`, `proposal` and `deciding` (the form, None for whoever may not decide)."""
    decision, proposal = queries.decision(claim), queries.proposal(claim)
    person = request.user if isinstance(request.user, User) else None
    may = overriding.may_decide(person)
    return {
        "decision": deed(decision) if decision else None,
        "proposal": {**deed(proposal), "is_own": proposal.person_id == request.user.pk} if proposal else None,
        "deciding": _form(claim, proposal, typed or {}, error) if may else None,
        "answer_address": reverse("admin:claims_claim_proposal", args=[claim.pk]) if may else "",
    }


def _form(claim: Claim, proposal: Override | None, typed: Mapping[str, str], error: ClaimError | None) -> Any:
    options = [
        (mark, mark_look(mark), allowed is Permission.SECOND_PERSON)
        for mark, allowed in overriding.options(claim)
        if proposal is None or mark != proposal.mark  # that one is answered, not wished for again
    ]
    return {
        "address": reverse("admin:claims_claim_decide", args=[claim.pk]),
        "options": options,
        "takes_two": [look.word for _, look, two in options if two],
        "stances": [(stance, STANCE_WORDS[stance]) for stance in STANCES],
        "typed": typed,
        "error": error,
        "is_open": bool(typed),
    }


def deed(row: Override) -> dict[str, Any]:
    """One row as the page and the history show it."""
    word, icon = DEEDS[row.kind]
    proposed = row.proposal
    return {
        "row": row,
        "who": row.person.get_full_name() or row.person.username,
        "did": word,
        "icon": icon,
        "mark": chip(mark_look(row.mark)),
        "tone": status_look(row.shown_status).tone,
        "from": status_look(row.previous_status).word,
        "outcome": outcome_look(row.previous_outcome),
        "reason": row.reason,
        "proposed_by": (proposed.person.get_full_name() or proposed.person.username) if proposed else "",
        "proposed_reason": proposed.reason if proposed else "",
        "document": outside(row.document_url) if row.document_url else "",
        "says": row.document_says,
        "stance": STANCE_WORDS.get(row.document_stance, ""),
        "when": ago(row.created_at),
        "exactly": exactly(row.created_at),
    }


def decide(request: HttpRequest, pk: UUID, model_admin: Any) -> HttpResponse:
    """Decide, or propose; back to the claim's page, with what was typed where it is refused."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    typed = {name: request.POST.get(name, "") for name in WISH}
    try:
        person = overriding.check_right(_person(request))
        row = overriding.decide(pk, person, overriding.read_wish(typed))
    except NotFound:
        return redirect("admin:claims_claim_changelist")
    except NotPermitted as error:
        messages.error(request, error.message)
    except ClaimError as error:
        return model_admin.refused_decision(request, pk, typed, error)  # type: ignore[no-any-return]
    else:
        messages.success(request, _told(row))
    return redirect(_page(pk))


def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm, refuse or withdraw what waits."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    given = {name: request.POST.get(name, "") for name in ("answer", "proposal", "reason")}
    try:
        person = overriding.check_right(_person(request))
        row = overriding.answer(pk, person, overriding.read_answer(given))
    except ClaimError as error:
        messages.error(request, " ".join([error.message, *(f"{name}: {why}." for name, why in error.fields.items())]))
    else:
        messages.success(request, _told(row))
    return redirect(_page(pk))


def release(request: HttpRequest, claims: list[Claim], reason: str) -> None:
    """Let these follow the machine again, each by itself: some may take a second person, some may have nothing left."""
    person = _person(request)
    followed, proposed, refused = 0, 0, []
    for claim in claims:
        try:
            row = overriding.decide(claim.pk, person, overriding.read_wish({"status": MACHINE, "reason": reason}))
        except ClaimError as error:
            refused.append(f"“{claim}”: {error.message}")
        else:
            followed, proposed = followed + row.took_effect, proposed + (not row.took_effect)
    if followed:
        messages.success(request, f"{_claims(followed)} follow{'s' if followed == 1 else ''} the machine again.")
    if proposed:
        messages.warning(request, f"{_claims(proposed)} would become verified: a second person must confirm.")
    for line in refused[:5]:
        messages.error(request, line)


def _claims(count: int) -> str:
    return f"{count} {'claim' if count == 1 else 'claims'}"


def _told(row: Override) -> str:
    word = mark_look(row.mark).word.lower()
    return {
        Override.Kind.DECIDED: f"Decided: {word}.",
        Override.Kind.PROPOSED: f"Proposed: {word}. The mark stays as it is until another person confirms.",
        Override.Kind.CONFIRMED: f"Confirmed: {word}.",
        Override.Kind.REFUSED: "Refused. The mark stays as it is.",
        Override.Kind.WITHDRAWN: "Withdrawn. The mark stays as it is.",
    }[Override.Kind(row.kind)]


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _page(pk: UUID) -> str:
    return reverse("admin:claims_claim_change", args=[pk])
