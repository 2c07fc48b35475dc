"""A folder of recorded answers stands in for the network: it says what was recorded, or that nothing was."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.errors import Unavailable
from sources.replay import ReplayError, ReplayFolder
from sources.types import Request

ROOT = Path(__file__).parents[2]
URL = "https://api.example.com/v1/candles"
AT = "2026-01-14T05:00:05Z"


def recorded(**fields: Any) -> dict[str, Any]:
    return {"request": {"url": URL}, "stands_for": AT, "body": [1]} | fields


def asked(params: dict[str, str] | None = None, url: str = URL, **more: Any) -> Request:
    return Request(url, params=tuple((params or {}).items()), **more)


def folder(tmp_path: Path, *files: dict[str, Any]) -> ReplayFolder:
    for number, fields in enumerate(files):
        (tmp_path / f"{number}.json").write_text(json.dumps(fields))
    return ReplayFolder.load(tmp_path)


def test_an_answer_carries_the_moment_it_stands_for_as_both_of_its_times(tmp_path: Path) -> None:
    answer = folder(tmp_path, recorded(status=429, headers={"Retry-After": "5"}, body={"code": -1003})).answer(asked())
    assert (answer.status, answer.body, answer.headers, answer.url) == (
        429,
        b'{"code":-1003}',
        {"retry-after": "5"},
        URL,
    )
    assert answer.requested_at == answer.received_at == datetime(2026, 1, 14, 5, 0, 5, tzinfo=UTC)


def test_a_request_nobody_recorded_is_unavailable_and_so_asked_again(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"nothing recorded for GET https://api\.example\.com/v1/other") as refused:
        folder(tmp_path, recorded()).answer(asked(url="https://api.example.com/v1/other"))
    assert refused.value.retryable


ONE, TWO = {"symbol": "BTC"}, {"symbol": "BTC", "interval": "1m"}
MATCHES = [
    ("equal parameters", {"params": ONE}, asked(ONE), True),
    ("unlisted parameters are ignored", {"params": ONE}, asked(TWO | {"start": "5"}), True),
    ("nothing listed matches anything", {}, asked(TWO), True),
    ("another value", {"params": ONE}, asked({"symbol": "ETH"}), False),
    ("a missing parameter", {"params": TWO}, asked(ONE), False),
    ("a star asks for presence", {"params": {"symbol": "*"}}, asked({"symbol": "ETH"}), True),
    ("a star is not content with absence", {"params": {"symbol": "*"}}, asked({"other": "ETH"}), False),
    ("another method", {"method": "POST"}, asked(), False),
    ("the method in small letters", {"method": "post"}, asked(method="POST"), True),
    ("a query in the recorded URL", {"url": f"{URL}?symbol=BTC"}, asked(ONE), True),
    ("a query in the requested URL", {"params": ONE}, asked(url=f"{URL}?symbol=BTC&interval=1m"), True),
    ("an escaped query", {"url": f"{URL}?at=03%3A00"}, asked({"at": "03:00"}), True),
    (
        "JSON fields",
        {"json": {"req": {"coin": "BTC"}}},
        asked(json={"type": "x", "req": {"coin": "BTC", "n": 1}}),
        True,
    ),
    ("other JSON fields", {"json": {"req": {"coin": "BTC"}}}, asked(json={"req": {"coin": "ETH"}}), False),
    ("JSON wanted, none sent", {"json": {"coin": "BTC"}}, asked(), False),
    ("a star in JSON", {"json": {"coin": "*"}}, asked(json={"coin": {"deep": 1}}), True),
]


@pytest.mark.parametrize(
    ("listed", "request_", "matches"), [row[1:] for row in MATCHES], ids=[row[0] for row in MATCHES]
)
def test_a_recording_answers_what_it_lists(
    tmp_path: Path, listed: dict[str, Any], request_: Request, matches: bool
) -> None:
    loaded = folder(tmp_path, recorded(request={"url": URL} | listed))
    assert loaded.recordings[0].answers(request_) is matches


def test_the_most_specific_recording_wins(tmp_path: Path) -> None:
    loaded = folder(
        tmp_path,
        recorded(body="any"),
        recorded(request={"url": URL, "params": {"symbol": "*"}}, body="some symbol"),
        recorded(request={"url": URL, "params": ONE}, body="BTC"),
        recorded(request={"url": URL, "params": TWO}, body="BTC 1m"),
    )
    answers = [loaded.answer(asked(params)).body for params in ({}, {"symbol": "ETH"}, ONE, TWO)]
    assert answers == [b'"any"', b'"some symbol"', b'"BTC"', b'"BTC 1m"']


def test_two_recordings_that_one_request_could_match_alike_are_refused(tmp_path: Path) -> None:
    alike = [recorded(request={"url": URL, "params": params}) for params in (ONE, {"interval": "1m"})]
    with pytest.raises(ReplayError, match=r"1\.json: request is as specific as that of 0\.json"):
        folder(tmp_path, *alike)


def test_recordings_of_different_values_live_side_by_side(tmp_path: Path) -> None:
    pairs = [recorded(request={"url": URL, "params": {"symbol": symbol}}) for symbol in ("BTC", "ETH")]
    assert len(folder(tmp_path, *pairs).recordings) == 2


def test_text_and_file_are_sent_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "daily.csv").write_bytes(b"\xef\xbb\xbfdate,close\r\n")
    (tmp_path / "deep" / "csv.json").write_text(
        json.dumps({"request": {"url": URL}, "stands_for": AT, "file": "daily.csv"})
    )
    (tmp_path / "html.json").write_text(
        json.dumps({"request": {"url": URL + "/x"}, "stands_for": AT, "text": "<html>95000.10"})
    )
    loaded = ReplayFolder.load(tmp_path)
    assert loaded.answer(asked()).body == b"\xef\xbb\xbfdate,close\r\n"
    assert loaded.answer(asked(url=URL + "/x")).body == b"<html>95000.10"


def test_a_delay_is_told_and_not_waited_for(tmp_path: Path) -> None:
    assert folder(tmp_path, recorded(delay_seconds=30)).find(asked()).delay_seconds == 30


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in recorded().items() if key != name}


WRONG = [
    ("no request", _without("request"), "request is missing"),
    ("a request that is text", recorded(request="GET /"), "request is missing or no object"),
    ("no URL", recorded(request={"params": {}}), r"request\.url is missing"),
    ("a path for a URL", recorded(request={"url": "/v1/candles"}), r"request\.url is no http address"),
    ("a file URL", recorded(request={"url": "file:///etc/passwd"}), r"request\.url is no http address"),
    ("a number for a parameter", recorded(request={"url": URL, "params": {"limit": 5}}), r"request\.params\.limit"),
    ("a list for parameters", recorded(request={"url": URL, "params": []}), r"request\.params is missing or no object"),
    ("a list for JSON", recorded(request={"url": URL, "json": []}), r"request\.json is missing or no object"),
    ("an unknown request field", recorded(request={"url": URL, "query": {}}), "request has the unknown field query"),
    ("no time", _without("stands_for"), "stands_for is missing"),
    ("a time without a zone", recorded(stands_for="2026-01-14T05:00:05"), "stands_for has no time zone"),
    ("a time that is none", recorded(stands_for="yesterday"), "stands_for is no ISO 8601 time"),
    ("a number for a time", recorded(stands_for=1768366805), "stands_for is missing or no text"),
    ("a status out of range", recorded(status=99), "status is no HTTP status"),
    ("true for a status", recorded(status=True), "status is no HTTP status"),
    ("a header that is no text", recorded(headers={"retry-after": 5}), r"headers\.retry-after is not written as text"),
    ("body and text", recorded(text="[1]"), "exactly one of body, text and file is needed, not body and text"),
    ("no body", _without("body"), "exactly one of body, text and file is needed, not none"),
    ("text that is no text", _without("body") | {"text": 5}, "text is no text"),
    ("a file that is not there", _without("body") | {"file": "nothing.csv"}, r"file nothing\.csv does not exist"),
    ("a file above the folder", _without("body") | {"file": "../secret"}, "file lies outside the folder"),
    ("an absolute file", _without("body") | {"file": "/etc/passwd"}, "file lies outside the folder"),
    ("a negative delay", recorded(delay_seconds=-1), "delay_seconds is not between 0 and 600"),
    ("text for a delay", recorded(delay_seconds="5"), "delay_seconds is not between 0 and 600"),
    ("a file name with a NUL", _without("body") | {"file": "a\x00"}, "file a\x00 cannot be read"),
    ("a file name without end", _without("body") | {"file": "a" * 300}, "file a+ cannot be read"),
    ("half a character", recorded(body=["\ud800"]), "the answer holds half a character"),
    ("half a character as text", _without("body") | {"text": "\ud800"}, "the answer holds half a character"),
    ("a header with a NUL", recorded(headers={"etag": "\x00"}), r"headers\.etag holds a control character"),
    ("a misspelt field", recorded(stand_for=AT), "the file has the unknown field stand_for"),
]


@pytest.mark.parametrize(("fields", "complaint"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_at_load_with_file_and_field(
    tmp_path: Path, fields: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ReplayError, match=rf"^0\.json: {complaint}"):
        folder(tmp_path, fields)


BROKEN = {
    "broken JSON": "{",
    "a list": "[]",
    "NaN": '{"body": NaN}',
    "a field named twice": '{"body": 1, "body": 2}',
    "too deep": "[" * 100_000,
    "no text": "\udcff",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReplayError, match=r"^deep/bad\.json: "):
        ReplayFolder.load(tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("key")
    (inside / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ReplayError, match="outside"):
        folder(inside, _without("body") | {"file": "link"})


def test_a_recording_that_is_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.json").write_text(json.dumps(recorded()))
    (tmp_path / "inside" / "link.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ReplayError, match="outside"):
        ReplayFolder.load(tmp_path / "inside")


@pytest.mark.parametrize("name", ["pipe.json", "pipe"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(ReplayError, match="no ordinary file"):
        folder(tmp_path, _without("body") | {"file": name})


def test_a_file_too_large_to_be_an_answer_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(ReplayError, match="larger than"):
        folder(tmp_path, _without("body") | {"file": "huge"})


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="is not a folder"):
        ReplayFolder.load(tmp_path / "nowhere")


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2"]), max_size=4))
def test_a_recording_always_answers_exactly_what_it_was_made_from(params: dict[str, str]) -> None:
    recording = {"url": URL, "params": params}
    assert ReplayFolder((_read(recording),)).answer(asked(params)).body == b"[1]"


def _read(request: dict[str, Any]) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        return folder(Path(place), recorded(request=request)).recordings[0]


@pytest.mark.parametrize("day", sorted(path for path in (ROOT / "sources" / "replay").iterdir() if path.is_dir()))
def test_every_day_that_comes_with_the_project_loads(day: Path) -> None:
    assert ReplayFolder.load(day).recordings


def test_the_example_of_the_documentation_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "replay.md").read_text()
    (tmp_path / "example.json").write_text(text.split("```json\n")[1].split("```")[0])
    assert ReplayFolder.load(tmp_path).recordings
