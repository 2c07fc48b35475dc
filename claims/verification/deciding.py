"""From a hearing to a verdict and its evidence: no row is read and none is written, today or years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claims.confidence import Belief, belief_in
from claims.models import Claim, Evidence, Verdict
from claims.policy import VERSION
from claims.telling import Explanation
from claims.types import Answer, Assertion, Finding, Ruling
from claims.verdict import Decision, Previous, rule, settle_status
from claims.verification.hearing import Hearing
from sources.canonical import plain


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is ruled on beside the hearing. Kept with the verdict: the claim's own columns may be corrected later.

    publisher: slug. previous: what the claim showed and its last inquiry found. inconsistent: contradicted by the
    arithmetic of other claims. text: the claim's words, which no rule reads: the mark is printed beside them. None in
    verdicts from before they were kept.
    """

    assertion: Assertion
    publisher: str | None
    previous: Previous
    asked_by_person: bool = False
    inconsistent: bool = False
    text: str | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON has it; verdicts from before there were words keep their digests."""
        return {name: value for name, value in plain(self).items() if (name, value) != ("text", None)}


def ruling_of(inputs: Inputs, hearing: Hearing, now: datetime) -> Ruling:
    return rule(
        inputs.assertion,
        hearing.answers,
        hearing.facts,
        now=now,
        gaps=hearing.gaps,
        publisher=inputs.publisher,
        policy=hearing.policy,
        inconsistent=inputs.inconsistent,
    )


def inputs_of(claim: Claim, previous: Previous, *, asked_by_person: bool, inconsistent: bool = False) -> Inputs:
    publisher = claim.article.publisher if claim.article else None
    return Inputs(
        assertion=claim.assertion,
        publisher=publisher.slug if publisher else None,
        previous=previous,
        asked_by_person=asked_by_person,
        inconsistent=inconsistent,
        text=claim.text,
    )


def decide(inputs: Inputs, hearing: Hearing, ruling: Ruling, told: Mapping[str, Explanation], now: datetime) -> Decided:
    """A ruling may serve many claims; whether a claim follows it depends on what it showed before.

    told: the words of the ruling by language.
    """
    decision = settle_status(inputs.previous, ruling, asked_by_person=inputs.asked_by_person)
    return Decided(inputs, hearing, ruling, told, decision, now)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was read, what the rules made of it, in words, and what the claim shows from now on."""

    inputs: Inputs
    hearing: Hearing
    ruling: Ruling
    told: Mapping[str, Explanation]
    decision: Decision
    now: datetime

    def verdict(self, claim_id: Any, inquiry_id: int, grounds: Mapping[str, str], version: str = VERSION) -> Verdict:
        """The row, not stored, with its evidence. grounds: name -> SHA-256. version: of the hearing's policy."""
        ruling, shown, belief = self.ruling, self.decision, self.belief()
        verdict = Verdict(
            claim_id=claim_id,
            inquiry_id=inquiry_id,
            created_at=self.now,
            outcome=ruling.outcome.value,
            status=ruling.status.value,
            shown_status=shown.status.value,
            shown_outcome=shown.outcome.value,
            flags=list(shown.flags),
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
            reason=self.told["en"].reason,
            wording=self.told["en"].wording,
            reason_zh=self.told["zh"].reason,
            wording_zh=self.told["zh"].wording,
            policy_version=version,
            confidence=belief.confidence,
            calibration=belief.calibration,
            believed=belief.sides.stored() if belief.confidence is not None else {},
            inputs={**self.inputs.kept(), "grounds": dict(grounds)},
        )
        verdict.resting_on = self._evidence(verdict)
        return verdict

    def belief(self) -> Belief:
        """How sure the ruling is. It was made before this was asked, and does not follow from it."""
        question, facts = self.inputs.assertion.question, self.hearing.facts
        about = f"{question.metric}:{question.subject}"
        own_word = {one.slug for one in facts if about in one.lineage.authority}
        interested = {one.slug for one in facts if {question.metric, "*"} & one.lineage.interested}
        return belief_in(self.ruling, self.hearing.believed, own_word - interested, self.hearing.calibration)

    def _evidence(self, verdict: Verdict) -> list[Evidence]:
        findings = {one.answer.key: one for one in self.ruling.findings}
        return [self._read(verdict, answer, findings.get(answer.key)) for answer in self.hearing.answers]

    def _read(self, verdict: Verdict, answer: Answer, finding: Finding | None) -> Evidence:
        return Evidence(
            verdict=verdict,
            lookup_id=int(answer.key),
            source=answer.source,
            voice=self.ruling.voice_of.get(answer.key, ""),
            stance=finding.stance.value if finding else "",
            counts=finding.counts if finding else False,
            label=finding.label if finding else "",
            reason=self.told["en"].findings[answer.key] if finding else answer.note,
            reason_zh=self.told["zh"].findings[answer.key] if finding else "",
        )
