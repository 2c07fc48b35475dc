"""Who stands on which side of the chosen value: the interval rule of claims/matching.py on columns, one vote a voice.

The chosen value v with tolerance h is a claim "equals v": its region is [v − h, v + h], its guard band h. A figure
inside the region supports, one further than the guard band away from it contradicts, anything between decides nothing.
A text supports the same text and contradicts every other value. A voice whose members stand on both sides counts for
neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.adjudication.choosing import Bench
from claims.adjudication.clusters import Clusters
from claims.adjudication.setting_aside import COUNTS, DEFINITION_DIFFERS, UNIT_SLIP, differing, slips
from claims.adjudication.sheet import Bools, Floats, Ints, Sheet
from claims.policy import POLICY


@dataclass(frozen=True, slots=True)
class Sides:
    """supports, contradicts: of each row. stands: of each seat of `place`; supporting, contradicting: voices by unit.

    party: the (unit, voice) of each row, numbered in the order of units; for, against: of each party.
    """

    supports: Bools
    contradicts: Bools
    party: Ints
    party_unit: Ints
    party_for: Bools
    party_against: Bools
    supporting: Ints
    contradicting: Ints


def chosen_rows(sheet: Sheet, clusters: Clusters, bench: Bench, winner: Ints) -> Ints:
    """Of each unit: the row whose value is the lower median of the winning cluster, one vote a voice.

    A voice divides its vote equally among the different values of its members: a copy changes nothing.
    """
    inside = winner[sheet.unit] == clusters.of
    rows = np.flatnonzero(inside)
    new = np.ones(len(rows), np.bool_)
    order = rows[np.lexsort((sheet.number[rows], bench.of[rows]))]
    same = (bench.of[order][1:] == bench.of[order][:-1]) & ~(sheet.number[order][1:] > sheet.number[order][:-1])
    new[1:] = ~same
    values = order[new]
    weight = np.zeros(len(sheet.unit))
    weight[values] = 1.0 / np.bincount(bench.of[values])[bench.of[values]]
    return _lower_medians(sheet, rows, weight[rows])


def _lower_medians(sheet: Sheet, rows: Ints, weight: Floats) -> Ints:
    """The first row of each unit at which half of the weight is reached."""
    unit = sheet.unit[rows]
    reached = np.cumsum(weight)
    starts = np.flatnonzero(np.append(True, unit[1:] != unit[:-1]))
    before = reached[starts] - weight[starts]
    total = np.add.reduceat(weight, starts)
    enough = reached >= (before + total / 2)[unit - unit[0]] - 1e-9
    found = np.flatnonzero(enough)
    _, first = np.unique(unit[found], return_index=True)
    return np.asarray(rows[found[first]], np.int64)


def sides(sheet: Sheet, clusters: Clusters, bench: Bench, voice: Ints, chosen: Ints) -> Sides:
    supports, contradicts = stances(sheet, clusters, chosen)
    agreeing = _counted(sheet, voice, supports, contradicts).supporting >= POLICY.slip_voices
    counts = label(sheet, clusters, bench, voice, chosen, contradicts & agreeing[sheet.unit], contradicts) == COUNTS
    return _counted(sheet, voice, supports & counts, contradicts & counts)


def stances(sheet: Sheet, clusters: Clusters, chosen: Ints) -> tuple[Bools, Bools]:
    """Of each row: whether it supports and whether it contradicts the chosen value of its unit."""
    mine = chosen[sheet.unit]
    value, tolerance = sheet.number[mine], clusters.tolerance[mine]
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(sheet.number - value)
    both_numbers = ~np.isnan(distance)
    supports = np.where(both_numbers, distance <= tolerance, (sheet.text == sheet.text[mine]) & (sheet.text >= 0))
    contradicts = np.where(both_numbers, distance - tolerance > tolerance, ~supports)
    return np.asarray(supports, np.bool_), np.asarray(contradicts, np.bool_)


def label(
    sheet: Sheet, clusters: Clusters, bench: Bench, voice: Ints, chosen: Ints, outvoted: Bools, contradicts: Bools
) -> Ints:
    """Of each row: why it does not count, COUNTS where it does.

    outvoted: rows against a value on which enough voices agree to say whose unit is wrong.
    """
    odd = differing(sheet, clusters, bench, voice, chosen, contradicts)
    labels = np.where(odd[sheet.row_attr, sheet.source], DEFINITION_DIFFERS, COUNTS)
    labels[slips(sheet, clusters, chosen) & outvoted] = UNIT_SLIP
    return np.asarray(labels, np.int64)


def _counted(sheet: Sheet, voice: Ints, supports: Bools, contradicts: Bools) -> Sides:
    count = int(voice.max(initial=0)) + 1
    key, party = np.unique(sheet.unit * count + voice[sheet.source], return_inverse=True)
    unit = key // count
    for_it, against = (np.bincount(party, side, minlength=len(key)) > 0 for side in (supports, contradicts))
    split = for_it & against
    for_it, against = for_it & ~split, against & ~split
    units = len(sheet.units)
    return Sides(
        supports,
        contradicts,
        party,
        unit,
        for_it,
        against,
        np.bincount(unit, for_it, minlength=units).astype(np.int64),
        np.bincount(unit, against, minlength=units).astype(np.int64),
    )
