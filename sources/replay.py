"""A folder of recorded answers as a transport: the same Request in, the recorded Response out. docs/replay.md.

Every file is checked when the folder is loaded, so a wrong recording fails at start and not in the middle of a check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sources.errors import Unavailable
from sources.types import Request, Response

DAY = "day.json"  # at the top of the folder: an article and its claims, not an answer
ANY = "*"  # the field must be there, whatever its value
BODIES = ("body", "text", "file")
LARGEST = 20_000_000  # bytes of one file: a body of the largest size that is read, written as escapes
FIELDS = frozenset({"request", "stands_for", "status", "headers", "delay_seconds", "remark", "question", "expects"})
REQUEST_FIELDS = frozenset({"method", "url", "params", "json"})


class ReplayError(Exception):
    """One sentence naming the file and the field that is wrong."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One answer and the requests it answers: method and URL equal, every listed parameter and JSON field equal.

    body: the bytes. origin: the file, relative to its folder. more: what a reader of recordings adds (question, …).
    """

    origin: str
    method: str
    url: str
    params: Mapping[str, str]
    json: Mapping[str, Any]
    stands_for: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes
    delay_seconds: float = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How specific the recording is: a value asked for counts two, a value that must only be there one."""
        return _weight(self.params) + _weight(self.json)

    def answers(self, request: Request) -> bool:
        url, asked = _split(request.url)
        asked |= dict(request.params)
        return (
            (self.method, self.url) == (request.method.upper(), url)
            and all(name in asked and value in (ANY, asked[name]) for name, value in self.params.items())
            and _within(self.json, request.json)
        )

    def response(self, url: str) -> Response:
        return Response(self.status, self.body, self.stands_for, self.stands_for, self.headers, url)


@dataclass(frozen=True, slots=True)
class ReplayFolder:
    """Recordings of one folder, at any depth."""

    recordings: tuple[Recording, ...]

    @classmethod
    def load(cls, path: Path | str) -> ReplayFolder:
        """Reads and checks every *.json file below `path` but for its DAY. Raises ReplayError."""
        folder = Path(path)
        if not folder.is_dir():
            raise ReplayError(f"{folder} is not a folder of recordings")
        read = [read_recording(file, folder) for file in sorted(folder.rglob("*.json")) if file != folder / DAY]
        _refuse_ties(read)
        return cls(tuple(read))

    def find(self, request: Request) -> Recording:
        """The most specific recording of this request. Raises Unavailable."""
        found = [recording for recording in self.recordings if recording.answers(request)]
        if not found:
            raise Unavailable(f"nothing recorded for {request.method} {_shown(request)}")
        return max(found, key=lambda recording: recording.weight)

    def answer(self, request: Request) -> Response:
        """The recorded response. Both of its times are the moment it stands for. Raises Unavailable."""
        return self.find(request).response(request.url)


def read_recording(file: Path, folder: Path) -> Recording:
    """One file as a recording. Raises ReplayError."""
    return _Reader(file, folder).recording()


class _Reader:
    """Reads one file; every complaint names it."""

    def __init__(self, file: Path, folder: Path) -> None:
        self.file, self.folder = file, folder.resolve()
        self.origin = file.relative_to(folder).as_posix()

    def wrong(self, what: str) -> ReplayError:
        return ReplayError(f"{self.origin}: {what}")

    def recording(self) -> Recording:
        raw = self.object(self.parse(), "the file", FIELDS | set(BODIES))
        request = self.object(raw.get("request"), "request", REQUEST_FIELDS)
        url, params = self.url(request.get("url"))
        return Recording(
            origin=self.origin,
            method=self.text(request.get("method", "GET"), "request.method").upper(),
            url=url,
            params=params | self.texts(request.get("params", {}), "request.params"),
            json=self.object(request.get("json", {}), "request.json"),
            stands_for=self.moment(raw.get("stands_for")),
            status=self.status(raw.get("status", 200)),
            headers={name.lower(): value for name, value in self.texts(raw.get("headers", {}), "headers").items()},
            body=self.body(raw),
            delay_seconds=self.delay(raw.get("delay_seconds", 0)),
            more={name: raw[name] for name in ("question", "expects") if name in raw},
        )

    def parse(self) -> Any:
        raw = self.read(self.file, "the file")
        try:
            return json.loads(raw, parse_constant=self.refuse_constant, object_pairs_hook=self.refuse_twice)
        except (ValueError, RecursionError) as error:
            raise self.wrong(f"not JSON ({error})") from None

    def refuse_constant(self, name: str) -> Any:
        raise self.wrong(f"{name} is not JSON; write a broken body as text")

    def refuse_twice(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise self.wrong("an object names one field twice; write a broken body as text")
        return dict(pairs)

    def object(self, raw: Any, name: str, known: frozenset[str] | set[str] | None = None) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.wrong(f"{name} is missing or no object")
        unknown = sorted(set(raw) - known) if known is not None else []
        if unknown:
            raise self.wrong(f"{name} has the unknown field {unknown[0]}")
        return raw

    def text(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str) or not raw:
            raise self.wrong(f"{name} is missing or no text")
        return raw

    def texts(self, raw: Any, name: str) -> dict[str, str]:
        for key, value in self.object(raw, name).items():
            if not isinstance(value, str):
                raise self.wrong(f"{name}.{key} is not written as text")
            if not (key + value).isprintable():
                raise self.wrong(f"{name}.{key} holds a control character")
        return dict(raw)

    def url(self, raw: Any) -> tuple[str, dict[str, str]]:
        url = self.text(raw, "request.url")
        if not url.startswith(("https://", "http://")) or not urlsplit(url).netloc:
            raise self.wrong("request.url is no http address")
        return _split(url)

    def moment(self, raw: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(raw, "stands_for"))
        except ValueError:
            raise self.wrong("stands_for is no ISO 8601 time") from None
        if moment.utcoffset() is None:
            raise self.wrong("stands_for has no time zone")
        return moment.astimezone(UTC)

    def status(self, raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not 100 <= raw <= 599:
            raise self.wrong("status is no HTTP status")
        return raw

    def delay(self, raw: Any) -> float:
        if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 <= raw <= 600:
            raise self.wrong("delay_seconds is not between 0 and 600")
        return float(raw)

    def body(self, raw: Mapping[str, Any]) -> bytes:
        given = [name for name in BODIES if name in raw]
        if len(given) != 1:
            raise self.wrong(f"exactly one of body, text and file is needed, not {' and '.join(given) or 'none'}")
        if given == ["file"]:
            return self.beside(self.text(raw["file"], "file"))
        if given == ["text"]:
            return self.utf8(raw["text"])
        return self.utf8(json.dumps(raw["body"], ensure_ascii=False, separators=(",", ":")))

    def utf8(self, raw: Any) -> bytes:
        if not isinstance(raw, str):  # an empty text is a recorded empty answer
            raise self.wrong("text is no text")
        try:
            return raw.encode()
        except UnicodeError:
            raise self.wrong("the answer holds half a character (a lone surrogate)") from None

    def beside(self, name: str) -> bytes:
        return self.read(self.file.parent / name, f"file {name}")

    def read(self, path: Path, name: str) -> bytes:
        """An ordinary file inside the folder. A pipe would never end, a link could show what is none of ours."""
        try:
            target = path.resolve()
            if not target.is_relative_to(self.folder):
                raise self.wrong("file lies outside the folder of recordings")
            if not target.is_file():
                raise self.wrong(f"{name} does not exist or is no ordinary file")
            if target.stat().st_size > LARGEST:
                raise self.wrong(f"{name} is larger than {LARGEST} bytes")
            return target.read_bytes()
        except (OSError, ValueError) as error:  # a name too long, a NUL in it, no right to read
            raise self.wrong(f"{name} cannot be read ({type(error).__name__})") from None


def _split(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its query, and the query as parameters."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), query


def _within(wanted: Any, given: Any) -> bool:
    """Whether every field of `wanted` is in `given` with an equal value; "*" asks for presence only."""
    if isinstance(wanted, dict):
        if not wanted:
            return True
        return isinstance(given, dict) and all(
            name in given and (value == ANY or _within(value, given[name])) for name, value in wanted.items()
        )
    return bool(wanted == given)


def _weight(wanted: Any) -> int:
    if isinstance(wanted, Mapping):
        return sum(map(_weight, wanted.values()))
    return 1 if wanted == ANY else 2


def _refuse_ties(recordings: Iterable[Recording]) -> None:
    """Two recordings of equal weight that one request could match: nobody could say which answer is meant."""
    by_target: dict[tuple[str, str, int], list[Recording]] = {}
    for recording in recordings:
        rivals = by_target.setdefault((recording.method, recording.url, recording.weight), [])
        for rival in rivals:
            if _compatible(dict(rival.params), dict(recording.params)) and _compatible(rival.json, recording.json):
                raise ReplayError(
                    f"{recording.origin}: request is as specific as that of {rival.origin}, and both match"
                )
        rivals.append(recording)


def _compatible(one: Any, other: Any) -> bool:
    """Whether some request could satisfy both."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_compatible(one[name], other[name]) for name in one.keys() & other.keys())
    return ANY in (one, other) or bool(one == other)


def _shown(request: Request) -> str:
    return f"{request.url}?{urlencode(request.params)}" if request.params else request.url
