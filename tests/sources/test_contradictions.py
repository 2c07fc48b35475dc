"""Facts that cannot all be true are named with their sources and their field; the resolver answers all the same."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.contradictions import ContradictoryFacts, contradictions, refuse_contradictions
from sources.independence import voices
from sources.types import Lineage, SourceFacts


def fact(slug: str, owner: str | None = None, **more: Any) -> SourceFacts:
    called = {name: more.pop(name) for name in ("aliases", "domains", "name") if name in more}
    lineage = Lineage(owner=f"Owner of {slug}" if owner is None else owner, read="read", **more)
    return SourceFacts(slug, lineage=lineage, **{"name": slug.upper(), **called})


CASES = [
    pytest.param(
        [fact("a", "X", parents=("Y",)), fact("b", "y", parents=("x",))],
        ("parents", ("a", "b"), "Owners in a circle: X → Y → X (a, b)."),
        [("a", "b")],
        id="two owners own each other",
    ),
    pytest.param(
        [fact("a", "X", parents=("Y", "Z")), fact("b", "Z", parents=("X",)), fact("c")],
        ("parents", ("a", "b"), "Owners in a circle: X → Y → Z → X (a, b)."),
        [("a", "b"), ("c",)],
        id="three owners in a circle",
    ),
    pytest.param(
        [fact("a", "X", parents=("X",))],
        ("parents", ("a",), "Owners in a circle: X → X (a)."),
        [("a",)],
        id="an owner that owns itself",
    ),
    pytest.param(
        [fact("a", republishes=("a",)), fact("b")],
        ("republishes", ("a",), "a passes on what it publishes itself."),
        [("a",), ("b",)],
        id="a relay of itself",
    ),
    pytest.param(
        [fact("a", carries=("a",))], ("carries", ("a",), "a carries its own texts."), [("a",)], id="carries itself"
    ),
    pytest.param(
        [fact("a", upstreams={"price": ("a",)})],
        ("upstreams", ("a",), "a is upstream of itself for price."),
        [("a",)],
        id="upstream of itself",
    ),
    pytest.param(
        [fact("a", republishes=("b",)), fact("b", republishes=("c",)), fact("c", republishes=("a",))],
        ("republishes", ("a", "b", "c"), "Relays in a circle: a → b → c → a."),
        [("a", "b", "c")],
        id="relays in a circle",
    ),
    pytest.param(
        [fact("a", upstreams={"price": ("b",)}), fact("b", upstreams={"price": ("a",)})],
        ("upstreams", ("a", "b"), "Feeds for price in a circle: a → b → a."),
        [("a", "b")],
        id="feeds in a circle",
    ),
    pytest.param(
        [fact("a", upstreams={"*": ("b",)}), fact("b", republishes=("a",))],
        ("upstreams", ("a", "b"), "Feeds in a circle: a → b → a."),
        [("a", "b")],
        id="a feed and a relay in a circle",
    ),
    pytest.param(
        [fact("a", republishes=("gone",))],
        ("republishes", ("a",), "a names gone, and there is no such source."),
        [("a",)],
        id="a relay of nobody",
    ),
    pytest.param(
        [fact("a", carries=("gone",))],
        ("carries", ("a",), "a names gone, and there is no such source."),
        [("a",)],
        id="carries nobody",
    ),
    pytest.param(
        [fact("a", aliases=("WSJ",)), fact("b", aliases=("wsj ",))],
        ("aliases", ("a", "b"), "The name wsj  is claimed by a and b."),
        [("a",), ("b",)],
        id="one alias, two sources",
    ),
    pytest.param(
        [fact("a", aliases=("The Journal",)), fact("b", name="the journal")],
        ("aliases", ("a", "b"), "The name The Journal is claimed by a and b."),
        [("a",), ("b",)],
        id="an alias that is another's name",
    ),
    pytest.param(
        [fact("a", aliases=("b",)), fact("b", "")],
        ("aliases", ("a", "b"), "The name b is claimed by a and b."),
        [("a",), ("b",)],
        id="an alias that is another's slug",
    ),
    pytest.param(
        [fact("a", domains=("x.com",)), fact("b", domains=("X.com",))],
        ("domains", ("a", "b"), "The domain X.com is claimed by a and b."),
        [("a",), ("b",)],
        id="one domain, two sources",
    ),
]


@pytest.mark.parametrize(("facts", "expected", "groups"), CASES)
def test_a_contradiction_is_named_and_the_resolver_still_answers(
    facts: list[SourceFacts], expected: tuple[str, tuple[str, ...], str], groups: list[tuple[str, ...]]
) -> None:
    for order in permutations(facts):
        assert [(one.field, one.slugs, one.sentence) for one in contradictions(order)] == [expected]
        assert [voice.members for voice in voices(order, "price", "BTC")] == groups
    with pytest.raises(ContradictoryFacts, match=expected[2].split(" → ")[0]):
        refuse_contradictions(facts)


SOUND = [
    fact("dj", "Dow Jones", parents=("News Corp",), aliases=("WSJ", "The Journal"), domains=("wsj.com",)),
    fact("sun", "News UK", parents=("News Corp",), carries=("dj",)),
    fact("relay", republishes=("dj",), upstreams={"price": ("a feed without a source",)}),
    fact("stranger", "", name="WSJ"),
    fact("twin", name="Twin"),
    fact("other_twin", name="Twin"),
]


def test_sound_facts_are_refused_nothing() -> None:
    assert contradictions(SOUND) == ()
    refuse_contradictions(SOUND)


def test_two_circles_are_both_named() -> None:
    facts = [fact("a", republishes=("b",)), fact("b", republishes=("a",)), fact("c", republishes=("d",))]
    facts += [fact("d", republishes=("c",), upstreams={"price": ("c",)})]
    sentences = [one.sentence for one in contradictions(facts)]
    assert sentences == ["Relays in a circle: a → b → a.", "Relays in a circle: c → d → c."]


SLUGS = st.sampled_from("abcde")
TIES = st.lists(SLUGS, max_size=2).map(tuple)


@given(st.dictionaries(SLUGS, st.tuples(TIES, TIES, TIES)), st.randoms())
def test_any_tangle_of_facts_gets_an_answer_that_the_order_does_not_change(
    drawn: dict[str, tuple[Any, Any, Any]], chance: Any
) -> None:
    facts = [
        fact(slug, slug, republishes=relays, parents=parents, upstreams={"price": feeds})
        for slug, (relays, parents, feeds) in drawn.items()
    ]
    found, grouped = contradictions(facts), voices(facts, "price", "BTC")
    chance.shuffle(facts)
    assert contradictions(facts) == found
    assert voices(facts, "price", "BTC") == grouped
    assert sorted(slug for voice in grouped for slug in voice.members) == sorted(drawn)
