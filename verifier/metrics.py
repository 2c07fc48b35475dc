"""`/metrics` for Prometheus, computed at the scrape by a fixed number of queries.

Open to a scraper on this machine that comes directly; one from elsewhere, or through a proxy, needs an API key with the
scope admin (`authorization: {type: Api-Key, credentials: <prefix>.<secret>}` in its configuration).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.api.parsing import IgnoreAccept
from claims.api.permissions import may
from claims.models import Claim
from claims.types import Status
from sources.models import Heartbeat, Inquiry, Lookup, ProviderState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATELY = timedelta(hours=1)
PROXY_MARKS = ("x-forwarded-", "forwarded", "via", "x-real-ip")  # what proxies add to the requests they pass on


class LoopbackOrAdmin(BasePermission):
    message = "Metrics are for this machine, or for a key with the scope admin."

    def has_permission(self, request: Request, view: Any) -> bool:
        return _is_direct_loopback(request) or may(request, "admin")


def _is_direct_loopback(request: Request) -> bool:
    """A proxy on this machine speaks for others: whoever comes through one is not local."""
    if any(name.startswith(PROXY_MARKS) for name in map(str.lower, request.headers)):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@method_decorator(never_cache, name="dispatch")
class MetricsView(APIView):
    permission_classes = [LoopbackOrAdmin]
    throttle_classes = []
    content_negotiation_class = IgnoreAccept

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        registry = CollectorRegistry()
        registry.register(Desk())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE)


class Desk(Collector):
    """Claims, inquiries, lookups, providers and heartbeats, as they stand in the database."""

    def describe(self) -> list[Metric]:
        return []  # so that registering does not query

    def collect(self) -> Iterator[Metric]:
        yield from _claims()
        yield from _inquiries()
        yield from _providers()
        yield _heartbeats()


def _claims() -> Iterator[Metric]:
    family = GaugeMetricFamily("claimdesk_claims", "Claims by the status they show.", labels=["status"])
    found = dict(Claim.objects.order_by().values_list("status").annotate(Count("pk")))
    for status in Status:
        family.add_metric([status.value], found.get(status.value, 0))
    yield family
    due = Claim.objects.filter(next_check_at__lte=Now()).count()
    yield GaugeMetricFamily("claimdesk_claims_due", "Claims whose next check is due.", value=due)


def _inquiries() -> Iterator[Metric]:
    found = Inquiry.objects.filter(settled_at=None).aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(deadline_at__lt=Now()))
    )
    yield GaugeMetricFamily("claimdesk_inquiries_open", "Inquiries not settled yet.", value=found["open"])
    yield GaugeMetricFamily("claimdesk_inquiries_overdue", "Of these, past their deadline.", value=found["overdue"])


def _providers() -> Iterator[Metric]:
    states = list(ProviderState.objects.annotate(is_paused=Q(paused_until__gt=Now())))
    paused = GaugeMetricFamily("claimdesk_provider_paused", "1 while a provider is left alone.", labels=["provider"])
    failures = GaugeMetricFamily("claimdesk_provider_failures", "Failures in a row.", labels=["provider"])
    asked = CounterMetricFamily("claimdesk_provider_requests", "Requests sent.", labels=["provider"])
    answered = CounterMetricFamily("claimdesk_provider_answers", "Conversations answered.", labels=["provider"])
    for state in states:
        paused.add_metric([state.provider], int(state.is_paused or 0))
        failures.add_metric([state.provider], state.failures)
        asked.add_metric([state.provider], state.asked_total)
        answered.add_metric([state.provider], state.answered_total)
    yield from (paused, failures, asked, answered)
    yield _lookups([state.provider for state in states])


def _lookups(providers: list[str]) -> Metric:
    """Of the past hour only, provider by provider, so that an index serves it however many there are."""
    family = GaugeMetricFamily("claimdesk_lookups_past_hour", "Lookups that ended, by outcome.", labels=["outcome"])
    ended = Lookup.objects.filter(provider__in=providers, finished_at__gte=Now() - LATELY).order_by()
    for state, reason, count in ended.values_list("state", "reason").annotate(Count("pk")):
        family.add_metric([reason or state], count)
    return family


def _heartbeats() -> Metric:
    family = GaugeMetricFamily("claimdesk_heartbeat_age_seconds", "Since it last showed.", labels=["process"])
    for name, age in Heartbeat.objects.annotate(age=Now() - F("beat_at")).values_list("name", "age"):
        family.add_metric([name], age.total_seconds())
    return family
