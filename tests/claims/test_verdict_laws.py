"""Laws that hold for every set of answers, whoever gives them and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.anomalies import factor_between
from claims.houses import Register
from claims.policy import POLICY
from claims.telling import explain
from claims.types import Answer, Finding, Outcome, Ruling, Status
from claims.voting import seat, tally
from sources.types import Lineage, SourceFacts
from tests.claims.evidence import END, amount, at_least, at_most, claim, gives, judge, says, silent, source

RANK = {Status.PENDING: 0, Status.RUMOR: 1, Status.SINGLE_SOURCE: 2, Status.VERIFIED: 3}
# From a claim that is denied to one that is confirmed; what nobody has decided yet lies in between.
ORDER = (
    (Outcome.REFUTED,),
    (Outcome.DOUBTED,),
    (Outcome.INSUFFICIENT, Outcome.INCOMPLETE),
    (Outcome.CONFLICTING,),
    (Outcome.SUPPORTED,),
)
CLAIM = claim("liquidations", "equals", "100M")  # region 90 to 110, guard 10
TRUE = ("91M", "95M", "99M", "100M", "104.5M", "109M")
FALSE = ("60M", "70M", "75M", "130M", "140M", "170M")
UNSURE = ("85M", "112M", "119M")
ABSTENTIONS = ("not_configured", "not_covered", "no_data", "unavailable", "malformed")
NAMES = [f"Source {letter}" for letter in "ABCDEFGHIJKLMNOP"]
SUPPORTING, CONTRADICTING = st.sampled_from(TRUE), st.sampled_from(FALSE)

law = settings(max_examples=60, deadline=None)  # a ruling takes milliseconds; a busy machine takes longer


@st.composite
def answers(draw: st.DrawFn, most: int = 9) -> list[Answer]:
    kinds = st.one_of(
        st.builds(lambda figure: lambda name: gives(name, figure), st.sampled_from(TRUE + FALSE + UNSURE)),
        st.builds(lambda word: lambda name: silent(name, word), st.sampled_from(ABSTENTIONS)),
        st.builds(lambda figure: lambda name: at_least(name, figure), st.sampled_from(("50M", "119M", "150M"))),
        st.builds(lambda figure: lambda name: at_most(name, figure), st.sampled_from(("50M", "85M", "150M"))),
    )
    return [make(name) for name, make in zip(NAMES, draw(st.lists(kinds, max_size=most)), strict=False)]


@st.composite
def houses(draw: st.DrawFn) -> list[SourceFacts]:
    """Some sources share an owner, relay each other, are interested or nobody's."""
    return [
        source(
            name,
            owner=draw(st.sampled_from([name, name, name, "Holding", ""])),
            republishes=tuple(draw(st.lists(st.sampled_from(["source_a", "source_b", "elsewhere"]), max_size=1))),
            interested=frozenset(draw(st.lists(st.just("liquidations"), max_size=1))),
        )
        for name in NAMES
    ]


def core(ruling: Ruling) -> tuple[object, ...]:
    counts = (ruling.supporting, ruling.contradicting, ruling.asked, ruling.answered, sorted(ruling.abstained.items()))
    return (ruling.outcome, ruling.status, counts, ruling.consensus_low, ruling.consensus_high, ruling.consensus)


@law
@given(answers(), houses(), st.randoms())
def test_the_order_of_answers_and_facts_changes_nothing(
    said: list[Answer], facts: list[SourceFacts], chance: object
) -> None:
    before = judge(CLAIM, said, *facts)
    shuffled, shuffled_facts = list(said), list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(shuffled_facts)  # type: ignore[attr-defined]
    assert judge(CLAIM, shuffled, *shuffled_facts) == before


@law
@given(answers(), houses(), st.permutations(range(len(NAMES))))
def test_renaming_the_providers_changes_no_judgement(
    said: list[Answer], facts: list[SourceFacts], order: Sequence[int]
) -> None:
    new = {fact.slug: f"p{order[place]:02}" for place, fact in enumerate(facts)}
    renamed_facts = [_renamed(fact, new) for fact in facts]
    renamed = [replace(one, source=new[one.source], title=new[one.source], key=new[one.source]) for one in said]
    assert core(judge(CLAIM, renamed, *renamed_facts)) == core(judge(CLAIM, said, *facts))


def _renamed(fact: SourceFacts, new: dict[str, str]) -> SourceFacts:
    parents = tuple(new.get(slug, slug) for slug in fact.lineage.republishes)
    lineage = Lineage(fact.lineage.owner, "", republishes=parents, interested=fact.lineage.interested)
    return SourceFacts(new[fact.slug], new[fact.slug], lineage)


@law
@given(answers(), st.integers(0, 8), st.sampled_from(["owner", "relay"]))
def test_a_copy_of_a_voice_changes_neither_status_nor_counts(said: list[Answer], place: int, how: str) -> None:
    before = judge(CLAIM, said)
    if not said:
        return
    original = said[place % len(said)]
    facts = source("Copy", owner=original.title) if how == "owner" else source("Copy", republishes=(original.source,))
    copy = replace(original, source="copy", title="Copy", key="copy")
    after = judge(CLAIM, [*said, copy], facts)
    assert (after.outcome, after.status) == (before.outcome, before.status)
    assert (after.supporting, after.contradicting) == (before.supporting, before.contradicting)


@law
@given(answers(), SUPPORTING)
def test_one_more_supporting_voice_never_lowers_a_status(said: list[Answer], figure: str) -> None:
    before, after = judge(CLAIM, said), judge(CLAIM, [*said, gives("New", figure)])
    assert RANK[after.status] >= RANK[before.status]
    assert place(after) >= place(before)


@law
@given(answers(), CONTRADICTING)
def test_one_more_contradicting_voice_never_raises_a_status(said: list[Answer], figure: str) -> None:
    before, after = judge(CLAIM, said), judge(CLAIM, [*said, gives("New", figure)])
    assert RANK[after.status] <= max(RANK[before.status], RANK[Status.RUMOR])
    assert place(after) <= place(before)


def place(ruling: Ruling) -> int:
    return next(rank for rank, outcomes in enumerate(ORDER) if ruling.outcome in outcomes)


@law
@given(st.integers(3, 15), st.data())
def test_up_to_a_third_of_the_voices_lying_never_makes_a_false_verified(many: int, data: st.DataObject) -> None:
    liars = data.draw(st.integers(0, many // 3))
    lies = [gives(name, data.draw(SUPPORTING)) for name in NAMES[:liars]]
    truth = [gives(name, data.draw(CONTRADICTING)) for name in NAMES[liars:many]]
    assert judge(CLAIM, lies + truth).status is not Status.VERIFIED


@law
@given(SUPPORTING, CONTRADICTING)
def test_two_voices_that_disagree_are_never_averaged(one: str, other: str) -> None:
    ruling = judge(CLAIM, [gives("A", one), gives("B", other)])
    assert ruling.consensus == ruling.consensus_low == ruling.consensus_high == amount(one)


@law
@given(st.lists(st.sampled_from(TRUE + FALSE + UNSURE), min_size=1, max_size=9))
def test_the_consensus_is_always_a_figure_that_somebody_gave(figures: list[str]) -> None:
    ruling = judge(CLAIM, [gives(name, figure) for name, figure in zip(NAMES, figures, strict=False)])
    assert ruling.consensus in {amount(figure) for figure in figures}


@law
@given(SUPPORTING, CONTRADICTING)
def test_one_liar_in_a_pair_never_makes_a_false_verified(lie: str, truth: str) -> None:
    assert judge(CLAIM, [gives("A", lie), gives("B", truth)]).status is Status.RUMOR


@law
@given(answers(), st.integers(0, 5))
def test_scaling_claim_and_figures_alike_scales_the_answer(said: list[Answer], power: int) -> None:
    factor = Decimal((0, (1,), power))
    value = CLAIM.value
    assert value is not None
    after = judge(replace(CLAIM, value=value * factor), [_scaled(one, factor) for one in said])
    before = judge(CLAIM, said)
    assert (after.outcome, after.status, after.supporting) == (before.outcome, before.status, before.supporting)
    assert after.consensus_low == (None if before.consensus_low is None else before.consensus_low * factor)
    assert after.spread == (None if before.spread is None else before.spread * factor)
    assert after.consensus == (None if before.consensus is None else before.consensus * factor)
    assert [one.stance for one in after.findings] == [one.stance for one in before.findings]
    low, high = (region.low for region in (before.case.region, after.case.region) if region is not None)
    assert low is not None
    assert high == low * factor


def _scaled(answer: Answer, factor: Decimal) -> Answer:
    seen = answer.observation
    if seen is None:
        return answer
    low, high = (None if end is None else end * factor for end in (seen.low, seen.high))
    return says(answer.title, replace(seen, value=seen.value * factor, low=low, high=high))


@law
@given(answers(), houses())
def test_verified_needs_two_voices_four_fifths_and_somebody_disinterested(
    said: list[Answer], facts: list[SourceFacts]
) -> None:
    ruling = judge(CLAIM, said, *facts)
    if ruling.status is Status.VERIFIED:
        assert ruling.supporting >= max(2, 4 * ruling.contradicting)
        assert any(not facts[NAMES.index(one.answer.title)].lineage.interested for one in ruling.findings)
    if ruling.status is Status.SINGLE_SOURCE:
        assert ruling.contradicting == 0


@law
@given(answers(), houses())
def test_every_ruling_adds_up_and_tells_one_sentence(said: list[Answer], facts: list[SourceFacts]) -> None:
    ruling = judge(CLAIM, said, *facts)
    sides = list(ruling.voices.values())
    assert ruling.asked == ruling.answered + sum(ruling.abstained.values())
    assert (ruling.supporting, ruling.contradicting) == (sides.count("supports"), sides.count("contradicts"))
    assert {one.key for one in said} == set(ruling.voice_of)
    assert set(ruling.rests_on) <= set(ruling.voices)
    reason = explain(ruling).reason
    assert reason.endswith(".")
    assert ". " not in reason
    assert reason[0] == reason[0].upper()


@law
@given(answers())
def test_the_same_evidence_gives_the_same_ruling_in_any_context_of_the_caller(said: list[Answer]) -> None:
    before = judge(CLAIM, said)
    with localcontext(prec=2):
        assert judge(CLAIM, said) == before


@law
@given(answers())
def test_a_ruling_reads_no_clock(said: list[Answer]) -> None:
    assert judge(CLAIM, said, now=END) == judge(CLAIM, said, now=END.replace(year=2036))


@st.composite
def odd_answers(draw: st.DrawFn, most: int = 9) -> list[Answer]:
    """Figures of which some are powers of ten apart, zero or of another sign."""
    figures = ("100M", "95M", "104.5M", "70M", "100B", "95B", "1B", "0.1M", "0.097M", "0", "-100M", "-97M", "10M")
    said = draw(st.lists(st.sampled_from(figures), max_size=most))
    return [gives(name, figure) for name, figure in zip(NAMES, said, strict=False)]


@law
@given(answers() | odd_answers(), houses(), st.booleans())
def test_a_verdict_rests_on_exactly_the_voices_without_whose_answers_it_would_be_another(
    said: list[Answer], facts: list[SourceFacts], sets_the_figure: bool
) -> None:
    if sets_the_figure:
        facts = [_setting(facts[0]), *facts[1:]]
    ruling = judge(CLAIM, said, *facts)
    needed = {name for name in ruling.voices if _without(said, facts, ruling, name).status is not ruling.status}
    assert set(ruling.rests_on) == needed


def _setting(fact: SourceFacts) -> SourceFacts:
    return replace(fact, lineage=replace(fact.lineage, authority=frozenset({"liquidations:BTC"})))


def _without(said: list[Answer], facts: list[SourceFacts], ruling: Ruling, name: str) -> Ruling:
    return judge(CLAIM, [one for one in said if ruling.voice_of[one.key] != name], *facts)


@law
@given(odd_answers(), houses())
def test_who_is_no_witness_changes_nobody_elses_label(said: list[Answer], facts: list[SourceFacts]) -> None:
    bench = seat(CLAIM, said, Register(facts), None, POLICY, None)
    whole = tally(bench)
    for name in set(whole.stances) - whole.witnesses:
        kept = tuple(one for one in whole.findings if bench.voice_of(one) != name)
        assert tally(bench, name).findings == kept


@law
@given(odd_answers(), houses())
def test_a_slip_is_a_power_of_ten_or_a_sign_away_from_two_voices_and_shared_by_no_other(
    said: list[Answer], facts: list[SourceFacts]
) -> None:
    bench = seat(CLAIM, said, Register(facts), None, POLICY, None)
    counted = [(one, bench.voice_of(one)) for one in bench.findings if one.counts]
    labels = {one.answer.key for one in tally(bench).findings if one.label == "unit_slip"}
    assert labels == {one.answer.key for one, voice in counted if _slipped(one, voice, counted)}


def _slipped(finding: Finding, voice: str, counted: list[tuple[Finding, str]]) -> bool:
    """Every pair looked at: slow, and plainly what the rule says."""
    tolerance = POLICY.metrics["liquidations"].tolerance
    agreeing: dict[str, set[str]] = {}
    for other, name in counted:
        if other is not finding:
            factor = factor_between(_value(finding), _value(other), tolerance)
            agreeing.setdefault(factor, set()).add(name)
    shared = agreeing.pop("1", set()) - {voice}
    agreeing.pop("", None)
    return not shared and any(len(names) >= POLICY.slip_voices for names in agreeing.values())


def _value(finding: Finding) -> Decimal:
    assert finding.answer.observation is not None
    return finding.answer.observation.value


def test_ten_thousand_observations_of_one_item_are_ruled_at_once() -> None:
    """Half a second; a rule that looks at every pair takes minutes."""
    figures = [f"{90 + number % 20}M" if number % 100 else f"{90 + number % 20}B" for number in range(10_000)]
    said = [gives(f"Source {number:05}", figure) for number, figure in enumerate(figures)]
    started = process_time()
    ruling = judge(CLAIM, said)
    assert (ruling.status, ruling.supporting, ruling.rests_on) == (Status.VERIFIED, 9_900, ())
    assert process_time() - started < 20
