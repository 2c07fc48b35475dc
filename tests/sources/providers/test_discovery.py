"""A provider file is found by being there; one that cannot be used refuses the start in one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sources.providers import ALL, BrokenProviderFile, discover

GOOD = "from sources.providers.coinglass import PROVIDERS\n"


def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> set[str]:
    package = tmp_path / f"providers_{tmp_path.name}"
    package.mkdir()
    for name, text in files.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return set(discover([str(package)], package.name))


def test_every_file_of_the_folder_is_found() -> None:
    assert {"binance", "coinglass", "nikkei", "protocol_constant"} <= ALL.keys()


def test_a_file_with_an_underscore_is_shared_reading_and_no_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(tmp_path, monkeypatch, coinglass=GOOD, _shared="nonsense") == {"coinglass"}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"broken": "PROVIDERS = ("}, r"The provider file broken\.py cannot be read: SyntaxError"),
        ({"broken": "import nowhere"}, r"broken\.py cannot be read: ModuleNotFoundError: No module named 'nowhere'"),
        ({"broken": ""}, r"broken\.py cannot be read: AttributeError"),
        ({"broken": "1 / 0"}, r"broken\.py cannot be read: ZeroDivisionError"),
        ({"broken": "PROVIDERS = ['coinglass']"}, r"broken\.py states PROVIDERS that is no tuple of Provider"),
        ({"a": GOOD, "b": GOOD}, r"Two provider files state 'coinglass': b\.py is the second"),
    ],
)
def test_a_broken_file_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BrokenProviderFile, match=sentence):
        found(tmp_path, monkeypatch, **files)
