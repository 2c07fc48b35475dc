"""What a record needs beyond its excess: a history that reaches back far enough, and a crossing to be the first since.

A provider states in `detail` from when it knows the series (`history_from`, ISO date) and, asked about a qualifier
`since`, by how much the level of that day was beyond the window's extreme (`crossing`, a figure). A short history can
refute and never verify.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from claims.breaks import figure_in
from claims.types import Assertion, Stance
from sources.types import Observation

SPANS = {"52_weeks": timedelta(weeks=52)}  # scopes with an end; an all-time record has none
SUPPORTS, CONTRADICTS, INCONCLUSIVE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.INCONCLUSIVE


def judged(assertion: Assertion, observation: Observation, stance: Stance) -> Stance:
    """The stance of an excess over earlier extremes, once its history and its crossing are looked at."""
    since = _day(assertion.question.qualifier("since"))
    if stance is SUPPORTS and _is_short(assertion, observation, since):
        return INCONCLUSIVE
    if stance is not SUPPORTS or since is None:
        return stance
    crossing = figure_in(observation.detail, "crossing")
    if crossing is None:
        return INCONCLUSIVE
    return SUPPORTS if crossing >= 0 else CONTRADICTS


def _is_short(assertion: Assertion, observation: Observation, since: date | None) -> bool:
    """Whether the provider itself says that its history begins later than the record needs."""
    known_from = _day(observation.detail.get("history_from"))
    span = SPANS.get(assertion.question.qualifier("scope") or "")
    needed = since or ((assertion.window.end - span).date() if span else None)
    return known_from is not None and needed is not None and known_from > needed


def _day(raw: Any) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
