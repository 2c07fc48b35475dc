"""What does not add up, in words and with a link to each claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from claims.arithmetic import Breach, Rule
from claims.models import Inconsistency
from claims.telling.sums import told
from sources.admin.showing import ago

TITLES = {
    Rule.ONE_FIGURE: "Two figures for one quantity",
    Rule.PARTS: "The parts do not add up",
    Rule.PART_OF_WHOLE: "A part is more than the whole",
    Rule.SHORTER_WINDOW: "A shorter window does not fit into a longer one",
    Rule.PATH: "A price is off the path",
    Rule.CHANGE: "The change does not fit its two prices",
}


def shown(rows: Iterable[Inconsistency], here: str = "") -> list[dict[str, Any]]:
    """here: the id of the claim whose page it is, which needs no link to itself."""
    return [_shown(row, row.breach, here) for row in rows]


def _shown(row: Inconsistency, breach: Breach, here: str) -> dict[str, Any]:
    terms = [*breach.terms, breach.against]
    others = dict.fromkeys(term.claim for term in terms if term.claim != here)
    return {
        "title": TITLES[breach.rule],
        "sum": told(breach),
        "claims": [(reverse("admin:claims_claim_change", args=[claim]), claim) for claim in others],
        "when": ago(row.found_at),
    }
