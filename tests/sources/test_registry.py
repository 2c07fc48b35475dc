"""Reviewed facts reach their rows; what an editor has corrected stays."""

from __future__ import annotations

import pytest

from sources import registry
from sources.collecting import known_providers
from sources.models import ProviderState, Source

pytestmark = pytest.mark.django_db


def snapshot() -> list[dict[str, object]]:
    return list(Source.objects.order_by("slug").values())


def test_every_provider_is_a_source_with_an_owner_and_has_a_state() -> None:
    registry.load()
    rows = {source.slug: source for source in Source.objects.filter(is_provider=True)}
    assert rows.keys() == known_providers().keys()
    assert all(source.owner and source.read for source in rows.values())
    assert known_providers().keys() <= set(ProviderState.objects.values_list("provider", flat=True))


def test_the_facts_of_a_provider_come_back_as_it_stated_them() -> None:
    registry.load()
    for name, provider in known_providers().items():
        assert Source.objects.get(slug=name).facts.lineage == provider.lineage


def test_loading_twice_changes_nothing() -> None:
    first, loaded = registry.load(), snapshot()
    assert registry.load() == first
    assert snapshot() == loaded


def test_what_an_editor_corrected_stays_and_the_rest_is_repaired() -> None:
    registry.load()
    Source.objects.filter(slug="kraken").update(owner="Somebody else", edited=True)
    Source.objects.filter(slug="binance").update(owner="Somebody else")
    registry.load()
    owners = dict(Source.objects.filter(slug__in=("kraken", "binance")).values_list("slug", "owner"))
    assert owners == {"kraken": "Somebody else", "binance": known_providers()["binance"].lineage.owner}


def test_the_health_of_a_provider_is_not_forgotten_by_loading() -> None:
    registry.load()
    ProviderState.objects.filter(provider="kraken").update(failures=3)
    registry.load()
    assert ProviderState.objects.get(provider="kraken").failures == 3


def test_a_source_that_editors_added_is_left_alone() -> None:
    Source.objects.create(slug="a-chat", name="A chat")
    registry.load()
    assert Source.objects.get(slug="a-chat").category == Source.Category.UNCLASSIFIED
