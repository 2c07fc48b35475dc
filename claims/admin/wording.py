"""An assertion in plain words."""

from __future__ import annotations

from decimal import Decimal

from claims.figures import figure
from claims.models import Claim
from claims.types import Comparator
from sources.admin.showing import grouped, span_in_words, stamp, window
from sources.assets import ASSETS
from sources.metrics import CATALOGUE, Metric

COMPARED = {
    Comparator.EQUALS: "is {value}",
    Comparator.ABOUT: "is about {value}",
    Comparator.OVER: "is over {value}",
    Comparator.UNDER: "is under {value}",
    Comparator.BETWEEN: "is between {value} and {high}",
    Comparator.BROKE_ABOVE: "went above {value}",
    Comparator.BROKE_BELOW: "went below {value}",
    Comparator.RECORD_HIGH: "is a record high",
    Comparator.RECORD_LOW: "is a record low",
    Comparator.UP: "is up by {value}",
    Comparator.DOWN: "is down by {value}",
    Comparator.MAGNITUDE: "is of the size of {value} to {high}",
    Comparator.STATES: "states it",
}


def metric_of(claim: Claim) -> Metric | None:
    return CATALOGUE.get(claim.metric)


def unit_of(claim: Claim) -> str:
    metric = metric_of(claim)
    return metric.unit if metric else claim.unit


def subject_of(claim: Claim) -> str:
    asset = ASSETS.get(claim.subject)
    return f"{asset.title} ({claim.subject})" if asset and asset.title != claim.subject else claim.subject


def metric_title(claim: Claim) -> str:
    metric = metric_of(claim)
    return metric.title if metric else claim.metric.replace("_", " ")


def read(value: Decimal | None, unit: str) -> str:
    """$419.2M; "" for None."""
    return "" if value is None else figure(value, unit)


def full(value: Decimal | None, unit: str) -> str:
    """419,200,000 USD: every digit, for titles; "" for None."""
    return "" if value is None else f"{grouped(value)} {unit}"


def compared(claim: Claim) -> str:
    """ "is about $419M"."""
    unit = unit_of(claim)
    words = COMPARED[Comparator(claim.comparator)]
    return words.format(value=read(claim.value, unit), high=read(claim.value_high, unit))


def assertion_rows(claim: Claim) -> list[tuple[str, str, str]]:
    """(name, words, title) of everything the check goes by, in the order people ask."""
    unit, metric = unit_of(claim), metric_of(claim)
    rows = [
        ("Metric", metric_title(claim), metric.quantity if metric else ""),
        ("Subject", subject_of(claim), ""),
        *_qualifier_rows(claim, unit),
        ("Says", compared(claim), _digits(claim, unit)),
        ("Window", window(claim.window_start, claim.window_end), span_in_words(claim.window_start, claim.window_end)),
        ("As of", stamp(claim.as_of), ""),
        ("Hedge in the copy", claim.get_hedge_display(), ""),
    ]
    return [(name, words, title) for name, words, title in rows if words]


def _qualifier_rows(claim: Claim, unit: str) -> list[tuple[str, str, str]]:
    qualifiers = dict(claim.qualifiers)
    low, high = qualifiers.pop("zone_low", None), qualifiers.pop("zone_high", None)
    rows = [
        (name.replace("_", " ").capitalize(), str(value).replace("_", " "), "") for name, value in qualifiers.items()
    ]
    if low and high:
        rows.append(
            ("Price zone", f"{read(Decimal(low), unit)} to {read(Decimal(high), unit)}", f"{low} to {high} {unit}")
        )
    return rows


def _digits(claim: Claim, unit: str) -> str:
    return " to ".join(full(value, unit) for value in (claim.value, claim.value_high) if value is not None)
