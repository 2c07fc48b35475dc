"""What people do to a mark: decide it, propose what needs two, answer a proposal, let the machine judge again.

Every deed locks the claim's row, as settling does, so that it meets what the claim really shows, and appends one
Override; the rows that take effect write the claim's mark in the same transaction. `claims.lifecycle` says which
changes there are.

A proposal is the newest deed on its claim and stands while the claim shows the status and outcome it was made on.
A later verdict that changes neither leaves it standing: the second person sees the newer evidence. It lapses when the
mark changes, when somebody decides something else, or when the person who made it may no longer decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from claims import chain
from claims.errors import IllegalTransition, NotFound, NotPermitted
from claims.lifecycle import OVERRIDDEN, Actor, Permission, Standing, permission
from claims.models import Claim, Override, Verdict
from claims.models.override import MACHINE
from claims.overriding.wishes import MARKS, Answer, Document, Wish, read_answer, read_wish
from claims.types import Outcome, Status
from claims.verdict import HELD, UNDECIDED, WAS_REFUTED
from sources.queries import database_now

__all__ = ["answer", "check_right", "decide", "may_decide", "options", "read_answer", "read_wish", "waiting"]

RIGHT = "claims.override_claim"
ENDED = frozenset({HELD, OVERRIDDEN, WAS_REFUTED, "rests_on"})  # flags that a person's decision does away with
Kind = Override.Kind


def may_decide(person: User | None) -> bool:
    return person is not None and person.is_active and person.has_perm(RIGHT)


def check_right(person: User | None) -> User:
    """The person. Raises NotPermitted."""
    if person is None:
        raise NotPermitted("A key is no person: only somebody logged in can decide a mark.")
    if not may_decide(person):
        raise NotPermitted("Deciding a mark needs the role editor.")
    return person


def decide(claim_id: UUID, person: User | None, wish: Wish) -> Override:
    """Do what the person wishes, or keep it as a proposal where that takes two; inside or outside a transaction.

    Who wishes what another person has proposed confirms it. Raises NotFound, NotPermitted or IllegalTransition.
    """
    with _locked(claim_id, person) as (claim, somebody):
        proposal = waiting(claim)
        if proposal is not None and proposal.mark == wish.mark:
            return _confirm(claim, proposal, somebody, wish.reason)
        allowed = _permission(claim, wish.mark)
        if allowed is Permission.ALLOWED:
            return _put_in_force(claim, somebody, wish, Kind.DECIDED)
        if proposal is not None:
            raise IllegalTransition("Another proposal waits on this claim: confirm, refuse or withdraw it first.")
        return _written(claim, somebody, wish, Kind.PROPOSED)


def answer(claim_id: UUID, person: User | None, given: Answer) -> Override:
    """Confirm, refuse or withdraw the proposal that stands. Raises NotFound, NotPermitted or IllegalTransition."""
    with _locked(claim_id, person) as (claim, somebody):
        proposal = waiting(claim)
        if proposal is None or proposal.pk != given.proposal:
            raise IllegalTransition(
                "This proposal no longer stands: it was answered, the mark has changed, or its author may not decide."
            )
        if given.word == "confirm":
            return _confirm(claim, proposal, somebody, given.reason)
        return _reject(claim, proposal, somebody, given)


def _confirm(claim: Claim, proposal: Override, person: User, reason: str) -> Override:
    if proposal.person_id == person.pk:
        raise IllegalTransition("You proposed this yourself: another person must confirm it.")
    wish = Wish(proposal.mark, reason, _document(proposal))
    if _permission(claim, wish.mark) is Permission.REFUSED:
        raise IllegalTransition("The mark cannot be changed this way any more.")
    return _put_in_force(claim, person, wish, Kind.CONFIRMED, proposal)


def _reject(claim: Claim, proposal: Override, person: User, given: Answer) -> Override:
    is_own = proposal.person_id == person.pk
    if given.word == "withdraw" and not is_own:
        raise IllegalTransition("Only the person who proposed it can withdraw it; you can refuse it.")
    if given.word == "refuse" and is_own:
        raise IllegalTransition("You proposed this yourself: withdraw it instead.")
    kind = Kind.WITHDRAWN if is_own else Kind.REFUSED
    return _written(claim, person, Wish(proposal.mark, given.reason), kind, proposal=proposal)


@contextmanager
def _locked(claim_id: UUID, person: User | None) -> Iterator[tuple[Claim, User]]:
    somebody = check_right(person)
    with transaction.atomic():
        claim = Claim.objects.select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("There is no such claim.")
        yield claim, somebody


# What may be done


def options(claim: Claim) -> list[tuple[str, Permission]]:
    """The marks a person may give this claim now, in a fixed order, and whether that takes two."""
    found = []
    for mark in MARKS:
        try:
            found.append((mark, _permission(claim, mark)))
        except IllegalTransition:
            continue
    return found


def _permission(claim: Claim, mark: str) -> Permission:
    """ALLOWED or SECOND_PERSON. Raises IllegalTransition, with the reason, for anything else."""
    if mark == MACHINE and not {OVERRIDDEN, HELD} & set(claim.flags):
        raise IllegalTransition("The claim follows the machine already.")
    allowed = permission(standing(claim), _target(claim, mark), Actor.EDITOR)
    if allowed is Permission.REFUSED:
        raise IllegalTransition(f"A claim that is {claim.status} cannot become {mark} by a person's decision.")
    return allowed


def standing(claim: Claim) -> Standing:
    outcome = Outcome(claim.outcome) if claim.outcome else None
    refuted = outcome is Outcome.REFUTED or WAS_REFUTED in claim.flags
    return Standing(Status(claim.status), outcome, OVERRIDDEN in claim.flags, refuted)


def _target(claim: Claim, mark: str) -> Status:
    return Status(_found(claim).status) if mark == MACHINE else Status(mark)


def _found(claim: Claim) -> Verdict:
    """The newest verdict that decided anything."""
    verdict = claim.verdicts.exclude(outcome__in=UNDECIDED).order_by("-id").first()
    if verdict is None:
        raise IllegalTransition("No check of this claim has decided anything yet: there is nothing to follow.")
    return verdict


def waiting(claim: Claim) -> Override | None:
    """The proposal that stands on this claim."""
    newest = claim.overrides.select_related("person").order_by("-id").first()
    return newest if newest is not None and newest.still_waits(claim) and may_decide(newest.person) else None


# What is written


Shown = tuple[str, str, list[str]]  # status, outcome, flags


def _put_in_force(
    claim: Claim, person: User, wish: Wish, kind: Override.Kind, proposal: Override | None = None
) -> Override:
    shown = _shown_by(claim, wish, kind)
    row = _written(claim, person, wish, kind, shown=shown, proposal=proposal)
    changes: dict[str, Any] = dict(zip(("status", "outcome", "flags"), shown, strict=True))
    if wish.mark == MACHINE:
        changes |= {"next_check_at": row.created_at, "retries": 0}
    Claim.objects.filter(pk=claim.pk).update(**changes, updated_at=row.created_at)
    return row


def _shown_by(claim: Claim, wish: Wish, kind: Override.Kind) -> Shown:
    """What the claim shows from now on."""
    kept = [flag for flag in claim.flags if flag.partition(":")[0] not in ENDED]
    if wish.mark != MACHINE:
        return wish.mark, claim.outcome, [*kept, OVERRIDDEN]
    # The check that follows at once brings the flags of today's evidence; until then the old caveats stay.
    found = _found(claim)
    return found.status, found.outcome, kept + _memory(claim, found.outcome, alone=kind == Kind.DECIDED)


def _memory(claim: Claim, outcome: str, *, alone: bool) -> list[str]:
    """One person's detour over a decision does not make a machine forget that it refuted the claim; two people's does.

    Without this, deciding `single_source` and then following the machine would let it verify what it once refuted.
    """
    if not alone or outcome == Outcome.REFUTED:
        return []
    rows = claim.overrides.all()
    settled_by_two = rows.filter(kind=Kind.CONFIRMED).order_by("-id").values_list("pk", flat=True).first()
    since = rows.filter(pk__gt=settled_by_two or 0)
    undecided = since.exclude(previous_flags__contains=[OVERRIDDEN])
    refuted = Q(previous_outcome=Outcome.REFUTED) | Q(previous_flags__contains=[WAS_REFUTED])
    now = standing(claim)
    is_refuted = now.refuted and not now.overridden
    return [WAS_REFUTED] if is_refuted or undecided.filter(refuted).exists() else []


def _written(
    claim: Claim,
    person: User,
    wish: Wish,
    kind: Override.Kind,
    *,
    shown: Shown | None = None,
    proposal: Override | None = None,
) -> Override:
    """shown: None when the claim goes on showing what it shows."""
    status, outcome, flags = shown or (claim.status, claim.outcome, list(claim.flags))
    row = Override(
        claim=claim,
        kind=kind,
        mark=wish.mark,
        shown_status=status,
        shown_outcome=outcome,
        shown_flags=flags,
        previous_status=claim.status,
        previous_outcome=claim.outcome,
        previous_flags=list(claim.flags),
        verdict=claim.verdicts.order_by("-id").first(),
        proposal=proposal,
        person=person,
        reason=wish.reason,
        document_url=wish.document.url,
        document_says=wish.document.says,
        document_stance=wish.document.stance,
        document_value=wish.document.value,
        created_at=database_now(),
    )
    chain.append([row])
    return row


def _document(proposal: Override) -> Document:
    return Document(proposal.document_url, proposal.document_says, proposal.document_stance, proposal.document_value)
