"""A real browser against a real server. Skips where no browser is installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread; our queries do not


@pytest.fixture(scope="package")  # not the session: while it is open, no other test of this process can run a loop
def chromium() -> Iterator[Any]:
    """The browser: the system's Chromium, else Playwright's own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with playwright.sync_playwright() as engine:
        try:
            browser = engine.chromium.launch(executable_path=found, args=flags)
        except playwright.Error as error:
            pytest.skip(f"no browser: install chromium or run `playwright install chromium` ({str(error)[:80]})")
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there
