"""What a claim's mark rests on: evidence, history, raw bodies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import queries
from claims.api import examples
from claims.api.pagination import Keyset, whole
from claims.api.schema import listed
from claims.api.serializers.evidence import EvidenceOut, HistoryOut
from claims.api.serializers.overrides import OverrideOut
from claims.api.views.door import Door
from claims.errors import InvalidInput, NotFound
from claims.models import Verdict
from sources.models import Body

LARGEST_ID = 2**63 - 1


class EvidenceView(Door):
    parameters = frozenset({"verdict"})

    @extend_schema(
        operation_id="list_evidence",
        summary="Evidence of a claim",
        description=(
            "Each lookup of the newest verdict (or of `verdict`): what the provider gave, or why nothing, and how it "
            "was read. Before the first verdict: the lookups under way."
        ),
        parameters=[OpenApiParameter("verdict", OpenApiTypes.STR, description="Id of an earlier verdict.")],
        responses=listed(EvidenceOut, examples.EVIDENCE),
    )
    def get(self, request: Request, claim_id: UUID) -> Response:
        items = queries.evidence(claim_id, _verdict_id(request.query_params.get("verdict")))
        return whole(EvidenceOut(items, many=True, context={"request": request}).data)


def _verdict_id(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID):
        raise InvalidInput("Not understood: verdict.", {"verdict": "not the id of a verdict"})
    return int(text)


class HistoryView(Door, GenericAPIView[Verdict]):
    pagination_class = Keyset
    filter_backends = []
    parameters = frozenset({"cursor", "page_size"})
    order = ("-created_at", "-id")

    @extend_schema(
        operation_id="list_history",
        summary="History of a claim",
        description="All verdicts, and everything people did to the mark (`type`), newest first.",
        responses=PolymorphicProxySerializer(
            component_name="HistoryItem",
            serializers={"verdict": HistoryOut, "override": OverrideOut},
            resource_type_field_name="type",
            many=True,
        ),
        examples=[examples.HISTORY, examples.OVERRIDE],
    )
    def get(self, request: Request, claim_id: UUID) -> Response:
        page = self.paginate_queryset(queries.history(claim_id))  # type: ignore[arg-type]
        return self.get_paginated_response([_event(row) for row in page or []])


def _event(row: Any) -> object:
    return HistoryOut(row).data if isinstance(row, Verdict) else OverrideOut(row).data


class SnapshotView(Door):
    """The body is hostile: it is shown as text or handed over as a file, and never as a page."""

    @extend_schema(
        operation_id="read_snapshot",
        summary="A raw body",
        description="The provider's answer byte for byte: as plain text, or as a file when it is no UTF-8 text.",
        responses={
            (200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, description="UTF-8 text."),
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="Anything else."),
        },
    )
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        body = Body.objects.filter(sha256=sha256).first()
        if body is None:
            raise NotFound("There is no such snapshot.")
        raw = body.raw
        return HttpResponse(raw, headers=_safe_headers(sha256, _is_text(raw)))


def _safe_headers(sha256: str, is_text: bool) -> dict[str, str]:
    return {
        "Content-Type": "text/plain; charset=utf-8" if is_text else "application/octet-stream",
        "Content-Disposition": f'{"inline" if is_text else "attachment"}; filename="{sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{sha256}"',
    }


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in raw
