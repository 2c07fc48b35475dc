"""Names of sources as strangers write them: what looks like another name than it is gets refused.

A citation may bring a new name, and editors read names, not slugs: "coin<zero width space>glass" or a "coinglаss" with
a Cyrillic а would stand in their lists beside the real one.
"""

from __future__ import annotations

import unicodedata

# Alphabets whose letters pass for each other's. Names in one of them, or in Chinese beside Latin, are ordinary.
ALIKE = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE")
INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}  # control, format (zero width, direction), private, line ends
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")  # letters and marks that print as nothing


def source_name(text: str) -> str:
    """The name with single spaces and one form for each letter. ValueError for one that shows other than it is."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise ValueError("each citation names its source")
    if any(unicodedata.category(letter) in INVISIBLE or letter in FILLERS for letter in text + name):
        raise ValueError("a source's name holds an invisible character")
    if any(len(_alphabets(word)) > 1 for word in name.split()):
        raise ValueError("a word of a source's name mixes alphabets that look alike")
    return name


def _alphabets(word: str) -> set[str]:
    # The Kelvin sign and the like are gone after NFKC; "MICRO SIGN" is GREEK then, as it looks.
    first = (unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha())
    return {name for name in first if name in ALIKE}
