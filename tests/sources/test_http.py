"""What leaves and enters through the one door to the network, against a real server on loopback."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator

import pytest

from sources.errors import Malformed, SourceError, Unavailable
from sources.http import MAX_BODY_BYTES, HttpTransport, Switchboard
from sources.types import Request, Response
from tests.local_server import (
    Exchange,
    LocalServer,
    cuts,
    drips,
    drips_headers,
    drops,
    hangs,
    local_server,
    replies,
)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with local_server() as running:
        yield running


def ask(request: Request, seconds: float = 5.0) -> Response | SourceError:
    with Switchboard(HttpTransport("claim-desk tests")) as board:
        board.send("only", request, seconds)
        arrival = board.next(seconds + 5)
    assert arrival is not None
    return arrival.result


def test_the_answer_comes_back_with_body_status_headers_and_times(server: LocalServer) -> None:
    server.scripts["/"] = replies({"a": 1}, retry_after="7")
    answer = ask(Request(f"{server.url}/x", params=(("symbol", "BTC/USD"),)))
    assert isinstance(answer, Response)
    assert (answer.status, json.loads(answer.body), answer.headers["retry-after"]) == (200, {"a": 1}, "7")
    assert answer.requested_at <= answer.received_at
    assert server.seen[0].target == "/x?symbol=BTC%2FUSD"
    assert server.seen[0].headers["user-agent"] == "claim-desk tests"
    assert server.seen[0].headers["accept-encoding"] == "identity"


def test_a_json_body_is_posted(server: LocalServer) -> None:
    server.scripts["/"] = replies([])
    ask(Request(f"{server.url}/info", method="POST", json={"type": "candleSnapshot"}))
    assert json.loads(server.seen[0].body) == {"type": "candleSnapshot"}


@pytest.mark.parametrize("script", [hangs, drips, drips_headers], ids=["hangs", "drips its body", "drips its headers"])
def test_a_slow_answer_ends_at_the_deadline_whatever_trickles_in(server: LocalServer, script: object) -> None:
    server.scripts["/"] = script  # type: ignore[assignment]
    started = time.monotonic()
    answer = ask(Request(f"{server.url}/"), seconds=0.7)
    assert isinstance(answer, Unavailable)
    assert "0.7 seconds" in str(answer)
    assert time.monotonic() - started < 5


def test_a_slow_provider_does_not_hold_up_a_quick_one(server: LocalServer) -> None:
    server.scripts["/slow"], server.scripts["/quick"] = hangs, replies({})
    with Switchboard(HttpTransport("tests")) as board:
        board.send("slow", Request(f"{server.url}/slow"), 3)
        board.send("quick", Request(f"{server.url}/quick"), 3)
        first = board.next(2)
    assert first is not None
    assert first.tag == "quick"


@pytest.mark.parametrize("script", [drops, cuts], ids=["drops the connection", "cuts the body short"])
def test_a_broken_connection_is_tried_three_times_and_then_unavailable(server: LocalServer, script: object) -> None:
    server.scripts["/"] = script  # type: ignore[assignment]
    answer = ask(Request(f"{server.url}/"), seconds=10)
    assert isinstance(answer, Unavailable)
    assert str(answer) == "it broke off its answer"
    assert len(server.seen) == 3


def test_a_server_error_is_tried_again_and_the_good_answer_counts(server: LocalServer) -> None:
    async def fails_once(exchange: Exchange) -> None:
        await exchange.reply({}, 503 if len(server.seen) == 1 else 200)

    server.scripts["/"] = fails_once
    answer = ask(Request(f"{server.url}/"), seconds=10)
    assert isinstance(answer, Response)
    assert answer.status == 200


def test_a_lasting_server_error_is_handed_on_with_its_body(server: LocalServer) -> None:
    server.scripts["/"] = replies(b"<html>down</html>", 520)
    answer = ask(Request(f"{server.url}/"), seconds=10)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (520, b"<html>down</html>")


def test_a_refusal_is_not_hammered(server: LocalServer) -> None:
    server.scripts["/"] = replies({}, 429, retry_after="30")
    ask(Request(f"{server.url}/"))
    assert len(server.seen) == 1


def test_a_redirect_is_not_followed(server: LocalServer) -> None:
    server.scripts["/"] = replies(b"", 302, location=f"{server.url}/elsewhere")
    answer = ask(Request(f"{server.url}/"))
    assert isinstance(answer, Response)
    assert answer.status == 302
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b" " * (MAX_BODY_BYTES + 1), {}),
        (gzip.compress(b" " * (20 * MAX_BODY_BYTES)), {"content_encoding": "gzip"}),
        (b"x", {"content_encoding": "br"}),
        (b"x", {"content_encoding": "gzip, gzip"}),
        (b"not gzip", {"content_encoding": "gzip"}),
    ],
    ids=["too large", "a gzip bomb", "brotli", "double gzip", "broken gzip"],
)
def test_a_body_nobody_can_want_is_malformed(server: LocalServer, body: bytes, headers: dict[str, str]) -> None:
    server.scripts["/"] = replies(body, **headers)
    assert isinstance(ask(Request(f"{server.url}/"), seconds=10), Malformed)


def test_a_gzipped_answer_is_read_although_nobody_asked_for_it(server: LocalServer) -> None:
    server.scripts["/"] = replies(gzip.compress(b"[1]"), content_encoding="gzip")
    answer = ask(Request(f"{server.url}/"))
    assert isinstance(answer, Response)
    assert answer.body == b"[1]"


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as taken:  # bound, so that nobody else gets the port, but not listening
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        answer = ask(Request(address), seconds=10)
    assert isinstance(answer, Unavailable)
    assert str(answer) == "it could not be reached"
