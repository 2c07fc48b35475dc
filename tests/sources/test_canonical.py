"""One spelling for equal values, and the way back to the value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.policy import POLICY, Policy
from claims.types import Status
from sources.canonical import plain, read, sha256_of, text_of
from sources.types import Lineage, SourceFacts


@dataclass(frozen=True)
class Everything:
    name: str
    count: int
    share: Decimal
    at: datetime
    on: date
    wait: timedelta
    status: Status
    maybe: Decimal | None = None
    pairs: tuple[tuple[str, int], ...] = ()
    words: frozenset[str] = frozenset()
    table: Mapping[str, tuple[Status, ...]] = field(default_factory=dict)
    anything: Any = None


FIGURES = st.decimals(allow_nan=False, allow_infinity=False)
TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]))
VALUES = st.builds(
    Everything,
    name=st.text(),
    count=st.integers(),
    share=FIGURES,
    at=TIMES,
    on=st.dates(),
    wait=st.timedeltas(),
    status=st.sampled_from(Status),
    maybe=st.none() | FIGURES,
    pairs=st.lists(st.tuples(st.text(), st.integers())).map(tuple),
    words=st.frozensets(st.text()),
    table=st.dictionaries(st.text(), st.lists(st.sampled_from(Status)).map(tuple)),
    anything=st.none() | st.dictionaries(st.text(), st.integers() | st.booleans() | st.text()),
)


@given(VALUES)
def test_what_is_written_is_read_back_to_the_last_digit(value: Everything) -> None:
    text = text_of(value)
    again = read(Everything, json.loads(text))
    assert again == value
    assert str(again.share) == str(value.share)
    assert text_of(again) == text
    assert text.isascii()


def test_the_order_in_which_a_mapping_or_a_set_was_filled_does_not_matter() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert text_of(one) == text_of(other) == '{"a":1,"b":2}'
    assert text_of(frozenset("xyz")) == text_of(frozenset("zyx"))


def test_one_moment_has_one_spelling_in_every_zone() -> None:
    moment = datetime(2026, 1, 14, 5, tzinfo=UTC)
    assert text_of(moment) == text_of(moment.astimezone(timezone(timedelta(hours=9)))) == '"2026-01-14T05:00:00+00:00"'


@pytest.mark.parametrize(
    ("value", "error"),
    [(float("nan"), ValueError), (float("inf"), ValueError), (object(), TypeError), (b"x", TypeError)],
)
def test_what_has_no_spelling_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        text_of([value])


@pytest.mark.parametrize("raw", [{"slug": "x"}, {"slug": "x", "name": "X", "lineage": 7}, 7, None])
def test_what_is_no_such_value_is_refused(raw: Any) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        read(SourceFacts, raw)


def test_a_value_of_an_earlier_release_gets_the_defaults_of_what_it_does_not_know() -> None:
    raw = {"slug": "x", "name": "X", "lineage": {"owner": "O", "read": "then"}, "no_longer_known": 1}
    assert read(SourceFacts, raw) == SourceFacts("x", "X", Lineage("O", "then"))


def test_a_whole_policy_comes_back_with_its_version() -> None:
    again = read(Policy, plain(POLICY))
    assert again == POLICY
    assert again.version == POLICY.version


def test_the_digest_is_the_sha256_of_the_text() -> None:
    assert sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
