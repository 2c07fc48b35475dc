"""Rows that are heard and do not count, each with the reason: they would only repeat one systematic error.

Definition differs: a source that disagrees with the consensus on more than a third of the items of one attribute
measures something else there, or is broken there; it would contradict every item alike. Only a minority of the voices
can be set aside so, and nobody whose other value is shared by too many: those are two definitions, and counting cannot
tell which is meant. Unit slip: a power of ten, or the sign, away from a value on which two voices agree.
"""

from __future__ import annotations

import numpy as np

from claims.adjudication.choosing import Bench
from claims.adjudication.clusters import Clusters
from claims.adjudication.sheet import Bools, Floats, Ints, Sheet

COUNTS, DEFINITION_DIFFERS, UNIT_SLIP = range(3)
LABELS = ("", "definition_differs", "unit_slip")

FEWEST = 10  # rows of a source for an attribute before anything about its definition is said
SYSTEMATIC = 0.35  # how often it disagrees there
MINORITY = 0.45  # of the voices: beyond that nobody can say which definition is meant
OUTNUMBERED = 2.5  # voices for the chosen value, for each voice with the same other value
AHEAD = 3.5  # how many more they are: among few voices, two may well be right
POWERS = 9


def differing(sheet: Sheet, clusters: Clusters, bench: Bench, voice: Ints, chosen: Ints, dissents: Bools) -> Bools:
    """[attr, source] of those with another definition. dissents: of each row, from the chosen value of its unit."""
    shape = len(sheet.attrs), len(sheet.sources)
    key = sheet.row_attr * shape[1] + sheet.source

    def summed(of_row: Bools | Floats | None) -> Floats:
        return np.bincount(key, of_row, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    rows, wrong = summed(None), summed(dissents)
    elsewhere = (wrong.sum(0) - wrong + 1) / (rows.sum(0) - rows + 5)
    here = (wrong + 5 * elsewhere) / (rows + 5)
    voices = np.bincount(bench.cluster, minlength=clusters.count).astype(np.float64)
    company, lead = summed(voices[clusters.of] * dissents), summed(voices[clusters.of[chosen][sheet.unit]] * dissents)
    rivals = (lead < OUTNUMBERED * company) | (lead < company + AHEAD * wrong)
    odd = (rows >= FEWEST) & (here > SYSTEMATIC) & ~rivals
    few = np.array([_share_of_voices(voice, rows[attr] > 0, odd[attr]) <= MINORITY for attr in range(shape[0])])
    return np.asarray(odd & few[:, None], np.bool_)


def _share_of_voices(voice: Ints, present: Bools, odd: Bools) -> float:
    return len(np.unique(voice[odd])) / max(1, len(np.unique(voice[present])))


def slips(sheet: Sheet, clusters: Clusters, chosen: Ints) -> Bools:
    """Rows a power of ten, or the sign, away from the chosen value of their unit."""
    value = sheet.number[chosen[sheet.unit]]
    with np.errstate(all="ignore"):
        power = np.round(np.log10(np.abs(sheet.number / value)))
        away = np.abs(np.abs(sheet.number) - np.abs(value) * 10.0**power) <= clusters.tolerance
        slipped = away & (np.abs(power) <= POWERS) & ((power != 0) | (sheet.number * value < 0)) & (value != 0)
    return np.asarray(slipped & ~np.isnan(value), np.bool_)
