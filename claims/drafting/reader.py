"""A mapping from outside, read field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.errors import AssertionIncomplete, InvalidInput


@dataclass(slots=True)
class Reader:
    """Collects what is wrong, field by field, so that a caller sees everything at once."""

    data: Mapping[str, Any]
    wrong: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, reading: Callable[[Any], Any], *, required: str = "") -> Any:
        """reading(value), or None with the complaint noted. required: why it is needed."""
        raw = self.data.get(name)
        if raw is None or raw == "":
            if required:
                self.missing[name] = required
            return None
        try:
            return reading(raw)
        except ValueError as error:
            self.wrong[name] = str(error)
            return None

    def stop_if_wrong(self) -> None:
        """InvalidInput or AssertionIncomplete when anything was noted."""
        missing = {name: f"is missing: {why}" for name, why in self.missing.items()}
        lacking = f"Missing: {', '.join(sorted(missing))}." if missing else ""
        if self.wrong:
            raise InvalidInput(f"Wrong: {', '.join(sorted(self.wrong))}. {lacking}".strip(), missing | self.wrong)
        if missing:
            raise AssertionIncomplete(lacking, missing)
