"""A ruling in words: why the claim carries its mark, what to print with it, and what each finding says.

The rules decide without a sentence; whoever stores or shows a ruling asks for its words here. The sentences are made
once; `english` and `chinese` hold the phrases and the figures of their language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import localcontext
from types import MappingProxyType

from claims.policy import ARITHMETIC
from claims.telling import citing
from claims.telling.chinese import CHINESE
from claims.telling.english import ENGLISH
from claims.telling.readings import reading
from claims.telling.reasons import reason, wording
from claims.telling.tongue import Tongue
from claims.types import Case, Outcome, Ruling

HAN = re.compile(r"[\u4e00-\u9fff]")
TONGUES: Mapping[str, Tongue] = MappingProxyType({"en": ENGLISH, "zh": CHINESE})
LANGUAGES = tuple(TONGUES)


@dataclass(frozen=True, slots=True)
class Explanation:
    """reason: one sentence. wording: to print after the claim, may be "". findings: lookup key -> clauses."""

    reason: str
    wording: str
    findings: Mapping[str, str]


def explain(ruling: Ruling, language: str = "en") -> Explanation:
    """The words of a ruling. ValueError for a language that is not spoken (LANGUAGES)."""
    if language not in TONGUES:
        raise ValueError(f"no sentences in {language!r}, only in {', '.join(LANGUAGES)}")
    tongue = TONGUES[language]
    with localcontext(ARITHMETIC):
        case = ruling.case
        if citing.is_cited(ruling.findings):
            printed = {one.answer.key: citing.reading(one, tongue) for one in ruling.findings}
            words = _agreed(case, language) or citing.wording(case, tongue)
            return Explanation(citing.reason(case, tongue), words, printed)
        findings = {one.answer.key: reading(one, case, tongue) for one in ruling.findings}
        return Explanation(reason(case, tongue), _agreed(case, language) or wording(case, tongue), findings)


def explain_in_all(ruling: Ruling) -> dict[str, Explanation]:
    """The words of a ruling by language."""
    return {language: explain(ruling, language) for language in LANGUAGES}


def _agreed(case: Case, language: str) -> str:
    """What an editor wrote down to be printed inside an information gap, in the language it is in; "" elsewhere."""
    agreed = case.gap.wording.strip() if case.outcome is Outcome.NO_AUTHORITY and case.gap else ""
    return agreed if (language == "zh") == bool(HAN.search(agreed)) else ""
