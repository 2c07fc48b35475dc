"""What can go wrong at the doors, sorted by what the caller must do.

ClaimError (code, HTTP status, fields)
├── InvalidInput             400  a field is wrong: the message names it
├── AssertionIncomplete      400  typed fields are missing: name them
├── NotPermitted             403  somebody else must do it
├── NotFound                 404
├── IllegalTransition        409  the claim's mark does not change this way, or not by this person alone
└── IdempotencyConflict      409  same key, other body
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ClaimError(Exception):
    """fields: field name -> what is wrong with it, in plain words."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 400

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class InvalidInput(ClaimError):
    code = "invalid_input"


class AssertionIncomplete(ClaimError):
    code = "assertion_incomplete"


class NotPermitted(ClaimError):
    code = "not_permitted"
    http_status = 403


class NotFound(ClaimError):
    code = "not_found"
    http_status = 404


class IllegalTransition(ClaimError):
    code = "illegal_transition"
    http_status = 409


class IdempotencyConflict(ClaimError):
    code = "idempotency_conflict"
    http_status = 409
