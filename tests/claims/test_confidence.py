"""How sure a ruling is: one accuracy for each voice, the best-believed member's, and never a status."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.confidence import Believed, Sides, belief_in, in_hundredths, sides_of
from claims.reliability import DEFAULT_CALIBRATION
from claims.types import Ruling
from tests.claims.evidence import claim, gives, judge, source

D = Decimal
OPEN_INTEREST = claim("open_interest", "about", "61B")


def believed(**accuracies: str) -> dict[str, Believed]:
    return {name: Believed(name, D(accuracy), 3, 1) for name, accuracy in accuracies.items()}


def ruling(*values: str, **lineage: dict[str, str]) -> Ruling:
    """A, B, C … give these figures."""
    answers = [gives("ABCDEFGH"[number], value) for number, value in enumerate(values)]
    return judge(OPEN_INTEREST, answers, *(source(name.upper(), **facts) for name, facts in lineage.items()))


def sure(found: Ruling, *, authorities: frozenset[str] = frozenset(), **accuracies: str) -> Decimal | None:
    return belief_in(found, believed(**accuracies).values(), authorities, DEFAULT_CALIBRATION).confidence


def test_each_voice_speaks_with_its_best_believed_member() -> None:
    found = ruling("61.1B", "61.2B", a={"owner": "House"}, b={"owner": "House"})
    sides = sides_of(found, believed(a="0.7", b="0.9"))
    assert [one.source for one in sides.supporting] == ["b"]


def test_the_sides_are_those_of_the_ruling() -> None:
    sides = sides_of(ruling("61.1B", "61.2B", "90B"), believed(a="0.7", b="0.9", c="0.8"))
    assert {one.source for one in sides.supporting} == {"a", "b"}
    assert {one.source for one in sides.contradicting} == {"c"}


def test_a_figure_that_may_not_vote_lends_no_confidence() -> None:
    found = ruling("61.1B", "61.2B", "61100B")  # the last is a slip of its unit
    assert len(sides_of(found, believed(a="0.8", b="0.8", c="0.8")).contradicting) == 0


def test_a_split_voice_stands_on_neither_side() -> None:
    found = ruling("61.1B", "90B", "61.2B", a={"owner": "House"}, b={"owner": "House"})
    sides = sides_of(found, believed(a="0.8", b="0.8", c="0.8"))
    assert [one.source for one in sides.supporting] == ["c"]
    assert not sides.contradicting


def test_an_authority_on_its_own_figure_is_nearly_certain_whatever_its_record() -> None:
    found = ruling("61.1B")
    sides = sides_of(found, believed(a="0.5"), frozenset({"a"}))
    assert (sides.supporting[0].accuracy, sides.supporting[0].is_authority) == (D("0.99"), True)


def test_nobody_decided_is_no_confidence_and_only_contradiction_is_none_to_speak_of() -> None:
    assert sure(ruling(), a="0.8") is None
    assert sure(ruling("90B"), a="0.8") == D("0.0001")


def test_nothing_is_believed_in_a_hearing_that_kept_no_beliefs() -> None:
    found = belief_in(ruling("61.1B"), (), (), DEFAULT_CALIBRATION)
    assert (found.confidence, found.calibration) == (None, "")


def test_a_confidence_names_its_calibration() -> None:
    found = belief_in(ruling("61.1B"), believed(a="0.8").values(), (), DEFAULT_CALIBRATION)
    assert found.calibration == DEFAULT_CALIBRATION.version


accuracy = st.decimals("0.05", "0.99", places=4)


@given(low=accuracy, high=accuracy, other=accuracy)
def test_a_better_record_of_a_supporter_never_lowers_and_of_a_contradicter_never_raises(
    low: D, high: D, other: D
) -> None:
    low, high = sorted((low, high))
    found = ruling("61.1B", "61.2B", "90B")
    for name in ("a", "c"):
        worse, better = (
            sure(found, **({"a": str(other), "b": str(other), "c": str(other)} | {name: str(one)}))
            for one in (low, high)
        )
        assert worse is not None
        assert better is not None
        assert worse <= better if name == "a" else worse >= better


@pytest.mark.parametrize(("exact", "shown"), [("0.9999", "0.99"), ("0.0001", "0.01"), ("0.9712", "0.97")])
def test_nothing_is_shown_as_certain(exact: str, shown: str) -> None:
    assert in_hundredths(D(exact)) == D(shown)


def test_what_a_verdict_keeps_reads_back_as_it_was() -> None:
    sides = sides_of(ruling("61.1B", "90B"), believed(a="0.7312", b="0.9"), frozenset({"a"}))
    assert Sides.read(sides.stored()) == sides
    assert Sides.read({}) == Sides((), ())
