"""Today's parsers over the answers as they were kept. Nobody is asked and nothing is written.

A conversation is played again: each request it makes is met with the snapshot that was kept of it, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sources.canonical import plain
from sources.collecting import addressing, keeping
from sources.collecting.asking import MOST_REQUESTS, advance
from sources.errors import Malformed, SourceError
from sources.models import Lookup, Snapshot
from sources.models import Observation as ObservationRow
from sources.providers._base import Provider
from sources.types import Observation, Request, Response


@dataclass(frozen=True, slots=True)
class Rereading:
    """A lookup whose kept answers say something else today. was, now: name -> value, or `refusal` and `note`.

    now holds only `request` where the conversation makes one today that was not made then: it cannot be played on.
    """

    lookup: int
    provider: str
    was: dict[str, Any]
    now: dict[str, Any]


class _NeverMade(Exception):
    """The next request was not made then; the message names it."""


def rereadings(provider: str | None = None) -> Iterator[Rereading]:
    """Every finished lookup that today's parsers read otherwise, oldest first."""
    rows = Lookup.objects.exclude(state=Lookup.State.WAITING).select_related("inquiry", "observation").order_by("pk")
    rows = rows.filter(provider=provider) if provider else rows
    for lookup in rows.iterator(chunk_size=200):
        found = reread(lookup)
        if found is not None:
            yield found


def reread(lookup: Lookup) -> Rereading | None:
    """What differs, None where nothing does. Where nothing was sent, or an earlier answer stands, nothing is read."""
    snapshots = list(lookup.snapshots.select_related("body").order_by("pk"))
    provider = addressing.known_providers().get(lookup.provider)
    if provider is None or not _has_own_answer(lookup, snapshots):
        return None
    was = _stored(lookup)
    try:
        now = _plain(_played(provider, lookup, snapshots))
    except _NeverMade as error:
        was_cut_short = lookup.observation is None and not isinstance(error.__cause__, LookupError)
        now = was if was_cut_short else {"request": str(error)}
    except SourceError as error:
        now = {"refusal": error.reason, "note": str(error)[:300]}
    return None if now == was else Rereading(lookup.pk, lookup.provider, was, now)


def _has_own_answer(lookup: Lookup, snapshots: list[Snapshot]) -> bool:
    """What it says was read from these snapshots, or computed without any."""
    if lookup.observation is None:
        return bool(snapshots)
    return lookup.observation.snapshot_id in {None, *(one.pk for one in snapshots)}


def _played(provider: Provider, lookup: Lookup, snapshots: list[Snapshot]) -> Observation:
    """Raises SourceError as the conversation does, _NeverMade when the snapshots do not answer its next request."""
    conversation, response = provider.ask(lookup.inquiry.question), None
    for number in range(MOST_REQUESTS):
        try:
            request = advance(provider, conversation, response)
        except StopIteration as end:
            observation: Observation = end.value
            return observation
        response = _kept(provider, request, snapshots[number : number + 1])
    raise Malformed("the conversation does not end")


def _kept(provider: Provider, request: Request, snapshots: list[Snapshot]) -> Response:
    """What was answered then. The host may have been another: `<NAME>_URL` may have changed since."""
    asked = keeping.shown_url(request)
    if not snapshots:
        raise _NeverMade(f"{request.method} {asked}")
    (kept,) = snapshots
    if kept.method != request.method or not kept.url.endswith(asked.removeprefix(provider.base_url.rstrip("/"))):
        raise _NeverMade(f"{request.method} {asked}, then {kept.method} {kept.url}") from LookupError()
    return Response(kept.status, kept.body.raw, kept.requested_at, kept.received_at, kept.headers, asked)


def _stored(lookup: Lookup) -> dict[str, Any]:
    row = lookup.observation
    return {"refusal": lookup.reason, "note": lookup.note} if row is None else _plain(row)


def _plain(seen: Observation | ObservationRow) -> dict[str, Any]:
    """What is compared, as the columns hold it."""
    figures = {name: getattr(seen, name) for name in ("value", "low", "high")}
    return {
        **{name: None if one is None else _figure(one) for name, one in figures.items()},
        "kind": str(seen.kind),
        "observed_at": plain(seen.observed_at),
        "note": seen.note[:300],
        "detail": plain(seen.detail),
    }


def _figure(value: Decimal) -> str:
    """With the 20 places of the column, without the zeros at their end."""
    return f"{value:.20f}".rstrip("0").rstrip(".")
