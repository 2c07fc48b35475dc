"""Small tables of conflicting observations, and the ruling on them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from claims.adjudication import Ruled, adjudicate, read_meta, read_observations, read_truth

Row = dict[str, Any]


def row(item: str, source: str, value: Any, **more: Any) -> Row:
    return {"item": item, "source": source, "value": value, **more}


def lines(rows: Iterable[Row]) -> list[str]:
    return [json.dumps(one) + "\n" for one in rows]


def judge(
    rows: Iterable[Row], meta: Mapping[str, Any] | None = None, truth: Iterable[Row] = (), find_copying: bool = True
) -> list[Ruled]:
    told = read_meta(json.dumps(meta or {}))
    return list(
        adjudicate(
            read_observations(lines(rows), told), told, read_truth(lines(truth), told), find_copying=find_copying
        )
    )


def grouped(groups: Mapping[str, str], **attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {"attrs": attrs, "sources": {name: {"group": group} for name, group in groups.items()}}


def market(
    seed: int, sources: int = 12, items: int = 150, copiers: Sequence[int] = (), accuracy: float = 0.8
) -> tuple[list[Row], dict[str, float]]:
    """Numbers within one percent; source 0 is right on half of the items, and copied by `copiers`."""
    chance = random.Random(seed)
    rows, truth = [], {}
    for item in range(items):
        name, right = f"i{item:04d}", float(chance.randint(1000, 9000))
        truth[name] = right
        said: list[float] = []
        for source in range(sources):
            wrong = chance.random() > (0.5 if source == 0 else accuracy)
            own = right * chance.choice((0.6, 0.8, 1.2, 1.5, 1.9)) if wrong else right
            said.append(said[0] if source in copiers else round(own * chance.uniform(0.999, 1.001), 2))
        rows += [row(name, f"s{source:02d}", value, time=item) for source, value in enumerate(said)]
    return rows, truth


def share_right(ruled: Iterable[Ruled], truth: Mapping[str, float]) -> float:
    found = list(ruled)
    return sum(abs(float(one.value) - truth[one.item]) <= 0.01 * truth[one.item] for one in found) / len(found)
