"""Ask every provider at once. Sockets live in the switchboard's thread; rows and parsers in this one.

A conversation is a provider's generator: it yields a request, is sent the kept response, and ends with an observation
or a SourceError. Its failures are handled here and nowhere else. A worker that finds a later lease on its inquiry
stops where it is and writes nothing more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings

from sources import throttle
from sources.collecting import addressing, keeping, leases
from sources.errors import Malformed, NotCovered, SourceError, Unavailable
from sources.http import Switchboard, Transport
from sources.models import Inquiry, Lookup, Snapshot
from sources.providers._base import Conversation, Provider
from sources.queries import database_now
from sources.types import Observation, Question, Request, Response

log = logging.getLogger(__name__)
MOST_REQUESTS = 40  # of one conversation: more is a loop
SLACK_SECONDS = 0.5  # requests end by themselves at the deadline and say how long they waited
T = TypeVar("T")


def answer(inquiry_id: int, transport: Transport | None = None) -> bool:
    """Put the inquiry's question to every provider that still waits; True when nobody waits any more.

    False when another worker holds the lease. Safe to call any number of times.
    """
    lease = leases.take(inquiry_id)
    if lease is None:
        return not Lookup.objects.filter(inquiry_id=inquiry_id, state=Lookup.State.WAITING).exists()
    inquiry = Inquiry.objects.get(pk=inquiry_id)
    with Switchboard(transport or addressing.transport()) as board:
        _Round(inquiry, lease, board).run()
    return not keeping.waiting(inquiry)


@dataclass(slots=True)
class _Talk:
    """One provider's conversation under way. sent_at and ends_at on the monotonic clock."""

    lookup: Lookup
    provider: Provider
    conversation: Conversation
    ends_at: float
    request: Request | None = None
    snapshot: Snapshot | None = None
    sent_at: float | None = None
    requests: int = 0

    @property
    def latency_ms(self) -> int | None:
        return None if self.sent_at is None else int((time.monotonic() - self.sent_at) * 1000)


@dataclass(slots=True)
class _Round:
    """All conversations of one inquiry."""

    inquiry: Inquiry
    lease: int
    board: Switchboard
    talks: dict[int, _Talk] = field(default_factory=dict)

    def run(self) -> None:
        ends_at = time.monotonic() + float(settings.INQUIRY_SECONDS)
        for talk in self._begin(ends_at):
            self.talks[talk.lookup.pk] = talk
            self._step(talk, None)
        closes_at = ends_at + SLACK_SECONDS
        while self.talks and (arrival := self.board.next(closes_at - time.monotonic())) is not None:
            if not leases.still_holds(self.inquiry.pk, self.lease):
                log.warning("inquiry %s has been taken over; what it answered is dropped", self.inquiry.pk)
                return
            if isinstance(arrival.tag, int) and arrival.tag in self.talks:
                self._hear(self.talks[arrival.tag], arrival.result)
        for talk in list(self.talks.values()):
            self._fail(talk, Unavailable("no answer before the inquiry's deadline"))

    def _begin(self, ends_at: float) -> Iterator[_Talk]:
        for lookup in keeping.waiting(self.inquiry):
            try:
                provider, conversation = _invite(lookup.provider, self.inquiry.question)
            except SourceError as error:
                keeping.keep_abstention(lookup, error, keeping.Ending(self.lease, database_now()))
                continue
            Lookup.objects.filter(pk=lookup.pk).update(asked_at=database_now())
            yield _Talk(lookup, provider, conversation, min(ends_at, time.monotonic() + provider.timeout_seconds))

    def _hear(self, talk: _Talk, result: Response | SourceError) -> None:
        if isinstance(result, SourceError):
            self._fail(talk, result)
            return
        assert talk.request is not None
        response = addressing.unsigned(talk.provider, talk.request, result)
        talk.snapshot = keeping.keep_snapshot(talk.lookup, talk.request, response)
        self._step(talk, response)

    def _step(self, talk: _Talk, response: Response | None) -> None:
        try:
            self._send(talk, advance(talk.provider, talk.conversation, response))
        except StopIteration as end:
            self._succeed(talk, end.value)
        except SourceError as error:
            self._fail(talk, error)

    def _send(self, talk: _Talk, request: Request) -> None:
        talk.requests += 1
        if talk.requests > MOST_REQUESTS:
            raise Malformed("the conversation does not end")
        left = talk.ends_at - time.monotonic()
        if left <= 0:
            raise Unavailable("no time left for its next answer")
        throttle.take(talk.provider.name, addressing.budget(talk.provider), database_now())
        talk.request = addressing.addressed(talk.provider, request)
        talk.sent_at = talk.sent_at or time.monotonic()
        self.board.send(talk.lookup.pk, addressing.signed(talk.provider, talk.request), left)

    def _succeed(self, talk: _Talk, observation: Observation) -> None:
        ending = keeping.Ending(self.lease, database_now(), talk.latency_ms)
        try:
            kept = keeping.keep_answer(talk.lookup, observation, talk.snapshot, ending)
        except Malformed as error:
            self._fail(talk, error)
            return
        del self.talks[talk.lookup.pk]
        if kept and talk.requests:
            throttle.answered(talk.provider.name, ending.now, talk.latency_ms or 0)

    def _fail(self, talk: _Talk, error: SourceError) -> None:
        del self.talks[talk.lookup.pk]
        talk.conversation.close()
        ending = keeping.Ending(self.lease, database_now(), talk.latency_ms)
        if keeping.keep_abstention(talk.lookup, error, ending) and talk.sent_at is not None:
            _note_failure(talk.provider, error, talk.latency_ms or 0)


def _invite(name: str, question: Question) -> tuple[Provider, Conversation]:
    """The provider and its conversation about the question. SourceError when it is not to be asked."""
    provider = addressing.known_providers().get(name)
    if provider is None:
        raise NotCovered("this provider is no longer installed")
    addressing.check_configured(provider)
    _foreseen(provider, lambda: provider.covers(question))
    return provider, _foreseen(provider, lambda: provider.ask(question))


def advance(provider: Provider, conversation: Conversation, response: Response | None) -> Request:
    """The next request. StopIteration with the observation at the end."""
    if response is None:
        return _foreseen(provider, lambda: next(conversation))
    return _foreseen(provider, lambda: conversation.send(response))


def _foreseen(provider: Provider, step: Callable[[], T]) -> T:
    """The step's result. Anything unforeseen becomes Malformed: one provider's mistake costs no other its answer."""
    try:
        return step()
    except (StopIteration, SourceError):
        raise
    except Exception as error:
        log.exception("the code of provider %s failed", provider.name)
        raise Malformed(f"the answer could not be read ({type(error).__name__})") from None


FAILURES = frozenset({"unavailable", "rate_limited", "malformed", "access_denied"})


def _note_failure(provider: Provider, error: SourceError, latency_ms: int) -> None:
    """The provider's state learns of real failures; "no data" is an answer.

    What was not sent says nothing about the provider, nor does a recording that is missing.
    """
    if isinstance(error, throttle.NotSent):
        return
    if error.reason not in FAILURES:
        throttle.answered(provider.name, database_now(), latency_ms)
    elif not addressing.replayed():
        throttle.failed(provider.name, database_now(), error)


def probe(name: str, question: Question, transport: Transport | None = None) -> str:
    """Ask one provider one question outside any inquiry; "" when it answered, else the reason word. Keeps no rows."""
    started = time.monotonic()
    try:
        provider, conversation = _invite(name, question)
    except SourceError as error:
        return error.reason
    try:
        with Switchboard(transport or addressing.transport()) as board:
            _converse(provider, conversation, board)
    except SourceError as error:
        _note_failure(provider, error, _since(started))
        return error.reason if error.reason in FAILURES else ""
    throttle.answered(name, database_now(), _since(started))
    return ""


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def _converse(provider: Provider, conversation: Conversation, board: Switchboard) -> None:
    ends_at, response = time.monotonic() + provider.timeout_seconds, None
    for _ in range(MOST_REQUESTS):
        try:
            request = addressing.addressed(provider, advance(provider, conversation, response))
        except StopIteration:
            return
        throttle.take(provider.name, addressing.budget(provider), database_now())
        board.send(0, addressing.signed(provider, request), max(ends_at - time.monotonic(), 0.01))
        arrival = board.next(ends_at - time.monotonic() + 1)
        if arrival is None or isinstance(arrival.result, SourceError):
            raise arrival.result if arrival and isinstance(arrival.result, SourceError) else Unavailable("no answer")
        response = addressing.unsigned(provider, request, arrival.result)
    raise Malformed("the conversation does not end")
