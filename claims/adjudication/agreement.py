"""How often each source is right, read off how often it agrees with each of the others, without asking who won.

Two independent sources agree when both are right: agreement of i and j = A_i × A_j. Fitted to the middle of all pairs,
so that a few copiers, who agree more than that, do not bend it. No verdict is looked at: this is no training on one's
own verdicts.
"""

from __future__ import annotations

import numpy as np

from claims.adjudication.sheet import Bools, Floats

STEPS = 30
FEWEST = 5  # shared units of a pair that is looked at
FALLS = 0.3  # how often two that are both wrong are wrong in the same way: the definitions and the stale values


def fitted(same: Floats, both: Floats, tied: Bools) -> Floats:
    """[source]: how often each is right; same, both: [i, j] units; tied: pairs to leave out.

    Sources that are tied to each other are one witness about everybody else.
    """
    agreement = np.log(np.clip((same + 0.3) / (both + 1.0), 1e-3, 1.0))
    crowd = np.maximum(1, (tied | np.eye(len(tied), dtype=np.bool_)).sum(1))
    weight = np.sqrt(both) * (both >= FEWEST) * ~tied / crowd[None, :]
    np.fill_diagonal(weight, 0.0)
    right = np.full(len(same), np.log(UNKNOWN))
    for _ in range(STEPS):
        middle = _medians(agreement - right[None, :], weight, np.log(UNKNOWN))
        right = (right + np.minimum(middle, -0.005)) / 2
    return np.asarray(np.exp(right), np.float64)


UNKNOWN = 0.8


def _medians(values: Floats, weight: Floats, default: float) -> Floats:
    """Weighted median of each line."""
    order = np.argsort(values, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(weight, order, 1), axis=1)
    total = reached[:, -1:]
    at = np.argmax(reached >= total / 2, axis=1)
    found = np.take_along_axis(values, np.take_along_axis(order, at[:, None], 1), 1)[:, 0]
    return np.asarray(np.where(total[:, 0] > 0, found, default), np.float64)


def expected(right: Floats) -> Floats:
    """[i, j]: how often two independent sources agree."""
    wrong = 1 - right
    return np.asarray(np.clip(np.outer(right, right) + FALLS * np.outer(wrong, wrong), 0.01, 0.995), np.float64)
