"""Which changes of facts have weight: one person must not make a figure count for more than it did.

A name or an address changes no count; a merge only lowers counts. (It can still raise a mark, where the voices it joins
contradict the claim, or one of them does: its reason and its author are in the history.) What can raise a count waits
for a second person: naming an authority, whose word alone is enough; no longer calling a party interested; and taking
one voice apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sources.independence import voices
from sources.metrics import CATALOGUE
from sources.types import SourceFacts


def what_weighs(known: Iterable[SourceFacts], changed: SourceFacts) -> tuple[str, ...]:
    """A sentence for each thing that has weight, none where nothing has.

    known: the facts of all sources as they are; with or without the changed one, which may be new.
    """
    before = {fact.slug: fact for fact in known}
    after = {**before, changed.slug: changed}
    old = before.get(changed.slug)
    sentences = [*_authority(old, changed), *_interest(old, changed)]
    if old is not None:
        sentences += _separations(before, after, changed.slug)
    return tuple(dict.fromkeys(sentences))


def _authority(old: SourceFacts | None, new: SourceFacts) -> Iterator[str]:
    had = old.lineage.authority if old else frozenset()
    for pair in sorted(new.lineage.authority - had):
        yield f"{new.name} becomes the authority for {pair}."
    for pair in sorted(had - new.lineage.authority):
        yield f"{new.name} is no longer the authority for {pair}."


def _interest(old: SourceFacts | None, new: SourceFacts) -> Iterator[str]:
    for metric in sorted(old.lineage.interested - new.lineage.interested if old else ()):
        yield f"{new.name} no longer counts as speaking about itself on {metric}."


def _separations(before: Mapping[str, SourceFacts], after: Mapping[str, SourceFacts], slug: str) -> Iterator[str]:
    for metric, subject in _questions(before[slug], after[slug]):
        together = _members(before, slug, metric, subject)
        still = set(_members(after, slug, metric, subject))
        left = [other for other in together if other not in still]
        if left:
            names = ", ".join(after[other].name for other in left)
            yield f"{after[slug].name} would no longer be one voice with {names}."


def _questions(old: SourceFacts, new: SourceFacts) -> list[tuple[str, str]]:
    special = {key for fact in (old, new) for key in fact.lineage.upstreams if ":" in key}
    pairs = [key.partition(":") for key in sorted(special)]
    return [("", ""), *((metric, "") for metric in CATALOGUE), *((metric, subject) for metric, _, subject in pairs)]


def _members(facts: Mapping[str, SourceFacts], slug: str, metric: str, subject: str) -> tuple[str, ...]:
    found = voices(facts.values(), metric, subject)
    return next(voice.members for voice in found if slug in voice.members)
