"""A replay folder made by somebody else is checked and loaded like the bundled one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from claims.models import Article, Claim, GapRecord

pytestmark = pytest.mark.django_db

DAY: dict[str, Any] = {
    "title": "A quiet day",
    "publisher": {"slug": "somebody", "name": "Somebody"},
    "as_of": "2026-02-01T12:00:00Z",
    "timezone": "UTC",
    "language": "en",
    "claims": [
        {
            "quote": "21 million",
            "claim": {
                "text": "The cap is 21 million",
                "metric": "supply_cap",
                "subject": "BTC",
                "comparator": "equals",
                "value": "21000000",
                "as_of": "2026-02-01T12:00:00Z",
            },
            "expected": {"status": "verified", "outcome": "supported"},
        }
    ],
    "gaps": [],
}


def written(folder: Path, **change: Any) -> Path:
    (folder / "article.txt").write_text("Bitcoin's cap is 21 million.", encoding="utf-8")
    (folder / "day.json").write_text(json.dumps({**DAY, **change}), encoding="utf-8")
    return folder


def test_the_article_and_its_claims_are_stored_and_loading_twice_changes_nothing(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.REPLAY_DIR = str(written(tmp_path))
    for _ in range(2):
        call_command("load_replay", tmp_path)
    assert capsys.readouterr().out == "0 recorded answers, 1 claims stored\n" * 2
    claim = Claim.objects.get()
    assert Article.objects.get().text[claim.start : claim.end] == "21 million"


def test_a_folder_that_the_instance_does_not_answer_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Start with DATA=replay REPLAY_DIR="):
        call_command("load_replay", written(tmp_path))


def claims(**change: Any) -> dict[str, Any]:
    return {"claims": [{**DAY["claims"][0], **change}]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"claims": [{}]}, "claims[0].quote is missing"),
        ({"gaps": [{}]}, "gaps[0].metric is missing"),
        ({"publisher": "me"}, "publisher.slug is missing"),
        ({"as_of": "2026-02-01"}, "as_of must be a time with a zone"),
        (claims(quote="not in the text"), "claims[0].quote is not in article.txt"),
        (claims(expected={"status": "verified"}), "claims[0].expected.outcome is missing"),
        (claims(claim={**DAY["claims"][0]["claim"], "metric": "mood"}), "claims[0].claim: Wrong: metric.; metric"),
    ],
)
def test_a_broken_day_is_refused_by_name_and_nothing_is_stored(
    tmp_path: Path, settings: Settings, change: dict[str, Any], said: str
) -> None:
    settings.REPLAY_DIR = str(written(tmp_path, **change))
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command("load_replay", tmp_path)
    assert (Claim.objects.count(), Article.objects.count(), GapRecord.objects.count()) == (0, 0, 0)
