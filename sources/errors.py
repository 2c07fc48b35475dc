"""Why a source gave nothing, sorted by what the caller must do.

SourceError
├── NotConfigured      no key: say so, never fail
├── NotCovered         do not ask
├── NoData             not evidence
├── DefinitionDiffers  not comparable
├── Stale              too old to count
├── Unavailable        ask again later
│   └── RateLimited    ask again after `after`
├── AccessDenied       a person must look: key, plan or region; pause
│   └── PlanTooSmall   this request is not in the plan of the key; others are: no pause
└── Malformed          a person must look: the shape changed; the snapshot is kept

`reason` is the word that is stored, filtered on and shown (`abstained` of a verdict).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

# Messages quote providers. PostgreSQL stores neither NUL nor half a surrogate pair, and a sentence must read for an
# editor as it is written: no line ends, nothing of no width, nothing that turns the direction of writing.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")


class SourceError(Exception):
    """The message is shown to editors and stored: plain words on one line, no key, no stack."""

    reason: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __str__(self) -> str:
        return UNPRINTABLE.sub(" ", super().__str__())


class NotConfigured(SourceError):
    reason = "not_configured"


class NotCovered(SourceError):
    reason = "not_covered"


class NoData(SourceError):
    reason = "no_data"


class DefinitionDiffers(SourceError):
    reason = "definition_differs"


class Stale(SourceError):
    reason = "stale"


class Unavailable(SourceError):
    reason = "unavailable"
    retryable = True


class RateLimited(Unavailable):
    """after: how long the provider asked us to wait, None when it did not say."""

    reason = "rate_limited"

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class AccessDenied(SourceError):
    reason = "access_denied"


class PlanTooSmall(AccessDenied):
    """What the same key may ask is asked on: a figure of the present minute cannot wait for the end of a pause."""


class Malformed(SourceError):
    reason = "malformed"


REASONS: tuple[str, ...] = (
    "not_configured",
    "not_covered",
    "no_data",
    "stale",
    "unavailable",
    "rate_limited",
    "access_denied",
    "malformed",
    "definition_differs",
)
RETRYABLE_REASONS = frozenset({"unavailable", "rate_limited"})
NOT_ASKED = frozenset({"not_configured", "not_covered"})  # the question never left the house
