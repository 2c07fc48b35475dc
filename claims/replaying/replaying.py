"""Verdict after verdict, claim after claim, in constant memory. Nothing is written.

Under the numbers it was ruled under, every verdict must come out byte for byte. Under other numbers, what a claim
showed before a verdict is what the verdict before it would have made it show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from claims import chain
from claims.models import Claim, Link, Verdict
from claims.policy import Policy
from claims.replaying.changes import FOLLOWS, Change, differences, reasons
from claims.types import Outcome, Status
from claims.verdict import Previous
from claims.verification.deciding import Decided
from claims.verification.reruling import Archive, Unreadable
from sources.canonical import read
from sources.queries import one_snapshot

Tick = Callable[[str, int, int], None]
AT_ONCE = 100  # claims in memory, with their verdicts and evidence


def replay(
    policy: Policy | None = None, claim: UUID | None = None, tick: Tick = lambda what, done, total: None
) -> Iterator[Change]:
    """Every verdict that would be another, in the order of claims and their histories.

    policy: numbers to rule under instead of those of each verdict. claim: only this one's verdicts.
    """
    with one_snapshot():
        rows = Claim.objects.filter(verdicts__isnull=False).distinct().order_by("question_key", "pk")
        ids = list(rows.filter(pk=claim).values_list("pk", flat=True)) if claim else None
        total, done = (len(ids) if ids is not None else rows.count()), 0
        archive, stream = Archive(), iter(ids) if ids is not None else rows.values_list("pk", flat=True).iterator()
        while batch := [pk for pk, _ in zip(stream, range(AT_ONCE), strict=False)]:
            for history in _histories(batch):
                yield from _History(archive, policy).walk(history)
            done += len(batch)
            tick("claims", done, total)


def _histories(claims: list[Any]) -> Iterator[list[Verdict]]:
    verdicts = Verdict.objects.order_by("id").prefetch_related("evidence")
    found = Claim.objects.prefetch_related(Prefetch("verdicts", verdicts)).in_bulk(claims)
    return ([*found[pk].verdicts.all()] for pk in claims)


class _History:
    """The verdicts of one claim. before: the stored verdict before this one, and how it would have been decided."""

    def __init__(self, archive: Archive, policy: Policy | None) -> None:
        self.archive, self.policy = archive, policy
        self.before: tuple[Verdict, Decided] | None = None

    def walk(self, verdicts: list[Verdict]) -> Iterator[Change]:
        rows = [verdict.pk for verdict in verdicts]
        digests = dict(Link.objects.filter(kind="verdict", row__in=rows).values_list("row", "digest"))
        for stored in verdicts:
            try:
                change = self._decide(stored, digests.get(stored.pk, ""))
            except Unreadable as error:
                change, self.before = _change(stored, "unreadable", {}, (str(error),)), None
            if change is not None:
                yield change

    def _decide(self, stored: Verdict, digest: str) -> Change | None:
        previous = self._previous(stored)
        again, decided = self.archive.again(stored, policy=self.policy, previous=previous)
        self.before = stored, decided
        if chain.digest_of(again) == digest and chain.digest_of(stored) == digest:
            return None
        if self.policy is None:
            cause = "row" if chain.digest_of(stored) != digest else "code"
            return _change(stored, cause, differences(stored, again), tuple(reasons(stored, again)))
        return self._under_other_numbers(stored, again, previous)

    def _under_other_numbers(self, stored: Verdict, again: Verdict, previous: Previous | None) -> Change | None:
        """Numbers that decide nothing are no change; what the code does otherwise today is not put on the numbers."""
        as_then, _ = self.archive.again(stored)
        changed = differences(stored, again, but=FOLLOWS | {"inputs"})
        why = list(reasons(stored, again))
        if not changed and not why:
            return None
        if differences(stored, as_then) or any(reasons(stored, as_then)):
            return _change(stored, "code", changed, ("the same numbers give something else today", *why))
        if previous is not None:
            return _change(stored, "history", changed, (f"it would have shown {previous.status} before", *why))
        return _change(stored, "policy", changed, tuple(why))

    def _previous(self, stored: Verdict) -> Previous | None:
        """What the claim would have shown, None where that is what it did show.

        Where an editor has decided since the verdict before, that stands; the finding before it is the other one.
        """
        if self.policy is None or self.before is None:
            return None
        (last, decided), then = self.before, _then(stored)
        other = replace(then, found_status=decided.ruling.status, found_outcome=decided.ruling.outcome)
        if (then.status, then.outcome, then.flags) == _shown(last):
            shown = decided.decision
            other = replace(other, status=shown.status, outcome=shown.outcome, flags=shown.flags)
        return None if other == then else other


def _shown(verdict: Verdict) -> tuple[Status, Outcome, tuple[str, ...]]:
    return Status(verdict.shown_status), Outcome(verdict.shown_outcome), tuple(verdict.flags)


def _then(stored: Verdict) -> Previous:
    try:
        return read(Previous, stored.inputs["previous"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"its inputs make no sense ({type(error).__name__}: {error})") from None


def _change(stored: Verdict, cause: str, fields: dict[str, Any], why: tuple[str, ...]) -> Change:
    return Change(str(stored.claim_id), stored.pk, cause, fields, why)
