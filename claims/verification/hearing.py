"""Everything the rules read for one inquiry, from its rows and back from the grounds that were kept of it.

A new input of the rules is a field of Hearing with a default: it is kept, hashed and read back under its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, get_type_hints

from claims import learning
from claims.confidence import Believed
from claims.models import GapRecord, Grounds
from claims.policy import ARITHMETIC, POLICY, Policy
from claims.reliability import DEFAULT_CALIBRATION, Calibration
from claims.types import Answer, Gap
from claims.verdict import covers
from sources.canonical import read, sha256_of, text_of
from sources.collecting import known_providers
from sources.models import Inquiry, Lookup, Snapshot
from sources.models import Observation as ObservationRow
from sources.queries import facts_of
from sources.types import Kind, Observation, SourceFacts


@dataclass(frozen=True, slots=True)
class Said:
    """A lookup as it stood when it was ruled on. observation, snapshots: ids and digests of those rows."""

    lookup: int
    source: str
    title: str
    abstention: str = ""
    note: str = ""
    observation: tuple[int, str] | None = None
    snapshots: tuple[tuple[int, str], ...] = ()

    def answer(self, observation: ObservationRow | None) -> Answer:
        value = None if observation is None else observation_of(observation)
        return Answer(str(self.lookup), self.source, self.title, value, self.abstention, self.note)


@dataclass(frozen=True, slots=True)
class Hearing:
    """facts: of the sources asked and of the publisher, with their origins. gaps: those that cover the question.

    believed, calibration: how far each source that answered was believed at this moment, and how confidence follows
    from that; empty in hearings from before there was confidence.
    Every field but `answers` is kept as grounds; the answers are `said`, with the observations from their own table.
    """

    answers: tuple[Answer, ...]
    said: tuple[Said, ...]
    facts: tuple[SourceFacts, ...]
    gaps: tuple[Gap, ...]
    policy: Policy = POLICY
    believed: tuple[Believed, ...] = ()
    calibration: Calibration = DEFAULT_CALIBRATION

    def published_by(self, publisher: str) -> Hearing:
        """The same hearing for a claim of this publisher (its slug), with the facts about it and its origins."""
        return replace(self, facts=tuple(facts_of([*(one.source for one in self.said), publisher])))


def hearing_of(inquiry: Inquiry) -> Hearing:
    """What the rules read, as the rows stand now."""
    lookups = list(inquiry.lookups.select_related("observation").prefetch_related("snapshots").order_by("provider"))
    said = tuple(said_of(lookup) for lookup in lookups)
    gaps = (row.gap for row in GapRecord.objects.filter(metric=inquiry.metric).order_by("pk"))
    return Hearing(
        answers=tuple(one.answer(lookup.observation) for one, lookup in zip(said, lookups, strict=True)),
        said=said,
        facts=tuple(facts_of(one.source for one in said)),
        gaps=tuple(gap for gap in gaps if covers(gap, inquiry.question)),
        believed=learning.believed([one.source for one in said if one.observation], inquiry.metric),
        calibration=learning.in_use(),
    )


def said_of(lookup: Lookup) -> Said:
    providers, seen = known_providers(), lookup.observation
    snapshots: Iterable[Snapshot] = lookup.snapshots.all()
    return Said(
        lookup=lookup.pk,
        source=lookup.provider,
        title=providers[lookup.provider].title if lookup.provider in providers else lookup.provider,
        abstention=lookup.reason,
        note=lookup.note,
        observation=None if seen is None else (seen.pk, seen.digest),
        snapshots=tuple((one.pk, one.digest) for one in sorted(snapshots, key=lambda one: one.pk)),
    )


def observation_of(row: ObservationRow) -> Observation:
    """A stored observation as the value the rules read: the database pads figures to 20 places."""
    return Observation(
        value=row.value.normalize(ARITHMETIC),
        low=None if row.low is None else row.low.normalize(ARITHMETIC),
        high=None if row.high is None else row.high.normalize(ARITHMETIC),
        kind=Kind(row.kind),
        observed_at=row.observed_at,
        note=row.note,
        detail=row.detail,
    )


# --- Grounds ----------------------------------------------------------------------------------------------------

KEPT = tuple(one.name for one in fields(Hearing) if one.name != "answers")


def grounds_of(hearing: Hearing) -> list[tuple[str, Grounds]]:
    """What is kept of the hearing, by name; nothing is written yet."""
    return [(name, _grounds(getattr(hearing, name))) for name in KEPT]


def _grounds(value: Any) -> Grounds:
    text = _policy_text() if value is POLICY else text_of(value)
    return Grounds(sha256=sha256_of(text), text=text)


@cache
def _policy_text() -> str:
    return text_of(POLICY)


def keep(grounds: Iterable[Grounds]) -> None:
    """Store what is new of these. The chain must be locked: nobody waits for another's grounds."""
    rows = {one.sha256: one for one in grounds}
    Grounds.objects.bulk_create(rows.values(), ignore_conflicts=True)


def read_kept(name: str, text: str) -> Any:
    """One input of a hearing from its grounds. Raises ValueError, TypeError, KeyError where they are none."""
    return read(_hints()[name], json.loads(text))


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Hearing)


def heard(kept: Mapping[str, Any], observations: Mapping[int, ObservationRow]) -> Hearing:
    """The hearing of these inputs, by name. Raises KeyError when an input or an observation (by id) is missing."""
    said: tuple[Said, ...] = kept["said"]
    answers = (one.answer(observations[one.observation[0]] if one.observation else None) for one in said)
    return Hearing(answers=tuple(answers), **kept)
