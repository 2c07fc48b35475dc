"""The evidence of one verdict as the page shows it: voices with their members, and apart from them who gave nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from claims.admin.languages import told
from claims.admin.marks import LABELS, STANCES
from claims.admin.wording import full, read, unit_of
from claims.models import Claim
from claims.queries import Item
from claims.types import Stance
from sources.admin.showing import Look, chip, clock
from sources.admin.words import KINDS, WAITING, abstention
from sources.collecting import known_providers
from sources.independence import Voice, voices
from sources.models import Lookup, Observation
from sources.queries import facts_of

ORDER = {Stance.SUPPORTS.value: 0, Stance.CONTRADICTS.value: 1, Stance.INCONCLUSIVE.value: 2, "": 3}


@dataclass(slots=True)
class Group:
    """One voice: the rows of its members. reasons: why several are one. authority: its word is the fact."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    is_split: bool = False
    authority: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    groups: list[Group]
    silent: list[dict[str, Any]]
    waiting: list[str]


def table(claim: Claim, items: Sequence[Item]) -> Table:
    """Answers by voice, those that support first; abstentions and unanswered lookups apart."""
    answered = [item for item in items if item.observation is not None]
    known = voices(facts_of(item.lookup.provider for item in answered), claim.metric, claim.subject)
    return Table(
        groups=_groups(claim, answered, known),
        silent=[_silent(item) for item in items if item.lookup.state == Lookup.State.ABSTAINED],
        waiting=[title_of(item) for item in items if item.lookup.state == Lookup.State.WAITING],
    )


def _groups(claim: Claim, items: Sequence[Item], known: Sequence[Voice]) -> list[Group]:
    groups: dict[str, Group] = {}
    for item in sorted(items, key=lambda one: (ORDER[_stance(one)], one.lookup.provider)):
        name = (item.reading.voice if item.reading else "") or item.lookup.provider
        groups.setdefault(name, Group(name)).rows.append(_row(claim, item))
    for group in groups.values():
        members = {row["provider"] for row in group.rows}
        voice = next((one for one in known if members & set(one.members)), None)
        if voice:
            group.authority = bool(voice.authority and members & set(voice.authority))
        if len(members) > 1:
            group.reasons = voice.reasons if voice else ()
            group.is_split = len({row["stance_word"] for row in group.rows if row["decides"]}) > 1
    return list(groups.values())


def title_of(item: Item) -> str:
    """The provider's name; its slug where it has been retired since."""
    provider = known_providers().get(item.lookup.provider)
    return provider.title if provider else item.lookup.provider


def _stance(item: Item) -> str:
    return item.reading.stance if item.reading else ""


def _row(claim: Claim, item: Item) -> dict[str, Any]:
    observation, reading, unit = item.observation, item.reading, unit_of(claim)
    assert observation is not None
    look = (
        STANCES[Stance(reading.stance)] if reading and reading.stance else Look("Not read yet", "hourglass_top", "wait")
    )
    kind = KINDS[observation.kind]
    return {
        "provider": item.lookup.provider,
        "title": title_of(item),
        "stance": chip(look, "quiet"),
        "stance_word": look.word,
        "decides": bool(reading and reading.counts and reading.stance in {Stance.SUPPORTS, Stance.CONTRADICTS}),
        "tone": look.tone,
        "value": read(observation.value, unit),
        "value_title": _interval(observation, unit),
        "kind": kind,
        "observed": clock(observation.observed_at, claim.window_end, never="time not said"),
        "reason": next(iter(told(claim, reading, "reason")), None),
        "observation": observation,
        "stance_name": reading.stance if reading else "",
        "label_name": reading.label if reading else "",
        "label": LABELS.get(reading.label, reading.label) if reading else "",
        "counts": bool(reading and reading.counts),
        "note": observation.note,
        "raw": _raw(item),
    }


def _interval(observation: Observation, unit: str) -> str:
    """Every digit: "418,950,000 to 419,450,000 USD (given as 419,200,000)"."""
    given = full(observation.value, unit)
    if observation.low is None:
        return f"at most {full(observation.high, unit)}"
    if observation.high is None:
        return f"at least {full(observation.low, unit)}"
    if observation.low == observation.high:
        return given
    return f"{full(observation.low, unit)} to {full(observation.high, unit)} (given as {given})"


def _raw(item: Item) -> list[tuple[str, int]]:
    return [(reverse("admin:sources_snapshot_change", args=[row.pk]), row.status) for row in item.snapshots]


def _silent(item: Item) -> dict[str, Any]:
    return {
        "title": title_of(item),
        "look": _abstained(item),
        "note": item.lookup.note,
        "latency": item.lookup.latency_ms,
        "raw": _raw(item),
    }


def _abstained(item: Item) -> SafeString:
    look = abstention(item.lookup.reason) if item.lookup.state == Lookup.State.ABSTAINED else WAITING
    return chip(look, "quiet")
