"""What the rules make of all answers: every worked example of docs/verdicts.md, then each rule by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from claims.policy import POLICY, VERSION, Policy
from claims.telling import explain
from claims.types import Answer, Assertion, Gap, Outcome, Ruling, Status
from claims.verdict import covering_gap, rule
from sources.types import SourceFacts
from tests.claims.evidence import (
    END,
    HOUR,
    at_least,
    at_most,
    claim,
    gives,
    judge,
    silent,
    source,
)

VERIFIED = (Outcome.SUPPORTED, Status.VERIFIED)
SINGLE = (Outcome.SUPPORTED, Status.SINGLE_SOURCE)
CONFLICTING = (Outcome.CONFLICTING, Status.RUMOR)
REFUTED = (Outcome.REFUTED, Status.RUMOR)
DOUBTED = (Outcome.DOUBTED, Status.RUMOR)
INSUFFICIENT = (Outcome.INSUFFICIENT, Status.RUMOR)
NO_AUTHORITY = (Outcome.NO_AUTHORITY, Status.RUMOR)
INCOMPLETE = (Outcome.INCOMPLETE, Status.PENDING)
TOO_EARLY = (Outcome.TOO_EARLY, Status.PENDING)

BROKE = claim("price_break", "broke_above", "96000")
OI = claim("open_interest", "equals", "61B")
SHORTS = claim("liquidations", "about", "419M", side="short", span=HOUR)
TOTAL = claim("liquidations", "about", "40M", span=HOUR)
ZONE = claim("position_concentration", "about", "7B")
RECORD = claim("index_record", "record_high", subject="NIKKEI225")
CAP = claim("supply_cap", "equals", "21M")

THROTTLED = {"liquidations": "reads throttled exchange streams"}
GLASS = source("CoinGlass", defects=THROTTLED)
LYZE = source("Coinalyze", defects=THROTTLED)
COPY = source("Copycat", republishes=("coinglass",))
NIKKEI = source("Nikkei", authority=frozenset({"index_record:NIKKEI225"}))
FRED = source("FRED", republishes=("nikkei",))
YAHOO = source("Yahoo", republishes=("nikkei",))
RULES = source("Bitcoin protocol", authority=frozenset({"supply_cap:BTC"}))


def verdict(ruling: Ruling) -> tuple[Outcome, Status]:
    return ruling.outcome, ruling.status


@dataclass(frozen=True)
class Row:
    """One worked example: what was said, and what must come out. words: in the reason, lower case."""

    name: str
    claim: Assertion
    answers: list[Answer]
    expected: tuple[Outcome, Status]
    facts: list[SourceFacts] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    words: tuple[str, ...] = ()
    voices: tuple[int, int] | None = None


def highs(*figures: str) -> list[Answer]:
    return [gives(name, figure) for name, figure in zip("ABCDEFGH", figures, strict=False)]


WORKED = [
    Row("three exchanges above the level", BROKE, highs("96240", "96231", "96198"), VERIFIED, voices=(3, 0)),
    Row("one above, one within the guard band", BROKE, highs("96010", "95920"), SINGLE, voices=(1, 0)),
    Row("one above, two well below", BROKE, highs("96010", "95100", "95090"), CONFLICTING, voices=(1, 2)),
    Row("three against one", BROKE, highs("96210", "96205", "96190", "95100"), CONFLICTING, voices=(3, 1)),
    Row(
        "four against one",
        BROKE,
        highs("96210", "96205", "96190", "95100", "96198"),
        VERIFIED,
        words=("d saw no price above $95,100",),
        voices=(4, 1),
    ),
    Row(
        "a unit apart, only two voices",
        OI,
        [gives("A", "61.2B"), gives("B", "61200B")],
        CONFLICTING,
        words=("differing by exactly 1000",),
        voices=(1, 1),
    ),
    Row(
        "a unit apart from two that agree",
        OI,
        [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B")],
        VERIFIED,
        voices=(2, 0),
    ),
    Row(
        "a level far above what was traded",
        claim("price_break", "broke_above", "106000"),
        highs("96240", "96231"),
        REFUTED,
        words=("saw no price above $96,240",),
        voices=(0, 2),
    ),
    Row(
        "one dashboard, everyone else without a key",
        SHORTS,
        [gives("CoinGlass", "419.2M"), silent("Coinalyze", "not_configured"), silent("CoinAnk", "not_configured")],
        SINGLE,
        [GLASS, LYZE],
        {"lower_bound"},
        ("only coinglass gives this figure ($419.2m)", "were not asked: no keys are set"),
    ),
    Row(
        "two dashboards of their own",
        SHORTS,
        [gives("CoinGlass", "419.2M"), gives("Coinalyze", "402M")],
        VERIFIED,
        [GLASS, LYZE],
        {"lower_bound"},
        voices=(2, 0),
    ),
    Row(
        "a dashboard and its copy",
        SHORTS,
        [gives("CoinGlass", "419.2M"), gives("Copycat", "419.2M")],
        SINGLE,
        [GLASS, COPY],
        {"lower_bound"},
        ("copycat counts as the same voice",),
        (1, 0),
    ),
    Row("the floor of one venue only", SHORTS, [at_least("A", "61M")], INSUFFICIENT, words=("a floor cannot confirm",)),
    Row("floors of two venues above the claim", TOTAL, [at_least("A", "61M"), at_least("B", "58M")], REFUTED),
    Row(
        "a ceiling, and no map configured",
        ZONE,
        [at_most("A", "61B"), silent("Map", "not_configured")],
        INSUFFICIENT,
        words=("no source that was asked maps these positions", "$61b is only a ceiling"),
    ),
    Row(
        "two ceilings below the claim",
        claim("position_concentration", "about", "700B"),
        [at_most("A", "61B"), at_most("B", "58B")],
        REFUTED,
    ),
    Row(
        "the owner of the index and two relays",
        RECORD,
        [gives("Nikkei", "209.67", "0.01"), gives("FRED", "209.67", "0.01"), gives("Yahoo", "209.67", "0.01")],
        VERIFIED,
        [NIKKEI, FRED, YAHOO],
        words=("nikkei, which sets this figure",),
        voices=(1, 0),
    ),
    Row(
        "two relays without the owner",
        RECORD,
        [silent("Nikkei", "unavailable"), gives("FRED", "209.67", "0.01"), gives("Yahoo", "209.67", "0.01")],
        SINGLE,
        [NIKKEI, FRED, YAHOO],
        words=("only fred has the close", "yahoo counts as the same voice", "nikkei did not answer"),
        voices=(1, 0),
    ),
    Row(
        "a protocol constant and two aggregators",
        CAP,
        [gives("Bitcoin protocol", "20999999.9769"), gives("Gecko", "21M"), gives("Paprika", "21M")],
        VERIFIED,
        [RULES],
        voices=(3, 0),
    ),
    Row(
        "every provider times out",
        SHORTS,
        [silent("A", "unavailable"), silent("B", "rate_limited")],
        INCOMPLETE,
        words=("none of the 2 sources asked has answered yet",),
    ),
]


@pytest.mark.parametrize("row", WORKED, ids=lambda row: row.name)
def test_worked_example(row: Row) -> None:
    ruling = judge(row.claim, row.answers, *row.facts)
    assert verdict(ruling) == row.expected
    assert row.flags <= set(ruling.flags)
    assert all(words in explain(ruling).reason.lower() for words in row.words), explain(ruling).reason
    assert row.voices in {None, (ruling.supporting, ruling.contradicting)}


def test_an_information_gap_leaves_no_authority_whatever_was_answered() -> None:
    gap = Gap("liquidations", "BTC", END - HOUR, None, {"side": "total"}, 86400, "venues publish no full stream")
    assertion = claim("liquidations", "equals", "623M")
    ruling = judge(assertion, [gives("A", "623M"), gives("B", "620M")], gaps=[gap])
    assert verdict(ruling) == NO_AUTHORITY
    assert explain(ruling).reason.endswith("venues publish no full stream.")


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({}, True),
        ({"metric": "price"}, False),
        ({"subject": "ETH"}, False),
        ({"qualifiers": {"side": "long"}}, False),
        ({"qualifiers": {}}, True),
        ({"window_seconds": 3600}, False),
        ({"window_seconds": None}, True),
        ({"since": END}, True),
        ({"since": END + HOUR}, False),
        ({"until": END}, True),
        ({"until": END - timedelta(seconds=1)}, False),
    ],
)
def test_a_gap_covers_its_own_metric_subject_scope_length_and_time(change: dict[str, object], covers: bool) -> None:
    fields = {
        "metric": "liquidations",
        "subject": "BTC",
        "since": END - HOUR,
        "until": None,
        "qualifiers": {"side": "total"},
        "window_seconds": 86400,
    }
    gap = Gap(**(fields | change))  # type: ignore[arg-type]
    assert (covering_gap(claim("liquidations", "equals", "623M"), [gap]) is gap) is covers


def test_nothing_is_decided_before_the_window_closes() -> None:
    gap = Gap("price_break", "BTC", END - HOUR, None)
    answers = highs("96240", "96231")
    assert verdict(judge(BROKE, answers, now=END - timedelta(seconds=1), gaps=[gap])) == TOO_EARLY
    assert verdict(judge(BROKE, answers, now=END)) == VERIFIED


SILENCES = [
    ([], INSUFFICIENT, "nobody was asked"),
    (
        [silent("A", "not_configured"), silent("B", "not_covered")],
        INSUFFICIENT,
        "nobody was asked: no key is set",
    ),
    ([silent("A", "no_data"), silent("B", "malformed")], INSUFFICIENT, "nobody gave a figure"),
    ([silent("A", "no_data"), silent("B", "unavailable")], INSUFFICIENT, "nobody gave a figure"),
    (
        [silent("A", "unavailable"), silent("B", "not_configured")],
        INCOMPLETE,
        "the only source asked, has not answered",
    ),
    ([silent("A", "unavailable"), gives("B", "95920")], INSUFFICIENT, "nothing found decides this"),
]


@pytest.mark.parametrize(("answers", "expected", "words"), SILENCES)
def test_not_asked_not_answered_and_not_answered_yet_are_three_things(
    answers: list[Answer], expected: tuple[Outcome, Status], words: str
) -> None:
    ruling = judge(BROKE, answers)
    assert verdict(ruling) == expected
    assert words in explain(ruling).reason.lower()


def test_counts_are_kept_of_who_was_asked_who_answered_and_who_abstained_why() -> None:
    ruling = judge(
        BROKE,
        [*highs("96240", "95100"), silent("X", "no_data"), silent("Y", "no_data"), silent("Z", "unavailable")],
    )
    assert (ruling.asked, ruling.answered, ruling.quorum) == (5, 2, 2)
    assert ruling.abstained == {"no_data": 2, "unavailable": 1}
    assert ruling.retryable
    assert ruling.voice_of == {f"lookup of {name}": name for name in "ABXYZ"}
    assert ruling.voices == {"A": "supports", "B": "contradicts"}


def test_one_voice_against_the_claim_casts_doubt_and_two_refute_it() -> None:
    assert verdict(judge(BROKE, highs("95100"))) == DOUBTED
    assert verdict(judge(BROKE, highs("95100", "95090"))) == REFUTED


def test_a_voice_whose_members_disagree_is_split_and_counts_for_neither_side() -> None:
    house = [source("A", owner="X"), source("B", owner="X")]
    ruling = judge(BROKE, [gives("A", "96240"), gives("B", "95100"), gives("C", "96231")], *house)
    assert verdict(ruling) == SINGLE
    assert ruling.voices == {"X": "split", "C": "supports"}
    alone = judge(BROKE, [gives("A", "96240"), gives("B", "95100")], *house)
    assert verdict(alone) == INSUFFICIENT
    assert "disagrees with itself" in explain(alone).reason


def test_the_word_of_who_sets_the_figure_is_not_split_by_those_who_pass_it_on() -> None:
    others = [gives("A", "209.67"), gives("B", "209.67")]
    denied = judge(RECORD, [gives("Nikkei", "-300"), gives("FRED", "209.67"), *others], NIKKEI, FRED)
    assert verdict(denied) == CONFLICTING
    assert denied.voices["Nikkei"] == "contradicts"
    confirmed = judge(RECORD, [gives("Nikkei", "209.67"), gives("FRED", "-300")], NIKKEI, FRED)
    assert verdict(confirmed) == VERIFIED
    again = replace(gives("Nikkei", "-300"), key="asked again")
    assert judge(RECORD, [gives("Nikkei", "209.67"), again], NIKKEI).voices == {"Nikkei": "split"}


def test_several_who_are_too_few_are_not_called_interested() -> None:
    metrics = {**POLICY.metrics, "price_break": replace(POLICY.metrics["price_break"], quorum=3)}
    ruling = judge(BROKE, highs("96240", "96231"), policy=replace(POLICY, metrics=metrics))
    assert verdict(ruling) == SINGLE
    assert explain(ruling).reason == "Only A and B traded at or above $95,952."
    assert explain(ruling, "zh").reason.startswith("只有A和B")


def test_an_inconclusive_member_does_not_split_a_voice() -> None:
    house = [source("A", owner="X"), source("B", owner="X")]
    assert judge(BROKE, [gives("A", "96240"), gives("B", "95920")], *house).voices == {"X": "supports"}


def test_an_authority_meets_the_quorum_alone_and_its_relays_never_do() -> None:
    facts = [NIKKEI, FRED, YAHOO]
    assert verdict(judge(RECORD, [gives("Nikkei", "209.67")], *facts)) == VERIFIED
    assert verdict(judge(RECORD, [gives("FRED", "209.67"), gives("Yahoo", "209.67")], *facts)) == SINGLE


def test_an_authority_speaks_for_its_voice_under_its_own_title() -> None:
    owner = SourceFacts("nikkei", "Nikkei Inc.", NIKKEI.lineage)
    ruling = judge(RECORD, [gives("Nikkei", "209.67"), gives("FRED", "209.67")], owner, FRED)
    assert (explain(ruling).wording, ruling.rests_on) == ("according to Nikkei", ("Nikkei Inc.",))


def test_a_relay_does_not_lend_its_figure_to_an_undecided_authority() -> None:
    unclear = [gives("Nikkei", "0.005", "0.01"), gives("FRED", "209.67")]
    assert verdict(judge(RECORD, unclear, NIKKEI, FRED)) == SINGLE


def test_what_an_authority_denies_others_do_not_verify_however_many() -> None:
    owner = source("Owner", authority=frozenset({"open_interest:BTC"}))
    answers = [gives("Owner", "30B"), *(gives(name, "61B") for name in "ABCD")]
    assert verdict(judge(OI, answers, owner)) == CONFLICTING
    assert verdict(judge(OI, answers, source("Owner"))) == VERIFIED


INTERESTED = {"interested": frozenset({"open_interest"})}


def test_an_interested_party_counts_but_never_alone() -> None:
    venue, other = source("Venue", **INTERESTED), source("Other", **INTERESTED)
    own = gives("Venue", "61B")
    alone = judge(OI, [own], venue)
    assert (verdict(alone), alone.flags) == (SINGLE, ("interested_party", "rests_on:Venue"))
    assert verdict(judge(OI, [own, gives("Other", "61B")], venue, other)) == SINGLE
    helped = judge(OI, [own, gives("A", "61B")], venue)
    assert verdict(helped) == VERIFIED
    assert "interested_party" in helped.flags


def test_an_interested_party_is_no_authority_about_itself() -> None:
    venue = source("Venue", authority=frozenset({"open_interest:BTC"}), **INTERESTED)
    assert verdict(judge(OI, [gives("Venue", "61B")], venue)) == SINGLE
    denied = [gives("Venue", "30B"), *(gives(name, "61B") for name in "ABCD")]
    assert verdict(judge(OI, denied, venue)) == VERIFIED


def test_a_source_nobody_classified_raises_no_count_on_either_side() -> None:
    stranger = source("Stranger", owner="")
    ruling = judge(BROKE, [gives("A", "96240"), gives("Stranger", "96231")], stranger)
    assert verdict(ruling) == SINGLE
    assert [one.label for one in ruling.findings] == ["", "unclassified"]
    assert verdict(judge(BROKE, [gives("Stranger", "95000")], stranger)) == INSUFFICIENT


def test_a_source_nobody_gave_facts_about_is_unclassified() -> None:
    ruling = judge(BROKE, [gives("A", "96240")])
    assert verdict(ruling) == SINGLE
    bare = rule(BROKE, [gives("A", "96240")], [], now=END)
    assert (verdict(bare), bare.findings[0].label) == (INSUFFICIENT, "unclassified")


def test_the_publisher_of_a_claim_never_corroborates_itself_nor_does_its_house() -> None:
    house = [source("Paper", owner="X"), source("Sister", owner="X")]
    answers = [gives("Sister", "96240"), gives("A", "96231")]
    assert verdict(judge(BROKE, answers, *house)) == VERIFIED
    ruling = judge(BROKE, answers, *house, publisher="paper")
    assert verdict(ruling) == SINGLE
    assert [one.label for one in ruling.findings] == ["", "publisher"]


def test_a_publisher_whose_own_figures_deny_its_claim_is_heard() -> None:
    answers = highs("96210", "96205", "96190", "95100")
    assert verdict(judge(BROKE, answers, publisher="d")) == verdict(judge(BROKE, answers)) == CONFLICTING
    assert verdict(judge(BROKE, highs("96210", "95100"), publisher="b")) == CONFLICTING


def test_a_relay_of_a_publisher_nobody_knows_does_not_corroborate_it() -> None:
    relay = source("Relay", republishes=("blog",))
    assert verdict(judge(BROKE, [gives("Relay", "96240")], relay, publisher="blog")) == INSUFFICIENT


def test_a_stale_value_never_opposes_fresh_ones() -> None:
    old = gives("C", "95000", observed_at=END - timedelta(hours=7))
    ruling = judge(BROKE, [*highs("96240", "96231"), old])
    assert verdict(ruling) == VERIFIED
    assert "stale" not in ruling.flags
    lonely = judge(BROKE, [gives("A", "96240"), old])
    assert (verdict(lonely), "stale" in lonely.flags) == (SINGLE, True)


def labels(ruling: Ruling) -> dict[str, str]:
    return {one.answer.title: one.label for one in ruling.findings if one.label}


@pytest.mark.parametrize("slipped", ["61200B", "0.612B", "612B", "6.12B", "61200000", "612", "6120000000B", "-61.1B"])
def test_a_power_of_ten_or_a_sign_away_from_two_that_agree_is_a_slip(slipped: str) -> None:
    ruling = judge(OI, [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", slipped)])
    assert (verdict(ruling), labels(ruling)) == (VERIFIED, {"B": "unit_slip"})


def test_a_fraction_against_percent_is_a_slip() -> None:
    answers = [gives("A", "3.1"), gives("B", "3.0"), gives("C", "0.031")]
    assert labels(judge(claim("price_change", "up", "3.0"), answers)) == {"C": "unit_slip"}


def test_a_slip_is_never_rescaled_into_a_vote() -> None:
    ruling = judge(
        claim("open_interest", "equals", "30B"), [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "30000B")]
    )
    assert (verdict(ruling), labels(ruling)) == (REFUTED, {})
    slipped = judge(
        claim("open_interest", "equals", "61200B"), [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B")]
    )
    assert (verdict(slipped), slipped.supporting, labels(slipped)) == (REFUTED, 0, {"B": "unit_slip"})


def test_two_that_share_the_other_unit_are_no_slip() -> None:
    answers = [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B"), gives("D", "61100B")]
    ruling = judge(OI, answers)
    assert (verdict(ruling), labels(ruling)) == (CONFLICTING, {})


def test_two_members_of_one_house_are_not_two_that_agree() -> None:
    house = [source("A", owner="X"), source("C", owner="X")]
    assert labels(judge(OI, [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B")], *house)) == {}


def test_an_authority_does_not_slip() -> None:
    owner = source("B", authority=frozenset({"open_interest:BTC"}))
    answers = [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B")]
    assert verdict(judge(OI, answers, owner)) == CONFLICTING


def test_a_zero_where_another_is_large_is_missing_not_zero() -> None:
    ruling = judge(SHORTS, [gives("A", "419.2M"), gives("B", "402M"), gives("C", "0")])
    assert (verdict(ruling), labels(ruling)) == (VERIFIED, {"C": "zero"})
    assert verdict(judge(SHORTS, [gives("A", "419.2M"), gives("C", "0")])) == SINGLE
    assert labels(judge(SHORTS, [at_least("A", "61M"), gives("C", "0")])) == {"C": "zero"}


def test_two_zeros_are_no_mishap() -> None:
    ruling = judge(SHORTS, [gives("A", "419.2M"), gives("B", "0"), gives("C", "0")])
    assert (verdict(ruling), labels(ruling)) == (CONFLICTING, {})


def test_without_one_of_two_zeros_the_other_is_missing() -> None:
    answers = [gives("A", "419.2M"), gives("B", "402M"), gives("C", "0"), gives("D", "0")]
    assert judge(SHORTS, answers).rests_on == ("C", "D")


def test_no_change_is_an_ordinary_change() -> None:
    assert labels(judge(claim("price_change", "up", "3.0"), [gives("A", "3.0"), gives("B", "0")])) == {}


def test_the_consensus_is_the_intersection_where_there_is_one() -> None:
    ruling = judge(OI, [gives("A", "61.2B", "0.2B"), gives("B", "61.0B", "0.1B")])
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal("61.0E+9"), Decimal("61.1E+9"))
    assert ruling.spread == Decimal("0.2E+9")


def test_the_consensus_is_else_the_densest_cluster_and_its_median_never_an_average() -> None:
    ruling = judge(OI, [gives("A", "58.0B"), gives("B", "61.0B"), gives("C", "61.2B"), gives("D", "61.5B")])
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal("61.0E+9"), Decimal("61.5E+9"))
    assert ruling.consensus == Decimal("61.2E+9")
    assert ruling.spread == Decimal("3.5E+9")


def test_of_two_clusters_of_as_many_voices_the_narrower_is_the_consensus() -> None:
    answers = [gives("A", "58.0B"), gives("B", "60.9B"), gives("C", "70.0B"), gives("D", "70.1B")]
    assert judge(claim("open_interest", "equals", "30B"), answers).consensus == Decimal("70.0E+9")


def test_a_second_member_of_a_house_does_not_widen_the_consensus() -> None:
    house = [source("A", owner="X"), source("C", owner="X")]
    ruling = judge(OI, [gives("A", "60.0B"), gives("B", "61.0B"), gives("C", "61.1B")], *house)
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal("61.0E+9"), Decimal("61.1E+9"))


def test_a_house_has_one_vote_in_the_median() -> None:
    house = [source(name, owner="X") for name in ("C", "D", "E")]
    figures = ("60.0B", "60.1B", "60.5B", "60.6B", "60.7B", "61.0B")
    answers = [gives(name, value) for name, value in zip("ABCDEF", figures, strict=True)]
    assert judge(OI, answers, *house).consensus == Decimal("60.1E+9")


@pytest.mark.parametrize("observed_at", [END - timedelta(minutes=45), None])
def test_a_vote_weighs_less_with_age_and_when_nobody_says_when(observed_at: datetime | None) -> None:
    older = [gives("B", "61.0B", observed_at=observed_at), gives("C", "61.1B", observed_at=observed_at)]
    assert judge(OI, [gives("A", "60.0B"), *older]).consensus == Decimal("60.0E+9")


def test_dissent_is_no_part_of_the_consensus() -> None:
    ruling = judge(BROKE, highs("96210", "96205", "96190", "95100", "96198"))
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal(96190), Decimal(96210))
    assert ruling.spread == 20


def test_what_refutes_a_claim_is_the_consensus_when_nothing_supports_it() -> None:
    ruling = judge(claim("price_break", "broke_above", "106000"), highs("96240", "96231"))
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal(96231), Decimal(96240))


def test_without_an_observation_there_is_no_consensus() -> None:
    ruling = judge(BROKE, [silent("A", "no_data")])
    assert (ruling.consensus_low, ruling.consensus_high, ruling.consensus, ruling.spread) == (None, None, None, None)


def test_bounds_leave_the_consensus_open() -> None:
    ruling = judge(SHORTS, [at_least("A", "61M"), at_least("B", "58M")])
    assert (ruling.consensus_low, ruling.consensus_high) == (Decimal("61E+6"), None)


@pytest.mark.parametrize(
    ("answers", "rests_on"),
    [
        (highs("96240", "96231", "96198"), ()),
        (highs("96240", "96231"), ("A", "B")),
        (highs("96240"), ("A",)),
        (highs("96210", "96205", "96190", "95100"), ("D",)),
        (highs("95100", "95090"), ()),
    ],
)
def test_a_verdict_rests_on_the_voices_without_which_the_status_would_change(
    answers: list[Answer], rests_on: tuple[str, ...]
) -> None:
    ruling = judge(BROKE, answers)
    assert ruling.rests_on == rests_on
    assert [flag for flag in ruling.flags if flag.startswith("rests_on")] == [f"rests_on:{name}" for name in rests_on]


def test_leaving_out_a_voice_leaves_out_its_witness_against_a_slip() -> None:
    ruling = judge(OI, [gives("A", "61.2B"), gives("C", "61.0B"), gives("B", "61200B")])
    assert ruling.rests_on == ("A", "C")


def test_a_verdict_rests_on_the_only_answer_while_the_others_may_still_answer() -> None:
    undecided, waiting = gives("A", "95920"), silent("B", "unavailable")
    assert judge(BROKE, [undecided, waiting]).rests_on == ("A",)  # without it the claim would be pending
    assert judge(BROKE, [undecided, silent("B", "no_data")]).rests_on == ()
    assert judge(BROKE, [undecided, gives("C", "95925"), waiting]).rests_on == ()


@pytest.mark.parametrize(
    ("opens", "flagged"), [(("96005", "95990"), True), (("95990", "95980"), False), (("95952", "95960"), False)]
)
def test_a_level_passed_before_the_window_is_flagged(opens: tuple[str, str], flagged: bool) -> None:
    answers = [gives(name, "96240", detail={"open": opening}) for name, opening in zip("AB", opens, strict=True)]
    assert ("already_above" in judge(BROKE, answers).flags) is flagged


def test_a_level_passed_downwards_before_the_window_is_flagged_by_its_own_name() -> None:
    answers = [gives("A", "89000", detail={"open": "89900"})]
    assert "already_below" in judge(claim("price_break", "broke_below", "90000", extreme="low"), answers).flags


def test_a_floor_that_supports_is_a_lower_bound_but_an_extreme_so_far_is_not() -> None:
    over = claim("liquidations", "over", "50M")
    assert "lower_bound" in judge(over, [at_least("A", "61M"), at_least("B", "58M")]).flags
    assert "lower_bound" not in judge(BROKE, [at_least("A", "96240")]).flags


def test_a_defect_of_a_voice_that_does_not_support_is_no_caveat() -> None:
    ruling = judge(SHORTS, [gives("CoinGlass", "100M"), gives("A", "419M"), gives("B", "419M")], GLASS)
    assert "lower_bound" not in ruling.flags


def test_a_breach_of_arithmetic_flags_the_claim_and_decides_nothing() -> None:
    answers = highs("96240", "96231")
    plain, breached = judge(BROKE, answers), judge(BROKE, answers, inconsistent=True)
    assert (plain.flags, breached.flags) == (("rests_on:A", "rests_on:B"), ("inconsistent", *plain.flags))
    assert verdict(plain) == verdict(breached) == VERIFIED


def test_flags_fit_the_column_they_are_stored_in() -> None:
    name = "An exchange whose name goes on and on " * 4
    assert max(map(len, judge(BROKE, [gives(name, "96240")]).flags)) <= 80


def test_the_version_of_the_policy_changes_with_its_numbers_only() -> None:
    assert Policy().version == VERSION == POLICY.version
    assert Policy(support_ratio=3).version != VERSION
    fewer = {name: POLICY.metrics[name] for name in ("price", "liquidations")}
    assert Policy(metrics=fewer).version != VERSION


def test_a_policy_with_other_numbers_rules_otherwise() -> None:
    answers = highs("96210", "96205", "96190", "95100")
    assert verdict(judge(BROKE, answers, policy=Policy(support_ratio=3))) == VERIFIED
