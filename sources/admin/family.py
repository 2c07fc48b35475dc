"""Who feeds whom around a source: what is drawn and what is said below it. The words alone tell everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from sources.admin.tree import MOST, Band, Box, Link, Picture, draw
from sources.contradictions import contradictions
from sources.independence import EVERY_METRIC, Voice, voices
from sources.metrics import CATALOGUE
from sources.models import Source
from sources.types import SourceFacts

Known = Mapping[str, SourceFacts]


@dataclass(frozen=True, slots=True)
class Shared:
    """One voice of this source with others, and the figures it holds for."""

    figures: str
    names: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """picture: None where the source stands alone. more: sources that belong here and are not drawn."""

    picture: Picture | None
    alone: str
    shared: tuple[Shared, ...]
    carried: tuple[str, ...]
    defects: tuple[str, ...]
    wrong: tuple[str, ...]
    more: int


def family_of(source: Source) -> Family:
    rows = {row.slug: row for row in Source.objects.all()}
    known = {slug: row.facts for slug, row in rows.items()}
    everywhere = {slug: voice for voice in voices(known.values(), "", "") for slug in voice.members}
    near = _near(source.slug, known, everywhere)
    drawn = near[:MOST]
    fact = known[source.slug]
    is_alone = len(near) == 1 and not _feeds(fact)
    links = {slug: reverse("admin:sources_source_change", args=[rows[slug].pk]) for slug in drawn}
    return Family(
        picture=None if is_alone else draw(source.slug, _bands(source.slug, drawn, known, everywhere), links),
        alone="It is a voice of its own." if fact.lineage.owner else "Nobody has noted its owner: it raises no count.",
        shared=tuple(_shared(source.slug, known)),
        carried=tuple(_carried(source.slug, known)),
        defects=tuple(f"{_figure(metric)}: {words}." for metric, words in sorted(fact.lineage.defects.items())),
        wrong=tuple(one.sentence for one in contradictions(known.values()) if source.slug in one.slugs),
        more=len(near) - len(drawn),
    )


def _near(slug: str, known: Known, everywhere: Mapping[str, Voice]) -> list[str]:
    """This source, all that are one voice with it for every figure, then who is tied to them for some, then texts."""
    core = list(dict.fromkeys((slug, *everywhere[slug].members)))
    fed = {feed for one in core for feed in _feeds(known[one])}
    shared = {*core} | (fed - set(known))
    some = [other for other in sorted(known) if other in fed or _feeds(known[other]) & shared]
    texts = [*known[slug].lineage.carries, *(other for other in sorted(known) if slug in known[other].lineage.carries)]
    return [one for one in dict.fromkeys((*core, *some, *texts)) if one in known]


def _feeds(fact: SourceFacts) -> set[str]:
    return {feed for feeds in fact.lineage.upstreams.values() for feed in feeds} - {fact.slug}


def _bands(here: str, drawn: Iterable[str], known: Known, everywhere: Mapping[str, Voice]) -> list[Band]:
    """One for each voice that holds for every figure, with its owners, and first the feeds that are no source."""
    grouped: dict[str, list[str]] = {}
    for slug in drawn:
        grouped.setdefault(everywhere[slug].name, []).append(slug)
    mine = set(grouped[everywhere[here].name])
    feeds = sorted({feed for slug in mine for feed in _feeds(known[slug])} - set(known))
    outside = [Band("", tuple(Box(f"feed {feed}", feed, "a feed", "feed") for feed in feeds), ())] if feeds else []
    return outside + [_band(name, slugs, known, mine) for name, slugs in grouped.items()]


def _band(name: str, slugs: list[str], known: Known, mine: set[str]) -> Band:
    """Around somebody else the owner is a word, not a box: the picture is about this source."""
    facts = [known[slug] for slug in _origins_first(slugs, known)]
    is_plain = len(facts) == 1 and not {*slugs} & mine
    owners = [] if is_plain else dict.fromkeys(owner for fact in facts for owner in reversed(_chain(fact)))
    boxes = [Box(f"owner {owner}", owner, "an owner", "owner") for owner in owners]
    boxes += [Box(fact.slug, fact.name, _note(fact, known, is_plain), "source") for fact in facts]
    links = dict.fromkeys(link for fact in facts for link in _links(fact, mine, set(known)))
    return Band("" if is_plain else f"{name}: {_count(len(facts))}", tuple(boxes), tuple(links), is_voice=True)


def _count(size: int) -> str:
    return "one voice" if size == 1 else f"{size} sources, one voice"


def _origins_first(slugs: list[str], known: Known) -> list[str]:
    depth = {slug: sum(origin in slugs for origin in known[slug].lineage.republishes) for slug in slugs}
    return sorted(slugs, key=lambda slug: depth[slug])


def _chain(fact: SourceFacts) -> list[str]:
    return [owner for owner in (fact.lineage.owner, *fact.lineage.parents) if owner.strip()]


def _links(fact: SourceFacts, mine: set[str], known: set[str]) -> Iterator[Link]:
    """Ties between two others are left to their own pages."""
    chain = _chain(fact)
    for below, above in zip([fact.slug, *(f"owner {owner}" for owner in chain)], chain, strict=False):
        yield Link(f"owner {above}", below, "owns")
    fed = dict.fromkeys((*fact.lineage.republishes, *sorted(_feeds(fact))))
    for origin in fed:
        if {origin, fact.slug} & mine or origin not in known:
            yield Link(origin if origin in known else f"feed {origin}", fact.slug, "feeds")
    for origin in fact.lineage.carries:
        if {origin, fact.slug} & mine:
            yield Link(origin, fact.slug, "carries")


def _note(fact: SourceFacts, known: Known, with_owner: bool) -> str:
    lineage = fact.lineage
    owned = [f"of {lineage.owner}"] if with_owner and lineage.owner not in ("", fact.name) else []
    passed = [f"passes on {_names(lineage.republishes, known)}"] if lineage.republishes else []
    fed = [f"takes {_metrics(lineage.upstreams)} from elsewhere"] if lineage.upstreams else []
    carried = [f"carries {_names(lineage.carries, known)}"] if lineage.carries else []
    own = ["nobody noted an owner"] if not lineage.owner else []
    return "; ".join((*owned, *passed, *fed, *own, *carried))


def _names(slugs: Iterable[str], known: Known) -> str:
    return ", ".join(known[slug].name if slug in known else slug for slug in slugs)


def _metrics(keys: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_figure(key.partition(":")[0]).lower() for key in keys))


def _figure(key: str) -> str:
    metric, _, subject = key.partition(":")
    title = "Every figure" if metric == EVERY_METRIC else CATALOGUE[metric].title if metric in CATALOGUE else metric
    return f"{title} of {subject}" if subject else title


def _shared(slug: str, known: Known) -> Iterator[Shared]:
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for metric, subject in _questions(slug, known):
        voice = next(one for one in voices(known.values(), metric, subject) if slug in one.members)
        if len(voice.members) > 1:
            found.setdefault((voice.members, voice.reasons), []).append(_figure(f"{metric}:{subject}"))
    for (members, reasons), figures in found.items():
        names = " and ".join(_two([known[member].name for member in members]))
        is_all = len(figures) >= len(CATALOGUE)
        title = "Every figure" if is_all else ", ".join(figures)
        yield Shared(title, names, tuple(f"{reason}." for reason in reasons))


def _two(names: list[str]) -> list[str]:
    return [", ".join(names[:-1]), names[-1]]


def _questions(slug: str, known: Known) -> list[tuple[str, str]]:
    keys = {key for key in known[slug].lineage.upstreams if ":" in key}
    keys |= {
        key for fact in known.values() for key, feeds in fact.lineage.upstreams.items() if ":" in key and slug in feeds
    }
    special = [(metric, subject) for metric, _, subject in (key.partition(":") for key in sorted(keys))]
    return [*((metric, "") for metric in CATALOGUE), *special]


def _carried(slug: str, known: Known) -> Iterator[str]:
    fact = known[slug]
    if fact.lineage.carries:
        yield f"{fact.name} prints texts of {_names(fact.lineage.carries, known)} beside its own."
    others = [other.name for other in known.values() if slug in other.lineage.carries]
    if others:
        yield f"{', '.join(sorted(others))} print its texts beside their own."
