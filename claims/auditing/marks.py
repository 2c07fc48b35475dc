"""What a claim shows is what was decided last, about the claim as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claims.auditing.findings import Finding, Tick, about, batches
from claims.auditing.links import decision_models
from claims.consistency import FLAG
from claims.models import Claim, Link
from claims.types import Assertion
from sources.canonical import read, text_of


def findings(tick: Tick) -> Iterator[Finding]:
    for batch in batches(Claim.objects.order_by("pk"), "claims", tick):
        decided = _newest(batch)
        for claim in batch:
            yield from _misfits(claim, decided.get(claim.pk, {}))


def _newest(claims: list[Claim]) -> dict[Any, dict[str, tuple[int, Any]]]:
    """For each claim the newest decision of each kind, with its place in the chain."""
    found: dict[Any, dict[str, tuple[int, Any]]] = {}
    for kind, model in decision_models().items():
        rows = list(model.objects.filter(claim__in=claims).order_by("claim_id", "-id").distinct("claim_id"))
        places = dict(Link.objects.filter(kind=kind, row__in=[row.pk for row in rows]).values_list("row", "position"))
        for row in rows:
            found.setdefault(row.claim_id, {})[kind] = (places.get(row.pk, 0), row)
    return found


def _misfits(claim: Claim, decided: dict[str, tuple[int, Any]]) -> Iterator[Finding]:
    if not decided:
        if (claim.status, claim.outcome) != ("pending", ""):
            yield about(claim, f"it shows {claim.status}, and nothing was ever decided about it")
        return
    _, newest = max(decided.values(), key=lambda one: one[0])
    yield from _shown(claim, newest)
    if "verdict" in decided:
        yield from _asserted(claim, decided["verdict"][1])


def _shown(claim: Claim, newest: Any) -> Iterator[Finding]:
    shown = {"status": "shown_status", "outcome": "shown_outcome", "flags": _flags_column(newest)}
    for name, column in shown.items():
        if not hasattr(newest, column):
            continue
        has, ought = getattr(claim, name), getattr(newest, column)
        if name == "flags":  # arithmetic flags claims between their verdicts
            has, ought = ([flag for flag in flags if flag != FLAG] for flags in (has, ought))
        if (sorted(has), sorted(ought)) != (sorted(ought), sorted(has)):
            kind = type(newest).__name__.lower()
            yield about(claim, f"it shows {name} {has!r}; the newest decision, {kind} {newest.pk}, says {ought!r}")


def _flags_column(newest: Any) -> str:
    return "shown_flags" if hasattr(newest, "shown_flags") else "flags"


def _asserted(claim: Claim, verdict: Any) -> Iterator[Finding]:
    try:
        ruled_on = read(Assertion, verdict.inputs["assertion"])
    except (ValueError, TypeError, KeyError):
        return  # the verdict itself is named by the walk along the chain
    if text_of(claim.assertion) != text_of(ruled_on):
        yield about(claim, f"what it asserts was edited after verdict {verdict.pk} was ruled on it")
    if verdict.inputs.get("text", claim.text) != claim.text:
        yield about(claim, f"its words were edited after verdict {verdict.pk} was ruled on it")
