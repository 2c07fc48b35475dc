"""Which language a claim's page speaks first: that of its article."""

from __future__ import annotations

from dataclasses import dataclass

from claims.models import Claim, Evidence, Verdict

NAMES = {"en": "English", "zh": "简体中文"}
TAGS = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence or wording with its language: code, tag for the lang attribute, and name."""

    code: str
    text: str

    @property
    def tag(self) -> str:
        return TAGS[self.code]

    @property
    def name(self) -> str:
        return NAMES[self.code]


def order_of(claim: Claim) -> tuple[str, str]:
    article = claim.article
    return ("zh", "en") if article and article.language.lower().startswith("zh") else ("en", "zh")


def told(claim: Claim, row: Verdict | Evidence | None, name: str) -> list[Words]:
    """The field of this name in every language it is stored in, the article's first; empty without any."""
    if row is None:
        return []
    texts = {"en": getattr(row, name), "zh": getattr(row, f"{name}_zh")}
    return [Words(code, texts[code]) for code in order_of(claim) if texts[code]]
