"""Who may change which mark: a machine judges, an editor decides, two people overturn a rejection."""

from itertools import product

import pytest

from claims.lifecycle import Actor, Permission, Standing, may_change, permission
from claims.types import Outcome, Status

PENDING, VERIFIED, SINGLE, RUMOR = Status.PENDING, Status.VERIFIED, Status.SINGLE_SOURCE, Status.RUMOR
MACHINE, EDITOR = Actor.MACHINE, Actor.EDITOR
YES, TWO, NO = Permission.ALLOWED, Permission.SECOND_PERSON, Permission.REFUSED

CHANGES = [
    # who, standing, to, permission
    (MACHINE, Standing(PENDING), VERIFIED, YES),
    (MACHINE, Standing(PENDING), RUMOR, YES),
    (MACHINE, Standing(VERIFIED, Outcome.SUPPORTED), RUMOR, YES),
    (MACHINE, Standing(SINGLE, Outcome.SUPPORTED), VERIFIED, YES),
    (MACHINE, Standing(RUMOR, Outcome.CONFLICTING), VERIFIED, YES),
    (MACHINE, Standing(RUMOR, Outcome.DOUBTED), VERIFIED, YES),
    (MACHINE, Standing(RUMOR, Outcome.REFUTED), VERIFIED, NO),
    (MACHINE, Standing(RUMOR, Outcome.REFUTED), SINGLE, YES),
    (MACHINE, Standing(SINGLE, Outcome.SUPPORTED, refuted=True), VERIFIED, NO),
    (MACHINE, Standing(VERIFIED, Outcome.SUPPORTED), PENDING, NO),
    (MACHINE, Standing(RUMOR, Outcome.SUPPORTED, overridden=True), VERIFIED, NO),
    (MACHINE, Standing(VERIFIED, Outcome.SUPPORTED, overridden=True), RUMOR, NO),
    (MACHINE, Standing(PENDING, Outcome.TOO_EARLY, overridden=True), VERIFIED, NO),
    (EDITOR, Standing(PENDING), VERIFIED, YES),
    (EDITOR, Standing(SINGLE, Outcome.SUPPORTED), VERIFIED, YES),
    (EDITOR, Standing(RUMOR, Outcome.INSUFFICIENT), VERIFIED, YES),
    (EDITOR, Standing(VERIFIED, Outcome.SUPPORTED), RUMOR, YES),
    (EDITOR, Standing(RUMOR, Outcome.REFUTED), SINGLE, YES),
    (EDITOR, Standing(RUMOR, Outcome.REFUTED), VERIFIED, TWO),
    (EDITOR, Standing(SINGLE, Outcome.SUPPORTED, refuted=True), VERIFIED, TWO),
    (EDITOR, Standing(RUMOR, Outcome.CONFLICTING), VERIFIED, TWO),
    (EDITOR, Standing(RUMOR, Outcome.SUPPORTED, overridden=True), VERIFIED, TWO),
    (EDITOR, Standing(VERIFIED, Outcome.SUPPORTED, overridden=True), RUMOR, YES),
    (EDITOR, Standing(VERIFIED, Outcome.SUPPORTED), PENDING, NO),
]


@pytest.mark.parametrize(("who", "standing", "to", "expected"), CHANGES)
def test_each_change_is_allowed_refused_or_needs_a_second_person(
    who: Actor, standing: Standing, to: Status, expected: Permission
) -> None:
    assert permission(standing, to, who) is expected
    assert may_change(standing, to, who) is (expected is YES)
    assert may_change(standing, to, who, second_person=True) is (expected is not NO)


@pytest.mark.parametrize("who", list(Actor))
def test_a_status_that_stays_needs_no_permission(who: Actor) -> None:
    for status, outcome, overridden in product(Status, Outcome, (False, True)):
        assert may_change(Standing(status, outcome, overridden), status, who)


def test_no_second_person_lets_a_machine_verify_what_was_refuted_or_decided() -> None:
    for status, refuted in product((PENDING, SINGLE, RUMOR), (False, True)):
        standing = Standing(status, Outcome.REFUTED, overridden=not refuted, refuted=refuted)
        assert not may_change(standing, VERIFIED, MACHINE, second_person=True)


def test_nobody_takes_a_settled_claim_back_to_pending() -> None:
    for who, status in product(Actor, (VERIFIED, SINGLE, RUMOR)):
        assert permission(Standing(status), PENDING, who) is NO
