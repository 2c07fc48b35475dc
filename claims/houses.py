"""Who stands behind the answers to one question: the voices, found once and kept for every claim on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.types import Answer
from sources.independence import Voice, voices
from sources.types import Lineage, SourceFacts

Strangers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Houses:
    """voice_of, name_of: by slug. voices: by name. authorities, classified: slugs; a stranger is not classified."""

    voice_of: Mapping[str, Voice]
    name_of: Mapping[str, str]
    voices: Mapping[str, Voice]
    authorities: frozenset[str]
    classified: frozenset[str]
    all_classified: bool


class Register:
    """The facts of sources. Make one where many rulings share it: its voices are then found once for a question."""

    def __init__(self, facts: Iterable[SourceFacts]) -> None:
        self.facts = tuple(facts)
        self.slugs = frozenset(fact.slug for fact in self.facts)

    def houses(
        self,
        metric: str,
        subject: str,
        answers: Sequence[Answer],
        publisher: str | None,
        copies: tuple[tuple[str, ...], ...] = (),
    ) -> Houses:
        """For these answers: whoever has no facts joins as a source that nobody has classified."""
        strangers = {answer.source: answer.title for answer in answers if answer.source not in self.slugs}
        if publisher and publisher not in self.slugs:
            strangers.setdefault(publisher, publisher)
        return _houses(self, metric, subject, tuple(sorted(strangers.items())), copies)


@lru_cache(maxsize=64)
def registered(facts: tuple[SourceFacts, ...]) -> Register:
    """The register of these facts, kept for the next call with equal ones."""
    return Register(facts)


@lru_cache(maxsize=256)
def _houses(
    register: Register, metric: str, subject: str, strangers: Strangers, copies: tuple[tuple[str, ...], ...]
) -> Houses:
    unknown = [SourceFacts(slug, title, Lineage(owner="", read="")) for slug, title in strangers]
    found = voices((*register.facts, *unknown), metric, subject, copies=copies)
    by_source = {slug: voice for voice in found for slug in voice.members}
    classified = frozenset(fact.slug for fact in register.facts if fact.lineage.owner.strip())
    return Houses(
        voice_of=by_source,
        name_of={slug: voice.name for slug, voice in by_source.items()},
        voices={voice.name: voice for voice in found},
        authorities=frozenset(slug for voice in found for slug in voice.authority),
        classified=classified,
        all_classified=classified == set(by_source),
    )
