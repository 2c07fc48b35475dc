"""The REST API's addresses."""

from django.urls import URLPattern, URLResolver, path, re_path

from claims.api.views.claims import BulkView, CheckView, ClaimsView, ClaimView
from claims.api.views.docs import DocsView, SchemaView
from claims.api.views.evidence import EvidenceView, HistoryView, SnapshotView
from claims.api.views.overrides import OverrideView, ProposalView
from claims.api.views.reference import GapsView, MetricsView, ProvidersView, SourcesView

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/claims/", ClaimsView.as_view(), name="claims"),
    path("v1/claims/bulk/", BulkView.as_view(), name="bulk"),
    path("v1/claims/<uuid:claim_id>/", ClaimView.as_view(), name="claim"),
    path("v1/claims/<uuid:claim_id>/check/", CheckView.as_view(), name="check"),
    path("v1/claims/<uuid:claim_id>/evidence/", EvidenceView.as_view(), name="evidence"),
    path("v1/claims/<uuid:claim_id>/history/", HistoryView.as_view(), name="history"),
    path("v1/claims/<uuid:claim_id>/override/", OverrideView.as_view(), name="override"),
    path("v1/claims/<uuid:claim_id>/proposal/", ProposalView.as_view(), name="proposal"),
    re_path(r"^v1/snapshots/(?P<sha256>[0-9a-f]{64})/$", SnapshotView.as_view(), name="snapshot"),
    path("v1/metrics/", MetricsView.as_view(), name="metrics"),
    path("v1/sources/", SourcesView.as_view(), name="sources"),
    path("v1/providers/", ProvidersView.as_view(), name="providers"),
    path("v1/gaps/", GapsView.as_view(), name="gaps"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
