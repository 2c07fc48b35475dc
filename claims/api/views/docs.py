"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """The OpenAPI document: YAML, or JSON with `?format=json`."""


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files; its start-up script is a request of its own, so no inline script is needed."""

    url_name = "api:schema"
