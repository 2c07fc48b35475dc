"""How much the subject moves by itself, read from the minutes the providers sent along with their figures.

After Parkinson, "The extreme value method for estimating the variance of the rate of return", Journal of Business 53
(1980): the variance of one interval is the mean of ln(high / low)² over its intervals, divided by 4 ln 2. Over small
ranges ln(high / low) is 2 (high − low) / (high + low), to a thousandth for ranges up to a tenth; wider ones are taken
as they come out, a little low. Per √second: by the root of the interval's seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from claims.types import Answer
from sources.types import Observation

FOUR_LN_2 = Decimal("2.772588722239781")
SECONDS: Mapping[str, int] = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600}
LEAST_RANGES = 5  # of fewer intervals the estimate is mostly chance


def volatility_of(answers: Iterable[Answer], name_of: Mapping[str, str]) -> Decimal | None:
    """Standard deviation of the relative change per √second; None when nobody sent ranges.

    One estimate for each voice that gave a figure, and the lower median of them: whoever sent no ranges saw nothing
    move, so that feeds which invent wide minutes excuse nobody while they are fewer than the others.
    name_of: slug -> voice name. Ranges: `detail["ranges"]`, [[high, low], …], one for each `detail["interval"]`.
    """
    by_voice: dict[str, list[Decimal]] = {}
    for answer in answers:
        if answer.observation is not None:
            found = sigma(answer.observation)
            by_voice.setdefault(name_of[answer.source], []).extend([] if found is None else [found])
    if not any(by_voice.values()):
        return None
    return _lower_median([_lower_median(found) if found else Decimal(0) for found in by_voice.values()])


def sigma(observation: Observation) -> Decimal | None:
    """Parkinson's estimate from one observation, per √second; None without enough readable ranges."""
    seconds = SECONDS.get(str(observation.detail.get("interval")))
    ranges = observation.detail.get("ranges")
    if seconds is None or not isinstance(ranges, (list, tuple)):
        return None
    swings = [swing for pair in ranges if (swing := _swing(pair)) is not None]
    if len(swings) < LEAST_RANGES:
        return None
    squares = sum((swing * swing for swing in swings), Decimal(0))
    return (squares / len(swings) / FOUR_LN_2 / seconds).sqrt()


def _swing(pair: Any) -> Decimal | None:
    """2 (high − low) / (high + low) of one interval; None where it cannot be read."""
    if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
        return None
    try:
        high, low = map(Decimal, pair)
    except ArithmeticError:
        return None
    if not (high.is_finite() and low.is_finite() and high >= low > 0):
        return None
    return 2 * (high - low) / (high + low)


def _lower_median(values: Sequence[Decimal]) -> Decimal:
    return sorted(values)[(len(values) - 1) // 2]
