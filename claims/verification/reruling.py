"""A stored verdict ruled once more, from its own inputs and grounds and nothing else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from functools import partial
from typing import Any, Generic, TypeVar

from claims.models import Grounds, Verdict
from claims.policy import POLICY, Policy
from claims.telling import explain_in_all
from claims.verdict import Previous
from claims.verification.deciding import Decided, Inputs, decide, ruling_of
from claims.verification.hearing import KEPT, Hearing, Said, heard, read_kept
from sources.canonical import read, sha256_of, text_of
from sources.models import Observation

K = TypeVar("K")
V = TypeVar("V")
NEEDED = {one.name for one in fields(Hearing) if one.name in KEPT and one.default is MISSING}
REMEMBERED = 200  # hearings: verdicts of one inquiry follow each other


class Unreadable(Exception):
    """The stored verdict cannot be ruled again; the message says what is missing or no longer makes sense."""


class Remembered(OrderedDict[K, V], Generic[K, V]):
    """The last values that were asked for, and no more than `most`."""

    def __init__(self, most: int = REMEMBERED) -> None:
        super().__init__()
        self.most = most

    def of(self, key: K, make: Callable[[], V]) -> V:
        if key in self:
            self.move_to_end(key)
            return self[key]
        value = self[key] = make()
        while len(self) > self.most:
            self.popitem(last=False)
        return value


class Archive:
    """Grounds and hearings as they were kept; a few are held in memory."""

    def __init__(self) -> None:
        self._hearings: Remembered[tuple[tuple[str, str], ...], Hearing] = Remembered()
        self._kept: Remembered[tuple[str, str], Any] = Remembered(4 * REMEMBERED)
        self._today = sha256_of(text_of(POLICY))

    def again(
        self, verdict: Verdict, *, policy: Policy | None = None, previous: Previous | None = None
    ) -> tuple[Verdict, Decided]:
        """What today's rules make of it: the row, not stored, and how it came about. Raises Unreadable.

        policy: other numbers than those it was ruled under. previous: what the claim would have shown before.
        """
        inputs = self._inputs(verdict)
        inputs = inputs if previous is None else replace(inputs, previous=previous)
        hearing = self.hearing(verdict)
        hearing = hearing if policy is None else replace(hearing, policy=policy)
        try:
            ruling = ruling_of(inputs, hearing, verdict.created_at)
            decided = decide(inputs, hearing, ruling, explain_in_all(ruling), verdict.created_at)
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise Unreadable(f"the rules of today cannot judge it ({type(error).__name__}: {error})") from None
        row = decided.verdict(verdict.claim_id, verdict.inquiry_id, verdict.inputs["grounds"])
        if hearing.policy is not POLICY:
            row.policy_version = verdict.policy_version if policy is None else policy.version
        return row, decided

    def _inputs(self, verdict: Verdict) -> Inputs:
        try:
            return read(Inputs, verdict.inputs)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreadable(f"its inputs make no sense ({type(error).__name__}: {error})") from None

    def hearing(self, verdict: Verdict) -> Hearing:
        """What the rules read for it. Raises Unreadable."""
        names = verdict.inputs.get("grounds") if isinstance(verdict.inputs, dict) else None
        if not isinstance(names, dict) or not names.keys() >= NEEDED:
            raise Unreadable("it does not name its grounds")
        return self._hearings.of(tuple(sorted(names.items())), lambda: self._heard(names))

    def _heard(self, names: Mapping[str, str]) -> Hearing:
        known = [(name, sha256) for name, sha256 in names.items() if name in KEPT]
        kept = {key[0]: self._kept.of(key, partial(self._read, *key)) for key in known}
        return heard(kept, self._observations(kept["said"]))

    def _read(self, name: str, sha256: str) -> Any:
        if name == "policy" and sha256 == self._today:
            return POLICY
        text = Grounds.objects.filter(pk=sha256).values_list("text", flat=True).first()
        if text is None:
            raise Unreadable(f"its grounds {sha256} ({name}) are missing")
        try:
            return read_kept(name, text)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreadable(f"its grounds {sha256} ({name}) make no sense ({type(error).__name__})") from None

    def _observations(self, said: Iterable[Said]) -> dict[int, Observation]:
        wanted = {one.observation[0] for one in said if one.observation}
        found = Observation.objects.in_bulk(wanted)
        if missing := wanted - found.keys():
            raise Unreadable(f"observation {min(missing)}, on which it rests, is missing")
        return found
