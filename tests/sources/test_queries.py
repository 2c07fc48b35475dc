"""A citation finds its source by any of its names; facts come with those of their origins."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sources.models import Source
from sources.queries import facts_of, sources_named

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("WSJ", "wsj"),
        ("wall  street journal", "wsj"),
        ("The Wall Street Journal", "wsj"),
        ("华尔街日报", "wsj"),
        ("@lookonchain", "lookonchain"),
        ("Coinglass data", "coinglass"),
        ("COINGLASS", "coinglass"),
        ("彭博", "bloomberg"),
        ("Dow Jones Newswires", "dow_jones"),
        ("财联社", "cailianshe"),
        ("@DeItaone", "walter_bloomberg"),
    ],
)
def test_a_source_is_found_by_every_name_it_is_printed_under(name: str, slug: str) -> None:
    assert sources_named([name])[name].slug == slug


@pytest.mark.parametrize("name", ["", "Journal", "WS%", "[]", "wsj'--", '["WSJ"]', "\\u0057SJ"])
def test_what_is_no_name_of_anybody_finds_nobody(name: str) -> None:
    assert sources_named([name]) == {}


def test_a_slug_beats_a_name_a_name_an_alias_and_an_alias_the_name_of_a_stranger() -> None:
    Source.objects.create(slug="first", name="Elsewhere", owner="A", aliases=["second name", "stranger"])
    Source.objects.create(slug="second", name="Second name", owner="B", aliases=["Other"])
    Source.objects.create(slug="third", name="first", owner="C")
    Source.objects.create(slug="fourth", name="Stranger")
    Source.objects.create(slug="fifth", name="Nobody knows")
    names = ["FIRST", "Second Name", "other", "Stranger", "nobody knows"]
    found = {name: source.slug for name, source in sources_named(names).items()}
    assert list(found.values()) == ["first", "second", "second", "first", "fifth"]


def test_many_names_are_one_query() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(sources_named(["WSJ", "AP", "nobody", *map(str, range(500))])) == 2
    assert len(asked) == 1


def test_facts_come_with_everything_upstream_in_one_query() -> None:
    Source.objects.create(slug="end", name="End", republishes=["middle"])
    Source.objects.create(slug="middle", name="Middle", upstreams={"price": ["start", "a feed"], "*": []})
    Source.objects.create(slug="start", name="Start", republishes=["end"])
    Source.objects.create(slug="below", name="Below", republishes=["end"])
    with CaptureQueriesContext(connection) as asked:
        assert [fact.slug for fact in facts_of(["end", "nobody"])] == ["end", "middle", "start"]
    assert len(asked) == 1
    assert facts_of([]) == []
