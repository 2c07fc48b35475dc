"""The picture of a claim: what supports lies inside the band, nothing leaves the drawing, nothing is squashed."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.admin.line import MOST_ROWS, PITCH, Line, Row, Seen, line_of, stacked
from claims.admin.number_line import lead
from claims.admin.scale import GUTTER, Scale, scale_for
from claims.admin.ticks import MOST, label, ticks_of
from claims.matching import region_of, stance_of
from claims.models import Verdict
from claims.types import Assertion, Region, Stance
from sources.types import Kind, Observation
from tests.claims.evidence import amount, claim

OI = claim("open_interest", "equals", "61B")
BROKE = claim("price_break", "broke_above", "96000")


def figure(text: str, kind: Kind = Kind.EXACT, look: str = "supports", apart: str = "0") -> Seen:
    value, half = amount(text), amount(apart)
    low = None if kind is Kind.CEILING else value - (half if kind is Kind.EXACT else 0)
    high = None if kind is Kind.FLOOR else value + (half if kind is Kind.EXACT else 0)
    return Seen(value, low, high, kind, look)


def drawn(assertion: Assertion, *seen: Seen, unit: str = "USD") -> Line:
    rows = [Row(f"voice {number}", [one], one.look, one.look != "discounted") for number, one in enumerate(seen)]
    claimed = [value for value in (assertion.value, assertion.value_high) if value is not None]
    line = line_of(region_of(assertion), claimed, rows, None, unit)
    assert line is not None
    return line


def places(line: Line) -> list[float]:
    return [mark.x for row in line.rows for mark in row.marks]


# The scale


@pytest.mark.parametrize(
    ("assertion", "seen", "cut", "logarithmic"),
    [
        pytest.param(BROKE, ["96240", "96231", "96188"], "", False, id="highs of three venues"),
        pytest.param(BROKE, ["96240", "95100"], "", False, id="a high well below the level"),
        pytest.param(OI, ["61.2B", "61.0B", "61200B"], "right", False, id="a slip by a thousand"),
        pytest.param(OI, ["61.2B", "61.2M"], "", False, id="a slip downwards squashes nothing"),
        pytest.param(BROKE, ["96240", "96231", "9624"], "left", False, id="one that does"),
        pytest.param(BROKE, ["96240", "96231", "9624", "962400"], "both", False, id="slips both ways"),
        pytest.param(OI, ["61200B"], "", True, id="only a slip"),
        pytest.param(OI, ["61200B", "60900B", "61B"], "", True, id="more beyond than near"),
        pytest.param(OI, ["61200B", "60900B", "0"], "left", True, id="zero has no logarithm"),
        pytest.param(claim("price_break", "broke_above", "106000"), ["96240", "96231"], "", False, id="all far below"),
        pytest.param(claim("price", "over", "0.01"), ["96240", "96231"], "", True, id="far above a tiny bound"),
        pytest.param(claim("price_change", "down", "3.0"), ["-3.1", "-3100", "-2.9"], "left", False, id="negative"),
        pytest.param(claim("price_change", "down", "3.0"), ["3100", "3000"], "", False, id="signs that differ"),
        pytest.param(claim("supply_cap", "equals", "22M"), ["22M", "22M", "21M"], "left", False, id="a tiny region"),
    ],
)
def test_the_line_is_broken_or_logarithmic_only_where_it_must_be(
    assertion: Assertion, seen: list[str], cut: str, logarithmic: bool
) -> None:
    scale = drawn(assertion, *map(figure, seen)).scale
    sides = {(False, False): "", (True, False): "left", (False, True): "right", (True, True): "both"}
    assert (sides[scale.is_cut_left, scale.is_cut_right], scale.logarithmic) == (cut, logarithmic)


def test_a_slip_of_the_unit_stands_beyond_the_break_and_squashes_nothing() -> None:
    line = drawn(OI, figure("61.2B"), figure("61.0B"), figure("61200B"))
    assert line.region.width > 30
    assert places(line)[2] == 100 - GUTTER / 2
    assert [row.is_off for row in line.rows] == [False, False, True]
    assert line.cuts == [100 - GUTTER]


def test_a_region_that_is_tiny_beside_the_range_is_what_is_drawn() -> None:
    line = drawn(claim("supply_cap", "equals", "22M"), figure("22M"), figure("22000100"), figure("20999999.9769"))
    assert line.region.width > 30
    assert places(line)[2] == GUTTER / 2


def test_figures_nearer_than_a_pixel_on_the_whole_stay_apart() -> None:
    """30 dollars of 96,000 on a line that began at zero would be a fifth of a pixel."""
    left, right = places(drawn(BROKE, figure("96201"), figure("96231")))
    assert right - left > 5


def test_a_line_begins_at_zero_where_zero_is_near() -> None:
    line = drawn(claim("liquidations", "about", "458M"), figure("458.1M"), figure("61M", Kind.FLOOR, "inconclusive"))
    assert line.scale.low == 0


def test_one_figure_that_is_all_there_is_has_a_line() -> None:
    scale = scale_for(Region(Decimal(0), None, Decimal(0)), [Decimal(0)], [[Decimal(0)]])
    assert scale.low < 0 < scale.high
    assert scale.at(Decimal(0)) == 50


MANY = st.lists(
    st.decimals(min_value="1e-9", max_value="1e13", allow_nan=False, allow_infinity=False, places=10),
    min_size=1,
    max_size=12,
)
BOUNDED = ["equals", "about", "over", "under"]


@given(value=st.decimals(min_value="1e-8", max_value="1e12", places=9), seen=MANY, comparator=st.sampled_from(BOUNDED))
def test_what_supports_is_drawn_inside_the_band_and_what_contradicts_outside(
    value: Decimal, seen: list[Decimal], comparator: str
) -> None:
    assume(value > 0)
    assertion = claim("open_interest", comparator, str(value))
    region = region_of(assertion)
    line = drawn(assertion, *(Seen(one, one, one, Kind.EXACT, "") for one in seen))
    for one, x in zip(seen, places(line), strict=True):
        stance = stance_of(Observation(one, one, one, Kind.EXACT), region)
        if stance is Stance.SUPPORTS:
            assert line.region.x - 0.01 <= x <= line.region.end + 0.01
        elif stance is Stance.CONTRADICTS:
            assert not line.region.x + 0.01 < x < line.region.end - 0.01
            assert not any(guard.x + 0.01 < x < guard.end - 0.01 for guard in line.guards)


@given(seen=MANY, comparator=st.sampled_from(BOUNDED))
def test_nothing_leaves_the_drawing_and_the_order_stays(seen: list[Decimal], comparator: str) -> None:
    line = drawn(claim("open_interest", comparator, "61000"), *(Seen(one, one, one, Kind.EXACT, "") for one in seen))
    bands = [line.region, *line.guards]
    assert all(0 <= x <= 100 for x in [*places(line), *line.claimed, *(tick.at for tick in line.ticks)])
    assert all(band.x >= 0 and band.end <= 100.001 for band in bands)
    ordered = [x for _, x in sorted(zip(seen, places(line), strict=True))]
    assert ordered == sorted(ordered)


@given(
    seen=st.lists(st.integers(1, 10**6).map(Decimal), min_size=1, max_size=8),
    power=st.integers(-20, 20),
)
def test_another_unit_gives_the_same_picture(seen: list[Decimal], power: int) -> None:
    """Everything times a power of ten: the region as well, so nothing moves."""
    region, claimed = Region(Decimal(900), Decimal(1100), Decimal(100)), Decimal(1000)
    factor = Decimal(10) ** power
    scaled = Region(Decimal(900) * factor, Decimal(1100) * factor, Decimal(100) * factor)
    plain = scale_for(region, [claimed], [[one] for one in seen])
    other = scale_for(scaled, [claimed * factor], [[one * factor] for one in seen])
    assert [plain.at(one) for one in seen] == pytest.approx([other.at(one * factor) for one in seen], abs=1e-6)


def test_figures_beyond_what_a_float_holds_are_drawn() -> None:
    huge = [[Decimal("1E+39")], [Decimal("3E+39")], [Decimal("9E+39")]]
    scale = scale_for(Region(Decimal(2), Decimal(4), Decimal(1)), [Decimal(3)], huge)
    assert scale.logarithmic
    assert [round(scale.at(one[0]), 3) for one in huge] == sorted(round(scale.at(one[0]), 3) for one in huge)


# The ticks


@pytest.mark.parametrize(
    ("low", "high", "unit", "labels"),
    [
        ("95890", "96230", "USD", ["$95.9k", "$95.95k", "$96k", "$96.05k", "$96.1k", "$96.15k", "$96.2k"]),
        ("0", "645000000", "USD", ["$0", "$100M", "$200M", "$300M", "$400M", "$500M", "$600M"]),
        ("54.6E+9", "67.4E+9", "USD", ["$56B", "$58B", "$60B", "$62B", "$64B", "$66B"]),
        ("1.81E+12", "1.94E+12", "USD", ["$1.82T", "$1.84T", "$1.86T", "$1.88T", "$1.9T", "$1.92T", "$1.94T"]),
        ("-3.9", "3.4", "percent", ["−2%", "0%", "2%"]),
        ("53100", "53700", "points", ["53,100", "53,200", "53,300", "53,400", "53,500", "53,600", "53,700"]),
        ("20997900", "21002100", "coins", ["20.998M", "20.999M", "21M", "21.001M", "21.002M"]),
        ("20999999.9", "21000000.1", "coins", ["20,999,999.9", "20,999,999.95", "21,000,000", "21,000,000.05"]),
        ("0.0000000097", "0.0000000107", "USD", ["$0.0000000098", "$0.00000001", "$0.0000000102", "$0.0000000104"]),
    ],
)
def test_ticks_are_round_and_short(low: str, high: str, unit: str, labels: list[str]) -> None:
    found = [tick.label for tick in ticks_of(Scale(Decimal(low), Decimal(high)), unit)]
    assert found[: len(labels)] == labels
    assert len(set(found)) == len(found) <= MOST + 1


@pytest.mark.parametrize(
    ("low", "high", "labels", "majors"),
    [
        ("0.009", "110000", ["$0.01", "$1", "$100", "$10k"], 4),
        ("0.9", "1100000", ["$1", "$10", "$100", "$1,000", "$10k", "$100k", "$1M"], 4),
        ("0.9E+9", "220E+9", ["$1B", "$3B", "$10B", "$30B", "$100B"], 3),
    ],
)
def test_logarithmic_ticks_are_powers_of_ten(low: str, high: str, labels: list[str], majors: int) -> None:
    ticks = ticks_of(Scale(Decimal(low), Decimal(high), logarithmic=True), "USD")
    assert [tick.label for tick in ticks] == labels
    assert sum(not tick.minor for tick in ticks) == majors


@given(
    low=st.decimals(min_value="-1e12", max_value="1e12", places=6),
    span=st.decimals(min_value="1e-6", max_value="1e12", places=6),
)
def test_ticks_never_repeat_a_label_and_are_never_many(low: Decimal, span: Decimal) -> None:
    scale = Scale(low, low + span)
    ticks = ticks_of(scale, "USD")
    assert 2 <= len(ticks) <= MOST + 1
    assert len({tick.label for tick in ticks}) == len(ticks)
    assert all(one.at < other.at for one, other in pairwise(ticks))
    assert sum(not tick.minor for tick in ticks) <= MOST // 2 + 2


def test_a_label_has_the_sign_before_the_currency() -> None:
    assert label(Decimal("-2.5E+9"), Decimal("5E+8"), "USD", Decimal("5E+9")) == "−$2.5B"


# The rows


def test_floors_and_ceilings_lead_to_the_edges() -> None:
    line = drawn(OI, figure("40B", Kind.FLOOR, "inconclusive"), figure("90B", Kind.CEILING, "inconclusive"))
    assert [(row.marks[0].arrow, row.marks[0].arrow_x) for row in line.rows] == [("right", 100), ("left", 0)]


def test_an_interval_is_drawn_where_it_is_wider_than_its_mark() -> None:
    wide, narrow = drawn(OI, figure("61B", apart="2B"), figure("61B", apart="1M")).rows
    assert wide.marks[0].span is not None
    assert wide.marks[0].span[0] < wide.marks[0].x < wide.marks[0].span[1]
    assert narrow.marks[0].span is None


def test_an_open_region_leads_to_the_edge_and_a_closed_one_has_two_guard_bands() -> None:
    above = drawn(BROKE, figure("96240"))
    assert (above.region.end, len(above.guards), above.edges) == (100, 1, [above.region.x])
    assert above.guards[0].end == pytest.approx(above.region.x, abs=0.01)
    both = drawn(OI, figure("61B"))
    assert len(both.guards) == len(both.edges) == 2


def test_what_supports_from_beyond_a_break_still_lies_in_the_band() -> None:
    falls = claim("price_break", "broke_below", "90000", extreme="low")
    line = drawn(falls, figure("89990"), figure("90010"), figure("9000"))
    assert (line.cuts, line.region.x) == ([GUTTER], 0)
    assert line.region.x < places(line)[2] < GUTTER


def test_members_that_say_the_same_are_drawn_above_each_other() -> None:
    marks = drawn_row([figure("61B"), figure("61B"), figure("61.001B"), figure("64B")])
    assert len({(mark.x, mark.y) for mark in marks}) == 4
    assert len({mark.y for mark in marks[:3]}) == 3


def drawn_row(seen: list[Seen], **more: bool) -> list:  # type: ignore[type-arg]
    line = line_of(region_of(OI), [amount("61B")], [Row("one voice", seen, "supports", **more)], None, "USD")
    assert line is not None
    return list(line.rows[0].marks)


def test_a_lone_mark_stands_in_the_middle_of_its_row() -> None:
    assert [mark.y for mark in stacked([*drawn_row([figure("61B")])])] == [0]


def test_a_voice_at_odds_is_tied_together() -> None:
    seen = [figure("61B"), figure("55B", look="contradicts")]
    line = line_of(region_of(OI), [amount("61B")], [Row("A", seen, "split", is_split=True)], None, "USD")
    assert line is not None
    assert line.rows[0].tie is not None
    assert line.rows[0].tie.ends == tuple(mark.x for mark in line.rows[0].marks)


def test_who_counts_for_nobody_stands_below_a_heading() -> None:
    rows = [Row("A", [figure("61B")], "supports"), Row("B", [figure("61B")], "discounted", counts=False)]
    line = line_of(region_of(OI), [amount("61B")], rows, None, "USD")
    assert line is not None
    assert line.title_y is not None
    assert line.rows[0].y < line.title_y < line.rows[1].y


def test_sixty_voices_share_a_row_beyond_the_first_and_all_are_drawn() -> None:
    many = [Row(f"voice {number}", [figure(f"61.{number:02}B")], "supports") for number in range(60)]
    line = line_of(region_of(OI), [amount("61B")], [*many, Row("no", [figure("50B")], "contradicts")], None, "USD")
    assert line is not None
    assert len(line.rows) == MOST_ROWS + 1
    assert line.rows[MOST_ROWS - 1].row.name == "47 more voices"
    assert sum(len(row.marks) for row in line.rows) == 61
    assert line.height < (MOST_ROWS + 4) * PITCH


def test_without_figures_nothing_is_drawn() -> None:
    assert line_of(region_of(OI), [amount("61B")], [], None, "USD") is None


def test_the_agreed_interval_is_marked_where_it_lies() -> None:
    rows = [Row("A", [figure("60B")], "supports"), Row("B", [figure("62B")], "supports")]
    line = line_of(region_of(OI), [amount("61B")], rows, (amount("60B"), amount("62B")), "USD")
    assert line is not None
    assert line.agreed is not None
    assert line.agreed.ends == pytest.approx([row.marks[0].x for row in line.rows], abs=0.01)


@pytest.mark.parametrize(
    ("answered", "supporting", "contradicting", "words"),
    [
        (2, 2, 0, "agreed on"),
        (3, 2, 1, "those for it say"),
        (2, 0, 2, "agreed on"),
        (2, 1, 0, "one voice says"),
        (1, 0, 1, "one voice says"),
        (2, 0, 0, "agreed on"),
    ],
)
def test_the_consensus_is_said_to_be_of_those_it_is_of(
    answered: int, supporting: int, contradicting: int, words: str
) -> None:
    row = Verdict(answered=answered, supporting_voices=supporting, contradicting_voices=contradicting)
    assert lead(row) == words
