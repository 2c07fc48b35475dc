"""From pairs that seem to depend on each other to groups that do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from claims.copying.odds import PRIOR

Pair = tuple[str, str]
Group = tuple[str, ...]


def grouped(sources: Iterable[str], odds: Mapping[Pair, float]) -> tuple[Group, ...]:
    """The sources as voices: sorted groups of sorted names; who copies nobody stands alone.

    odds: log odds by pair, names in order; a pair that is missing counts with the prior. Two groups merge while the
    mean over all pairs between them is above zero, the highest first: one suspicious pair does not chain two groups
    whose other members are plainly independent.
    """
    excess = {((one,), (other,)): value - PRIOR for (one, other), value in odds.items()}
    near: dict[Group, dict[Group, float]] = {(name,): {} for name in sources}
    for (one, other), value in excess.items():
        near[one][other] = near[other][one] = value
    while (best := _closest(near)) is not None:
        _merge(near, *best)
    return tuple(sorted(near))


def _closest(near: Mapping[Group, Mapping[Group, float]]) -> tuple[Group, Group] | None:
    """The two groups with the highest mean log odds between their members, None when no mean is above zero."""
    means = (
        (total / (len(one) * len(other)) + PRIOR, one, other)
        for one, others in near.items()
        for other, total in others.items()
        if one < other and total > 0
    )
    mean, one, other = max(means, default=(0.0, (), ()))
    return (one, other) if mean > 0 else None


def _merge(near: dict[Group, dict[Group, float]], one: Group, other: Group) -> None:
    first, second = near.pop(one), near.pop(other)
    merged = tuple(sorted(one + other))
    totals = {group: first.get(group, 0.0) + second.get(group, 0.0) for group in {**first, **second}}
    near[merged] = {group: total for group, total in totals.items() if group not in (one, other)}
    for group, total in near[merged].items():
        near[group].pop(one, None)
        near[group].pop(other, None)
        near[group][merged] = total
