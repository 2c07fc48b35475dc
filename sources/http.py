"""The only module that opens a socket to providers: many requests at once, each with one deadline round all of it.

A read timeout does not bound a fetch (a server dripping one byte a second holds a client for ever), so every request
runs under asyncio.timeout. Bodies are capped after decoding. Transient failures are retried twice with jitter, inside
the same deadline.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import zlib
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
import stamina

from sources.errors import Malformed, SourceError, Unavailable
from sources.types import Request, Response

log = logging.getLogger(__name__)
MAX_BODY_BYTES = 5_000_000
CONNECT_SECONDS = 3.0
ATTEMPTS = 3
KEPT_HEADERS = frozenset({"content-type", "date", "retry-after", "last-modified", "etag", "age", "expires"})


class Transport(Protocol):
    """Takes a Request with its key and host in place, gives the raw answer. Raises SourceError only."""

    async def send(self, request: Request) -> Response: ...

    async def aclose(self) -> None: ...


class _Transient(Exception):
    """A failure worth another try: carries the answer if there was one."""

    def __init__(self, message: str, response: Response | None = None) -> None:
        super().__init__(message)
        self.response = response


def _own_clock() -> datetime:
    return datetime.now(UTC)


class HttpTransport:
    """Real sockets. One connection pool for the life of the object; no redirects, no cookies, no environment.

    clock: what requested_at and received_at are read from, aware UTC.
    """

    def __init__(self, user_agent: str, proxy: str | None = None, clock: Callable[[], datetime] = _own_clock) -> None:
        self._clock = clock
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            headers={"user-agent": user_agent, "accept-encoding": "identity", "accept": "*/*"},
            follow_redirects=False,
            trust_env=False,
            proxy=proxy,
        )

    async def send(self, request: Request) -> Response:
        try:
            async for attempt in stamina.retry_context(
                on=_Transient, attempts=ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=1.0, wait_jitter=0.4
            ):
                with attempt:
                    return await self._once(request)
        except _Transient as failure:
            if failure.response is not None:
                return failure.response
            raise Unavailable(str(failure)) from None
        raise AssertionError("unreachable")

    async def _once(self, request: Request) -> Response:
        requested_at = self._clock()
        try:
            async with self._client.stream(**_arguments(request)) as answer:
                body = await _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise _Transient("it could not be reached") from None
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise _Transient("it broke off its answer") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unavailable(f"the request failed ({type(error).__name__})") from None
        response = Response(
            status=answer.status_code,
            body=body,
            requested_at=requested_at,
            received_at=self._clock(),
            headers={name: value[:500] for name, value in answer.headers.items() if name in KEPT_HEADERS},
            url=str(answer.url),
        )
        if response.status >= 500:
            raise _Transient(f"HTTP {response.status}", response)
        return response

    async def aclose(self) -> None:
        await self._client.aclose()


def _arguments(request: Request) -> dict[str, Any]:
    arguments: dict[str, Any] = {"method": request.method, "url": request.url, "headers": list(request.headers)}
    if request.params:
        arguments["params"] = list(request.params)
    if request.json is not None:
        arguments["json"] = request.json
    elif request.body is not None:
        arguments["content"] = request.body
    return arguments


async def _read(answer: httpx.Response) -> bytes:
    """The body, decoded by hand so that a bomb stops at the cap. Malformed when it is larger or oddly encoded."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip"}:
        raise Malformed(f"the answer is encoded as {encoding[:40]!r}, which nobody asked for")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in answer.aiter_raw():
        try:
            body += inflate.decompress(chunk, MAX_BODY_BYTES + 1 - len(body)) if inflate else chunk
        except zlib.error:
            raise Malformed("the answer's compression is broken") from None
        if len(body) > MAX_BODY_BYTES:
            raise Malformed(f"the answer is larger than {MAX_BODY_BYTES} bytes")
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of the request sent under `tag`."""

    tag: Hashable
    result: Response | SourceError


class Switchboard:
    """Sends requests at once on one event loop in its own thread; answers come back as they arrive.

    The caller stays synchronous: it sends, waits for the next arrival, writes rows, sends again.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._arrivals: queue.Queue[Arrival] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="switchboard", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def send(self, tag: Hashable, request: Request, seconds: float) -> None:
        """Start the request; it has `seconds` for everything. Its arrival carries `tag`."""
        self._start(self._deliver(tag, request, seconds))

    def next(self, seconds: float) -> Arrival | None:
        """The next arrival, or None when nothing came within `seconds`."""
        try:
            return self._arrivals.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _deliver(self, tag: Hashable, request: Request, seconds: float) -> None:
        self._arrivals.put(Arrival(tag, await self._result(request, seconds)))

    async def _result(self, request: Request, seconds: float) -> Response | SourceError:
        try:
            async with asyncio.timeout(seconds):
                return await self._transport.send(request)
        except TimeoutError:
            return Unavailable(f"no answer within {seconds:.1f} seconds")
        except SourceError as error:
            return error
        except Exception as error:  # else its conversation would wait for an arrival that never comes
            log.exception("a request ended in a way nobody foresaw")
            return Unavailable(f"the request failed ({type(error).__name__})")

    async def _close(self) -> None:
        waiting = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._transport.aclose()
