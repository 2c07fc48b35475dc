"""Two voices from one house are one voice, and every merge says why."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.independence import Voice, voices
from sources.types import Lineage, SourceFacts


def fact(slug: str, owner: str | None = None, **more: object) -> SourceFacts:
    lineage = Lineage(owner=slug.title() if owner is None else owner, read=f"{slug}.com, 2026-01-10", **more)  # type: ignore[arg-type]
    return SourceFacts(slug, slug.title(), lineage)


def groups(*facts: SourceFacts, metric: str = "liquidations", subject: str = "BTC") -> list[tuple[str, ...]]:
    return [voice.members for voice in voices(facts, metric, subject)]


def only(*facts: SourceFacts, metric: str = "index_level", subject: str = "NIKKEI225") -> Voice:
    found = voices(facts, metric, subject)
    assert len(found) == 1
    return found[0]


NIKKEI = SourceFacts(
    "nikkei", "Nikkei Inc.", Lineage("Nikkei Inc.", "nikkei.co.jp", authority=frozenset({"index_level:NIKKEI225"}))
)
FRED = SourceFacts("fred", "FRED", Lineage("Fed", "fred.stlouisfed.org, 2026-01-10", republishes=("nikkei",)))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([fact("a"), fact("b")], [("a",), ("b",)], id="strangers are two voices"),
        pytest.param([fact("a", "X Ltd"), fact("b", " x  ltd ")], [("a", "b")], id="one owner, spelled twice"),
        pytest.param([fact("a", ""), fact("b", "")], [("a",), ("b",)], id="no owner is not a shared owner"),
        pytest.param([fact("a"), fact("b", republishes=("a",))], [("a", "b")], id="a relay"),
        pytest.param(
            [fact("b", republishes=("a",)), fact("c", republishes=("a",))], [("b", "c")], id="two relays, parent absent"
        ),
        pytest.param(
            [fact("a"), fact("b", republishes=("a",)), fact("c", republishes=("b",)), fact("d")],
            [("a", "b", "c"), ("d",)],
            id="a relay of a relay",
        ),
        pytest.param(
            [fact("a", republishes=("b",)), fact("b", republishes=("a",))], [("a", "b")], id="relays in a circle"
        ),
        pytest.param([fact("a", republishes=("a",)), fact("b")], [("a",), ("b",)], id="a relay of itself"),
        pytest.param(
            [fact("a", upstreams={"liquidations": ("f",)}), fact("b", upstreams={"liquidations": ("f", "g")})],
            [("a", "b")],
            id="one feed for this metric",
        ),
        pytest.param(
            [fact("a", upstreams={"price": ("f",)}), fact("b", upstreams={"price": ("f",)})],
            [("a",), ("b",)],
            id="one feed for another metric",
        ),
        pytest.param(
            [fact("a", upstreams={"*": ("f",)}), fact("b", upstreams={"liquidations": ("f",)})],
            [("a", "b")],
            id="one feed for every metric",
        ),
        pytest.param(
            [fact("a"), fact("b", upstreams={"liquidations": ("a",)})], [("a", "b")], id="the feed is a source itself"
        ),
        pytest.param(
            [fact("b", upstreams={"*": ("x",)}), fact("c", republishes=("x",))],
            [("b", "c")],
            id="one reads and one relays the same absent party",
        ),
        pytest.param(
            [fact("a", defects={"liquidations": "throttled"}), fact("b", defects={"liquidations": "throttled"})],
            [("a",), ("b",)],
            id="a shared defect merges nobody",
        ),
        pytest.param(
            [fact("a", "X"), fact("b", "X", republishes=("c",)), fact("c"), fact("d", upstreams={"*": ("c",)})],
            [("a", "b", "c", "d")],
            id="owner, relay and feed in a chain",
        ),
    ],
)
def test_sources_are_one_voice_when_they_share_an_owner_a_relay_or_a_feed(
    facts: list[SourceFacts], expected: list[tuple[str, ...]]
) -> None:
    assert all(groups(*order) == expected for order in permutations(facts))


def test_a_merge_says_why_and_where_that_was_read() -> None:
    assert only(FRED, NIKKEI).reasons == (
        "FRED passes on what Nikkei Inc. publishes (read fred.stlouisfed.org, 2026-01-10)",
    )


def test_a_shared_owner_is_named_with_every_place_it_was_read() -> None:
    assert only(fact("b", "X"), fact("a", "X")).reasons == (
        "A and B have one owner, X (read a.com, 2026-01-10; b.com, 2026-01-10)",
    )


def test_a_merge_that_nobody_noted_says_so() -> None:
    silent = SourceFacts("c", "C", Lineage(owner="", read="", republishes=("a",)))
    assert only(fact("a"), silent).reasons == ("C passes on what A publishes (nobody noted where this was read)",)


def test_a_feed_that_nobody_else_reads_is_no_reason() -> None:
    found = only(fact("a", "X", upstreams={"*": ("own feed",)}), fact("b", "X", republishes=("elsewhere",)))
    assert [reason for reason in found.reasons if "one owner" not in reason] == []


def test_a_voice_is_named_after_its_authority() -> None:
    assert only(FRED, NIKKEI).name == "Nikkei Inc."


def test_a_voice_without_authority_is_named_after_the_first_member_that_relays_nobody() -> None:
    assert only(fact("a", republishes=("c",)), fact("c"), fact("d", republishes=("c",))).name == "C"


def test_a_circle_of_relays_is_named_after_its_first_member() -> None:
    assert only(fact("b", republishes=("a",)), fact("a", republishes=("b",))).name == "A"


def test_two_strangers_of_one_name_stay_two_voices_with_two_names() -> None:
    twins = [SourceFacts(slug, "Ticker", Lineage(slug, "")) for slug in ("x", "y")]
    assert [voice.name for voice in voices(twins, "price", "BTC")] == ["Ticker (x)", "Ticker (y)"]


def test_a_relay_does_not_inherit_authority() -> None:
    assert only(FRED, NIKKEI).authority == ("nikkei",)
    assert only(FRED).authority == ()


def test_authority_is_of_one_metric_and_subject() -> None:
    assert only(NIKKEI, subject="TOPIX").authority == ()
    assert only(NIKKEI, metric="price").authority == ()


def test_a_voice_speaks_about_itself_when_a_member_does() -> None:
    venue = fact("a", "X", interested=frozenset({"open_interest"}))
    assert only(venue, fact("b", "X"), metric="open_interest").interested
    assert not only(venue, fact("b", "X"), metric="price").interested


def test_a_voice_is_classified_when_a_member_has_an_owner() -> None:
    assert not only(fact("a", "")).classified
    assert only(fact("a", ""), fact("b", republishes=("a",))).classified


def test_a_voice_carries_the_defects_of_its_members_for_this_metric() -> None:
    throttled = fact("a", defects={"liquidations": "throttled streams"})
    assert only(throttled, metric="liquidations").defects == ("throttled streams",)
    assert only(throttled, metric="price").defects == ()


SLUGS = st.sampled_from("abcdef")


@st.composite
def some_facts(draw: st.DrawFn) -> list[SourceFacts]:
    return [
        SourceFacts(
            slug,
            draw(st.sampled_from(["One", "Two", slug])),
            Lineage(
                owner=draw(st.sampled_from(["", "X", "Y", slug])),
                read=slug,
                republishes=tuple(draw(st.lists(SLUGS, max_size=2))),
                upstreams={draw(st.sampled_from(["price", "*"])): tuple(draw(st.lists(SLUGS, max_size=2)))},
            ),
        )
        for slug in draw(st.sets(SLUGS))
    ]


@settings(deadline=None)
@given(some_facts(), st.randoms())
def test_every_source_has_exactly_one_voice_whatever_the_order(facts: list[SourceFacts], chance: object) -> None:
    found = voices(facts, "price", "BTC")
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert voices(shuffled, "price", "BTC") == found
    assert sorted(slug for voice in found for slug in voice.members) == sorted(fact.slug for fact in facts)
    assert len({voice.name for voice in found}) == len(found)


@settings(deadline=None)
@given(some_facts(), SLUGS)
def test_one_more_source_never_splits_a_voice(facts: list[SourceFacts], slug: str) -> None:
    known = {fact.slug for fact in facts}
    before = voices(facts, "price", "BTC")
    more = [] if slug in known else [fact(slug)]
    after = voices([*facts, *more], "price", "BTC")
    assert all(any(set(one.members) <= set(other.members) for other in after) for one in before)


def test_sources_that_printed_copies_are_one_voice_and_the_reason_says_so() -> None:
    found = voices([fact("c"), fact("a"), fact("b")], "price", "BTC", copies=[("c", "a"), ("b",), ("b", "nobody")])
    assert [voice.members for voice in found] == [("a", "c"), ("b",)]
    assert found[0].reasons == ("A and C printed near-identical text",)


def test_equal_facts_are_resolved_once() -> None:
    facts = [fact("a"), fact("b", defects={"price": "late"}, upstreams={"price": ("a",)})]
    first = voices(facts, "price", "BTC")
    assert voices([replace(one) for one in facts], "price", "BTC") is first
    changed = [facts[0], fact("b", defects={"price": "early"}, upstreams={"price": ("a",)})]
    assert voices(changed, "price", "BTC")[0].defects == ("early",)


WSJ = fact("wsj", "Dow Jones", parents=("News Corp",))
BARRONS = fact("barrons", "Dow Jones", parents=("News Corp",))
TIMES = fact("times", "News UK", parents=("news corp",))
FOX = fact("fox", "Fox Corporation")


def test_titles_of_one_owner_s_owner_are_one_voice_and_each_owner_is_named_once() -> None:
    found = voices([WSJ, BARRONS, TIMES, FOX], "price", "BTC")
    assert [voice.members for voice in found] == [("barrons", "times", "wsj"), ("fox",)]
    assert found[0].reasons == (
        "Barrons and Wsj have one owner, Dow Jones (read barrons.com, 2026-01-10; wsj.com, 2026-01-10)",
        "Barrons, Times and Wsj have one owner, News Corp "
        "(read barrons.com, 2026-01-10; times.com, 2026-01-10; wsj.com, 2026-01-10)",
    )
    assert len(only(WSJ, BARRONS).reasons) == 1


def test_a_parent_may_be_the_owner_of_another() -> None:
    assert groups(WSJ, fact("harper", "News Corp")) == [("harper", "wsj")]


def test_carrying_an_agency_makes_nobody_one_voice_until_the_texts_are_copies() -> None:
    agency, paper, other = fact("agency"), fact("a_paper", carries=("agency",)), fact("other", carries=("agency",))
    assert groups(agency, paper, other) == [("a_paper",), ("agency",), ("other",)]
    found = voices([agency, paper, other], "price", "BTC", copies=[("a_paper", "agency")])
    assert [(voice.name, voice.members) for voice in found] == [
        ("Agency", ("a_paper", "agency")),
        ("Other", ("other",)),
    ]
    assert found[0].reasons == (
        "A_Paper and Agency printed near-identical text",
        "A_Paper carries texts of Agency (read a_paper.com, 2026-01-10)",
    )


def test_an_unconfirmed_fact_ties_and_says_that_it_is_unconfirmed() -> None:
    assert only(fact("a"), fact("b", republishes=("a",), unconfirmed=True)).reasons == (
        "B passes on what A publishes (unconfirmed; read b.com, 2026-01-10)",
    )


def test_a_name_that_looks_like_a_distinguished_one_stays_a_voice_of_its_own() -> None:
    named = (("a", "Foo"), ("b", "Foo"), ("c", "Foo (a)"))
    facts = [SourceFacts(slug, name, Lineage(owner=slug, read="")) for slug, name in named]
    assert len({voice.name for voice in voices(facts, "price", "BTC")}) == 3
