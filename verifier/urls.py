"""Doors: the admin for editors, the API for publishing tools, health for operations."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from verifier.health import healthz, readyz
from verifier.metrics import MetricsView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("api/", include("claims.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]
handler400 = "claims.api.errors.bad_request"
handler404 = "claims.api.errors.not_found"
handler500 = "claims.api.errors.server_error"
