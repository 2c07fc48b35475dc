"""A setting that makes no sense refuses the start with one sentence that names it."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from verifier.settings import BASE_DIR


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(BASE_DIR / "verifier" / "settings.py"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA", "invented"),
        ("BEHIND_TLS", "perhaps"),
        ("INQUIRY_SECONDS", "soon"),
        ("INQUIRY_SECONDS", "nan"),
        ("STATEMENT_TIMEOUT_MS", "-5"),
        ("CONN_MAX_AGE", "a minute"),
        ("LOG_LEVEL", "LOUD"),
        ("PROVIDER_PROXY", "proxy:3128"),
        ("DATABASE_URL", "mysql://somewhere/else"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_with(monkeypatch, **{name: value})


def test_what_an_operator_writes_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(
        monkeypatch, BEHIND_TLS="True", INQUIRY_SECONDS="12.5", CONN_MAX_AGE="0", LOG_LEVEL="debug", PROVIDER_PROXY=""
    )
    assert [found[name] for name in ("BEHIND_TLS", "INQUIRY_SECONDS", "LOG_LEVEL")] == [True, 12.5, "DEBUG"]
    assert found["DATABASES"]["default"]["CONN_MAX_AGE"] == 0
