"""Every error leaves as `{"code", "message", "fields"}` with a code of this closed list.

`error_response` serves what is raised inside a view; `bad_request`, `not_found` and `server_error` serve what Django
meets outside of one (an address that does not exist, a crash) and leave pages outside `/api/` to Django.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from claims.errors import ClaimError

DATABASE_AWAY_SECONDS = 5
NO_KEY = "No key was sent. The header must read: Authorization: Api-Key <prefix>.<secret>"
NO_JSON = "The body must be JSON and the header must read: Content-Type: application/json"


class Code(StrEnum):
    INVALID_INPUT = "invalid_input"
    ASSERTION_INCOMPLETE = "assertion_incomplete"
    MALFORMED_JSON = "malformed_json"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    ILLEGAL_TRANSITION = "illegal_transition"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    RATE_LIMITED = "rate_limited"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is too large."


@dataclass(frozen=True)
class Failure:
    status: int
    code: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "fields": dict(self.fields)}


def error_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception raised in a view; None, which becomes a 500, for one that nobody foresaw."""
    for kind, describe in FAILURES:
        if isinstance(error, kind):
            failure = describe(error)
            return Response(failure.body, status=failure.status, headers=dict(failure.headers))
    return None


def _of_claim_error(error: ClaimError) -> Failure:
    return Failure(error.http_status, error.code, error.message, error.fields)


def _of_validation(error: exceptions.ValidationError) -> Failure:
    detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    fields = {str(name): " ".join(_sentences(messages)) for name, messages in detail.items()}
    named = ", ".join(name for name in fields if name)
    return Failure(400, Code.INVALID_INPUT, f"Not understood: {named}." if named else fields[""], fields)


def _sentences(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [sentence for inner in messages.values() for sentence in _sentences(inner)]
    if isinstance(messages, list):
        return [sentence for inner in messages for sentence in _sentences(inner)]
    return [str(messages)]


def _of_missing_key(error: exceptions.APIException) -> Failure:
    challenge = getattr(error, "auth_header", "") or "Api-Key"
    message = NO_KEY if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
    return Failure(401, Code.NOT_AUTHENTICATED, message, headers={"WWW-Authenticate": challenge})


def _of_refusal(error: exceptions.PermissionDenied | PermissionDenied) -> Failure:
    return Failure(403, Code.NOT_PERMITTED, str(error) or "Not permitted.")


def _of_throttled(error: exceptions.Throttled) -> Failure:
    wait = int(getattr(error, "wait", None) or 1)
    return Failure(
        429, Code.RATE_LIMITED, f"Too many requests; ask again in {wait} s.", headers={"Retry-After": str(wait)}
    )


def _of_database(error: Exception) -> Failure:
    return Failure(
        503,
        Code.UNAVAILABLE,
        "The database does not answer; nothing was changed. Ask again with the same Idempotency-Key.",
        headers={"Retry-After": str(DATABASE_AWAY_SECONDS)},
    )


def _as(status: int, code: Code) -> Callable[[Any], Failure]:
    return lambda error: Failure(status, code, str(error) or code.replace("_", " "))


FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any], Failure]], ...] = (
    (ClaimError, _of_claim_error),
    (exceptions.ValidationError, _of_validation),
    ((exceptions.ParseError, UnreadablePostError), _as(400, Code.MALFORMED_JSON)),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), _of_missing_key),
    ((exceptions.PermissionDenied, PermissionDenied), _of_refusal),
    ((exceptions.NotFound, Http404), lambda error: Failure(404, Code.NOT_FOUND, "There is nothing at this address.")),
    (exceptions.MethodNotAllowed, _as(405, Code.METHOD_NOT_ALLOWED)),
    (exceptions.UnsupportedMediaType, lambda error: Failure(415, Code.UNSUPPORTED_MEDIA_TYPE, NO_JSON)),
    ((TooLarge, RequestDataTooBig), _as(413, Code.TOO_LARGE)),
    (exceptions.Throttled, _of_throttled),
    ((OperationalError, InterfaceError), _of_database),
)


def _json(failure: Failure) -> JsonResponse:
    return JsonResponse(failure.body, status=failure.status)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _json(Failure(400, Code.INVALID_INPUT, "The request was refused."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return _json(Failure(404, Code.NOT_FOUND, "There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.server_error(request)
    return _json(Failure(500, Code.INTERNAL_ERROR, "The server failed; the failure was logged."))
