"""What venues say instead of candles, sorted by what the caller must do.

Decided from the body first, because several venues answer their errors with status 200, then from the status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sources.errors import AccessDenied, Malformed, NotCovered, RateLimited, SourceError, Unavailable
from sources.providers._base import check_status, read_json, retry_after
from sources.types import Response

Complaint = Callable[[Any], str | None]  # the venue's code and words, None when the body is no complaint

# First match wins. Codes are whole words of the complaint, phrases any part of it, all in lower case.
_MEANING: tuple[tuple[type[SourceError], frozenset[str], tuple[str, ...]], ...] = (
    (
        RateLimited,
        frozenset({"-1003", "50011", "50061", "10006", "10018", "11010", "429000"}),
        ("rate limit", "ratelimit", "rate_limit", "too many", "too frequent", "too much"),
    ),
    (
        NotCovered,
        frozenset({"-1121", "51001", "900001"}),
        (
            *("invalid symbol", "invalidsymbol", "symbol: invalid", "symbol invalid", "symbol not exist", "notfound"),
            *(
                "symbol params err",
                "not found",
                "not supported symbol",
                "unsupported trading pair",
                "unknown asset pair",
                "currency pair",
            ),
        ),
    ),
    (
        AccessDenied,
        frozenset({"10009", "10024", "400303", "400302"}),
        ("restricted location", "your region", "your country", "forbidden", "access denied"),
    ),
    (
        Unavailable,
        frozenset({"-1000", "-1001", "-1007", "-1016", "10016", "20060", "50001", "50004", "50026", "500000"}),
        ("maintenance", "unavailable", "busy", "timeout", "timed out", "internal error", "internal server error"),
    ),
)


def read_answer(response: Response, complaint: Complaint, title: str, pair: str) -> Any:
    """The body as strictly read JSON. Raises what the venue's complaint, else the status, means."""
    if response.status == 404:  # the pair is part of most addresses; some venues answer with a web page
        raise NotCovered(f"{title} does not list {pair}")
    try:
        body = read_json(response)
    except Malformed:
        _raise_meaning(response, _words(response), title, pair)
        check_status(response)
        raise
    said = complaint(body)
    if said is not None:
        _raise_meaning(response, said, title, pair)
    check_status(response)
    if said is not None:
        raise Malformed(f"{title} refused: {said[:120]}")
    return body


def _words(response: Response) -> str:
    """A refusal in plain prose; a web page says nothing that can be trusted, whatever words are in it."""
    prose = response.body[:300].decode("utf-8", "replace").strip()
    return "" if response.status < 300 or prose.startswith("<") else prose


def _raise_meaning(response: Response, said: str, title: str, pair: str) -> None:
    words = said.lower()
    codes = frozenset(words.split())
    for error, numbers, phrases in _MEANING:
        if not (codes & numbers or any(phrase in words for phrase in phrases)):
            continue
        if error is RateLimited:
            raise RateLimited(f"{title} was asked too often", retry_after(response))
        if error is NotCovered:
            raise NotCovered(f"{title} does not list {pair}")
        raise error(f"{title} refused: {said[:120]}")


def code_and_msg(*fine: str) -> Complaint:
    """{"code": …, "msg": …}, where the codes in `fine` are no complaint."""

    def complaint(body: Any) -> str | None:
        if not isinstance(body, dict) or "code" not in body or str(body["code"]) in fine:
            return None
        return f"{body['code']} {body.get('msg', '')}"

    return complaint


def ret_code(body: Any) -> str | None:
    if not isinstance(body, dict) or "retCode" not in body or str(body["retCode"]) == "0":
        return None
    return f"{body['retCode']} {body.get('retMsg', '')}"


def error_list(body: Any) -> str | None:
    """{"error": ["EQuery:Unknown asset pair"], …}; an empty list is no complaint."""
    said = body.get("error") if isinstance(body, dict) else None
    return " ".join(map(str, said)) if isinstance(said, list) and said else None


def status_error(body: Any) -> str | None:
    """{"status": "error", "reason": text or {"__all__": [text]}, "code": …} or {"error": text}."""
    if not isinstance(body, dict) or not (body.get("status") in {"error", "err"} or "error" in body):
        return None
    return f"{body.get('code', '')} {body.get('reason') or body.get('response') or body.get('error') or 'error'}"


def result_error(body: Any) -> str | None:
    if not isinstance(body, dict) or body.get("result") != "error":
        return None
    return f"{body.get('reason', '')} {body.get('message', '')}"


def message(body: Any) -> str | None:
    return str(body["message"]) if isinstance(body, dict) and "message" in body else None


def error_row(body: Any) -> str | None:
    """["error", 10020, "symbol: invalid"], or the older {"error": "ERR_RATE_LIMIT"}."""
    if isinstance(body, list) and body[:1] == ["error"]:
        return " ".join(map(str, body[1:]))
    return str(body["error"]) if isinstance(body, dict) and "error" in body else None
