"""What every provider keeps, discovered and not listed: a hostile answer ends in a SourceError and in nothing else."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.errors import SourceError
from sources.providers import ALL
from sources.replay import Recording, ReplayFolder
from sources.types import Observation, Question, Request, Response, Window

ROOT = Path(__file__).parents[3]
RECORDINGS = ROOT / "tests" / "recordings"
Transport = Callable[[int, Request], Response]  # the number of the request in its conversation, and the request


@dataclass(frozen=True)
class Case:
    """A question with the folder that answers it. recording: None where the provider computes and asks nobody."""

    provider: str
    name: str
    raw: Mapping[str, Any]
    folder: ReplayFolder
    recording: Recording | None
    expects: str | None

    @property
    def question(self) -> Question:
        start, end = (datetime.fromisoformat(self.raw[name]) for name in ("window_start", "window_end"))
        return Question.of(
            self.raw["metric"], self.raw["subject"], Window(start, end), **self.raw.get("qualifiers", {})
        )

    @property
    def is_json(self) -> bool:
        return isinstance(_json_of(self.recording.body if self.recording else b""), (dict, list))

    def recorded(self, number: int, request: Request) -> Response:
        return self.folder.answer(request)

    def __str__(self) -> str:
        return f"{self.provider}-{self.name}"


def _json_of(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


@cache
def cases(provider: str) -> tuple[Case, ...]:
    home = RECORDINGS / provider
    files = {file.relative_to(home).as_posix(): json.loads(file.read_bytes()) for file in sorted(home.rglob("*.json"))}
    folder = ReplayFolder.load(home) if any("request" in raw for raw in files.values()) else ReplayFolder(())
    recordings = {recording.origin: recording for recording in folder.recordings}
    return tuple(
        Case(provider, name.removesuffix(".json"), raw["question"], folder, recordings.get(name), raw.get("expects"))
        for name, raw in files.items()
        if "question" in raw
    )


CASES = [case for provider in sorted(ALL) for case in cases(provider)]
GOOD = [case for case in CASES if case.expects is None]
ASKING = [case for case in GOOD if case.recording]
JSON = [case for case in ASKING if case.is_json]


def converse(case: Case, transport: Transport) -> Observation:
    conversation = ALL[case.provider].ask(case.question)
    number = 0
    try:
        request = next(conversation)
        while True:
            request = conversation.send(transport(number, request))
            number += 1
    except StopIteration as end:
        observation: Observation = end.value
        return observation


def outcome(case: Case, transport: Transport) -> Observation | SourceError:
    """The only two ways a conversation may end; anything else is raised and fails the test."""
    try:
        observation = converse(case, transport)
    except SourceError as error:
        return error
    check(observation)
    return observation


def check(observation: Observation) -> None:
    assert isinstance(observation, Observation)
    for figure in (observation.value, observation.low, observation.high):
        assert figure is None or (isinstance(figure, Decimal) and figure.is_finite() and abs(figure) < Decimal("1e40"))
    assert observation.observed_at is None or observation.observed_at.utcoffset() is not None
    json.dumps(observation.detail, allow_nan=False)


def requests_of(case: Case) -> int:
    asked: list[Request] = []

    def transport(number: int, request: Request) -> Response:
        asked.append(request)
        return case.recorded(number, request)

    converse(case, transport)
    return len(asked)


def spoiled(case: Case, spoil: Callable[[bytes], bytes]) -> Iterator[Observation | SourceError]:
    """The outcome with each answer of the conversation spoiled in turn, the others as recorded."""
    for target in range(requests_of(case)):

        def transport(number: int, request: Request, target: int = target) -> Response:
            response = case.recorded(number, request)
            return replace(response, body=spoil(response.body)) if number == target else response

        yield outcome(case, transport)


@pytest.fixture(autouse=True)
def _no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a provider opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


# What must be there


@pytest.mark.parametrize("provider", sorted(ALL))
def test_a_provider_without_a_recording_fails_the_build(provider: str) -> None:
    assert provider in {case.provider for case in GOOD}, (
        f"tests/recordings/{provider}/ needs an answer with a question; see tests/recordings/README.md"
    )


@pytest.mark.parametrize("provider", sorted(ALL))
def test_a_provider_says_who_it_is(provider: str) -> None:
    stated = ALL[provider]
    assert stated.title
    assert stated.metrics
    assert stated.licence
    assert stated.lineage.owner
    assert stated.lineage.read
    assert stated.per_minute > 0


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_a_good_recording_reads_as_an_observation(case: Case) -> None:
    ALL[case.provider].covers(case.question)
    assert isinstance(outcome(case, case.recorded), Observation)


@pytest.mark.parametrize("case", [case for case in CASES if case.expects], ids=str)
def test_a_recorded_refusal_gives_its_reason(case: Case) -> None:
    ended = outcome(case, case.recorded)
    assert isinstance(ended, SourceError)
    assert ended.reason == case.expects


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_a_request_names_the_documented_host_and_no_key(case: Case) -> None:
    def transport(number: int, request: Request) -> Response:
        assert request.url.startswith(ALL[case.provider].base_url)
        key = ALL[case.provider].key
        assert key is None or key.name not in dict(request.params) | dict(request.headers)
        return case.recorded(number, request)

    converse(case, transport)


def test_reading_the_providers_does_not_load_ccxt() -> None:
    look = "import sources.providers, sys; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=False).returncode == 0


# Bodies that are no answer at all

HTML = b"<!DOCTYPE html><html><body><h1>Too many requests: maintenance, not found</h1></body></html>"
NO_ANSWERS = {
    "empty": b"",
    "a web page": HTML,
    "null": b"null",
    "true": b"true",
    "a figure": b"96240.5",
    "a word": b'"maintenance"',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a list of nothing": b"[null, null]",
    "a list of empty lists": b"[[], []]",
    "a list of empty objects": b"[{}, {}]",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "lists of moderate depth": b"[" * 500 + b"]" * 500,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "broken text": b"\xff\xfe\x00[1,2",
    "an error with status 200": b'{"error": "something went wrong"}',
    "an error code with status 200": b'{"code": "50000", "msg": "error", "message": "error"}',
    "an error list with status 200": b'{"error": ["EGeneral:Internal error"], "result": {}}',
    "a status word with status 200": b'{"status": "error", "code": 500, "reason": {"__all__": ["no"]}}',
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
@pytest.mark.parametrize("case", JSON, ids=str)
def test_a_body_that_is_no_answer_is_never_an_observation(case: Case, body: bytes) -> None:
    for ended in spoiled(case, lambda _: body):
        assert isinstance(ended, SourceError) or requests_of(case) > 1


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 408, 418, 429, 451, 500, 502, 503, 520])
@pytest.mark.parametrize("case", ASKING, ids=str)
def test_a_failing_status_is_never_an_observation_whatever_the_body(case: Case, status: int) -> None:
    for body in (None, b"", HTML, b"{}", b"[]"):

        def transport(number: int, request: Request, body: bytes | None = body) -> Response:
            response = case.recorded(number, request)
            return replace(response, status=status, body=response.body if body is None else body)

        assert requests_of(case) == 0 or isinstance(outcome(case, transport), SourceError)


# Bodies that are nearly right


@pytest.mark.parametrize("case", ASKING, ids=str)
def test_a_truncated_answer_ends_in_a_source_error_or_a_sound_observation(case: Case) -> None:
    for keep in (0.1, 0.5, 0.9, 0.999):
        for ended in spoiled(case, lambda body, keep=keep: body[: int(len(body) * keep)]):  # type: ignore[misc]
            assert isinstance(ended, SourceError) or not case.is_json


HOSTILE_FIGURES = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "null": "null",
    "true": "true",
    "false": "false",
    "empty text": '""',
    "a blank": '" "',
    "text NaN": '"NaN"',
    "text Infinity": '"-Infinity"',
    "huge": "1e400",
    "huge text": '"1e400"',
    "huge exponent": '"1e999999999"',
    "a long integer": "9" * 5000,
    "U+2212": '"\u221295000.5"',
    "full-width digits": '"\uff19\uff15\uff10\uff10\uff10"',
    "an underscore": '"95_000"',
    "a comma": '"95,000.5"',
    "a hexadecimal": '"0x1f"',
    "a list": "[]",
    "an object": "{}",
}
MARK = "@@figure@@"
FIGURE = re.compile(r"-?\d+(\.\d+)?")


def _is_figure(leaf: Any) -> bool:
    if isinstance(leaf, str):
        return FIGURE.fullmatch(leaf) is not None
    return isinstance(leaf, (int, float)) and not isinstance(leaf, bool)


def _mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(tree, dict):
        return {name: _mapped(value, change) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_mapped(value, change) for value in tree]
    return change(tree)


def _figures_replaced(body: bytes, token: str, which: Callable[[int], bool]) -> bytes:
    """The body with every figure for which which(number of the figure) holds replaced by a raw JSON token."""
    tree = _json_of(body)
    if tree is None:
        return re.sub(r"\d+(\.\d+)?", lambda _: token.strip('"'), body.decode("utf-8", "replace")).encode()
    count = iter(range(1_000_000))
    marked = _mapped(tree, lambda leaf: MARK if _is_figure(leaf) and which(next(count)) else leaf)
    return json.dumps(marked).replace(json.dumps(MARK), token).encode()


@pytest.mark.parametrize("token", HOSTILE_FIGURES.values(), ids=HOSTILE_FIGURES.keys())
@pytest.mark.parametrize("case", ASKING, ids=str)
def test_what_is_no_figure_is_never_read_as_one(case: Case, token: str) -> None:
    everywhere = list(spoiled(case, lambda body: _figures_replaced(body, token, lambda _: True)))
    assert all(isinstance(ended, SourceError) for ended in everywhere) or requests_of(case) > 1
    for number in range(14):  # reaches past the fields of a first row
        list(spoiled(case, lambda body, number=number: _figures_replaced(body, token, lambda n: n == number)))  # type: ignore[misc]


def _other_unit(leaf: Any) -> Any:
    if not _is_figure(leaf) or not re.fullmatch(r"\d{10}(\d{3})?", str(leaf)):
        return leaf
    figure = int(leaf) // 1000 if len(str(leaf)) == 13 else int(leaf) * 1000
    return str(figure) if isinstance(leaf, str) else figure


@pytest.mark.parametrize("case", JSON, ids=str)
def test_a_time_in_the_wrong_unit_gives_no_observation_of_another_time(case: Case) -> None:
    sound = converse(case, case.recorded)
    for ended in spoiled(case, lambda body: json.dumps(_mapped(_json_of(body), _other_unit)).encode()):
        assert isinstance(ended, SourceError) or ended.observed_at == sound.observed_at or requests_of(case) > 1


def _swapped(tree: Any) -> Any:
    if isinstance(tree, list):
        return {str(number): value for number, value in enumerate(tree)}
    return list(tree.values()) if isinstance(tree, dict) else tree


@pytest.mark.parametrize("case", JSON, ids=str)
def test_lists_for_objects_and_objects_for_lists_are_refused(case: Case) -> None:
    list(spoiled(case, lambda body: json.dumps(_swapped(_json_of(body))).encode()))

    def inside(body: bytes) -> bytes:
        tree = _json_of(body)
        children = tree.items() if isinstance(tree, dict) else enumerate(tree or [])
        swapped = {name: _swapped(value) for name, value in children}
        return json.dumps(swapped if isinstance(tree, dict) else list(swapped.values())).encode()

    list(spoiled(case, inside))


@pytest.mark.parametrize("case", JSON, ids=str)
def test_a_field_named_twice_is_refused(case: Case) -> None:
    def twice(body: bytes) -> bytes:
        return re.sub(rb'\{("[^"]+":)', rb"{\g<1> 0, \g<1>", body, count=1)

    spoiled_answers = [recording for recording in case.folder.recordings if twice(recording.body) != recording.body]
    ends = list(spoiled(case, twice))
    assert case.recording not in spoiled_answers or any(isinstance(ended, SourceError) for ended in ends)


@pytest.mark.parametrize("provider", sorted({case.provider for case in ASKING}))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_answer_damaged_at_random_ends_in_a_source_error_or_a_sound_observation(provider: str, data: Any) -> None:
    case = data.draw(st.sampled_from([case for case in ASKING if case.provider == provider]))
    cuts = data.draw(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 4), st.binary(max_size=4)), max_size=5))

    def damage(body: bytes) -> bytes:
        for at, length, put in cuts:
            place = at % (len(body) + 1)
            body = body[:place] + put + body[place + length :]
        return body

    list(spoiled(case, damage))


@pytest.mark.parametrize("provider", sorted({case.provider for case in ASKING}))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_answer_with_one_leaf_exchanged_ends_in_a_source_error_or_a_sound_observation(
    provider: str, data: Any
) -> None:
    case = data.draw(st.sampled_from([case for case in ASKING if case.provider == provider]))
    leaves: st.SearchStrategy[Any] = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just([]) | st.just({})
    )
    leaf, target = data.draw(leaves), data.draw(st.integers(0, 200))

    def exchange(body: bytes) -> bytes:
        tree, count = _json_of(body), iter(range(10**6))
        if tree is None:
            return body
        return json.dumps(_mapped(tree, lambda old: leaf if next(count) == target else old)).encode()

    list(spoiled(case, exchange))
