"""Reviewed facts reach their rows; what an editor has corrected stays; no entry is dead, missing or over-merged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sources import registry
from sources.collecting import known_providers
from sources.contradictions import ContradictoryFacts, contradictions
from sources.independence import EVERY_METRIC, Voice, voices
from sources.metrics import CATALOGUE
from sources.models import FACTS, ProviderState, Source, SourceChange
from sources.types import SourceFacts

ENTRIES = registry.reviewed()
ROWS = [Source(slug=slug, **entry) for slug, entry in ENTRIES.items()]
COMING = {"volume", "exchange_reserve"}  # stated by providers before anybody can be asked for them
KNOWN: list[SourceFacts] = [row.facts for row in ROWS]
QUESTIONS = [("", ""), *((name, "") for name in CATALOGUE)]
QUESTIONS += sorted(
    {tuple(pair.split(":")) for row in ROWS for pair in (*row.upstreams, *row.authority) if ":" in pair}
)


def voice_of(slug: str, metric: str = "", subject: str = "") -> Voice:
    return next(one for one in voices(KNOWN, metric, subject) if slug in one.members)


# The files


def test_the_reviewed_facts_do_not_contradict_each_other_and_name_nobody_who_is_not_there() -> None:
    assert contradictions(KNOWN) == ()


def test_every_provider_has_an_entry_with_an_owner_and_every_addition_is_to_a_provider_there_is() -> None:
    stated = known_providers()
    assert [name for name in stated if not (ENTRIES[name]["owner"] and ENTRIES[name]["read"])] == []
    assert set(registry._tables("providers.toml")) - set(stated) == set()


def test_most_publishers_agencies_dashboards_and_accounts_that_are_cited_are_known() -> None:
    cited = [row for row in ROWS if not row.is_provider]
    assert len(cited) >= 180
    counted = {kind: sum(row.category == kind for row in cited) for kind in Source.Category.values}
    assert all(counted[kind] >= 10 for kind in ("publisher", "agency", "dashboard", "account", "official", "venue"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_every_entry_says_where_and_when_it_was_read_or_that_nobody_has_confirmed_it(row: Source) -> None:
    assert re.search(r"20\d\d|talk without a named origin", row.read), row.read
    row.clean_fields(exclude=["slug"])
    assert row.category != Source.Category.UNCLASSIFIED


def test_what_was_read_nowhere_is_marked_as_unconfirmed() -> None:
    unread = {row.slug for row in ROWS if "nowhere yet" in row.read or "general knowledge" in row.read}
    assert {row.slug for row in ROWS if row.slug in unread and not row.unconfirmed} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_metrics_that_facts_name_are_in_the_catalogue(row: Source) -> None:
    named = [*row.upstreams, *row.authority, *row.interested, *row.defects]
    assert {name.partition(":")[0] for name in named} <= {*CATALOGUE, *COMING, EVERY_METRIC}


def test_every_feed_is_a_source_or_read_by_two() -> None:
    readers: dict[str, set[str]] = {}
    for row in ROWS:
        for feed in {feed for feeds in row.upstreams.values() for feed in feeds}:
            readers.setdefault(feed, set()).add(row.slug)
    dead = [feed for feed, slugs in readers.items() if feed not in ENTRIES and len(slugs) < 2]
    assert dead == []


def test_no_owner_of_the_table_is_owned_by_nobody_s_source() -> None:
    used = {row.owner for row in ROWS} | {parent for row in ROWS for parent in row.parents}
    assert set(registry._tables(registry.OWNERS)) - used == set()


# Who is one voice, and who never is

MERGED = [
    ("wsj", "marketwatch"),
    ("wsj", "dow_jones"),
    ("wsj", "barrons"),
    ("wsj", "new_york_post"),
    ("ft", "nikkei_asia"),
    ("ft", "nikkei"),
    ("business_insider", "politico"),
    ("cailianshe", "the_paper"),
    ("fox_news", "fox_business"),
    ("global_times", "peoples_daily"),
    ("binance", "coinmarketcap"),
    ("binance", "binance_futures"),
    ("coinbase_exchange", "deribit"),
    ("kraken", "cf_benchmarks"),
    ("kraken", "kraken_futures"),
    ("coindesk", "bullish"),
    ("the_block", "foresight_news"),
    ("newsbtc", "bitcoinist"),
    ("aicoin", "coinglass"),
    ("federal_register", "us_bis"),
    ("white_house", "truth_social"),
    ("xinhua", "mofcom"),
]


@pytest.mark.parametrize(("one", "other"), MERGED)
def test_these_are_one_voice_for_every_figure_and_the_reason_is_told(one: str, other: str) -> None:
    for metric, subject in QUESTIONS:
        voice = voice_of(one, metric, subject)
        assert other in voice.members
        assert all("read" in reason for reason in voice.reasons)


@pytest.mark.parametrize(
    ("one", "other", "metric", "subject"),
    [
        ("coingecko", "coinpaprika", "price", "BTC"),
        ("coingecko", "defillama", "price", "ETH"),
        ("yahoo_finance", "nikkei", "index_record", "NIKKEI225"),
        ("stooq", "fred", "index_level", "NIKKEI225"),
        ("yahoo_finance", "sp_dji", "index_level", "SPX"),
        ("tradingview", "hang_seng_indexes", "index_level", "HSI"),
    ],
)
def test_these_are_one_voice_for_this_figure_only(one: str, other: str, metric: str, subject: str) -> None:
    assert other in voice_of(one, metric, subject).members
    assert other not in voice_of(one).members


APART = [
    ("fox_news", "wsj"),
    ("reuters", "lseg"),
    ("reuters", "bloomberg"),
    ("ap", "afp"),
    ("sp_dji", "cme"),
    ("sp_dji", "dow_jones"),
    ("sp_dji", "nikkei"),
    ("cnbc", "nbc_news"),
    ("coinglass", "coinalyze"),
    ("coinglass", "coinank"),
    ("coinalyze", "hyblock"),
    ("coingecko", "coinmarketcap"),
    ("coingecko", "binance"),
    ("federal_reserve", "white_house"),
    ("federal_reserve", "fred"),
    ("sec", "cftc"),
    ("walter_bloomberg", "bloomberg"),
    ("yahoo_finance", "reuters"),
    ("wsj", "ap"),
    ("defillama", "dl_news"),
    ("pboc", "hkma"),
    ("caixin", "xinhua"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_these_are_never_one_voice(one: str, other: str) -> None:
    for metric, subject in QUESTIONS:
        assert other not in voice_of(one, metric, subject).members, (metric, subject)


def test_no_voice_holds_two_venues_of_different_owners() -> None:
    owner = {row.slug: row.owner for row in ROWS if row.category == Source.Category.VENUE}
    for metric, subject in QUESTIONS:
        for voice in voices(KNOWN, metric, subject):
            assert len({owner[slug] for slug in voice.members if slug in owner}) <= 1, (metric, voice.members)


def test_no_voice_holds_two_agencies_of_different_owners_or_the_owners_of_two_indices() -> None:
    for metric, subject in QUESTIONS:
        for voice in voices(KNOWN, metric, subject):
            assert len(voice.authority) <= 1
            owners = {row.owner for row in ROWS if row.category == "agency" and row.slug in voice.members}
            assert len(owners) <= 1, voice.members


def test_every_collector_of_liquidation_streams_carries_their_defect() -> None:
    for slug in ("coinglass", "coinalyze", "coinank", "hyblock", "laevitas"):
        assert voice_of(slug, "liquidations", "BTC").defects, slug


@pytest.mark.parametrize("slug", ["dl_news", "walter_bloomberg", "market_talk", "spectator_index"])
def test_whom_nobody_answers_for_raises_no_count(slug: str) -> None:
    assert not voice_of(slug).classified


# Files that cannot be used


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.toml": "[x]\nname='X'", "b.toml": "[x]\nname='X'"}, "facts about x in another file"),
        ({"a.toml": "[x]\nnome='X'"}, "x has nome"),
        ({"a.toml": "[kraken]\nowner='Me'"}, "kraken is a provider and states its own owner"),
        (
            {"a.toml": "[x]\nowner='A'", "owners.toml": "[A]\nparent='B'\nread=''\n[B]\nparent='A'\nread=''"},
            "circle: B",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    files: dict[str, str], message: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "facts"
    place.mkdir()
    for name, text in {"owners.toml": "", **files}.items():
        (place / name).write_text(text)
    monkeypatch.setattr(registry, "files", lambda package: tmp_path)
    with pytest.raises(registry.RegistryError, match=message):
        registry.reviewed()


@pytest.mark.django_db
def test_contradictory_facts_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {**ENTRIES["aicoin"], "republishes": ["odaily"]}
    other = {**ENTRIES["odaily"], "republishes": ["aicoin"]}
    monkeypatch.setattr(registry, "reviewed", lambda: {**ENTRIES, "aicoin": entry, "odaily": other})
    with pytest.raises(ContradictoryFacts, match="Relays in a circle: aicoin → odaily → aicoin"):
        registry.load()


# The rows


def snapshot() -> list[dict[str, object]]:
    return list(Source.objects.order_by("slug").values())


@pytest.mark.django_db
def test_every_provider_is_a_source_with_an_owner_and_has_a_state() -> None:
    registry.load()
    rows = {source.slug: source for source in Source.objects.filter(is_provider=True)}
    assert rows.keys() == known_providers().keys()
    assert all(source.owner and source.read for source in rows.values())
    assert known_providers().keys() <= set(ProviderState.objects.values_list("provider", flat=True))


@pytest.mark.django_db
def test_facts_come_back_as_the_providers_and_the_files_state_them() -> None:
    registry.load()
    for name, provider in known_providers().items():
        assert Source.objects.get(slug=name).facts.lineage == provider.lineage
    assert {row.slug: row.facts for row in Source.objects.all()}.items() >= {one.slug: one for one in KNOWN}.items()


def test_the_chain_of_owners_is_filled_in_with_where_it_was_read() -> None:
    row = ENTRIES["wsj"]
    assert (row["owner"], row["parents"]) == ("Dow Jones", ["News Corp"])
    assert "Dow Jones belongs to News Corp since 2007: investopedia.com" in row["read"]
    assert row["url"] == "https://wsj.com"


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    first, loaded = registry.load(), snapshot()
    assert registry.load() == first
    assert snapshot() == loaded
    assert not SourceChange.objects.exists()


@pytest.mark.django_db
def test_what_an_editor_corrected_stays_and_the_rest_is_repaired() -> None:
    registry.load()
    Source.objects.filter(slug="kraken").update(owner="Somebody else", edited=True)
    Source.objects.filter(slug="binance").update(owner="Somebody else")
    registry.load()
    owners = dict(Source.objects.filter(slug__in=("kraken", "binance")).values_list("slug", "owner"))
    assert owners == {"kraken": "Somebody else", "binance": known_providers()["binance"].lineage.owner}


@pytest.mark.django_db
def test_what_a_release_changes_is_in_the_history_of_the_source() -> None:
    registry.load()
    Source.objects.filter(slug="wsj").update(owner="Bancroft family", parents=[])
    registry.load()
    change = SourceChange.objects.get()
    assert (change.source.slug, change.kind, change.person) == ("wsj", "made", None)
    assert change.before == {"owner": "Bancroft family", "parents": []}
    assert change.after == {"owner": "Dow Jones", "parents": ["News Corp"]}
    assert set(change.after) <= set(FACTS)


@pytest.mark.django_db
def test_the_health_of_a_provider_is_not_forgotten_by_loading() -> None:
    registry.load()
    ProviderState.objects.filter(provider="kraken").update(failures=3)
    registry.load()
    assert ProviderState.objects.get(provider="kraken").failures == 3


@pytest.mark.django_db
def test_a_source_that_editors_added_is_left_alone() -> None:
    Source.objects.create(slug="a-chat", name="A chat")
    registry.load()
    assert Source.objects.get(slug="a-chat").category == Source.Category.UNCLASSIFIED
