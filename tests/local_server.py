"""A small HTTP server on loopback that can misbehave in every way a provider does: real sockets, scripted answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request that came in, and the writer to answer it with."""

    target: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter

    async def reply(self, body: bytes | Any, status: int = 200, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(raw)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + raw)

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()


@dataclass
class LocalServer:
    """`scripts` maps a path prefix to what happens; `seen` lists the targets asked for."""

    url: str = ""
    scripts: dict[str, Script] = field(default_factory=dict)
    seen: list[Exchange] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            exchange = await _read(reader, writer)
            self.seen.append(exchange)
            for prefix, script in self.scripts.items():
                if exchange.target.startswith(prefix):
                    await script(exchange)
                    break
            else:
                await exchange.reply({"message": "nothing here"}, 404)
        writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Exchange(first.split(" ")[1], headers, body, writer)


@contextlib.contextmanager
def local_server() -> Iterator[LocalServer]:
    server, loop, started = LocalServer(), asyncio.new_event_loop(), threading.Event()

    async def run() -> asyncio.Server:
        listening = await asyncio.start_server(server._serve, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        return listening

    def forever() -> None:
        listening = loop.run_until_complete(run())
        loop.call_soon(started.set)  # not before the loop runs for good: a stop would be missed
        loop.run_forever()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    thread = threading.Thread(target=forever, daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def replies(body: bytes | Any, status: int = 200, **headers: str) -> Script:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(body, status, **headers)

    return script


async def hangs(exchange: Exchange) -> None:
    await asyncio.sleep(60)


async def drips(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n")
    for _ in range(600):
        await exchange.send(b" ")
        await asyncio.sleep(0.1)


async def drips_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(600):
        await exchange.send(f"x-{number}: y\r\n".encode())
        await asyncio.sleep(0.1)


async def drops(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def cuts(exchange: Exchange) -> None:
    await exchange.send(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"half": ')
