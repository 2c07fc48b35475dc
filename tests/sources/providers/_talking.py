"""Holds a conversation with a provider: what it asks, and what it makes of the answers. No socket, no database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sources.providers import ALL
from sources.replay import ReplayFolder
from sources.types import Observation, Question, Request, Response, Window

RECORDINGS = Path(__file__).parents[2] / "recordings"
MARKET_DAY = Path(__file__).parents[3] / "sources" / "replay" / "2026-01-14"
END = datetime(2026, 1, 14, 5, tzinfo=UTC)
SOON_AFTER = END + timedelta(seconds=5)
HOUR = timedelta(hours=1)


def question(metric: str, subject: str, end: datetime = END, length: timedelta = HOUR, **qualifiers: str) -> Question:
    return Question.of(metric, subject, Window(end - length, end), **qualifiers)


def response(body: Any, status: int = 200, at: datetime = SOON_AFTER, **headers: str) -> Response:
    """body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, raw, at, at, {name.replace("_", "-"): value for name, value in headers.items()})


def told(provider: str, asked: Question, *responses: Response) -> Observation:
    """What the provider concludes when its requests are answered by these, in order."""
    return held(provider, asked, *responses)[0]


def held(provider: str, asked: Question, *responses: Response) -> tuple[Observation, list[Request]]:
    """The conclusion and everything that was requested on the way."""
    ALL[provider].covers(asked)
    conversation = ALL[provider].ask(asked)
    requests: list[Request] = []
    answers = list(responses)
    try:
        requests.append(next(conversation))
        while True:
            requests.append(conversation.send(answers.pop(0)))
    except StopIteration as end:
        assert not answers, "the provider asked for less than was prepared"
        return end.value, requests


def replayed(provider: str, asked: Question, folder: Path = RECORDINGS) -> Observation:
    """As `told`, answered from the recordings of this provider."""
    ALL[provider].covers(asked)
    recordings = ReplayFolder.load(folder / provider)
    conversation = ALL[provider].ask(asked)
    try:
        request = next(conversation)
        while True:
            request = conversation.send(recordings.answer(request))
    except StopIteration as end:
        value: Observation = end.value
        return value


def parameters(request: Request) -> dict[str, str]:
    return dict(request.params)
