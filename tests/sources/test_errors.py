"""Messages quote providers, who may write anything."""

from __future__ import annotations

import pytest

from sources.errors import Malformed


@pytest.mark.parametrize(
    "said",
    [
        "a\x00b",
        "a\r\nb",
        "a\ud800b",
        "a\x1b[31mb",
        "a\u202eb",
        "a\u2066b",
        "a\u200b\u2060\ufeffb",
        "a\u2028b",
        "a\xadb",
    ],
)
def test_a_message_shows_to_an_editor_what_is_written_in_it(said: str) -> None:
    assert str(Malformed(said)).replace("[31m", "") == "a b"


def test_other_scripts_stay_readable() -> None:
    assert str(Malformed("رفض: 접근 거부 – refusé")) == "رفض: 접근 거부 – refusé"
