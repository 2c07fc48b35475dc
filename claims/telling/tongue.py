"""What a language must know to tell a ruling: its phrases, and how it writes figures, times and lists.

The sentences are made once for all languages (`reasons`, `accounts`, `readings`, `silences`): they choose a phrase by
its key and give it its parts. A language is two tables and the few rules that are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from claims.types import Region

SHOWN = 2  # names told before the rest is only counted

Phrase = str | tuple[str, str]  # one form, or that for one and that for several; parts in braces


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """figure, gap (how far two figures are apart), figures (lowest and highest): Decimal in the unit -> words.

    clock: a moment, with its day where that is not the day of the other moment. calendar: with its day and year.
    name: a title as it stands inside a sentence. finish: a sentence from its clauses.
    """

    phrases: Mapping[str, Phrase]
    figure: Callable[[Decimal, str], str]
    gap: Callable[[Decimal, str], str]
    figures: Callable[[Sequence[Decimal], str], str]
    clock: Callable[[datetime, datetime], str]
    calendar: Callable[[datetime], str]
    name: Callable[[str], str]
    finish: Callable[[str], str]

    def say(self, key: str, count: int = 1, /, **parts: str) -> str:
        """The phrase with its parts; count: of whatever its form agrees with."""
        phrase = self.phrases[key]
        form = phrase if isinstance(phrase, str) else phrase[count != 1]
        return form.format(**parts)

    def clauses(self, clauses: Iterable[str]) -> str:
        """Those that say anything, one after the other."""
        return self.say("semicolon").join(filter(None, clauses))

    def names(self, titles: Sequence[str], rest: str = "rest") -> str:
        """ "A", "A and B", "A, B and C", "A, B and 6 more sources"; rest: the phrase that counts the others."""
        told = [self.name(title) for title in titles]
        if len(told) > SHOWN + 1:
            first = self.say("comma").join(told[:SHOWN])
            return self.say(rest, names=first, others=str(len(told) - SHOWN), all=str(len(told)))
        if len(told) < 2:
            return "".join(told)
        return self.say("listed", first=self.say("comma").join(told[:-1]), last=told[-1])

    def bounds(self, region: Region, unit: str) -> str:
        """The region in words: "$377.1M to $460.9M", "$95,952 or more", "$100B or less"."""
        if region.low is None:
            return self.say("or_less", figure=self.figure(region.high or Decimal(0), unit))
        if region.high is None:
            return self.say("or_more", figure=self.figure(region.low, unit))
        if region.below_high:
            low, high = self.figure(region.low, unit), self.figure(region.high, unit)
            return self.say("to_below", low=low, high=high)
        return self.figures([region.low, region.high], unit)
