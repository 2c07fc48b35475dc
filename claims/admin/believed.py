"""How sure a verdict is, and how far its sources are believed, in words with the number of outcomes behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims.confidence import Believed, Sides, in_hundredths
from claims.learning.standing import Standing
from claims.models import Verdict
from sources.admin.showing import NOTHING
from sources.metrics import CATALOGUE
from sources.models import Source


def card(verdict: Verdict | None) -> dict[str, Any] | None:
    """None where no voice decided, or the verdict is from before there was confidence."""
    if verdict is None or verdict.confidence is None:
        return None
    sides = Sides.read(verdict.believed)
    everybody = [*((one, "for") for one in sides.supporting), *((one, "against") for one in sides.contradicting)]
    names = dict(Source.objects.filter(slug__in=[one.source for one, _ in everybody]).values_list("slug", "name"))
    return {
        "percent": f"{in_hundredths(verdict.confidence) * 100:.0f} %",
        "rests_on": rests_on(sides),
        "rows": [(names.get(one.source, one.source), side, _in_words(one)) for one, side in everybody],
        "calibration": verdict.calibration,
    }


def rests_on(sides: Sides) -> str:
    if any(one.is_authority for one in sides.supporting):
        return "From the word of the party that sets this figure."
    if not sides.outcomes:
        return "Prior only: no later outcome of these sources is known yet."
    return f"From {counted(sides.outcomes)} of these sources."


def _in_words(one: Believed) -> str:
    if one.is_authority:
        return "its own figure"
    return f"{share(float(one.accuracy))} ({tally(one.right, one.wrong)})"


def counted(outcomes: int) -> str:
    return f"{outcomes:,} later {'outcome' if outcomes == 1 else 'outcomes'}"


def share(accuracy: float) -> str:
    return f"{100 * accuracy:.0f} %"


def tally(right: int, wrong: int) -> str:
    return f"{right:,} right, {wrong:,} wrong" if right or wrong else "prior only"


def table(rows: Iterable[Standing]) -> SafeString:
    """Of one source, for its page: a line for each metric it has been scored on."""
    lines = [
        (CATALOGUE[row.metric].title if row.metric in CATALOGUE else row.metric, share(row.accuracy), tally_of(row))
        for row in rows
    ]
    if not lines:
        return format_html("<p>{}</p>", "No later outcome is known yet: it is believed like anybody, at 80 %.")
    return format_html_join("", "<p><b>{}</b>: {} <small>({})</small></p>", lines) or NOTHING


def tally_of(row: Standing) -> str:
    return tally(row.of_metric.right, row.of_metric.wrong)
