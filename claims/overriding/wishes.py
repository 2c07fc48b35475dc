"""What a person wishes for a mark, read from outside: a Wish, or InvalidInput with every wrong field named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claims.drafting import fields
from claims.drafting.reader import Reader
from claims.models.override import MACHINE
from claims.types import Stance, Status

MARKS = (Status.VERIFIED.value, Status.SINGLE_SOURCE.value, Status.RUMOR.value, MACHINE)
LONGEST_REASON = 2_000
DOCUMENT = ("document_url", "document_says", "document_stance")
FIELDS = frozenset({"status", "reason", *DOCUMENT, "document_value"})
STANCES = (Stance.SUPPORTS.value, Stance.CONTRADICTS.value)
ANSWERS = ("confirm", "refuse", "withdraw")


@dataclass(frozen=True, slots=True)
class Document:
    """What a ruling rests on. stance: whether it bears the claim out. value: its figure, in the metric's unit."""

    url: str = ""
    says: str = ""
    stance: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """mark: a status, or `machine`: follow the verdicts again."""

    mark: str
    reason: str
    document: Document = Document()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody makes of a proposal. proposal: its id, so that nobody confirms what they have not seen."""

    word: str
    proposal: int
    reason: str


def read_wish(data: Mapping[str, Any]) -> Wish:
    """The wish of `POST …/override/`."""
    reader = _reader(data, FIELDS)
    mark = reader.read("status", fields.one_of(MARKS), required=f"one of {', '.join(MARKS)}")
    reason = reader.read("reason", fields.text_of(LONGEST_REASON), required="why, for everybody who reads the history")
    document = _document(reader)
    reader.stop_if_wrong()
    return Wish(mark, reason, document)


def _document(reader: Reader) -> Document:
    """All of it or nothing: what a document is worth can only be learned when one knows what it says."""
    is_there = any(reader.data.get(name) not in (None, "") for name in (*DOCUMENT, "document_value"))
    required = "a document is told with its address, what it says, and whether it bears the claim out"
    required = required if is_there else ""
    return Document(
        reader.read("document_url", fields.web_address, required=required) or "",
        reader.read("document_says", fields.text_of(LONGEST_REASON), required=required) or "",
        reader.read("document_stance", fields.one_of(STANCES), required=required) or "",
        reader.read("document_value", fields.figure),
    )


def read_answer(data: Mapping[str, Any]) -> Answer:
    """The answer of `POST …/proposal/`. Who refuses says why."""
    reader = _reader(data, frozenset({"answer", "proposal", "reason"}))
    word = reader.read("answer", fields.one_of(ANSWERS), required=f"one of {', '.join(ANSWERS)}")
    proposal = reader.read("proposal", _identity, required="the id of the proposal that you have seen")
    why = "why, for the person who proposed it" if word == "refuse" else ""
    reason = reader.read("reason", fields.text_of(LONGEST_REASON), required=why)
    reader.stop_if_wrong()
    return Answer(word, proposal, reason or "")


def _identity(raw: Any) -> int:
    text = str(raw)
    if isinstance(raw, bool) or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("must be the id of a proposal")
    return int(text)


def _reader(data: Mapping[str, Any], known: frozenset[str]) -> Reader:
    reader = Reader(data)
    for name in sorted(map(str, data.keys() - known)):
        reader.wrong[name[:80]] = "there is no such field"
    return reader
