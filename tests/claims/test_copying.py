"""Shared errors give copiers away; shared truth does not. One suspicious pair chains nobody."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from claims.copying import Alike, Meeting, Sighting, grouped, in_words, log_odds, probability, suspicions

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def history(
    sources: dict[str, float], copies: dict[str, str], items: int, seed: int, rate: float = 0.9
) -> list[Sighting]:
    """sources: name -> accuracy; copies: copier -> whom. Wrong figures are one of five; a copier is a minute late."""
    chance, found = random.Random(seed), []
    for item in range(items):
        said: dict[str, Decimal] = {}
        for name, accuracy in sources.items():
            truth, copied = Decimal(1000 + item), name in copies and chance.random() < rate
            own = truth if chance.random() < accuracy else truth + 50 * chance.randint(1, 5)
            said[name] = said[copies[name]] if copied else own
            at = NOON + timedelta(hours=item, minutes=int(name in copies))
            found.append(Sighting(str(item), name, said[name], at, truth, Decimal(5), truth - 50))
    return found


FIVE = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.95, "e": 0.6}


def pairs(sightings: list[Sighting]) -> set[tuple[str, str]]:
    return {(found.one, found.other) for found in suspicions(sightings)}


@pytest.mark.parametrize("seed", range(5))
def test_independent_sources_are_not_suspected(seed: int) -> None:
    assert pairs(history(FIVE, {}, 400, seed)) == set()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("copied", ["a", "b", "e"])
def test_a_copier_is_found_whoever_it_copies(seed: int, copied: str) -> None:
    assert pairs(history(FIVE | {"x": 0.8}, {"x": copied}, 400, seed)) == {(copied, "x")}


def test_two_that_are_always_right_share_only_the_truth() -> None:
    assert pairs(history({"a": 1, "b": 1, "c": 1}, {"b": "a"}, 1000, 1)) == set()


def test_the_evidence_is_counted_and_told() -> None:
    found = suspicions(history(FIVE | {"x": 0.8}, {"x": "c"}, 400, 7))[0]
    assert (found.one, found.other, found.items, found.direction) == ("c", "x", 400, "one")
    assert found.lag == timedelta(minutes=1)
    assert found.probability > 0.99
    assert 80 < found.shared_errors < 140
    assert found.shared_stale == 0
    assert in_words(found) == (
        f"c and x gave the same wrong figure on {found.shared_errors} of the 400 items both reported.",
        "x follows c, 60 seconds later in the middle.",
    )


def test_shared_staleness_is_counted_and_weighs_less_than_other_errors() -> None:
    def stuck(name: str, every: int, shift: int) -> list[Sighting]:
        values = [Decimal(100 * item) for item in range(200)]
        behind = [item % every == 0 and item > 0 for item in range(200)]
        return [
            Sighting(str(item), name, value - (100 * behind[item] and shift), None, value, Decimal(1), value - 100)
            for item, value in enumerate(values)
        ]

    stale = suspicions([*stuck("a", 5, 100), *stuck("b", 5, 100), *stuck("c", 7, 100), *stuck("d", 9, 100)])
    other = suspicions([*stuck("a", 5, 300), *stuck("b", 5, 300), *stuck("c", 7, 200), *stuck("d", 9, 400)])
    assert [(found.one, found.other, found.shared_stale) for found in stale] == [("a", "b", 39)]
    assert [(found.one, found.other, found.shared_stale) for found in other] == [("a", "b", 0)]
    assert "repeated what had been true the moment before" in " ".join(in_words(stale[0]))


def noisy(groups: dict[str, int], items: int, seed: int) -> list[Sighting]:
    """Right figures whose last digits are noise: one draw for each group number."""
    chance, found = random.Random(seed), []
    for item in range(items):
        draws = {group: Decimal(chance.randint(-400, 400)) / 100 for group in sorted(set(groups.values()))}
        found += [
            Sighting(str(item), name, 1000 + draws[group], None, Decimal(1000), Decimal(5))
            for name, group in groups.items()
        ]
    return found


def test_exact_agreement_on_noisy_figures_is_evidence() -> None:
    found = suspicions(noisy({"a": 1, "b": 1, "c": 2, "d": 3, "e": 4}, 100, 1))
    assert [(one.one, one.other, one.shared_errors) for one in found] == [("a", "b", 0)]
    assert found[0].exact_agreement == pytest.approx(100, abs=2)
    assert 0.5 < found[0].probability < 0.95  # last digits alone never prove it


def test_where_everybody_agrees_to_the_last_digit_that_says_nothing() -> None:
    assert suspicions(noisy({"a": 1, "b": 1, "c": 1, "d": 1}, 100, 1)) == ()


def test_without_a_consensus_only_exact_agreement_is_read() -> None:
    known = noisy({"a": 1, "b": 1, "c": 2, "d": 3}, 100, 1)
    unknown = [Sighting(one.item, one.source, one.value, one.at) for one in known]
    assert [(found.one, found.other, found.shared_errors) for found in suspicions(unknown)] == [("a", "b", 0)]


def test_the_order_of_sightings_does_not_matter_and_the_latest_of_a_source_counts() -> None:
    sightings = history(FIVE | {"x": 0.8}, {"x": "c"}, 200, 3)
    shuffled = random.Random(1).sample(sightings, len(sightings))
    early = [Sighting("0", "c", Decimal(1), NOON - timedelta(days=1), Decimal(1000), Decimal(5))]
    assert suspicions(sightings) == suspicions(shuffled) == suspicions([*shuffled, *early])


def test_renaming_renames_and_nothing_else() -> None:
    sightings = history(FIVE | {"x": 0.8}, {"x": "c"}, 200, 3)
    renamed = [
        Sighting(one.item, "source-" + one.source, one.value, one.at, one.consensus, one.tolerance, one.previous)
        for one in sightings
    ]
    before, after = suspicions(sightings), suspicions(renamed)
    assert [("source-" + one.one, one.probability) for one in before] == [(one.one, one.probability) for one in after]


@pytest.mark.parametrize("sightings", [[], [Sighting("1", "a", Decimal(1))]])
def test_nothing_to_compare_suspects_nobody(sightings: list[Sighting]) -> None:
    assert suspicions(sightings) == ()


def test_text_is_compared_as_text() -> None:
    gates = [Sighting(str(item), name, f"B{item}", None, f"A{item}") for item in range(30) for name in ("a", "b")]
    others = [Sighting(str(item), name, f"A{item}", None, f"A{item}") for item in range(30) for name in ("c", "d")]
    assert pairs(gates + others) == {("a", "b")}


def test_more_shared_errors_raise_the_odds_and_more_differences_lower_them() -> None:
    def odds(same: int, apart: int) -> float:
        return log_odds([Meeting((Alike(same, 0.1),), apart)])

    assert odds(0, 0) < 0
    assert odds(5, 0) < odds(10, 0) < odds(20, 0)
    assert odds(10, 10) > odds(10, 30) > odds(10, 90)
    assert probability(odds(20, 0)) > 0.99 > 0.01 > probability(odds(2, 40))


def test_errors_that_everybody_shares_are_no_evidence() -> None:
    assert log_odds([Meeting((Alike(90, 0.9),), 10)]) < 2 < log_odds([Meeting((Alike(90, 0.3),), 10)])


def test_a_group_forms_where_all_pairs_hold_and_one_pair_chains_nobody() -> None:
    strong, against = 20.0, -20.0
    clique = {("a", "b"): strong, ("a", "c"): strong, ("b", "c"): strong}
    assert grouped("abcd", clique) == (("a", "b", "c"), ("d",))
    chain = {("a", "b"): strong, ("b", "c"): strong - 1, ("a", "c"): against}
    assert grouped("abc", chain) == (("a", "b"), ("c",))


def test_pairs_that_never_met_count_with_the_prior() -> None:
    assert grouped("abc", {("a", "b"): 20.0, ("b", "c"): 19.0}) == (("a", "b", "c"),)
    assert grouped("abcd", {("a", "b"): 20.0, ("c", "d"): 20.0, ("b", "c"): 5.0}) == (("a", "b"), ("c", "d"))
