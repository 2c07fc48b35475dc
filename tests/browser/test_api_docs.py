"""The page of the API documentation in a real browser, under the Content-Security-Policy."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_every_operation(chromium: Any, live_server: Any) -> None:
    complaints: list[str] = []
    page = chromium.new_page(viewport={"width": 1280, "height": 1600})
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: request.url.startswith((live_server.url, "data:")) or complaints.append(request.url)
    )
    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock", timeout=20_000)
    assert page.locator(".opblock").count() == sum(
        map(len, SchemaGenerator().get_schema(public=True)["paths"].values())
    )
    page.close()
    assert complaints == []
