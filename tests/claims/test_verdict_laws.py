"""Laws that hold for every set of answers, whoever gives them and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.policy import POLICY
from claims.telling import explain
from claims.types import Answer, Ruling, Status
from claims.voting import seat, tally, without
from sources.types import Lineage, SourceFacts
from tests.claims.evidence import END, at_least, at_most, claim, gives, judge, says, silent, source

RANK = {Status.PENDING: 0, Status.RUMOR: 1, Status.SINGLE_SOURCE: 2, Status.VERIFIED: 3}
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


@law
@given(answers(), CONTRADICTING)
def test_one_more_contradicting_voice_never_raises_a_status(said: list[Answer], figure: str) -> None:
    before, after = judge(CLAIM, said), judge(CLAIM, [*said, gives("New", figure)])
    assert RANK[after.status] <= max(RANK[before.status], RANK[Status.RUMOR])


@law
@given(st.integers(3, 15), st.data())
def test_up_to_a_third_of_the_voices_lying_never_makes_a_false_verified(many: int, data: st.DataObject) -> None:
    liars = data.draw(st.integers(0, many // 3))
    lies = [gives(name, data.draw(SUPPORTING)) for name in NAMES[:liars]]
    truth = [gives(name, data.draw(CONTRADICTING)) for name in NAMES[liars:many]]
    assert judge(CLAIM, lies + truth).status is not Status.VERIFIED


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


@law
@given(answers(), houses())
def test_leaving_a_voice_out_of_a_tally_is_as_if_it_had_not_been_asked(
    said: list[Answer], facts: list[SourceFacts]
) -> None:
    bench = seat(CLAIM, said, facts, None, POLICY, None)
    whole = tally(bench)
    for name in whole.stances:
        assert without(bench, whole, name) == tally(bench, name)
