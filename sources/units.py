"""Units the desk understands, and figures as people write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")  # Decimal alone would read "95_000" and " 1 "
DIGITS = 40  # numeric(60, 20) in the database: 40 digits before the point, 20 after


def decimal_of(text: str) -> Decimal:
    """The figure of a plain decimal string. ValueError for anything else: NaN, infinities, blanks, too large."""
    if not PLAIN.fullmatch(text):
        raise ValueError("not a plain decimal figure")
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a decimal figure") from None
    if not figure.is_finite():
        raise ValueError("not a finite figure")
    if not -20 <= figure.adjusted() < DIGITS:  # a zero too: "0e-999999999" is more digits than any column holds
        raise ValueError("out of range")
    return figure


def plain(figure: Decimal) -> str:
    """The figure without exponent and without trailing zeros: 4.19E+8 -> "419000000"."""
    text = format(figure.normalize(), "f")
    return "0" if text in {"-0", "0"} else text
