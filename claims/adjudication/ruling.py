"""From a table of conflicting observations to one ruling for each unit. The order of work is the order of this file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from claims.adjudication import counting
from claims.adjudication.choosing import choose, seat
from claims.adjudication.clusters import Clusters, cluster
from claims.adjudication.reading import Known, Meta, Observed, Written
from claims.adjudication.seating import found_voices, known_voices
from claims.adjudication.sheet import Ints, Sheet, fill, truth_of_units
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
    yield from rule_sheet(sheet, clusters, voice, truth_of_units(sheet, known), meta)


def rule_sheet(sheet: Sheet, clusters: Clusters, voice: Ints, told: Mapping[int, Known], meta: Meta) -> Iterator[Ruled]:
    """One ruling for each unit. voice: of each source; told: the outcome of units whose truth became known."""
    bench = seat(sheet, clusters, voice)
    choice = choose(sheet, clusters, voice, bench, told)
    chosen = counting.chosen_rows(sheet, clusters, bench, choice.winner)
    sides = counting.sides(sheet, clusters, bench, voice, chosen)
    yield from _ruled(sheet, sides, chosen, choice.confidence)


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


def _ruled(sheet: Sheet, sides: counting.Sides, chosen: Ints, confidence: list[float]) -> Iterator[Ruled]:
    bounds = np.searchsorted(sheet.unit, np.arange(len(sheet.units) + 1)).tolist()
    supporting, contradicting = sides.supporting.tolist(), sides.contradicting.tolist()
    source, party = sheet.source.tolist(), sides.party.tolist()
    speaks_for = (sides.supports & sides.party_for[sides.party]).tolist()
    for unit, (item, attr) in enumerate(sheet.units):
        rows = range(bounds[unit], bounds[unit + 1])
        heard: dict[int, list[str]] = {}
        for row in rows:
            heard.setdefault(party[row], []).append(sheet.sources[source[row]])
        outcome, status = _decided(supporting[unit], contradicting[unit])
        yield Ruled(
            item,
            attr,
            _value(sheet, int(chosen[unit])),
            confidence[unit],
            status.value,
            outcome.value,
            tuple(sorted(sheet.sources[source[row]] for row in rows if speaks_for[row])),
            tuple(sorted(tuple(sorted(names)) for names in heard.values())),
        )
