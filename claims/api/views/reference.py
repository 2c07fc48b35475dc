"""Reference data: metrics, sources and their voices, providers, information gaps."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import gaps, queries
from claims.api import examples
from claims.api.authentication import person_of
from claims.api.idempotency import idempotent, in_one_transaction
from claims.api.pagination import Keyset, whole
from claims.api.schema import IDEMPOTENCY_KEY, listed
from claims.api.serializers.reference import GapIn, GapOut, MetricOut, ProviderOut, SourceOut
from claims.api.views.door import READ, WRITE, Door, object_of
from claims.errors import InvalidInput
from claims.learning.standing import standings
from claims.models import GapRecord
from sources.assets import ASSETS
from sources.metrics import CATALOGUE
from sources.models import Source
from sources.queries import database_now


class MetricsView(Door):
    @extend_schema(
        operation_id="list_metrics",
        summary="Metrics",
        description="The catalogue: every measured quantity with its tolerance, quorum and windows, and the reasons.",
        responses=listed(MetricOut, examples.METRIC),
    )
    def get(self, request: Request) -> Response:
        return whole(MetricOut(list(CATALOGUE.values()), many=True).data)


class SourcesView(Door, GenericAPIView[Source]):
    serializer_class = SourceOut
    pagination_class = Keyset
    filter_backends = []
    queryset = Source.objects.all()
    parameters = frozenset({"metric", "subject", "cursor", "page_size"})
    order = ("slug",)

    @extend_schema(
        operation_id="list_sources",
        summary="Sources and their voices",
        description=(
            "Every source with the voice it belongs to, and why. Voices depend on what is measured: name `metric` and "
            "`subject` to see those; without them, what holds for every metric. `reliability` is learned from outcomes "
            "that became known later, and from nothing else."
        ),
        parameters=[
            OpenApiParameter("metric", enum=list(CATALOGUE)),
            OpenApiParameter("subject", description="A symbol, such as BTC."),
        ],
        responses=SourceOut(many=True),
    )
    def get(self, request: Request) -> Response:
        metric = _one_of(request, "metric", CATALOGUE)
        subject = _one_of(request, "subject", ASSETS, str.upper)
        page = self.paginate_queryset(self.get_queryset()) or []
        context = {
            "voices": queries.voices_by_source(metric, subject),
            "standings": standings([source.slug for source in page], metric),
        }
        return self.get_paginated_response(SourceOut(page, many=True, context=context).data)


def _one_of(request: Request, name: str, words: Any, reading: Any = str) -> str:
    word: str = reading(request.query_params.get(name, ""))
    if word and word not in words:
        raise InvalidInput(f"Not understood: {name}.", {name: f"not one of: {', '.join(words)}"})
    return word


class ProvidersView(Door):
    @extend_schema(
        operation_id="list_providers",
        summary="Providers",
        description="Who can be asked: the metrics each covers, its health, its last answer and our budget for it.",
        responses=listed(ProviderOut, examples.PROVIDER),
    )
    def get(self, request: Request) -> Response:
        return whole(ProviderOut(queries.provider_cards(database_now()), many=True).data)


class GapsView(Door, GenericAPIView[GapRecord]):
    scopes = {**READ, **WRITE}
    serializer_class = GapOut
    pagination_class = Keyset
    filter_backends = []
    parameters = frozenset({"cursor", "page_size"})
    order = ("id",)

    def get_queryset(self) -> QuerySet[GapRecord]:
        return GapRecord.objects.all()

    @extend_schema(
        operation_id="list_gaps",
        summary="Information gaps",
        description="For what nobody publishes an authoritative figure; claims covered are marked `no_authority`.",
        responses=GapOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="record_gap",
        summary="Record an information gap",
        description=(
            "Claims it covers are checked again at once and marked `no_authority`. Needs the session of a person who "
            "may keep gaps: 403 `not_permitted` for others and for keys."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=GapIn,
        responses={201: GapOut},
    )
    @idempotent(in_one_transaction)
    def post(self, request: Request) -> Response:
        gap = gaps.keep(gaps.read_gap(object_of(request)), person_of(request))
        return Response(GapOut(gap).data, status=201)
