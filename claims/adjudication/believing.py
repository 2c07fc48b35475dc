"""How far each source is to be believed for each attribute, at each moment of the table.

Before any outcome: how often it agrees with the others (agreement.py). Each outcome moves that by the two-level formula
of claims/reliability.py, for units after its own only: nothing is judged by its own outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from claims.adjudication import agreement
from claims.adjudication.clusters import Clusters
from claims.adjudication.pairs import Field, alike, field_of, present
from claims.adjudication.sheet import Floats, Ints, Sheet
from claims.reliability import ALL_METRICS_WEIGHT, LEAST, MOST, PRIOR_RIGHT, PRIOR_WRONG

PRIOR_OUTCOMES = PRIOR_RIGHT + PRIOR_WRONG
USUAL = PRIOR_RIGHT / PRIOR_OUTCOMES


def before_outcomes(sheet: Sheet, clusters: Clusters, voice: Ints) -> tuple[Floats, Floats]:
    """[source] over all attributes, and [attr, source] drawn towards it. 0.8 for who is hardly ever compared."""
    of_source = np.full(len(sheet.sources), USUAL)
    of_attr = np.full((len(sheet.attrs), len(sheet.sources)), USUAL)
    field = field_of(sheet, clusters)
    if field.size > 2:
        same, both = alike(field), present(field)
        of_source[field.sources], layers = _by_agreement(field, same, both, voice[field.sources])
        of_attr[:] = of_source
        attr_of_layer = np.full(field.layers, -1)
        attr_of_layer[field.layer] = sheet.row_attr[field.row]
        for layer in np.flatnonzero(attr_of_layer >= 0).tolist():
            of_attr[attr_of_layer[layer], field.sources] = layers[layer]
    return of_source, of_attr


def _by_agreement(field: Field, same: Floats, both: Floats, voice: Ints) -> tuple[Floats, Floats]:
    tied = np.asarray(voice[:, None] == voice[None, :], np.bool_)
    overall = np.clip(agreement.fitted(same.sum(0), both.sum(0), tied), LEAST, MOST)
    rows = np.bincount(field.layer * field.size + field.source, minlength=field.layers * field.size)
    rows = rows.reshape(field.layers, field.size)
    layers = np.array([agreement.fitted(*pair, tied) for pair in zip(same, both, strict=True)])
    drawn = (ALL_METRICS_WEIGHT * overall + rows * layers) / (ALL_METRICS_WEIGHT + rows)
    return overall, np.clip(drawn, LEAST, MOST)


@dataclass(slots=True)
class Belief:
    """Learns outcome by outcome. right, wrong: [attr, source]. held, failed: [attr], of the values that were chosen.

    Where what was chosen keeps failing, agreement misleads: the voices share another definition there. What agreement
    said before the outcomes then weighs less, so that a few outcomes tell which definition is meant.
    """

    of_source: Floats
    of_attr: Floats
    right: Floats
    wrong: Floats
    held: Floats
    failed: Floats

    @classmethod
    def start(cls, of_source: Floats, of_attr: Floats) -> Belief:
        nothing, of_choices = np.zeros_like(of_attr), np.zeros(len(of_attr))
        return cls(of_source, of_attr, nothing, nothing.copy(), of_choices, of_choices.copy())

    def learn(self, attr: int, sources: Ints, is_right: Floats, held: bool) -> None:
        """Each source appears once. held: whether the value that had been chosen was right."""
        self.held[attr] += held
        self.failed[attr] += not held
        self.right[attr, sources] += is_right
        self.wrong[attr, sources] += 1 - is_right

    def accuracy(self) -> Floats:
        """[attr, source]. With 0.8 everywhere before outcomes this is claims.reliability.accuracy."""
        right, wrong = self.right.sum(0), self.wrong.sum(0)
        base = (PRIOR_OUTCOMES * self.of_source + right) / (PRIOR_OUTCOMES + right + wrong)
        before = self.of_attr + (base - self.of_source)
        weight = ALL_METRICS_WEIGHT * (((self.held + 1) / (self.held + self.failed + 1)) ** 2)[:, None]
        return np.asarray(np.clip((weight * before + self.right) / (weight + self.right + self.wrong), LEAST, MOST))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Units first (inclusive) to last (exclusive), in time order, that are judged by what was known before them."""

    first: int
    last: int


def stretches(sheet: Sheet, told: Mapping[int, object]) -> Iterator[tuple[Stretch, list[int]]]:
    """All units, and after each stretch the units of it whose outcome is known from then on."""
    ends = np.searchsorted(sheet.moment, sheet.moment, side="right")
    first = 0
    known = sorted(told)
    while known:
        last = int(ends[known[0]])
        news = [unit for unit in known if unit < last]
        yield Stretch(first, last), news
        first, known = last, known[len(news) :]
    if first < len(sheet.units):
        yield Stretch(first, len(sheet.units)), []
