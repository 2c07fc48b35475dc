"""A re-check moves a claim only when two inquiries agree, and never past what people or a refutation have settled."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from claims.types import Outcome, Ruling, Status
from claims.verdict import Decision, Previous, settle_status
from tests.claims.evidence import claim, gives, judge, silent

BROKE = claim("price_break", "broke_above", "96000")
VERIFIED = judge(BROKE, [gives("A", "96240"), gives("B", "96231")])
SINGLE = judge(BROKE, [gives("A", "96240")])
CONFLICTING = judge(BROKE, [gives("A", "96240"), gives("B", "95100")])
REFUTED = judge(BROKE, [gives("A", "95100"), gives("B", "95090")])
INCOMPLETE = judge(BROKE, [silent("A", "unavailable")])
RULINGS = (VERIFIED, SINGLE, CONFLICTING, REFUTED, INCOMPLETE)


def shown(ruling: Ruling, *flags: str, **more: object) -> Previous:
    """A claim that shows what this ruling found."""
    found = {"found_status": ruling.status, "found_outcome": ruling.outcome}
    return Previous(ruling.status, ruling.outcome, (*ruling.flags, *flags), **(found | more))  # type: ignore[arg-type]


def settle(previous: Previous | None, ruling: Ruling, *, asked_by_person: bool = False) -> Decision:
    return settle_status(previous, ruling, asked_by_person=asked_by_person)


def after(previous: Previous | None, *rulings: Ruling) -> list[tuple[Status, Outcome]]:
    """What the claim shows after each of the re-checks, as the desk hands it from one to the next."""
    steps = []
    for ruling in rulings:
        decision = settle(previous, ruling)
        steps.append((decision.status, decision.outcome))
        previous = Previous(decision.status, decision.outcome, decision.flags, ruling.status, ruling.outcome)
    return steps


@pytest.mark.parametrize("ruling", RULINGS, ids=lambda ruling: ruling.outcome.value)
@pytest.mark.parametrize("previous", [None, shown(INCOMPLETE)], ids=["first", "never settled"])
def test_a_claim_that_was_never_settled_follows_at_once(previous: Previous | None, ruling: Ruling) -> None:
    decision = settle(previous, ruling)
    assert (decision.status, decision.outcome, decision.flags) == (ruling.status, ruling.outcome, ruling.flags)
    assert decision.changed is (ruling.status is not Status.PENDING)
    assert not decision.confirm


def test_a_settled_claim_waits_for_a_second_inquiry_that_agrees() -> None:
    first = settle(shown(VERIFIED), CONFLICTING)
    assert (first.status, first.outcome, first.confirm, first.changed) == (
        Status.VERIFIED,
        Outcome.SUPPORTED,
        True,
        False,
    )
    second = settle(replace(shown(VERIFIED), found_status=Status.RUMOR, found_outcome=Outcome.CONFLICTING), CONFLICTING)
    assert (second.status, second.confirm, second.changed) == (Status.RUMOR, False, True)
    assert second.flags == CONFLICTING.flags


def test_two_inquiries_that_differ_confirm_nothing() -> None:
    shows = [status for status, _ in after(shown(VERIFIED), SINGLE, CONFLICTING, VERIFIED, SINGLE)]
    assert shows == [Status.VERIFIED] * 4


def test_two_inquiries_of_one_status_agree_whatever_its_outcome() -> None:
    assert after(shown(VERIFIED), CONFLICTING, REFUTED)[-1] == (Status.RUMOR, Outcome.REFUTED)


def test_a_check_that_a_person_asked_for_is_followed_at_once() -> None:
    decision = settle(shown(VERIFIED), CONFLICTING, asked_by_person=True)
    assert (decision.status, decision.changed) == (Status.RUMOR, True)


def test_a_new_outcome_of_the_same_status_is_taken_at_once() -> None:
    decision = settle(shown(CONFLICTING), REFUTED)
    assert (decision.status, decision.outcome, decision.changed, decision.confirm) == (
        Status.RUMOR,
        Outcome.REFUTED,
        False,
        False,
    )


@pytest.mark.parametrize("asked", [False, True])
def test_an_incomplete_inquiry_leaves_a_settled_claim_as_it_is(asked: bool) -> None:
    decision = settle(shown(VERIFIED, "lower_bound"), INCOMPLETE, asked_by_person=asked)
    assert (decision.status, decision.outcome) == (Status.VERIFIED, Outcome.SUPPORTED)
    assert "lower_bound" in decision.flags
    assert not decision.changed


def test_an_incomplete_inquiry_confirms_nothing_and_is_confirmed_by_nothing() -> None:
    assert [status for status, _ in after(shown(VERIFIED), CONFLICTING, INCOMPLETE, CONFLICTING)] == [
        Status.VERIFIED
    ] * 3


def test_what_an_incomplete_inquiry_left_standing_is_no_first_finding() -> None:
    previous = replace(shown(VERIFIED), found_status=Status.RUMOR, found_outcome=Outcome.INCOMPLETE)
    assert settle(previous, CONFLICTING).confirm


@pytest.mark.parametrize("asked", [False, True])
def test_a_machine_never_turns_refuted_into_verified(asked: bool) -> None:
    decision = settle(shown(REFUTED, found_status=Status.VERIFIED), VERIFIED, asked_by_person=asked)
    assert (decision.status, decision.outcome, decision.is_held) == (Status.RUMOR, Outcome.REFUTED, True)


def test_a_machine_does_not_get_from_refuted_to_verified_by_a_detour() -> None:
    for detour in product((CONFLICTING, SINGLE, INCOMPLETE), repeat=3):
        steps = after(shown(REFUTED), *detour, VERIFIED, VERIFIED, VERIFIED)
        assert steps[-1][0] is not Status.VERIFIED


def test_a_claim_that_was_refuted_says_so_until_it_is_again_or_an_editor_decides() -> None:
    assert settle(shown(REFUTED), CONFLICTING).flags == (*CONFLICTING.flags, "was_refuted")
    assert settle(shown(CONFLICTING, "was_refuted"), CONFLICTING).flags == (*CONFLICTING.flags, "was_refuted")
    assert settle(shown(CONFLICTING, "was_refuted"), REFUTED).flags == REFUTED.flags
    assert settle(shown(CONFLICTING, "was_refuted", "overridden"), CONFLICTING).flags == (
        *CONFLICTING.flags,
        "overridden",
    )


def test_a_machine_may_verify_what_was_in_conflict_after_two_inquiries() -> None:
    assert [status for status, _ in after(shown(CONFLICTING), VERIFIED, VERIFIED)] == [Status.RUMOR, Status.VERIFIED]


@pytest.mark.parametrize("decided", [Status.VERIFIED, Status.SINGLE_SOURCE, Status.RUMOR, Status.PENDING])
@pytest.mark.parametrize("ruling", RULINGS, ids=lambda ruling: ruling.outcome.value)
def test_an_editors_decision_stands_and_what_disagrees_is_held(decided: Status, ruling: Ruling) -> None:
    previous = Previous(decided, Outcome.SUPPORTED, ("overridden",), ruling.status, ruling.outcome)
    decision = settle(previous, ruling, asked_by_person=True)
    assert decision.status is decided
    assert "overridden" in decision.flags
    assert decision.is_held is (ruling.status is not decided and ruling is not INCOMPLETE)


def test_a_hold_is_flagged_once_and_ends_when_the_disagreement_ends() -> None:
    twice = settle(shown(REFUTED, "held"), VERIFIED)
    assert twice.flags.count("held") == 1
    assert not settle(shown(REFUTED, "held"), CONFLICTING).is_held
