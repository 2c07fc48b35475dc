"""Settle an inquiry exactly once, and write the verdict of every claim that waits on it, in one transaction.

UPDATE … WHERE settled_at IS NULL decides who settles. Verdicts are unique per claim and inquiry and are written
together with their evidence, the claim's mark and the next date; either all of it is there or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from claims import chain, rhythm
from claims.consistency import open_among
from claims.models import Claim, Evidence, Grounds, Verdict, Verification
from claims.telling import Explanation, explain_in_all
from claims.types import Outcome, Ruling, Status
from claims.verdict import Previous
from claims.verification.deciding import Decided, decide, inputs_of, ruling_of
from claims.verification.hearing import Hearing, grounds_of, hearing_of, keep
from sources.models import Inquiry, Lookup
from sources.queries import database_now


def settle(inquiry_id: int) -> int:
    """Settle the inquiry if all lookups are in, and rule for every claim that waits on it; how many verdicts."""
    waiting = Lookup.objects.filter(inquiry=OuterRef("pk"), state=Lookup.State.WAITING)
    with transaction.atomic():
        Inquiry.objects.filter(~Exists(waiting), pk=inquiry_id, settled_at=None).update(settled_at=database_now())
        inquiry = Inquiry.objects.select_for_update(no_key=True).filter(pk=inquiry_id).first()
        return rule_waiting(inquiry) if inquiry and inquiry.settled_at else 0


def rule_waiting(inquiry: Inquiry) -> int:
    """Write the verdicts of all claims that still wait on this settled inquiry; inside a transaction.

    Locks the claims: their marks follow from what they show now, and an editor may be deciding at the same moment.
    In order of their ids, as everybody does who locks several.
    """
    rows = Verification.objects.select_for_update(of=("self", "claim"), no_key=True)
    rows = rows.filter(inquiry=inquiry, settled=False)
    waiting = list(rows.select_related("claim__article__publisher").order_by("claim_id"))
    if not waiting:
        return 0
    session, previous = _Session(hearing_of(inquiry), database_now()), _previous([one.claim for one in waiting])
    session.inconsistent = open_among([one.claim_id for one in waiting])
    verdicts, claims = [], []
    for one in waiting:
        decided = session.decide(one, previous[one.claim_id])
        verdicts.append(decided.verdict(one.claim_id, inquiry.pk, session.hashes(decided)))
        claims.append(_marked(one.claim, decided, is_parked=bool(inquiry.parked)))
    _write(session.grounds(), verdicts)
    _mark(claims)
    Verification.objects.filter(pk__in=[one.pk for one in waiting]).update(settled=True)
    return len(verdicts)


@dataclass(slots=True)
class _Session:
    """One hearing, ruled on once for all claims that say the same and have the same publisher (its slug)."""

    hearing: Hearing
    now: datetime
    rulings: dict[object, tuple[Ruling, Mapping[str, Explanation]]] = field(default_factory=dict)
    hearings: dict[str | None, Hearing] = field(default_factory=dict)
    kept: dict[str | None, dict[str, Grounds]] = field(default_factory=dict)
    inconsistent: set[UUID] = field(default_factory=set)

    def decide(self, waiting: Verification, previous: Previous) -> Decided:
        claim, asked = waiting.claim, waiting.asked_by_person
        inputs = inputs_of(claim, previous, asked_by_person=asked, inconsistent=claim.pk in self.inconsistent)
        hearing, shared = self._hearing(inputs.publisher), (inputs.assertion, inputs.publisher, inputs.inconsistent)
        if shared not in self.rulings:
            ruling = ruling_of(inputs, hearing, self.now)
            self.rulings[shared] = ruling, explain_in_all(ruling)
        return decide(inputs, hearing, *self.rulings[shared], self.now)

    def _hearing(self, publisher: str | None) -> Hearing:
        if publisher not in self.hearings:
            self.hearings[publisher] = self.hearing.published_by(publisher) if publisher else self.hearing
        return self.hearings[publisher]

    def hashes(self, decided: Decided) -> dict[str, str]:
        """Of the grounds of this decision, by name."""
        publisher = decided.inputs.publisher
        if publisher not in self.kept:
            self.kept[publisher] = dict(grounds_of(decided.hearing))
        return {name: one.sha256 for name, one in self.kept[publisher].items()}

    def grounds(self) -> list[Grounds]:
        return [one for kept in self.kept.values() for one in kept.values()]


def _previous(claims: Sequence[Claim]) -> dict[object, Previous]:
    """What each claim shows now, which an editor may have decided, and what its last inquiry found."""
    newest = Verdict.objects.filter(claim__in=claims).order_by("claim_id", "-id").distinct("claim_id")
    found = {last.claim_id: last for last in newest}
    return {claim.pk: _standing(claim, found.get(claim.pk)) for claim in claims}


def _standing(claim: Claim, last: Verdict | None) -> Previous:
    return Previous(
        status=Status(claim.status),
        outcome=Outcome(claim.outcome) if claim.outcome else None,
        flags=tuple(claim.flags),
        found_status=Status(last.status) if last else None,
        found_outcome=Outcome(last.outcome) if last else None,
    )


def _marked(claim: Claim, decided: Decided, *, is_parked: bool) -> Claim:
    decision = decided.decision
    claim.status, claim.outcome, claim.flags = decision.status, decision.outcome, list(decision.flags)
    claim.checked_at = claim.updated_at = decided.now
    wait = rhythm.PARKED if is_parked else _wait(claim, decided)
    claim.next_check_at = decided.now + wait if wait else None
    return claim


def _wait(claim: Claim, decided: Decided) -> timedelta | None:
    """Until the next check, None for no more; counts it on the claim."""
    if decided.ruling.outcome == Outcome.TOO_EARLY:
        return claim.window_end - decided.now + rhythm.FIRST_RETRY
    if rhythm.wants_retry(decided.ruling, claim.retries):
        claim.retries += 1
        return rhythm.retry_wait(claim.retries - 1)
    claim.retries = 0
    if decided.decision.confirm and (soon := rhythm.confirm_wait(_unconfirmed(claim))):
        return soon
    claim.rechecks += 1
    return rhythm.recheck_wait(claim.metric, claim.rechecks - 1)


def _unconfirmed(claim: Claim) -> int:
    """How many verdicts in a row, up to the newest written, found another status than the claim shows."""
    newest = claim.verdicts.order_by("-id").values_list("status", "shown_status")[: rhythm.MOST_CONFIRMS]
    return len(list(takewhile(lambda row: row[0] != row[1], newest)))


def _write(grounds: list[Grounds], verdicts: list[Verdict]) -> None:
    """With the chain locked, so that nobody waits for another's grounds."""
    chain.lock()
    keep(grounds)
    chain.append(verdicts)
    evidence = [row for verdict in verdicts for row in verdict.resting_on or ()]
    for row in evidence:
        row.verdict_id = row.verdict.pk
    Evidence.objects.bulk_create(evidence, batch_size=chain.MOST_AT_ONCE)


MARKS = ("status", "outcome", "flags", "checked_at", "updated_at", "next_check_at", "rechecks", "retries")


def _mark(claims: list[Claim]) -> None:
    """One UPDATE for all claims that get the same mark: most claims of an inquiry do."""
    alike: dict[str, list[Claim]] = {}
    for claim in claims:
        alike.setdefault(repr([getattr(claim, name) for name in MARKS]), []).append(claim)
    for group in alike.values():
        mark = {name: getattr(group[0], name) for name in MARKS}
        Claim.objects.filter(pk__in=[claim.pk for claim in group]).update(**mark)
