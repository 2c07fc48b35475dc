"""Units the desk understands, and figures as people write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

UNITS = frozenset({"USD", "percent", "points", "coins", "accounts"})
DIGITS = 40  # numeric(60, 20) in the database: 40 digits before the point, 20 after


def decimal_of(text: str) -> Decimal:
    """The figure of a plain decimal string. ValueError for anything else: NaN, infinities, blanks, too large."""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a decimal figure") from None
    if not figure.is_finite():
        raise ValueError("not a finite figure")
    if figure and not -20 <= figure.adjusted() < DIGITS:
        raise ValueError("out of range")
    return figure


def plain(figure: Decimal) -> str:
    """The figure without exponent and without trailing zeros: 4.19E+8 -> "419000000"."""
    text = format(figure.normalize(), "f")
    return "0" if text in {"-0", "0"} else text
