"""Other numbers for the rules, as a file gives them: only what is to change is named.

[rules]
support_ratio = 3
[metrics.price]
quorum = 3
tolerance = 0.01
half_life_seconds = 120
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from claims.policy import POLICY, Policy
from sources.metrics import Metric

RULES = {one.name: getattr(POLICY, one.name) for one in fields(Policy) if one.name not in {"date", "metrics"}}
OF_A_METRIC = ("tolerance", "quorum", "half_life_seconds", "hard_limit_seconds")
MOST = 10**9  # of any number


class PolicyError(Exception):
    """One sentence naming the number that is wrong."""


def read_policy(path: Path) -> Policy:
    """Today's policy with the numbers of this TOML or JSON file. Raises PolicyError."""
    try:
        text = path.read_text(encoding="utf-8")
        is_json = path.suffix.lower() == ".json"
        data = json.loads(text, parse_float=Decimal) if is_json else tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise PolicyError(f"{path} is not {path.suffix.lstrip('.') or 'TOML'}: {error}.") from None
    return policy_of(data)


def policy_of(data: Any) -> Policy:
    """Today's policy with these numbers. Raises PolicyError."""
    _refuse_unknown(_table(data, "the file"), ("rules", "metrics"), "")
    rules = _table(data.get("rules", {}), "rules")
    _refuse_unknown(rules, RULES, "rules.")
    changed: dict[str, Any] = {name: _number(raw, RULES[name], f"rules.{name}") for name, raw in rules.items()}
    metrics = _table(data.get("metrics", {}), "metrics")
    _refuse_unknown(metrics, POLICY.metrics, "metrics.")
    catalogue = {**POLICY.metrics, **{name: _metric(name, raw) for name, raw in metrics.items()}}
    return replace(POLICY, **changed, metrics=MappingProxyType(catalogue))


def _metric(name: str, raw: Any) -> Metric:
    where, metric = f"metrics.{name}", POLICY.metrics[name]
    table = _table(raw, where)
    _refuse_unknown(table, OF_A_METRIC, f"{where}.")
    changed: dict[str, Any] = {}
    for key, value in table.items():
        if key.endswith("_seconds"):
            changed[key.removesuffix("_seconds")] = timedelta(seconds=_number(value, 1, f"{where}.{key}"))
        else:
            changed[key] = _number(value, getattr(metric, key), f"{where}.{key}")
    return replace(metric, **changed)


def _table(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise PolicyError(f"{where} must be a table of numbers.")
    return raw


def _refuse_unknown(table: Mapping[str, Any], known: Any, where: str) -> None:
    for name in sorted(table.keys() - set(known)):
        raise PolicyError(f"{where}{name} is not known; there are {', '.join(sorted(known))}.")


def _number(raw: Any, like: Any, where: str) -> Any:
    """A number of the same kind as `like`, above zero."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise PolicyError(f"{where} must be a number.")
    if isinstance(like, int) and not isinstance(raw, int):
        raise PolicyError(f"{where} must be a whole number.")
    if not Decimal(raw).is_finite() or not 0 < raw < MOST:
        raise PolicyError(f"{where} must be above 0 and below {MOST}.")
    return raw if isinstance(like, int) else Decimal(raw)
