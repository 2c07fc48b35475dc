"""Which texts are copies of one another: near-identical passages are one voice, whoever printed them.

A text is cut into shingles: runs of four words, where a Chinese, Japanese or Korean character counts as half a word
(so eight characters). Of two texts, the shorter is a copy when HALF of its shingles stand in the longer (containment,
after Broder 1997, "On the resemblance and containment of documents"): a changed headline, a trimmed end, an added
paragraph or a word replaced here and there leave more than that; two reporters who write about one event share
a tenth at most, mostly names and titles (the tables of tests/sources/test_likeness.py). Below LEAST shared shingles,
about twelve words, chance decides: such short texts are copies only when they are equal, word for word.

Case, accents, punctuation and width are not looked at. Figures alone are no text: they may agree because they are
right. Not found: translated copies, and copies reworded from end to end.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import combinations

LENGTH = 4.0  # words a shingle: three are shared by chance ("the price of"), five miss too much of an edited copy
CHARACTER = 0.5  # of a word: Chinese words are about two characters
HALF = 0.5  # of the shorter text's shingles
LEAST = 8  # shared shingles

_CHARACTER = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CHARACTER}]|[^\W_{_CHARACTER}]+")
_ACCENTS = re.compile("[\u0300-\u036f]")

Shingles = frozenset[int]


def alike(passages: Mapping[str, str], quoted: str = "") -> tuple[tuple[str, ...], ...]:
    """Groups of the keys whose texts are copies, sorted; who is alone is left out. Copies of copies are one group.

    quoted: words that every passage must carry (the quotation a claim is about): they are no sign of copying, and a
    passage of nothing else is nobody's copy. Empty texts and texts without a letter are nobody's copy.
    """
    expected = _shingles(quoted)
    texts = {key: _shingles(passages[key]) - expected for key in sorted(passages)}
    root = {key: key for key, shingles in texts.items() if shingles}
    for one, other in combinations(root, 2):
        if root[one] != root[other] and _is_copy(texts[one], texts[other]):
            _join(root, root[one], root[other])
    groups: dict[str, list[str]] = {}
    for key in root:
        groups.setdefault(root[key], []).append(key)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _join(root: dict[str, str], kept: str, left: str) -> None:
    for key in root:
        if root[key] == left:
            root[key] = kept


def _is_copy(one: Shingles, other: Shingles) -> bool:
    shared = len(one & other)
    return one == other or (shared >= LEAST and shared >= HALF * min(len(one), len(other)))


def _shingles(text: str) -> Shingles:
    """Checksums of the runs of LENGTH words that hold a letter; of the whole where the text is shorter."""
    return frozenset(zlib.crc32(" ".join(run).encode()) for run in _runs(text) if _has_letter(run))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    run: deque[str] = deque()
    length, is_whole = 0.0, False
    for word in _words(text):
        run.append(word)
        length += _length(word)
        while length - _length(run[0]) >= LENGTH:
            length -= _length(run.popleft())
        if length >= LENGTH:
            is_whole = True
            yield tuple(run)
    if run and not is_whole:
        yield tuple(run)


def _words(text: str) -> Iterator[str]:
    """Folded words, and Chinese, Japanese and Korean characters one by one."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    folded = unicodedata.normalize("NFC", plain)  # Korean syllables and voiced kana are one character again
    return (found.group() for found in _WORD.finditer(folded))


def _length(word: str) -> float:
    return CHARACTER if len(word) == 1 and word >= "\u3040" else 1.0


def _has_letter(run: tuple[str, ...]) -> bool:
    return any(not word.isdigit() for word in run)
