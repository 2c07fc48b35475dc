"""Settle an inquiry exactly once, and write the verdict of every claim that waits on it, in one transaction.

UPDATE … WHERE settled_at IS NULL decides who settles. Verdicts are unique per claim and inquiry and are written
together with their evidence, the claim's mark and the next date; either all of it is there or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from claims import rhythm
from claims.models import Claim, Evidence, GapRecord, Verdict, Verification
from claims.models.verdict import canonical
from claims.policy import ARITHMETIC, POLICY, VERSION
from claims.telling import Explanation, explain
from claims.types import Answer, Gap, Outcome, Ruling, Status
from claims.verdict import Decision, Previous, rule, settle_status
from sources.collecting import known_providers
from sources.models import Inquiry, Lookup, Source
from sources.models import Observation as ObservationRow
from sources.queries import database_now, facts_of
from sources.types import Kind, Observation, SourceFacts

CHAIN_LOCK = 0x636C6169  # one writer at a time on the chain of verdict hashes
MOST_AT_ONCE = 2_000  # verdicts a statement


def settle(inquiry_id: int) -> int:
    """Settle the inquiry if all lookups are in, and rule for every claim that waits on it; how many verdicts."""
    waiting = Lookup.objects.filter(inquiry=OuterRef("pk"), state=Lookup.State.WAITING)
    with transaction.atomic():
        Inquiry.objects.filter(~Exists(waiting), pk=inquiry_id, settled_at=None).update(settled_at=database_now())
        inquiry = Inquiry.objects.select_for_update(no_key=True).filter(pk=inquiry_id).first()
        return rule_waiting(inquiry) if inquiry and inquiry.settled_at else 0


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules read for one inquiry."""

    answers: tuple[Answer, ...]
    facts: tuple[SourceFacts, ...]
    gaps: tuple[Gap, ...]
    lookups: dict[str, Lookup]
    now: datetime
    is_parked: bool


def rule_waiting(inquiry: Inquiry) -> int:
    """Write the verdicts of all claims that still wait on this settled inquiry; inside a transaction.

    Locks the claims: their marks follow from what they show now, and an editor may be deciding at the same moment.
    """
    rows = Verification.objects.select_for_update(of=("self", "claim"), no_key=True)
    rows = rows.filter(inquiry=inquiry, settled=False)
    waiting = list(rows.select_related("claim__article__publisher").order_by("pk"))
    if not waiting:
        return 0
    case = case_of(inquiry)
    rulings: dict[object, tuple[Ruling, Explanation]] = {}
    verdicts, evidence, claims = [], [], []
    previous = _previous([one.claim for one in waiting])
    for one in waiting:
        claim = one.claim
        publisher = _publisher(claim)
        shared = (claim.assertion, publisher.slug if publisher else None)
        if shared not in rulings:
            ruling = ruling_of(claim, case)
            rulings[shared] = ruling, explain(ruling)
        ruling, told = rulings[shared]
        decision = settle_status(previous[claim.pk], ruling, asked_by_person=one.asked_by_person)
        verdicts.append(verdict_of(claim, inquiry, ruling, told, decision, case.now))
        evidence.append([evidence_of(case, ruling, told, answer) for answer in case.answers])
        claims.append(_marked(claim, ruling, decision, case))
    _write(verdicts, evidence, claims)
    Verification.objects.filter(pk__in=[one.pk for one in waiting]).update(settled=True)
    return len(verdicts)


def ruling_of(claim: Claim, case: Case) -> Ruling:
    """What the rules make of the inquiry for this claim; nothing but the case and the claim's own words is read."""
    publisher = _publisher(claim)
    return rule(
        claim.assertion,
        case.answers,
        _distinct((*case.facts, publisher.facts) if publisher else case.facts),
        now=case.now,
        gaps=case.gaps,
        publisher=publisher.slug if publisher else None,
        policy=POLICY,
    )


def _publisher(claim: Claim) -> Source | None:
    return claim.article.publisher if claim.article else None


def _distinct(facts: Sequence[SourceFacts]) -> tuple[SourceFacts, ...]:
    return tuple({one.slug: one for one in facts}.values())


def case_of(inquiry: Inquiry) -> Case:
    lookups = list(inquiry.lookups.select_related("observation").order_by("provider"))
    providers = known_providers()
    answers = tuple(
        Answer(
            key=str(lookup.pk),
            source=lookup.provider,
            title=providers[lookup.provider].title if lookup.provider in providers else lookup.provider,
            observation=observation_of(lookup.observation) if lookup.observation else None,
            abstention=lookup.reason,
            note=lookup.note,
        )
        for lookup in lookups
    )
    return Case(
        answers,
        tuple(facts_of(lookup.provider for lookup in lookups)),
        tuple(row.gap for row in GapRecord.objects.filter(metric=inquiry.metric)),
        {str(lookup.pk): lookup for lookup in lookups},
        database_now(),
        bool(inquiry.parked),
    )


def observation_of(row: ObservationRow) -> Observation:
    """A stored observation as the value the rules read: the database pads figures to 20 places."""
    return Observation(
        value=row.value.normalize(ARITHMETIC),
        low=None if row.low is None else row.low.normalize(ARITHMETIC),
        high=None if row.high is None else row.high.normalize(ARITHMETIC),
        kind=Kind(row.kind),
        observed_at=row.observed_at,
        note=row.note,
        detail=row.detail,
    )


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


def verdict_of(
    claim: Claim, inquiry: Inquiry, ruling: Ruling, told: Explanation, decision: Decision, now: datetime
) -> Verdict:
    return Verdict(
        claim=claim,
        inquiry=inquiry,
        created_at=now,
        outcome=ruling.outcome,
        status=ruling.status,
        shown_status=decision.status,
        flags=list(decision.flags),
        asked=ruling.asked,
        answered=ruling.answered,
        abstained=dict(ruling.abstained),
        supporting_voices=ruling.supporting,
        contradicting_voices=ruling.contradicting,
        quorum=ruling.quorum,
        consensus_low=ruling.consensus_low,
        consensus_high=ruling.consensus_high,
        spread=ruling.spread,
        rests_on=list(ruling.rests_on),
        reason=told.reason,
        wording=told.wording,
        policy_version=VERSION,
    )


def evidence_of(case: Case, ruling: Ruling, told: Explanation, answer: Answer) -> Evidence:
    finding = next((one for one in ruling.findings if one.answer.key == answer.key), None)
    return Evidence(
        lookup=case.lookups[answer.key],
        source=answer.source,
        voice=ruling.voice_of.get(answer.key, ""),
        stance=finding.stance if finding else "",
        counts=finding.counts if finding else False,
        label=finding.label if finding else "",
        reason=told.findings[answer.key] if finding else answer.note,
    )


def _marked(claim: Claim, ruling: Ruling, decision: Decision, case: Case) -> Claim:
    claim.status, claim.outcome, claim.flags = decision.status, decision.outcome, list(decision.flags)
    claim.checked_at = claim.updated_at = case.now
    wait = _wait(claim, ruling, decision, case)
    claim.next_check_at = case.now + wait if wait else None
    return claim


def _wait(claim: Claim, ruling: Ruling, decision: Decision, case: Case) -> timedelta | None:
    """Until the next check, None for no more; counts it on the claim."""
    if case.is_parked:
        return rhythm.PARKED
    if ruling.outcome == Outcome.TOO_EARLY:
        return claim.window_end - case.now + rhythm.FIRST_RETRY
    if rhythm.wants_retry(ruling, claim.retries):
        claim.retries += 1
        return rhythm.retry_wait(claim.retries - 1)
    claim.retries = 0
    if decision.confirm:
        return rhythm.CONFIRM
    claim.rechecks += 1
    return rhythm.recheck_wait(claim.metric, claim.rechecks - 1)


MARKS = ("status", "outcome", "flags", "checked_at", "updated_at", "next_check_at", "rechecks", "retries")


def _write(verdicts: list[Verdict], evidence: list[list[Evidence]], claims: list[Claim]) -> None:
    """Chain, then insert and mark in bulk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    head = Verdict.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    for verdict, rows in zip(verdicts, evidence, strict=True):
        verdict.previous_hash = head
        head = verdict.hash = chained(head, verdict, rows)
    Verdict.objects.bulk_create(verdicts, batch_size=MOST_AT_ONCE)
    for verdict, rows in zip(verdicts, evidence, strict=True):
        for row in rows:
            row.verdict = verdict
    Evidence.objects.bulk_create([row for rows in evidence for row in rows], batch_size=MOST_AT_ONCE)
    _mark(claims)


def _mark(claims: list[Claim]) -> None:
    """One UPDATE for all claims that get the same mark: most claims of an inquiry do."""
    alike: dict[str, list[Claim]] = {}
    for claim in claims:
        alike.setdefault(repr([getattr(claim, name) for name in MARKS]), []).append(claim)
    for group in alike.values():
        mark = {name: getattr(group[0], name) for name in MARKS}
        Claim.objects.filter(pk__in=[claim.pk for claim in group]).update(**mark)


def chained(previous: str, verdict: Verdict, evidence: list[Evidence]) -> str:
    """SHA-256 over the previous hash and everything the verdict says and rests on."""
    body = json.dumps(canonical(verdict, evidence), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
