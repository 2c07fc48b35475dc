"""Whatever is wrong in a file is refused with its line and field, or has an answer that is documented."""

from __future__ import annotations

import json
from typing import Any

import pytest

from claims.adjudication import BadInput, adjudicate, read_meta, read_observations, read_truth
from tests.claims.adjudication.tables import judge, row

GOOD = '{"item": "x", "source": "a", "value": 1}\n'


def read(*told: str, meta: str = "{}") -> list[Any]:
    found = read_meta(meta)
    return list(adjudicate(read_observations(told, found), found))


def line_with(**fields: Any) -> str:
    return json.dumps({"item": "x", "source": "a", "value": 1} | fields) + "\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json\n", "line 2 is not JSON"),
        ('{"item": "x", "source": "a", "value": 1\n', "line 2 is not JSON"),
        (GOOD.strip() + "," + GOOD, "line 2 is not JSON"),
        ("[1]\n", "line 2 is not an object"),
        ("7\n", "line 2 is not an object"),
        ("null\n", "line 2 is not an object"),
        ("[" * 100_000 + "\n", "line 2 is not JSON"),
        ('{"item": "x", "source": "a", "value": NaN}\n', "line 2 is not JSON: NaN is no number"),
        ('{"item": "x", "source": "a", "value": -Infinity}\n', "line 2 is not JSON: -Infinity is no number"),
        ('{"item": "x", "source": "a", "value": 1e999}\n', "line 2: value: '1e999' is too large"),
        (f'{{"item": "x", "source": "a", "value": {"9" * 5000}}}\n', "line 2: value: '9999"),
        (line_with(value=None), "line 2: value is neither a number nor a text"),
        (line_with(value=True), "line 2: value is neither a number nor a text"),
        (line_with(value=[1]), "line 2: value is neither a number nor a text"),
        (line_with(value={"a": 1}), "line 2: value is neither a number nor a text"),
        ('{"item": "x", "source": "a"}\n', "line 2: value is missing"),
        ('{"source": "a", "value": 1}\n', "line 2: item is missing"),
        (line_with(item=""), "line 2: item is missing or not a text"),
        (line_with(item=None), "line 2: item is missing or not a text"),
        (line_with(source=["a"]), "line 2: source is missing or not a text"),
        (line_with(source=""), "line 2: source is missing or not a text"),
        (line_with(attr=[]), "line 2: attr is missing or not a text"),
        (line_with(time=5), "line 2: time: every line has one, or none has"),
        (line_with(time="yesterday"), "line 2: time is neither a number nor ISO 8601"),
        (line_with(time=True), "line 2: time is neither a number nor ISO 8601"),
        ('{"item": "x", "source": "a", "value": 1, "time": 1e999}\n', "line 2: time is too large"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str) -> None:
    with pytest.raises(BadInput, match="^" + message.replace("(", r"\(")):
        read(GOOD, line, GOOD)


def test_two_lines_that_are_objects_only_together_are_refused() -> None:
    first, second = GOOD.strip() + ', {"item": "y", "source": "a"\n', '"value": 1}\n'
    with pytest.raises(BadInput, match=r"^line 1 is not JSON"):
        read(first, second)


@pytest.mark.parametrize("value", ["n/a", "", "1_000", "١٢", "nan", "inf", "0x10", "1,000", "12 "])
def test_a_text_where_numbers_were_promised_is_refused(value: str) -> None:
    with pytest.raises(BadInput, match=r"line 1: value: .* is not a number"):
        read(line_with(attr="p", value=value), meta='{"attrs": {"p": {"kind": "number"}}}')


def test_an_attribute_that_meta_does_not_know_is_refused() -> None:
    with pytest.raises(BadInput, match='line 1: attr: META says nothing about "q"'):
        read(line_with(attr="q"), meta='{"attrs": {"p": {"kind": "number"}}}')


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ("{", "META is not JSON"),
        ("[]", "META is not an object"),
        ('{"attrs": []}', "META: attrs is not an object"),
        ('{"attrs": {"p": 1}}', "META: attrs: p is not an object"),
        ('{"attrs": {"p": {"kind": "text"}}}', 'META: attrs: p: kind is "number" or "category"'),
        ('{"attrs": {"p": {"kind": 1}}}', 'META: attrs: p: kind is "number" or "category"'),
        (
            '{"attrs": {"p": {"kind": "number", "tol_rel": "wide"}}}',
            "META: attrs: p: tol_rel is a number, zero or more",
        ),
        ('{"attrs": {"p": {"kind": "number", "tol_abs": -1}}}', "META: attrs: p: tol_abs is a number, zero or more"),
        ('{"attrs": {"p": {"kind": "number", "tol_abs": 1e999}}}', "META: attrs: p: tol_abs is a number"),
        ('{"attrs": {"p": {"kind": "category", "tol_abs": 1}}}', "META: attrs: p: categories have no tolerance"),
        ('{"sources": []}', "META: sources is not an object"),
        ('{"sources": {"a": "g"}}', "META: sources: a is not an object"),
        ('{"sources": {"a": {"group": ["g"]}}}', "META: sources: a: group is not a text"),
    ],
)
def test_a_wrong_meta_is_named(meta: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_meta(meta)


@pytest.mark.parametrize("value", ["null", "true", "[1]", "1e999", "NaN"])
def test_a_wrong_outcome_is_named(value: str) -> None:
    with pytest.raises(BadInput, match="line 1"):
        list(read_truth([f'{{"item": "x", "value": {value}}}\n'], read_meta("{}")))


def test_an_empty_file_has_no_rulings() -> None:
    assert read() == []
    assert read("\n", "   \n") == []


def test_empty_lines_are_skipped_and_counted() -> None:
    with pytest.raises(BadInput, match="line 3"):
        read(GOOD, "\n", "x\n")


def test_sources_nobody_mentioned_and_sources_nobody_heard_are_voices_or_nothing() -> None:
    meta = {"sources": {"a": {"group": "g"}, "b": {"group": "g"}, "absent": {"group": "g"}}}
    (found,) = judge([row("x", name, 5) for name in "abz"], meta)
    assert (found.voices, found.status) == ((("a", "b"), ("z",)), "verified")


@pytest.mark.parametrize("group", ["", "  ", None])
def test_an_empty_group_is_no_group(group: str | None) -> None:
    meta = {"sources": {name: {"group": group} for name in "ab"}}
    assert judge([row("x", name, 5) for name in "ab"], meta, find_copying=False)[0].voices == (("a",), ("b",))


def test_a_source_and_a_group_of_one_name_have_nothing_to_do_with_each_other() -> None:
    meta = {"sources": {"a": {"group": "z"}}}
    assert judge([row("x", name, 5) for name in ("a", "z", "A")], meta)[0].voices == (("A",), ("a",), ("z",))


def test_groups_are_told_apart_by_case_and_joined_across_spaces() -> None:
    meta = {"sources": {"a": {"group": "Reuters"}, "b": {"group": " Reuters "}, "c": {"group": "reuters"}}}
    assert judge([row("x", name, 5) for name in "abc"], meta)[0].voices == (("a", "b"), ("c",))


def test_outcomes_of_unknown_items_are_left_out() -> None:
    rows = [row("x", name, 5) for name in "ab"]
    assert judge(rows, truth=[{"item": "nobody", "value": 5}]) == judge(rows)


def test_an_outcome_without_attribute_is_for_items_with_one() -> None:
    rows = [row(item, name, 5, attr=attr) for item, attr in (("x", "p"), ("x", "q"), ("y", "p")) for name in "ab"]
    assert judge(rows, truth=[{"item": "x", "value": 5}]) == judge(rows)
    assert judge(rows, truth=[{"item": "x", "attr": "p", "value": 5}]) != judge(rows)


def test_numbers_serve_as_names() -> None:
    (found,) = judge([row(7, 1, 5), row(7, 2, 5)])  # type: ignore[arg-type]
    assert (found.item, found.supporting) == ("7", ("1", "2"))


def test_huge_and_tiny_figures_are_figures() -> None:
    (found,) = judge([row("x", "a", 10**300), row("x", "b", 10**300), row("x", "c", 1e-300)])
    assert (found.value, found.supporting) == (str(10**300), ("a", "b"))


def test_zero_and_negative_figures_are_figures() -> None:
    (found,) = judge([row("x", "a", 0), row("x", "b", 0.0), row("x", "c", -5)])
    assert (found.value, found.supporting) == ("0", ("a", "b"))


def test_a_line_far_down_is_named() -> None:
    with pytest.raises(BadInput, match="line 2501 is not JSON"):
        read(*[GOOD] * 2500, "x\n")
