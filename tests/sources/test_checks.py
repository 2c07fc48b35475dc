"""A wrong setting or provider stops the start with one sentence."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from sources import providers
from sources.checks import providers_are_complete, settings_are_usable
from sources.providers._base import Key, Lineage, Provider

GOOD = {
    "DATA": "live",
    "INQUIRY_SECONDS": 20.0,
    "PROVIDER_ENVIRONMENT": {"BINANCE_URL": "https://mirror.test/a", "COINGLASS_KEY": "abc", "FRED_KEY": ""},
}


def complaints(settings: Any, **values: Any) -> list[str | None]:
    for name, value in {**GOOD, **values}.items():
        setattr(settings, name, value)
    return [message.id for message in settings_are_usable(None)]


def test_usable_settings_are_accepted(settings: Any) -> None:
    assert complaints(settings) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BINANCE_URL", "api.binance.com", "sources.E001"),
        ("BINANCE_URL", "ftp://mirror.test", "sources.E001"),
        ("BINANCE_URL", "https://user:secret@mirror.test", "sources.E001"),
        ("BINANCE_URL", "https://mirror.test/a b", "sources.E001"),
        ("BINANCE_URL", "https://", "sources.E001"),
        ("COINGLASS_KEY", "k\u00e9y", "sources.E002"),
        ("COINGLASS_KEY", "key\n", "sources.E002"),
        ("COINGLASS_KEY", "key\x00", "sources.E002"),
    ],
)
def test_an_address_or_key_that_cannot_be_used_is_refused(settings: Any, name: str, value: str, said: str) -> None:
    assert complaints(settings, PROVIDER_ENVIRONMENT={name: value}) == [said]


@pytest.mark.parametrize("name", ["REDIS_URL", "HOMEPAGE_URL", "DEPLOY_KEY"])
def test_what_other_programs_are_told_is_none_of_ours(settings: Any, name: str) -> None:
    assert complaints(settings, PROVIDER_ENVIRONMENT={name: "redis://s3cret@k\u00e9y"}) == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, 35.5, 600.0, float("nan")])
def test_a_deadline_outside_what_a_task_may_take_is_refused(settings: Any, seconds: float) -> None:
    assert complaints(settings, INQUIRY_SECONDS=seconds) == ["sources.E003"]


def test_a_folder_of_recordings_that_is_none_is_refused(settings: Any, tmp_path: Path) -> None:
    assert complaints(settings, DATA="replay", REPLAY_DIR=str(tmp_path / "gone")) == ["sources.E004"]


def test_a_broken_recording_is_refused(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    assert complaints(settings, DATA="replay", REPLAY_DIR=str(tmp_path)) == ["sources.E004"]


def test_the_providers_there_are_have_nothing_missing() -> None:
    assert providers_are_complete(None) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "Not A Slug"}, "sources.E010"),
        ({"metrics": frozenset({"mood"})}, "sources.E011"),
        ({"lineage": Lineage(owner="", read="here")}, "sources.E012"),
        ({"lineage": Lineage(owner="Somebody", read="")}, "sources.E012"),
        ({"key": Key("cookie", "k")}, "sources.E013"),
    ],
)
def test_an_incomplete_provider_is_refused(monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], said: str) -> None:
    parts: dict[str, Any] = {
        "name": "new_one",
        "title": "New one",
        "metrics": frozenset({"price"}),
        "lineage": Lineage(owner="Somebody", read="here"),
        "covers": lambda question: None,
        "ask": lambda question: None,
    }
    provider = Provider(**{**parts, **more})
    monkeypatch.setattr(providers, "ALL", MappingProxyType({provider.name: provider}))
    assert [message.id for message in providers_are_complete(None)] == [said]
