"""The numbers of the verdict rules, and the version that names them all.

Every verdict stores the version it was ruled under. It changes when a rule's number or a number of the catalogue does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from types import MappingProxyType

from sources.metrics import CATALOGUE, Metric

# One context for all rules: the same evidence gives the same digits whatever the caller's context is. 40 digits before
# the point and 20 after fit, with room for a product.
ARITHMETIC = Context(prec=80)

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "lower_bound": "the true total may be higher than the figures",
        "rests_on": "without this one voice the mark would be another",
        "stale": "a figure was too old to count",
        "already_above": "the level was passed before the window",
        "already_below": "the level was passed before the window",
        "inconsistent": "claims contradict each other by arithmetic",
        "loose": "the claim allows nearly any figure: that it holds says little",
        "content_apart": "that it was said is marked; what it says is a claim of its own",
        "paraphrase": "nobody who supports it has the words themselves",
        "interested_party": "a supporting voice speaks about itself",
        "was_refuted": "it was refuted before: only an editor can verify it",
        "held": "an editor must look",
        "overridden": "an editor decided",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the rules are judged by.

    support_ratio: supporting voices needed for each contradicting one.
    refuting: contradicting voices, with none supporting, that refute; fewer only cast doubt.
    rounding_limit, rounding_share: how far the rounding of a written figure is believed, in class tolerances and as
    a share of the figure; whichever is less.
    about_factor: how much wider "about" makes the class tolerance.
    slip_voices: voices that must agree before a figure a power of ten away is a slip of its unit.
    large_factor: a figure this many times its own resolution is too large to be a zero.
    loose_factor: a claim whose every bound is this many times away from what is observed says next to nothing.
    confirmations: consecutive inquiries that must agree before a settled status changes.
    drift_sigmas, drift_limit: how far a moving market excuses a figure of another moment, in standard deviations, and
    the number of class tolerances beyond which it is no longer the same question.
    """

    date: str = "2026-11-22"  # when these numbers were set
    support_ratio: int = 4  # four fifths of the decided voices: right on 99.1 to 99.3 % of a month of real conflicts
    refuting: int = 2  # one against none is the word of one
    rounding_limit: int = 4  # "$7B" of market value stays 6.5 to 7.5; "$3,000" for a coin is no longer 2,500 to 3,500
    rounding_share: Decimal = Decimal("0.1")  # "$1B" is not anything from 500 million to 1.5 billion
    about_factor: int = 2
    slip_voices: int = 2  # one against one cannot say whose unit is wrong
    large_factor: int = 10
    loose_factor: int = 10  # copy that says "over X" means a little over X; a magnitude word spans one power of ten
    confirmations: int = 2  # a provider's bad quarter of an hour must not reach the page
    drift_sigmas: int = 3
    drift_limit: int = 3
    metrics: Mapping[str, Metric] = field(default_factory=lambda: CATALOGUE)

    @property
    def version(self) -> str:
        """Date and hash of every number: equal numbers give an equal version in every process."""
        text = json.dumps(self._numbers(), sort_keys=True, separators=(",", ":"))
        return f"{self.date}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"

    def _numbers(self) -> dict[str, object]:
        constants = {name: str(getattr(self, name)) for name in _CONSTANTS}
        return {"rules": constants, "metrics": {name: _metric_numbers(self.metrics[name]) for name in self.metrics}}


_CONSTANTS = (
    "support_ratio",
    "refuting",
    "rounding_limit",
    "rounding_share",
    "about_factor",
    "slip_voices",
    "large_factor",
    "loose_factor",
    "confirmations",
    "drift_sigmas",
    "drift_limit",
)


def _metric_numbers(metric: Metric) -> list[str]:
    half_life, hard_limit = metric.half_life.total_seconds(), metric.hard_limit.total_seconds()
    return [metric.unit, _text(metric.tolerance), str(metric.quorum), f"{half_life:.0f}", f"{hard_limit:.0f}"]


def _text(figure: Decimal) -> str:
    return format(figure.normalize(), "f")


POLICY = Policy()
VERSION = POLICY.version
