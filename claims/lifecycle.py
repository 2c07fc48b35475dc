"""Allowed changes of a claim's status, as a table.

A machine judges, an editor decides. What a machine or an editor has rejected needs two people to become `verified`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from claims.types import Outcome, Status


class Actor(StrEnum):
    MACHINE = "machine"
    EDITOR = "editor"


class Permission(StrEnum):
    ALLOWED = "allowed"
    SECOND_PERSON = "second_person"  # allowed when a second person agrees
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands: its status, the outcome behind it, and what people have done to it.

    refuted: some inquiry refuted it and no editor has decided since; true at least while the outcome is `refuted`.
    """

    status: Status
    outcome: Outcome | None = None
    overridden: bool = False
    refuted: bool = False

    @property
    def marks(self) -> frozenset[str]:
        """The words the table matches on."""
        words = {ANY, self.status.value}
        if self.outcome is not None:
            words.add(self.outcome.value)
        if self.refuted and not self.overridden:
            words.add(Outcome.REFUTED.value)
        return frozenset(words | ({OVERRIDDEN} if self.overridden else set()))


ANY = "any"
OVERRIDDEN = "overridden"

# Who, what the claim carries, the new status (None: any), permission. The first matching row decides; a status that
# stays as it is needs no row.
TABLE: tuple[tuple[Actor, str, Status | None, Permission], ...] = (
    (Actor.MACHINE, OVERRIDDEN, None, Permission.REFUSED),
    (Actor.MACHINE, Outcome.REFUTED, Status.VERIFIED, Permission.REFUSED),
    (Actor.MACHINE, Status.PENDING, None, Permission.ALLOWED),
    (Actor.MACHINE, ANY, Status.PENDING, Permission.REFUSED),
    (Actor.MACHINE, ANY, None, Permission.ALLOWED),
    (Actor.EDITOR, ANY, Status.PENDING, Permission.REFUSED),
    (Actor.EDITOR, OVERRIDDEN, Status.VERIFIED, Permission.SECOND_PERSON),
    (Actor.EDITOR, Outcome.REFUTED, Status.VERIFIED, Permission.SECOND_PERSON),
    (Actor.EDITOR, Outcome.CONFLICTING, Status.VERIFIED, Permission.SECOND_PERSON),
    (Actor.EDITOR, ANY, None, Permission.ALLOWED),
)


def permission(standing: Standing, to: Status, by: Actor) -> Permission:
    if to is standing.status:
        return Permission.ALLOWED
    for actor, mark, target, answer in TABLE:
        if actor is by and mark in standing.marks and target in {None, to}:
            return answer
    return Permission.REFUSED


def may_change(standing: Standing, to: Status, by: Actor, *, second_person: bool = False) -> bool:
    """second_person: another person than the one who asks has agreed."""
    answer = permission(standing, to, by)
    return answer is Permission.ALLOWED or (answer is Permission.SECOND_PERSON and second_person)
