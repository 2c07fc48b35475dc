from decimal import Decimal
from typing import Any

import pytest

from sources.errors import AccessDenied, Malformed, NoData, NotCovered, RateLimited, SourceError, Stale, Unavailable
from tests.sources.providers._talking import END, held, parameters, question, replayed, response, told

ASKED = question("open_interest", "BTC")
AT_END = 1768366800000


def body(*rows: Any, code: str = "0") -> dict[str, Any]:
    return {"code": code, "msg": "", "data": list(rows)}


def test_contracts_are_never_read_as_coins_only_the_usd_column_counts() -> None:
    found = replayed("okx_swap", ASKED)
    assert (found.value, found.observed_at) == (Decimal("3399360112.8"), END)


def test_the_newest_row_may_come_first_or_last() -> None:
    rows = [[str(AT_END - 300_000), "1", "1", "7"], [str(AT_END), "1", "1", "9"], [str(AT_END + 1), "1", "1", "11"]]
    assert told("okx_swap", ASKED, response(body(*rows))).value == 9


def test_the_half_hour_before_the_end_of_the_swap_is_asked_for() -> None:
    _, requests = held("okx_swap", ASKED, response(body([str(AT_END), "1", "1", "9"])))
    asked = parameters(requests[0])
    assert (asked["instId"], asked["begin"], asked["end"]) == ("BTC-USDT-SWAP", str(AT_END - 1_800_000), str(AT_END))


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (body(), 200, NoData),
        (body([str(AT_END + 1), "1", "1", "9"]), 200, NoData),
        (body([str(AT_END - 1_800_001), "1", "1", "9"]), 200, Stale),
        (body([str(AT_END // 1000), "1", "1", "9"]), 200, Malformed),
        (body([str(AT_END), "1", "1"]), 200, Malformed),
        (body([str(AT_END), "1", "1", ""]), 200, Malformed),
        (body({"ts": str(AT_END)}), 200, Malformed),
        (body(code="51001"), 200, NotCovered),
        (body(code="51000"), 400, NotCovered),
        (body(code="50011"), 429, RateLimited),
        (body(code="50011"), 200, RateLimited),
        (body(code="50015"), 400, Malformed),
        (body(code="50026"), 200, Unavailable),
        (body(code="50111"), 401, AccessDenied),
        (b"<html></html>", 503, Unavailable),
    ],
)
def test_every_refusal_is_told_apart(answer: object, status: int, error: type[SourceError]) -> None:
    with pytest.raises(error):
        told("okx_swap", ASKED, response(answer, status))
