"""The engine of the verdicts on a table: counted voices give the status, weighed voices the value."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.types import Outcome, Status
from claims.verdict import Count, decide
from tests.claims.adjudication.tables import Row, grouped, judge, market, row, share_right

PERCENT = {"attrs": {"p": {"kind": "number", "tol_rel": 0.01}}}


def one_item(*values: Any, groups: str = "") -> Any:
    """Sources a, b, c … on one item of one attribute; groups: the group letter of each, "" for independent ones."""
    rows = [row("x", name, value, attr="p") for name, value in zip("abcdefghij", values, strict=False)]
    meta = {**grouped(dict(zip("abcdefghij", groups or "abcdefghij", strict=False))), **PERCENT}
    (found,) = judge(rows, meta)
    return found


@pytest.mark.parametrize(
    ("values", "groups", "status", "outcome"),
    [
        ((100, 100.4), "", "verified", "supported"),
        ((100,), "", "single_source", "supported"),
        ((100, 100.4), "kk", "single_source", "supported"),
        ((100, 100, 100, 200), "", "rumor", "conflicting"),
        ((100, 100, 100, 100, 200), "", "verified", "supported"),
        ((100, 100, 100, 100, 200), "kkkkl", "rumor", "conflicting"),
        ((100, 101.5), "", "single_source", "supported"),  # within the guard band: decides nothing
        ((100, 100.5, 101.5), "", "verified", "supported"),
        ((100, 200, 100, 100), "kkab", "verified", "supported"),  # a split voice counts for neither side
        ((100, 200), "kk", "rumor", "insufficient"),
        ((61.2e9, 61.0e9, 61.1e12), "", "verified", "supported"),  # a unit slip counts for nobody
        ((61.2e9, 61.2e12), "", "rumor", "conflicting"),  # of two, nobody can say whose unit is wrong
        ((61.2e9, 61.2e9, 61.2e12), "kkl", "rumor", "conflicting"),
        ((61.2e9, -61.2e9, 61.0e9), "", "verified", "supported"),
    ],
)
def test_the_status_is_counted_over_voices(values: tuple[float, ...], groups: str, status: str, outcome: str) -> None:
    found = one_item(*values, groups=groups)
    assert (found.status, found.outcome) == (status, outcome)


@given(st.lists(st.sampled_from([100.0, 100.4, 101.6, 150.0, 300.0]), min_size=1, max_size=10))
def test_the_status_is_that_of_the_one_table(values: list[float]) -> None:
    found = one_item(*values)
    chosen = float(found.value)
    supporting = sum(abs(value - chosen) <= chosen / 100 for value in values)
    contradicting = sum(abs(value - chosen) > chosen / 50 for value in values)
    outcome, status = decide(Count(supporting, contradicting, 2))
    assert (found.status, found.outcome) == (status, outcome)


def test_the_value_is_one_that_somebody_gave_with_its_digits() -> None:
    assert one_item("100.50", "100.40", 100.2).value == "100.40"
    assert one_item("007.50").value == "7.5"  # what JSON does not allow is written anew
    assert one_item(100, 300).value in {"100", "300"}  # never the average


def test_texts_agree_only_when_equal_and_never_with_numbers() -> None:
    (found,) = judge([row("x", "a", "B12"), row("x", "b", "B12"), row("x", "c", "b12"), row("x", "d", 12)])
    assert (found.value, found.status, found.supporting) == ("B12", "rumor", ("a", "b"))
    assert found.voices == (("a",), ("b",), ("c",), ("d",))


def test_the_interval_rule_is_that_of_the_verdicts() -> None:
    from decimal import Decimal

    from claims.matching import stance_of
    from claims.types import Region
    from sources.types import exact

    for value in ("100", "101", "101.5", "102", "102.1", "98", "97.9"):
        region = Region(Decimal(99), Decimal(101), Decimal(1))
        stance = stance_of(exact(Decimal(value), Decimal(0)), region)
        rows = [row("x", name, 100, attr="p") for name in "abcde"] + [row("x", "z", float(value), attr="p")]
        meta = {"attrs": {"p": {"kind": "number", "tol_abs": 1}}}
        (found,) = judge(rows, meta, find_copying=False)
        supports, contradicts = "z" in found.supporting, found.status == Status.VERIFIED and len(found.voices) == 6
        assert supports == (stance == "supports"), value
        assert contradicts  # five against one at most
        four_to_one = judge(rows[2:], meta, find_copying=False)[0]
        assert (four_to_one.outcome == Outcome.CONFLICTING) == (stance == "contradicts"), value


def as_set(ruled: list[Any]) -> set[Any]:
    return set(ruled)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_lines_of_one_time_does_not_matter(chance: random.Random) -> None:
    rows, _ = market(4, items=40, copiers=(1, 2))
    groups = [rows[at : at + 12] for at in range(0, len(rows), 12)]
    shuffled = [one for group in groups for one in chance.sample(group, len(group))]
    everything = [dict(one, time=1) for one in rows]
    assert judge(shuffled) == judge(rows)
    assert as_set(judge(chance.sample(everything, len(everything)))) == as_set(judge(everything))


def test_renaming_sources_renames_and_nothing_else() -> None:
    rows, _ = market(5, copiers=(1, 2, 3))
    names = {f"s{number:02d}": f"{(number * 7) % 12:02d} renamed" for number in range(12)}
    renamed = judge([dict(one, source=names[one["source"]]) for one in rows])
    for before, after in zip(judge(rows), renamed, strict=True):
        assert (before.value, before.status, before.confidence) == (after.value, after.status, after.confidence)
        assert {names[name] for name in before.supporting} == set(after.supporting)


def test_a_copy_changes_nothing_where_groups_are_known() -> None:
    rows, _ = market(6)
    groups = {f"s{number:02d}": f"g{number}" for number in range(12)}
    copies = [dict(one, source="copy") for one in rows if one["source"] == "s03"]
    with_copies = sorted([*rows, *copies], key=lambda one: one["time"])
    before, after = judge(rows, grouped(groups)), judge(with_copies, grouped({**groups, "copy": "g3"}))
    for one, other in zip(before, after, strict=True):
        assert (one.value, one.status, one.outcome, one.confidence) == (
            other.value, other.status, other.outcome, other.confidence,
        )  # fmt: skip


@pytest.mark.parametrize("factor", [1024.0, 1 / 1024])
def test_other_units_give_the_same_rulings_in_other_units(factor: float) -> None:
    rows, _ = market(7)
    scaled = judge([dict(one, value=one["value"] * factor) for one in rows])
    for before, after in zip(judge(rows), scaled, strict=True):
        assert float(after.value) == pytest.approx(float(before.value) * factor)
        assert (before.status, before.supporting, before.confidence) == (
            after.status, after.supporting, after.confidence,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_copying_is_found_and_no_longer_wins(seed: int) -> None:
    rows, truth = market(seed, copiers=(1, 2, 3, 4, 5), accuracy=0.75)
    found = judge(rows)
    alone = judge(rows, find_copying=False)
    assert found[0].voices[0] == tuple(f"s{number:02d}" for number in range(6))
    assert share_right(alone, truth) < 0.9 < 0.97 < share_right(found, truth)
    false = [one for one in found if one.status == "verified" and share_right([one], truth) == 0]
    assert not false


@pytest.mark.parametrize("seed", range(4))
def test_where_nobody_copies_nobody_is_merged(seed: int) -> None:
    rows, truth = market(seed)
    assert judge(rows) == judge(rows, find_copying=False)
    assert share_right(judge(rows), truth) > 0.98


def test_known_groups_are_the_whole_picture() -> None:
    rows, _ = market(1, copiers=(1, 2, 3))
    voices = judge(rows, grouped({"s05": "house", "s06": "house"}))[0].voices
    assert ("s05", "s06") in voices
    assert ("s00",) in voices


def systematic(items: int, odd: str, sources: str = "abcdefg") -> list[Row]:
    """Those named in `odd` give 1.3 times the value of attribute p and the plain value of q."""
    chance, rows = random.Random(1), []
    for item in range(items):
        for attr in "pq":
            value = chance.randint(1000, 9000)
            for name in sources:
                factor = 1.3 if name in odd and attr == "p" else 1
                rows.append(row(f"i{item:03d}", name, round(value * factor, 2), attr=attr, time=item))
    return rows


def test_another_definition_is_no_contradiction() -> None:
    found = judge(systematic(40, odd="ab", sources="abcdefghij"), find_copying=False)
    assert {one.status for one in found} == {"verified"}
    assert {one.supporting for one in found if one.attr == "p"} == {tuple("cdefghij")}
    assert {one.supporting for one in found if one.attr == "q"} == {tuple("abcdefghij")}


def test_a_definition_that_many_share_is_not_set_aside() -> None:
    found = judge(systematic(40, odd="abc", sources="abcdefghij"), find_copying=False)
    assert {one.status for one in found if one.attr == "p"} == {"rumor"}
    assert {one.status for one in found if one.attr == "q"} == {"verified"}


def test_among_few_voices_two_are_a_definition_of_their_own() -> None:
    found = judge(systematic(40, odd="ab"), find_copying=False)
    assert {one.status for one in found if one.attr == "p"} == {"rumor"}


def test_a_few_outcomes_tell_which_definition_is_meant() -> None:
    rows = systematic(40, odd="abc", sources="abcdefgh")
    meant = {one["item"]: one["value"] for one in rows if one["source"] == "a" and one["attr"] == "p"}
    told = [{"item": item, "attr": "p", "value": value} for item, value in list(meant.items())[:6]]
    before, after = (
        {one.item: float(one.value) for one in judge(rows, truth=truth, find_copying=False) if one.attr == "p"}
        for truth in ([], told)
    )
    assert not any(before[item] == pytest.approx(value, rel=1e-6) for item, value in meant.items())
    assert all(after[item] == pytest.approx(meant[item], rel=1e-6) for item in list(meant)[6:])


def test_where_half_use_another_definition_nobody_can_say_which_is_meant() -> None:
    found = judge(systematic(40, odd="abcd", sources="abcdefgh"), find_copying=False)
    statuses = {one.status for one in found if one.attr == "p"}
    assert statuses == {"rumor"}


def test_few_items_say_nothing_about_definitions() -> None:
    assert {one.status for one in judge(systematic(5, odd="ab"), find_copying=False) if one.attr == "p"} == {"rumor"}


def taught(rows: list[Row], truth: dict[str, float], items: range) -> list[Row]:
    return [{"item": f"i{item:04d}", "value": truth[f"i{item:04d}"]} for item in items]


@pytest.mark.parametrize("item", [0, 60, 119])
def test_an_outcome_changes_later_items_only(item: int) -> None:
    rows, truth = market(9, sources=5, items=120, accuracy=0.6)
    before = judge(rows)
    for value in (truth[f"i{item:04d}"], 1.0):
        after = judge(rows, truth=[{"item": f"i{item:04d}", "value": value}] * 3)
        assert after[: item + 1] == before[: item + 1]
        assert (after == before) == (item == 119)


def test_an_outcome_of_the_same_time_comes_too_late() -> None:
    rows, truth = market(9, sources=5, items=20, accuracy=0.6)
    at_once = [dict(one, time=1) for one in rows]
    assert judge(at_once, truth=taught(rows, truth, range(20))) == judge(at_once)


def test_without_times_items_are_in_the_order_of_the_file() -> None:
    rows, truth = market(9, sources=5, items=60, accuracy=0.6)
    bare = [{name: value for name, value in one.items() if name != "time"} for one in rows]
    outcomes = taught(rows, truth, range(30))
    assert judge(bare, truth=outcomes) == judge(rows, truth=outcomes)


def test_outcomes_teach_whom_to_believe() -> None:
    """Three sources that never agree by chance; only outcomes tell which one is right."""
    chance, rows, truth = random.Random(2), [], {}
    for item in range(200):
        right = float(chance.randint(1000, 9000))
        truth[f"i{item:04d}"] = right
        said = {"good": right, "bad": right * chance.choice((0.5, 1.5)), "ugly": right * chance.choice((0.7, 1.9))}
        rows += [row(f"i{item:04d}", name, round(value, 1), time=item) for name, value in sorted(said.items())]
    late = range(100, 200)
    plain, learned = judge(rows)[100:], judge(rows, truth=taught(rows, truth, range(100)))[100:]
    assert share_right(plain, truth) < 0.6
    assert share_right(learned, truth) == 1
    assert {one.status for one in learned} == {"rumor"}  # one voice alone is never verified
    assert len(late) == len(learned)


def test_confidence_is_learned_from_outcomes_too() -> None:
    rows, truth = market(3, sources=4, items=400, accuracy=0.55)
    late = [one for one in judge(rows, truth=taught(rows, truth, range(300))) if one.item >= "i0300"]
    sure = sum(one.confidence for one in late) / len(late)
    assert sure == pytest.approx(share_right(late, truth), abs=0.08)


def test_the_same_file_gives_the_same_rulings() -> None:
    rows, truth = market(11, copiers=(1, 2))
    outcomes = taught(rows, truth, range(0, 150, 10))
    assert judge(rows, truth=outcomes) == judge(rows, truth=outcomes)


def test_the_latest_observation_of_a_source_counts_and_the_later_line_of_one_time() -> None:
    early, late = row("x", "a", 1, time=1), row("x", "a", 2, time=2)
    assert [one.value for one in judge([early, late])] == ["2"] == [one.value for one in judge([late, early])]
    assert judge([row("x", "a", 1), row("x", "a", 2)])[0].value == "2"


def test_without_a_tolerance_noise_is_told_from_precision() -> None:
    exact = [row(f"i{n}", name, 2011 + (name == "c"), attr="year") for n in range(9) for name in "abc"]
    noisy = [row(f"i{n}", name, 100 + n + place / 10) for n in range(9) for place, name in enumerate("abc")]
    assert {one.supporting for one in judge(exact)} == {("a", "b")}
    assert {one.supporting for one in judge(noisy)} == {("a", "b", "c")}


def test_a_long_chain_of_figures_is_not_one_figure() -> None:
    rows = [row("x", f"s{n:03d}", 1000 + n, attr="p") for n in range(100)]
    rows += [row("x", f"t{n}", 1050, attr="p") for n in range(20)]
    (found,) = judge(rows, PERCENT, find_copying=False)
    assert float(found.value) == pytest.approx(1050, abs=6)
    assert len(found.supporting) < 50
