"""Which sources copy, found in the table itself: they agree more than two independent sources would, and they share
errors. Both are asked of every pair; the weaker answer counts.

The consensus serves here as a stand-in for the truth, to tell errors. Nothing about who is right is learned from it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from claims.adjudication import agreement
from claims.adjudication.pairs import Field, alike, present
from claims.adjudication.sheet import Bools, Floats, Ints
from claims.copying import grouped
from claims.copying.odds import COPY_RATES, LEAST_CHANCE, LIMIT, MOST_CHANCE, PRIOR

ROUNDS = 4
SUSPECT, TIED = 0.4, 0.55  # agreement beyond the expected, as a share of what could be: 1 for one that copies all
FEW_UNITS = 20
NATS = 40.0
SYSTEMATIC = 0.5  # who differs this often on one attribute and not elsewhere measures something else there
USUAL_SAME = 0.3

# The cluster that holds most votes in each unit, for the group of every source of the field.
Winners = Callable[[Ints], Ints]


def groups(field: Field, winners: Winners) -> Ints:
    """Of every source of the field: the number of its group."""
    same, both = alike(field), present(field)
    beyond = _beyond(same, both)
    labels = _grouped(np.where(both.sum(0) >= FEW_UNITS, NATS * (beyond - TIED), PRIOR))
    plain = np.clip(NATS * (beyond - SUSPECT), -LIMIT, LIMIT)
    for _ in range(ROUNDS):
        tied = np.asarray(labels[:, None] == labels[None, :], np.bool_)
        errors = by_errors(field, winners(labels), both, tied)
        found = _grouped(np.minimum(np.minimum(_by_agreement(same, both, tied), errors), plain))
        if np.array_equal(found, labels):
            break
        labels = found
    return labels


def _grouped(odds: Floats) -> Ints:
    names = [f"{number:06d}" for number in range(len(odds))]
    pairs = {(names[i], names[j]): float(odds[i, j]) for i in range(len(odds)) for j in range(i + 1, len(odds))}
    labels = np.empty(len(odds), np.int64)
    for label, group in enumerate(grouped(names, pairs)):
        labels[[int(name) for name in group]] = label
    return labels


def _beyond(same: Floats, both: Floats) -> Floats:
    """[i, j]: how far they agree beyond what two independent sources would, 1 for one that copies everything.

    No consensus is needed for it, so it is where the search begins; and no consensus bends it, so that it keeps the
    search from running away: sources that are merged wrongly make a worse consensus, and that makes errors shared.
    """
    tied: Bools = np.zeros(same.shape[1:], np.bool_)
    for _ in range(3):
        chance = [agreement.expected(agreement.fitted(*layer, tied)) for layer in zip(same, both, strict=True)]
        wanted = np.array(chance) * both
        beyond = np.asarray((same - wanted).sum(0) / ((both - wanted).sum(0) + 3.0), np.float64)
        tied = np.asarray(beyond > SUSPECT, np.bool_)
    return beyond


def _by_agreement(same: Floats, both: Floats, tied: Bools) -> Floats:
    """Log odds [i, j] that they agree as copiers would. tied: pairs that say nothing about how often each is right."""
    rates = np.zeros((len(COPY_RATES), *same.shape[1:]))
    for agreed, met in zip(same, both, strict=True):
        chance = agreement.expected(agreement.fitted(agreed, met, tied))
        rates += _log_ratios(agreed, met - agreed, chance)
    return _log_odds(rates)


def by_errors(field: Field, winner: Ints, both: Floats, tied: Bools) -> Floats:
    """Log odds [i, j] that they err together as copiers would; winner: the cluster taken for the truth, by unit."""
    wrong = np.asarray(winner[field.unit] != field.cluster, np.bool_)
    shared = alike(field, wrong)
    one_wrong, both_wrong = present(field, mine=wrong), present(field, wrong, wrong)
    either = one_wrong + one_wrong.transpose(0, 2, 1) - both_wrong
    error, odd = _errors(field, wrong)
    rates = np.zeros((len(COPY_RATES), field.size, field.size))
    for layer in range(field.layers):
        pair = np.outer(error[layer], error[layer])
        same = _same_error(shared[layer], both[layer] * pair, ~tied)
        chance = np.minimum(MOST_CHANCE, pair * same / (error[layer][:, None] + error[layer][None, :] - pair))
        keep = ~(odd[layer][:, None] | odd[layer][None, :])
        rates += _log_ratios(shared[layer] * keep, (either[layer] - shared[layer]) * keep, chance)
    return _log_odds(rates)


def _errors(field: Field, wrong: Bools) -> tuple[Floats, Bools]:
    """[layer, source]: how often it differs from the consensus, and where it does so systematically."""
    key = field.layer * field.size + field.source
    shape = field.layers, field.size
    rows = np.bincount(key, minlength=field.layers * field.size).reshape(shape)
    errors = np.bincount(key, wrong, minlength=field.layers * field.size).reshape(shape)
    base = (errors.sum(0) + 1) / (rows.sum(0) + 5)
    error = (errors + 5 * base) / (rows + 5)
    odd = (error > SYSTEMATIC) & (error > 1.5 * base)
    return error, np.asarray(odd, np.bool_)


def _same_error(shared: Floats, chance: Floats, free: Bools) -> float:
    """How often independent sources that are both wrong are wrong in the same way: in the ordinary pair."""
    upper = np.triu(free & (chance > 0.5), 1)
    weight = chance[upper]
    if len(weight) < 3:
        return USUAL_SAME
    ratio = shared[upper] / weight
    order = np.argsort(ratio, kind="stable")
    reached = np.cumsum(weight[order])
    middle = float(ratio[order][np.searchsorted(reached, reached[-1] / 2)])
    known = min(float(weight.sum()), 200.0)
    return max(0.02, (middle * known + USUAL_SAME * 10) / (known + 10))


def _log_ratios(alike: Floats, apart: Floats, chance: Floats) -> Floats:
    """[rate, i, j], as claims.copying.odds for one pair."""
    bounded = np.clip(chance, LEAST_CHANCE, None)
    return np.array([alike * np.log(rate / bounded + 1 - rate) + apart * np.log(1 - rate) for rate in COPY_RATES])


def _log_odds(rates: Floats) -> Floats:
    best = rates.max(0)
    mean = best + np.log(np.exp(rates - best).mean(0))
    return np.asarray(np.clip(PRIOR + mean, -LIMIT, LIMIT), np.float64)
