"""`manage.py adjudicate`: lines in, lines out, exit codes; no database, no secret, no server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.claims.adjudication.tables import lines, market, row

ROOT = Path(__file__).resolve().parents[3]
BARE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}  # no DATABASE_URL, no SECRET_KEY


def run(*arguments: str, stdin: str = "", folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "manage.py"), "adjudicate", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=BARE, cwd=folder, check=False)


def rulings(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_table_is_judged_without_database_secret_or_server(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("".join(lines([row("x", name, 6.70, attr="p") for name in "ab"])))
    (tmp_path / "meta.json").write_text('{"attrs": {"p": {"kind": "number", "tol_rel": 0.01}}, "sources": {}}')
    (tmp_path / "truth.jsonl").write_text('{"item": "x", "value": 6.7}\n')
    found = rulings(run("rows.jsonl", "--meta", "meta.json", "--truth", "truth.jsonl", folder=tmp_path))
    assert found == [
        {
            "item": "x", "attr": "p", "value": 6.7, "confidence": found[0]["confidence"], "status": "verified",
            "outcome": "supported", "supporting": ["a", "b"], "voices": [["a"], ["b"]],
        }
    ]  # fmt: skip
    assert 0.5 < found[0]["confidence"] < 1


def test_lines_come_from_stdin_and_digits_stay_as_written() -> None:
    done = run("-", stdin='{"item": "ü", "source": "a", "value": 6.70}\n')
    assert '"value": 6.70,' in done.stdout
    assert rulings(done)[0]["item"] == "ü"
    assert "attr" not in rulings(done)[0]


def test_without_copying_everybody_is_a_voice() -> None:
    rows, _ = market(1, items=100, copiers=(1, 2, 3))
    text = "".join(lines(rows))
    assert ["s00", "s01", "s02", "s03"] in rulings(run("-", stdin=text))[0]["voices"]
    assert all(len(voice) == 1 for voice in rulings(run("-", "--no-copying", stdin=text))[0]["voices"])


def test_every_process_writes_the_same_bytes() -> None:
    text = "".join(lines(market(2, items=60, copiers=(1, 2))[0]))
    assert run("-", stdin=text).stdout == run("-", stdin=text).stdout != ""


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (("-",), "x\n", "line 1 is not JSON"),
        (("nowhere.jsonl",), "", "there is no file nowhere.jsonl"),
        (("-", "--meta", "nowhere.json"), "", "there is no file nowhere.json"),
        (("-", "--meta", "README.md"), "", "META"),
        (("-", "--truth", "README.md"), "", "--truth: line 1 is not JSON"),
        ((), "", "required: file"),
        (("-", "--what"), "", "unrecognized arguments: --what"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_two(arguments: tuple[str, ...], stdin: str, message: str) -> None:
    done = run(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(b"\xff\xfe\x00")
    done = run("rows.jsonl", folder=tmp_path)
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)


def test_an_empty_file_is_no_error() -> None:
    assert rulings(run("-")) == []


def test_a_wrong_meta_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("")
    (tmp_path / "meta.json").write_text('{"attrs": {"p": {"kind": "colour"}}}')
    done = run("rows.jsonl", "--meta", "meta.json", folder=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (
        2,
        'CommandError: META: attrs: p: kind is "number" or "category"',
    )


def test_a_reader_who_has_read_enough_is_no_error(tmp_path: Path) -> None:
    rows = "".join(f'{{"item": "x{number}", "source": "a", "value": 1}}\n' for number in range(3000))
    (tmp_path / "rows.jsonl").write_text(rows)  # beyond what a pipe holds
    command = f'"{sys.executable}" "{ROOT / "manage.py"}" adjudicate rows.jsonl | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=BARE, cwd=tmp_path, check=True)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")
