"""VOTE and MEDIAN: no learning at all."""

from __future__ import annotations

from collections.abc import Iterable

from tests.claims.truth_oracles.ballots import Ballot, Decision, Side


def vote(ballots: Iterable[Ballot]) -> dict[str, Decision]:
    """The side with most sources; its share of the voters is the confidence."""
    return {ballot.item: _decision(ballot, ballot.sides[0]) for ballot in ballots}


def median(ballots: Iterable[Ballot]) -> dict[str, Decision]:
    """The side on which the lower median of all voters falls; categories have no middle, so the vote decides them."""
    decided = {}
    for ballot in ballots:
        side = ballot.sides[0]
        if not isinstance(side.value, str):
            in_order = sorted(ballot.sides, key=lambda one: float(one.value))
            seats = [one for one in in_order for _ in one.sources]
            side = seats[(len(seats) - 1) // 2]
        decided[ballot.item] = _decision(ballot, side)
    return decided


def _decision(ballot: Ballot, side: Side) -> Decision:
    return Decision(side.value, len(side.sources) / ballot.voters, side.sources)
