"""Today's parsers over what was kept: silent where they read the same, exact where they do not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.sampling import load_day
from claims.tasks import pursue
from sources.collecting import addressing, rereadings
from sources.errors import Malformed
from sources.models import Inquiry, Lookup
from verifier.demo import REPLAYED

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(settings: Any) -> None:
    """The sample day: providers of one request and of many, answers and refusals."""
    settings.DATA, settings.REPLAY_DIR = REPLAYED["DATA"], REPLAYED["REPLAY_DIR"]
    settings.PROVIDER_ENVIRONMENT = {name: value for name, value in REPLAYED.items() if name.endswith("_KEY")}
    load_day(Path(REPLAYED["REPLAY_DIR"]))
    for pk in Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True):
        assert pursue(pk)


def parsed_otherwise(monkeypatch: pytest.MonkeyPatch, name: str, change: Any) -> None:
    provider = addressing.known_providers()[name]

    def ask(question: Any) -> Any:
        return change((yield from provider.ask(question)))

    known = {**addressing.known_providers(), name: replace(provider, ask=ask)}
    monkeypatch.setattr(addressing, "known_providers", lambda: known)


def test_parsers_that_have_not_changed_read_the_same(day: None, settings: Any) -> None:
    assert Lookup.objects.exclude(observation=None).count() > 20
    assert list(rereadings()) == []
    settings.PROVIDER_ENVIRONMENT = {"KRAKEN_URL": "https://proxy.example/kraken"}
    assert list(rereadings()) == []


def test_a_figure_that_is_read_otherwise_is_listed(day: None, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed_otherwise(monkeypatch, "kraken", lambda seen: replace(seen, note="seen otherwise"))
    found = list(rereadings())
    assert {one.provider for one in found} == {"kraken"}
    assert len(found) == Lookup.objects.filter(provider="kraken").exclude(observation=None).count() > 0
    assert found[0].now == {**found[0].was, "note": "seen otherwise"}
    assert list(rereadings("bitstamp")) == []


def test_an_answer_that_is_refused_today_says_why(day: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(seen: Any) -> Any:
        raise Malformed("no such shape")

    parsed_otherwise(monkeypatch, "kraken", refuse)
    assert next(rereadings("kraken")).now == {"refusal": "malformed", "note": "no such shape"}


def test_the_command_lists_differences_and_writes_nothing(day: None, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    call_command("reparse", stdout=out)
    assert out.getvalue() == "Every kept answer reads the same.\n"
    parsed_otherwise(monkeypatch, "kraken", lambda seen: replace(seen, note="seen otherwise"))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("reparse", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[0])["provider"] == "kraken"


def test_a_provider_nobody_knows_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no provider"):
        call_command("reparse", "--provider", "nobody")
