"""The oracles against figures worked out by hand from the published formulas, and against their own claims."""

from __future__ import annotations

import math
from random import Random

import pytest

from tests.claims.truth_oracles import accu, accucopy, counting, truthfinder
from tests.claims.truth_oracles.accucopy import Overlap
from tests.claims.truth_oracles.ballots import Attr, Ballot, Decision, Row, Side, ballots_of

LABEL = {"label": Attr()}
NUMBER = {"number": Attr("number", tol_rel=0.01)}


def ballot(*sides: tuple[float | str, str], attr: str = "label") -> Ballot:
    """ballot(("x", "abc"), ("y", "d")): sources a, b and c say x, d says y."""
    return Ballot("i", attr, tuple(Side(value, tuple(sources)) for value, sources in sides))


def test_the_vote_takes_the_largest_side_and_its_share() -> None:
    decided = counting.vote([ballot(("x", "abc"), ("y", "d"))])["i"]
    assert (decided.value, decided.confidence, decided.sources) == ("x", 0.75, ("a", "b", "c"))


def test_the_median_is_the_side_of_the_middle_voter() -> None:
    numbers = ballot((300.0, "ab"), (100.0, "c"), (200.0, "d"), (50.0, "e"), attr="number")
    assert counting.vote([numbers])["i"].value == 300.0
    assert counting.median([numbers])["i"].value == 200.0


def test_categories_have_no_median() -> None:
    assert counting.median([ballot(("x", "ab"), ("a", "c"))])["i"].value == "x"


def test_truthfinder_confidence_by_hand() -> None:
    """tau(.9) = -ln .1; two against one: sigma* = 2 tau - .5 * .5 tau = 1.75 tau; s = 1 / (1 + exp(-.3 sigma*))."""
    trust = dict.fromkeys("abc", 0.9)
    case = ballot(("x", "ab"), ("y", "c"))
    table = truthfinder.implication_table(Attr(), case.sides)
    tau = -math.log(0.1)
    for_x, for_y = truthfinder.confidence(case, trust, table)
    assert for_x == pytest.approx(1 / (1 + math.exp(-0.3 * 1.75 * tau)))
    assert for_y == pytest.approx(1 / (1 + math.exp(-0.3 * 0.5 * tau)))


def test_truthfinder_trust_is_the_mean_confidence_of_what_a_source_says() -> None:
    cases = [ballot(("x", "a"), ("y", "b")), ballot(("x", "ab"))]
    assert truthfinder.trust_from(cases, [[0.9, 0.5], [0.7]]) == pytest.approx({"a": 0.8, "b": 0.6})


def test_accu_posterior_by_hand() -> None:
    """A = .8, n = 100: a vote weighs ln 400, so 2 against 1 among 101 values is 400^2 / (400^2 + 400 + 99)."""
    case = ballot(("x", "ab"), ("y", "c"))
    accuracy = {(source, "label"): 0.8 for source in "abc"}
    assert accu.posterior(accu.counts(case, accuracy))[0] == pytest.approx(160000 / (160000 + 400 + 99))


def test_accu_believes_one_good_source_against_two_bad_ones() -> None:
    case = ballot(("x", "a"), ("y", "bc"))
    accuracy = {("a", "label"): 0.99, ("b", "label"): 0.3, ("c", "label"): 0.05}
    assert accu.posterior(accu.counts(case, accuracy))[0] > 0.5


def test_popaccu_by_hand() -> None:
    """x right: .8^2 (.2 * 1); y right: .8 (.2 * 1)^2: 4 to 1, the wrong ones all saying the one popular thing."""
    case = ballot(("x", "ab"), ("y", "c"))
    accuracy = {(source, "label"): 0.8 for source in "abc"}
    assert accu.popular(case, accuracy) == pytest.approx([0.8, 0.2])


def test_similar_numbers_speak_for_each_other_and_texts_do_not() -> None:
    close = [Row("i", "number", s, v) for s, v in zip("abcde", (100.0, 100.0, 101.5, 250.0, 250.0), strict=True)]
    assert accu.accusim(ballots_of(close, NUMBER), NUMBER)["i"].value == 100.0
    assert truthfinder.similarity(Attr(), "x", "xx") == 0


@pytest.mark.parametrize(
    ("seen", "more"), [(Overlap(50, 0, 0), 0.0), (Overlap(50, 5, 0), 0.99), (Overlap(50, 0, 20), -0.01)]
)
def test_shared_wrong_values_give_copiers_away_and_differences_clear_them(seen: Overlap, more: float) -> None:
    one, other = accucopy.directions(seen, 0.8, 0.8)
    assert one == pytest.approx(other)
    assert one + other > 0.99 if more > 0.5 else one + other < 1
    assert one + other < 0.01 if more < 0 else True


def test_dependence_by_hand() -> None:
    """Equation 8 of the paper: with equal accuracies 1 - e, both directions together have
    1 / (1 + (1-a)/a ((1-e)/(1-e+ce))^kt (e/(cn+e-ce))^kf (1/(1-c))^kd)."""
    e, c, n, a = 0.2, 0.8, 100, 0.2
    kt, kf, kd = 7, 1, 2
    odds = (1 - a) / a * ((1 - e) / (1 - e + c * e)) ** kt * (e / (c * n + e - c * e)) ** kf * (1 / (1 - c)) ** kd
    assert sum(accucopy.directions(Overlap(kt, kf, kd), 1 - e, 1 - e)) == pytest.approx(1 / (1 + odds))


def test_the_better_of_two_is_the_original_when_they_share_the_truth() -> None:
    copies_better, copied_by_worse = accucopy.directions(Overlap(200, 2, 3), 0.6, 0.95)
    assert copies_better > copied_by_worse


def test_a_copied_vote_counts_as_far_as_it_may_be_independent() -> None:
    copies = {(x, y): 0.0 for x in "abc" for y in "abc" if x != y} | {("b", "a"): 0.5, ("a", "b"): 0.5}
    parts = dict(accucopy.independent_parts("abc", copies))
    assert parts["c"] == 1.0
    assert sorted((parts["a"], parts["b"])) == pytest.approx([1 - 0.8 * 0.5, 1.0])


def copied_table(copies: int) -> tuple[list[Ballot], dict[str, str]]:
    """Six sources with errors of their own, and a worse one with copies."""
    rng, rows, truth = Random(7), [], {}
    for number in range(400):
        item = f"i{number}"
        truth[item] = f"v{rng.randrange(50)}"
        bad = truth[item] if rng.random() < 0.6 else f"v{rng.randrange(50)}"
        rows += [Row(item, "label", f"bad{copy}", bad) for copy in range(copies + 1)]
        for good in range(6):
            said = truth[item] if rng.random() < 0.8 else f"v{rng.randrange(50)}"
            rows.append(Row(item, "label", f"good{good}", said))
    return ballots_of(rows, LABEL), truth


def share_right(decided: dict[str, Decision], truth: dict[str, str]) -> float:
    return sum(decided[item].value == value for item, value in truth.items()) / len(truth)


def test_accucopy_sees_through_copies_of_a_bad_source_and_the_vote_does_not() -> None:
    ballots, truth = copied_table(copies=3)
    decided, copies = accucopy.with_dependence(ballots)
    assert share_right(decided, truth) > 0.98
    assert share_right(counting.vote(ballots), truth) < 0.93
    assert all(copies[f"bad{a}", f"bad{b}"] + copies[f"bad{b}", f"bad{a}"] > 0.99 for a in range(4) for b in range(a))
    assert all(copies[f"good{a}", f"good{b}"] < 0.01 for a in range(6) for b in range(6) if a != b)


def test_where_most_are_copies_accucopy_believes_them_as_the_vote_it_starts_from_does() -> None:
    """Not a wish but what the published method does: to it the others are those who share "wrong" values."""
    ballots, truth = copied_table(copies=7)
    assert share_right(accucopy.accucopy(ballots), truth) < 0.7
