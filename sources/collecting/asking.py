"""Ask every provider at once. Sockets live in the switchboard's thread; rows and parsers in this one.

A conversation is a provider's generator: it yields a request, is sent the kept response, and ends with an observation
or a SourceError. Its failures are handled here and nowhere else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from sources import throttle
from sources.collecting import addressing, keeping, leases
from sources.errors import Malformed, NotConfigured, NotCovered, RateLimited, SourceError, Unavailable
from sources.http import Switchboard, Transport
from sources.models import Inquiry, Lookup, Snapshot
from sources.providers._base import Conversation, Provider
from sources.types import Observation, Question, Request, Response

log = logging.getLogger(__name__)
MOST_REQUESTS = 40  # of one conversation: more is a loop


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
        for talk in list(self._begin(ends_at)):
            self.talks[talk.lookup.pk] = talk
            self._step(talk, None)
        while self.talks and (left := ends_at - time.monotonic()) > 0:
            arrival = self.board.next(left)
            if arrival is not None and isinstance(arrival.tag, int) and arrival.tag in self.talks:
                self._hear(self.talks[arrival.tag], arrival.result)
        for talk in list(self.talks.values()):
            self._fail(talk, Unavailable("no answer before the inquiry's deadline"))

    def _begin(self, ends_at: float) -> Iterator[_Talk]:
        providers, question, now = addressing.known_providers(), self.inquiry.question, timezone.now()
        for lookup in keeping.waiting(self.inquiry):
            provider = providers.get(lookup.provider)
            try:
                if provider is None:
                    raise NotCovered("this provider is no longer installed")
                addressing.check_configured(provider)
                provider.covers(question)
            except (NotConfigured, NotCovered) as error:
                keeping.keep_abstention(lookup, error, now, None)
                continue
            Lookup.objects.filter(pk=lookup.pk).update(asked_at=now)
            limit = time.monotonic() + provider.timeout_seconds
            yield _Talk(lookup, provider, provider.ask(question), min(ends_at, limit))

    def _hear(self, talk: _Talk, result: Response | SourceError) -> None:
        if isinstance(result, SourceError):
            self._fail(talk, result)
            return
        assert talk.request is not None
        talk.snapshot = keeping.keep_snapshot(talk.lookup, talk.request, result)
        self._step(talk, result)

    def _step(self, talk: _Talk, response: Response | None) -> None:
        try:
            talk.request = _advance(talk.conversation, response)
            self._send(talk, talk.request)
        except StopIteration as end:
            self._succeed(talk, end.value)
        except SourceError as error:
            self._fail(talk, error)

    def _send(self, talk: _Talk, request: Request) -> None:
        talk.requests += 1
        if talk.requests > MOST_REQUESTS:
            raise Malformed("the conversation does not end")
        if talk.snapshot is not None and not leases.still_holds(self.inquiry.pk, self.lease):
            raise Unavailable("another worker has taken over")
        throttle.take(talk.provider.name, talk.provider.per_minute, timezone.now())
        talk.request = addressing.addressed(talk.provider, request)
        talk.sent_at = talk.sent_at or time.monotonic()
        left = talk.ends_at - time.monotonic()
        self.board.send(talk.lookup.pk, addressing.signed(talk.provider, talk.request), max(left, 0.01))

    def _succeed(self, talk: _Talk, observation: Observation) -> None:
        del self.talks[talk.lookup.pk]
        now = timezone.now()
        keeping.keep_answer(talk.lookup, observation, talk.snapshot, now, talk.latency_ms)
        if talk.requests:
            throttle.answered(talk.provider.name, now, talk.latency_ms or 0)

    def _fail(self, talk: _Talk, error: SourceError) -> None:
        del self.talks[talk.lookup.pk]
        talk.conversation.close()
        now = timezone.now()
        keeping.keep_abstention(talk.lookup, error, now, talk.latency_ms)
        _note_failure(talk, error)


def _advance(conversation: Conversation, response: Response | None) -> Request:
    """The next request. StopIteration with the observation at the end; anything unforeseen becomes Malformed."""
    try:
        return next(conversation) if response is None else conversation.send(response)
    except (StopIteration, SourceError):
        raise
    except Exception as error:
        log.exception("a provider's parser failed")
        raise Malformed(f"the answer could not be read ({type(error).__name__})") from None


def _note_failure(talk: _Talk, error: SourceError) -> None:
    """The provider's state learns of real failures; "no data" is an answer; a refusal of our own is neither."""
    now = timezone.now()
    if talk.sent_at is None or (isinstance(error, RateLimited) and talk.snapshot is None):
        return
    if isinstance(error, (Unavailable, Malformed)) or error.reason == "access_denied":
        throttle.failed(talk.provider.name, now, error)
    else:
        throttle.answered(talk.provider.name, now, talk.latency_ms or 0)


def probe(name: str, question: Question, transport: Transport | None = None) -> str:
    """Ask one provider one question outside any inquiry; "" when it answered, else the reason word. Keeps no rows."""
    provider = addressing.known_providers()[name]
    try:
        addressing.check_configured(provider)
        provider.covers(question)
        throttle.take(name, provider.per_minute, timezone.now())
    except SourceError as error:
        return error.reason
    started = time.monotonic()
    try:
        with Switchboard(transport or addressing.transport()) as board:
            _converse(provider, question, board)
    except SourceError as error:
        if error.reason in {"unavailable", "rate_limited", "malformed", "access_denied"}:
            throttle.failed(name, timezone.now(), error)
            return error.reason
    throttle.answered(name, timezone.now(), int((time.monotonic() - started) * 1000))
    return ""


def _converse(provider: Provider, question: Question, board: Switchboard) -> Observation:
    conversation, response = provider.ask(question), None
    for _ in range(MOST_REQUESTS):
        try:
            request = addressing.addressed(provider, _advance(conversation, response))
        except StopIteration as end:
            observation: Observation = end.value
            return observation
        board.send(0, addressing.signed(provider, request), provider.timeout_seconds)
        arrival = board.next(provider.timeout_seconds + 1)
        if arrival is None or isinstance(arrival.result, SourceError):
            raise arrival.result if arrival and isinstance(arrival.result, SourceError) else Unavailable("no answer")
        response = arrival.result
    raise Malformed("the conversation does not end")
