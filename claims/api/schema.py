"""What the OpenAPI document says of every operation alike: keys, errors, lists, the Idempotency-Key."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from claims.api.errors import Code
from claims.types import Outcome, Stance, Status

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Kept for 24 hours: the same key with the same body gets the same answer, with another body 409. "
        "A refused request is not remembered."
    ),
)
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
ERRORS: dict[str, dict[str, Any]] = {
    "400": {"description": "Not understood: `fields` names what is wrong."},
    "401": {"description": "No valid API key and no session."},
    "403": {"description": "The key lacks the scope, or the person the right."},
    "404": {"description": "There is nothing at this address."},
    "409": {"description": "The Idempotency-Key was used for another request, or a mark does not change this way."},
    "413": {"description": "The body is too large."},
    "415": {"description": "The body is not application/json."},
    "429": {"description": "Too many requests.", "headers": RETRY_AFTER},
    "503": {"description": "The database does not answer; nothing was changed.", "headers": RETRY_AFTER},
}
# The names of these lists of words are set in the settings.
STATUSES = [status.value for status in Status]
OUTCOMES = [outcome.value for outcome in Outcome]
STANCES = [stance.value for stance in Stance]
ONLY_WITH_BODY = {"409", "413", "415"}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "claims.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "`Api-Key <prefix>.<secret>`, made with `manage.py create_api_key`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


def listed(shape: type[serializers.Serializer[Any]], example: OpenApiExample) -> OpenApiResponse:
    """A list that always fits on one page, in the envelope of every list."""
    link = serializers.URLField(allow_null=True, read_only=True, help_text="Always null: the list has one page.")
    name = f"{shape.__name__.removesuffix('Out')}List"
    body = inline_serializer(name, {"next": link, "previous": link, "results": shape(many=True)})
    page = {"next": None, "previous": None, "results": [example.value]}
    return OpenApiResponse(body, examples=[OpenApiExample(example.name, value=page, response_only=True)])


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation can answer with an error of one shape."""
    result["components"]["schemas"]["Error"] = {
        "type": "object",
        "required": ["code", "message", "fields"],
        "properties": {
            "code": {"type": "string", "enum": [code.value for code in Code]},
            "message": {"type": "string", "description": "One sentence for a person."},
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Name of a field or parameter → what is wrong with it.",
            },
        },
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            for status, answer in ERRORS.items():
                if method == "post" or status not in ONLY_WITH_BODY:
                    operation["responses"].setdefault(status, {**answer, "content": content})
    return result
