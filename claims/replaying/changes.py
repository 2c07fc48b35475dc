"""What differs between a stored verdict and the same one decided again, and where the difference comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from claims.models import Verdict
from sources.canonical import plain

# What decides first, what is said about it last.
FIELDS = (
    *("status", "outcome", "shown_status", "shown_outcome", "flags"),
    *("supporting_voices", "contradicting_voices", "quorum", "asked", "answered", "abstained"),
    *("consensus_low", "consensus_high", "spread", "rests_on", "confidence", "calibration", "believed"),
    *("reason", "wording", "reason_zh", "wording_zh", "policy_version", "inputs"),
)
FOLLOWS = {"policy_version"}  # from the change that was asked for
OF_A_FINDING = ("voice", "stance", "counts", "label", "reason", "reason_zh")
WORDS = {"reason", "reason_zh"}


@dataclass(frozen=True, slots=True)
class Change:
    """One verdict that would be another. fields: name -> (was, would be), as JSON has them. why: clauses.

    cause: "policy" (other numbers), "history" (what the claim showed before would be another), "code" (the same
    numbers give something else today), "row" (the stored row is not what was linked: see the audit), "unreadable".
    """

    claim: str
    verdict: int
    cause: str
    fields: dict[str, tuple[Any, Any]]
    why: tuple[str, ...]


def differences(stored: Verdict, again: Verdict, *, but: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
    """Name -> (was, would be), as JSON has them; equal figures are equal however they are padded."""
    pairs = {name: (getattr(stored, name), getattr(again, name)) for name in FIELDS if name not in but}
    return {name: (_shown(was), _shown(now)) for name, (was, now) in pairs.items() if was != now}


def _shown(value: Any) -> Any:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else plain(value)


def reasons(stored: Verdict, again: Verdict) -> Iterator[str]:
    """Which finding and which count would be another."""
    was = {row.lookup_id: row for row in stored.evidence.all()}
    for row in again.resting_on or ():
        yield from _of_one(row.source, was.pop(row.lookup_id, None), row)
    for row in was.values():
        yield f"{row.source} would not be heard"
    for name, what in (("supporting_voices", "support"), ("contradicting_voices", "contradict"), ("quorum", "needed")):
        before, after = getattr(stored, name), getattr(again, name)
        if before != after:
            yield (
                f"voices that {what}: {before} → {after}" if what != "needed" else f"voices needed: {before} → {after}"
            )


def _of_one(source: str, was: Any, now: Any) -> Iterator[str]:
    if was is None:
        yield f"{source} would be heard"
        return
    changed = [name for name in OF_A_FINDING if getattr(was, name) != getattr(now, name)]
    for name in [name for name in changed if name not in WORDS] or changed[:1]:
        before, after = getattr(was, name), getattr(now, name)
        yield f"{source}: {name} {_said(before)} → {_said(after)}"


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value) or "none"
