"""How much likelier it is that two sources have one origin than that they meet by chance.

Two sources that are right agree because both are right: that says nothing. Two that are wrong in the same way, time and
again, have one origin. After Dong, Berti-Équille and Srivastava, "Integrating conflicting data: the role of source
dependence", VLDB 2009, with two changes: only figures that at least one of the two got wrong are read, so that easy and
hard items do not look like copying, and how often independent sources fall for the same error is measured, not assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, fsum, log

PRIOR = log(0.05 / 0.95)  # of two sources taken at random, few depend on each other
COPY_RATES = (0.5, 0.7, 0.9)  # the share of its figures a copier takes over; nobody knows which, so all are tried
LIMIT = 30.0  # nats: beyond it more items say nothing new about a pair
LEAST_CHANCE, MOST_CHANCE = 0.002, 0.9


@dataclass(frozen=True, slots=True)
class Alike:
    """One way of being wrong together, for two sources over the items of one metric.

    count: items on which both gave the same wrong figure in this way. chance: how often independent sources would, per
    item that at least one got wrong. share: this way's part of all errors that a copier takes over.
    """

    count: float
    chance: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """What two sources did on the items of one metric that both reported and at least one got wrong.

    apart: items on which they gave different figures.
    """

    alike: tuple[Alike, ...]
    apart: float


def log_odds(meetings: Iterable[Meeting]) -> float:
    """Natural logarithm of P(one copies the other, or both a third) / P(independent), within ±LIMIT."""
    found = tuple(meetings)
    each = [fsum(_log_ratio(meeting, rate) for meeting in found) for rate in COPY_RATES]
    best = max(each)
    mean = best + log(fsum(exp(one - best) for one in each) / len(each))
    return max(-LIMIT, min(LIMIT, PRIOR + mean))


def probability(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def _log_ratio(meeting: Meeting, rate: float) -> float:
    """Copied with `rate`, else an own figure; against two own figures."""
    same = fsum(one.count * log(rate * one.share / _chance(one) + 1 - rate) for one in meeting.alike)
    return same + meeting.apart * log(1 - rate)


def _chance(alike: Alike) -> float:
    return max(LEAST_CHANCE, min(MOST_CHANCE, alike.chance))


def chance_of_meeting(wrong_one: float, wrong_other: float, same: float) -> float:
    """That independent sources give the same wrong figure, given that at least one is wrong.

    wrong_*: how often each is wrong. same: how often two that are both wrong are wrong in the same way.
    """
    either = wrong_one + wrong_other - wrong_one * wrong_other
    return wrong_one * wrong_other * same / either if either else 0.0
