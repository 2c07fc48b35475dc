"""From a table of conflicting observations to one ruling for each unit. The order of work is the order of this file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from claims.adjudication import believing, counting
from claims.adjudication.choosing import Bench, believed, evidence, seat
from claims.adjudication.clusters import Clusters, cluster
from claims.adjudication.reading import Known, Meta, Observed, Written
from claims.adjudication.seating import found_voices, known_voices, winners
from claims.adjudication.sheet import Floats, Ints, Sheet, fill, truth_of_units
from claims.reliability import DEFAULT_CALIBRATION, confidence_of
from claims.verdict import Count, Verdict, decide

QUORUM = 2


@dataclass(frozen=True, slots=True)
class Ruled:
    """One unit. value as written (Written for a number). voices: the sources heard, by voice."""

    item: str
    attr: str
    value: str
    confidence: float
    status: str
    outcome: str
    supporting: tuple[str, ...]
    voices: tuple[tuple[str, ...], ...]


def adjudicate(
    observations: Iterable[Observed], meta: Meta, known: Iterable[Known] = (), *, find_copying: bool = True
) -> Iterator[Ruled]:
    """One ruling for each attribute of each item, in time order. BadInput where an outcome cannot be read."""
    sheet = fill(observations, meta)
    if not sheet.units:
        return
    clusters = cluster(sheet, meta)
    alone = meta.groups or not find_copying
    voice = known_voices(sheet, meta.groups) if alone else found_voices(sheet, clusters)
    bench = seat(sheet, clusters, voice)
    told = truth_of_units(sheet, known)
    winner, weight = _choose(sheet, clusters, voice, bench, told, meta)
    chosen = counting.chosen_rows(sheet, clusters, bench, winner)
    sides = counting.sides(sheet, clusters, voice, chosen)
    yield from _ruled(sheet, sides, chosen, weight)


def _choose(
    sheet: Sheet, clusters: Clusters, voice: Ints, bench: Bench, told: Mapping[int, Known], meta: Meta
) -> tuple[Ints, Floats]:
    """The winning cluster of each unit, and how far each row was believed, by what was known before its unit."""
    belief = believing.Belief.start(*believing.before_outcomes(sheet, clusters, voice))
    score, row_accuracy = np.zeros(clusters.count), np.zeros(len(sheet.unit))
    for stretch, news in believing.stretches(sheet, told):
        rows = slice(bench.row_ends[stretch.first], bench.row_ends[stretch.last])
        seats = slice(bench.seat_ends[stretch.first], bench.seat_ends[stretch.last])
        row_accuracy[rows] = belief.accuracy()[sheet.row_attr[rows], sheet.source[rows]]
        best = believed(bench, row_accuracy[rows], stretch.first, stretch.last)
        np.add.at(score, bench.cluster[seats], bench.share[seats] * evidence(best))
        for unit in news:
            _learn(belief, sheet, clusters, bench, unit, told[unit], meta)
    return winners(score, clusters), row_accuracy


def _learn(
    belief: believing.Belief, sheet: Sheet, clusters: Clusters, bench: Bench, unit: int, known: Known, meta: Meta
) -> None:
    rows = slice(bench.row_ends[unit], bench.row_ends[unit + 1])
    right = outcome_of(sheet, clusters, rows, known, meta)
    belief.learn(int(sheet.unit_attr[unit]), sheet.source[rows], right)


def outcome_of(sheet: Sheet, clusters: Clusters, rows: slice, known: Known, meta: Meta) -> Floats:
    """1 for each of the rows that is right, within its tolerance."""
    try:
        truth = float(known.value)
    except ValueError:
        truth = np.nan
    near = np.abs(sheet.number[rows] - truth) <= clusters.tolerance[rows]
    same = np.array(
        [sheet.text[row] >= 0 and sheet.written[row] == known.value for row in range(rows.start, rows.stop)]
    )
    return np.asarray(near | same, np.float64)


def _value(sheet: Sheet, row: int) -> str:
    """As written; a number that was written as a text becomes one, with its digits where JSON allows them."""
    text = sheet.written[row]
    if sheet.text[row] >= 0 or isinstance(text, Written):
        return text
    return Written(text if JSON_NUMBER.fullmatch(text) else repr(float(text)))


JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


@cache
def _decided(supporting: int, contradicting: int) -> Verdict:
    return decide(Count(supporting, contradicting, QUORUM))


def _ruled(sheet: Sheet, sides: counting.Sides, chosen: Ints, weight: Floats) -> Iterator[Ruled]:
    bounds = np.searchsorted(sheet.unit, np.arange(len(sheet.units) + 1)).tolist()
    supporting, contradicting = sides.supporting.tolist(), sides.contradicting.tolist()
    source, party, supports = sheet.source.tolist(), sides.party.tolist(), sides.supports.tolist()
    party_for, party_against = sides.party_for.tolist(), sides.party_against.tolist()
    contradicts, believed_rows = sides.contradicts.tolist(), weight.tolist()
    for unit, (item, attr) in enumerate(sheet.units):
        heard: dict[int, list[str]] = {}
        pro: dict[int, float] = {}
        contra: dict[int, float] = {}
        yes = []
        for row in range(bounds[unit], bounds[unit + 1]):
            name, voice = sheet.sources[source[row]], party[row]
            heard.setdefault(voice, []).append(name)
            if supports[row] and party_for[voice]:
                yes.append(name)
                pro[voice] = max(pro.get(voice, 0.0), believed_rows[row])
            elif contradicts[row] and party_against[voice]:
                contra[voice] = max(contra.get(voice, 0.0), believed_rows[row])
        outcome, status = _decided(supporting[unit], contradicting[unit])
        confidence = confidence_of(list(pro.values()), list(contra.values()), DEFAULT_CALIBRATION)
        yield Ruled(
            item,
            attr,
            _value(sheet, int(chosen[unit])),
            confidence,
            status.value,
            outcome.value,
            tuple(sorted(yes)),
            tuple(sorted(tuple(sorted(names)) for names in heard.values())),
        )
