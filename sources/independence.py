"""Which sources are one voice, and why.

Sources are one voice when they share an owner or an owner's owner, when one passes on what the other publishes, or
when both sit on one feed for the metric; all three hold transitively. So are sources that printed copies of one text,
for the question at hand. A shared defect never merges: it is a caveat. Everything that counts voices (engine, API,
admin, lint) asks `voices`. What it makes of facts that contradict each other: sources/contradictions.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sources.types import SourceFacts

EVERY_METRIC = "*"


@dataclass(frozen=True, slots=True)
class Voice:
    """An independent group of sources: counts once.

    name: unique among the voices of one call. members: slugs, sorted. reasons: one sentence for each fact that merged.
    authority: slugs of the members whose own word is the fact; a relay does not inherit it.
    interested: a member speaks about itself. classified: a member has a registered owner.
    defects: what is known to be wrong with the figures of the members.
    """

    name: str
    members: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    interested: bool = False
    classified: bool = True
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """Slugs and feeds that one fact makes one voice, present or not, and the sentence that says so."""

    slugs: tuple[str, ...]
    reason: str


def voices(
    facts: Iterable[SourceFacts], metric: str, subject: str, *, copies: Iterable[tuple[str, ...]] = ()
) -> tuple[Voice, ...]:
    """The voices behind these sources for this metric, by first member. The order of the facts does not matter.

    copies: groups of slugs that printed near-identical text (`sources.likeness.alike`).
    Facts are values: an answer is kept for the next call with equal facts, and then costs a hash of them.
    """
    return _voices(tuple(facts), metric, subject, tuple(tuple(group) for group in copies))


@lru_cache(maxsize=256)
def _voices(
    facts: tuple[SourceFacts, ...], metric: str, subject: str, copies: tuple[tuple[str, ...], ...]
) -> tuple[Voice, ...]:
    sources = _unique(facts)
    ties = [tie for rule in (_owner_ties, _relay_ties, _feed_ties) for tie in rule(sources, metric, subject)]
    ties += _copy_ties(sources, copies)
    groups = _groups(sources, ties)
    return _with_unique_names([_voice(group, metric, subject) for group in groups])


def _unique(facts: Iterable[SourceFacts]) -> dict[str, SourceFacts]:
    ordered = sorted(facts, key=lambda fact: (fact.slug, fact.name, fact.lineage.owner, fact.lineage.read))
    return {fact.slug: fact for fact in ordered}


def _owner_ties(sources: Mapping[str, SourceFacts], metric: str, subject: str) -> Iterator[Tie]:
    """The nearest owner that two sources share ties them; a parent is named where it brings in somebody more."""
    owned: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for slug, fact in sources.items():
        for title in _owners(fact):
            titles.setdefault(_folded(title), title)
        for owner in dict.fromkeys(_folded(title) for title in _owners(fact)):
            owned.setdefault(owner, []).append(slug)
    told: set[tuple[str, ...]] = set()
    for owner, slugs in owned.items():
        if len(slugs) > 1 and tuple(slugs) not in told:
            told.add(tuple(slugs))
            members = [sources[slug] for slug in slugs]
            yield Tie(tuple(slugs), f"{_names(members)} have one owner, {titles[owner]} ({_read(members)})")


def _relay_ties(sources: Mapping[str, SourceFacts], metric: str, subject: str) -> Iterator[Tie]:
    """An absent parent ties its relays to each other: its slug is a node although nobody gave facts about it."""
    for slug, fact in sources.items():
        for parent in sorted(set(fact.lineage.republishes) - {slug}):
            publisher = sources[parent].name if parent in sources else parent
            yield Tie((slug, parent), f"{fact.name} passes on what {publisher} publishes ({_read([fact])})")


def _feed_ties(sources: Mapping[str, SourceFacts], metric: str, subject: str) -> Iterator[Tie]:
    """A feed named like a source is that source: reading it for this metric is passing it on."""
    readers: dict[str, list[str]] = {}
    for slug, fact in sources.items():
        upstreams = fact.lineage.upstreams
        for feed in {feed for key in (EVERY_METRIC, metric, f"{metric}:{subject}") for feed in upstreams.get(key, ())}:
            readers.setdefault(feed, []).append(slug)
    for feed, slugs in sorted(readers.items()):
        members = [sources[slug] for slug in slugs if slug != feed]
        if members:
            verb = "take" if len(members) > 1 else "takes"
            origin = sources[feed].name if feed in sources else f"the feed {feed}"
            yield Tie((feed, *slugs), f"{_names(members)} {verb} this figure from {origin} ({_read(members)})")


def _copy_ties(sources: Mapping[str, SourceFacts], copies: Iterable[tuple[str, ...]]) -> Iterator[Tie]:
    for group in copies:
        members = [sources[slug] for slug in sorted(set(group)) if slug in sources]
        if len(members) > 1:
            yield Tie(tuple(one.slug for one in members), f"{_names(members)} printed near-identical text")
            yield from _carried(members)


def _carried(members: Sequence[SourceFacts]) -> Iterator[Tie]:
    for one in members:
        for origin in members:
            if origin.slug in one.lineage.carries and origin is not one:
                yield Tie((one.slug, origin.slug), f"{one.name} carries texts of {origin.name} ({_read([one])})")


@dataclass(frozen=True, slots=True)
class Group:
    """A connected group: its present members by slug, and the ties that run inside it."""

    members: tuple[SourceFacts, ...]
    ties: tuple[Tie, ...]


def _groups(sources: Mapping[str, SourceFacts], ties: Sequence[Tie]) -> list[Group]:
    """By first member."""
    root: dict[str, str] = {}

    def find(slug: str) -> str:
        while root.setdefault(slug, slug) != slug:
            slug = root[slug]
        return slug

    for tie in ties:
        ends = sorted(find(slug) for slug in tie.slugs)
        for end in ends[1:]:
            root[end] = ends[0]
    members: dict[str, list[SourceFacts]] = {}
    inside: dict[str, list[Tie]] = {}
    for slug in sorted(sources):
        members.setdefault(find(slug), []).append(sources[slug])
    for tie in ties:
        inside.setdefault(find(tie.slugs[0]), []).append(tie)
    return [Group(tuple(ones), tuple(inside.get(name, ()))) for name, ones in members.items()]


def _voice(group: Group, metric: str, subject: str) -> Voice:
    slugs = {member.slug for member in group.members}
    authority = [member for member in group.members if f"{metric}:{subject}" in member.lineage.authority]
    reasons = {tie.reason for tie in group.ties if slugs & set(tie.slugs) and _merges(tie, group.ties, slugs)}
    defects = {_defect(member, metric) for member in group.members} - {""}
    return Voice(
        name=authority[0].name if authority else _named(group.members),
        members=tuple(sorted(slugs)),
        reasons=tuple(sorted(reasons)),
        authority=tuple(member.slug for member in authority),
        interested=any({metric, EVERY_METRIC} & member.lineage.interested for member in group.members),
        classified=any(_folded(member.lineage.owner) for member in group.members),
        defects=tuple(sorted(defects)),
    )


def _named(members: Sequence[SourceFacts]) -> str:
    """After the one from whom it comes; where there are several, after the nearest owner they share, else the first."""
    origins = _roots(members) or members
    if len(origins) > 1:
        chains = [{_folded(owner) for owner in _owners(one)} for one in origins]
        for owner in _owners(origins[0]):
            if all(_folded(owner) in chain for chain in chains):
                return owner
    return origins[0].name


def _owners(member: SourceFacts) -> list[str]:
    return [owner.strip() for owner in (member.lineage.owner, *member.lineage.parents) if owner.strip()]


def _merges(tie: Tie, ties: Sequence[Tie], slugs: set[str]) -> bool:
    """Whether the tie joins two of these slugs, by itself or through something absent that another tie names too."""
    mine = set(tie.slugs)
    return len(mine & slugs) > 1 or any(mine & set(other.slugs) - slugs for other in ties if other is not tie)


def _roots(members: Sequence[SourceFacts]) -> list[SourceFacts]:
    """The members that pass on no other member. Empty when they pass on each other in a circle."""
    slugs = {member.slug for member in members}
    passed_on = ((one, {*one.lineage.republishes, *one.lineage.carries} - {one.slug}) for one in members)
    return [one for one, origins in passed_on if not origins & slugs]


def _defect(member: SourceFacts, metric: str) -> str:
    return member.lineage.defects.get(metric) or member.lineage.defects.get(EVERY_METRIC) or ""


def _with_unique_names(found: Sequence[Voice]) -> tuple[Voice, ...]:
    """Two strangers of one name stay two voices: each then carries its first slug, again where somebody is named so."""
    names = Counter(voice.name for voice in found)
    while len(names) < len(found):
        found = [_with_slug(voice) if names[voice.name] > 1 else voice for voice in found]
        names = Counter(voice.name for voice in found)
    return tuple(found)


def _with_slug(voice: Voice) -> Voice:
    return replace(voice, name=f"{voice.name} ({voice.members[0]})")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _names(members: Sequence[SourceFacts]) -> str:
    names = sorted(member.name for member in members)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _read(members: Sequence[SourceFacts]) -> str:
    places = sorted({member.lineage.read for member in members} - {""})
    doubt = "unconfirmed; " if any(member.lineage.unconfirmed for member in members) else ""
    return doubt + ("read " + "; ".join(places) if places else "nobody noted where this was read")
