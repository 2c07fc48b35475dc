"""A ruling in words: why the claim carries its mark, what to print with it, and what each finding says.

The rules decide without a sentence; whoever stores or shows a ruling asks for its words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import localcontext

from claims.policy import ARITHMETIC
from claims.readings import reading
from claims.reasons import reason, wording
from claims.types import Case, Outcome, Ruling

LANGUAGES = ("en",)


@dataclass(frozen=True, slots=True)
class Explanation:
    """reason: one sentence. wording: to print after the claim, may be "". findings: lookup key -> clauses."""

    reason: str
    wording: str
    findings: Mapping[str, str]


def explain(ruling: Ruling, language: str = "en") -> Explanation:
    """The words of a ruling. ValueError for a language that is not spoken (LANGUAGES)."""
    if language not in LANGUAGES:
        raise ValueError(f"no sentences in {language!r}, only in {', '.join(LANGUAGES)}")
    with localcontext(ARITHMETIC):
        case = ruling.case
        findings = {one.answer.key: reading(one, case) for one in ruling.findings}
        return Explanation(reason(case), _agreed(case) or wording(case), findings)


def _agreed(case: Case) -> str:
    """What an editor wrote down to be printed inside an information gap; "" elsewhere."""
    return case.gap.wording.strip() if case.outcome is Outcome.NO_AUTHORITY and case.gap else ""
