"""How times, marks and addresses are shown. Whatever came from outside is escaped here or by the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sources.units import plain

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTHING = SafeString('<span class="cd-muted" aria-label="none">–</span>')


@dataclass(frozen=True, slots=True)
class Look:
    """A word people read, with the icon and the tone that go with it: never colour alone.

    tone: good, caution, bad, wait or plain. title: one sentence of explanation.
    """

    word: str
    icon: str
    tone: str = "plain"
    title: str = ""


def icon(name: str) -> SafeString:
    return format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', name)


def chip(look: Look, size: str = "") -> SafeString:
    return format_html(
        '<span class="cd-chip cd-{} {}" title="{}">{}<span>{}</span></span>',
        look.tone,
        f"cd-chip-{size}" if size else "",
        look.title,
        icon(look.icon),
        look.word,
    )


def stamp(moment: datetime) -> str:
    """ "14 Jan 2026, 05:00 UTC"."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def exactly(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def ago(moment: datetime | None, now: datetime | None = None, never: str = "–") -> SafeString:
    """ "3 min ago" or "in 3 min", with the exact time as title."""
    if moment is None:
        return format_html('<span class="cd-muted">{}</span>', never)
    words = distance(moment - (now or timezone.now()))
    return format_html(
        '<time class="cd-time" datetime="{}" title="{}">{}</time>', moment.isoformat(), exactly(moment), words
    )


def due(moment: datetime | None, now: datetime | None = None) -> SafeString:
    """ "in 3 min", "due now", "none due"."""
    if moment is None or moment > (now or timezone.now()):
        return ago(moment, now, never="none due")
    return format_html(
        '<time class="cd-time" datetime="{}" title="{}">due now</time>', moment.isoformat(), exactly(moment)
    )


def clock(moment: datetime | None, other: datetime, never: str) -> SafeString:
    """ "04:59 UTC", with its day where that is not the day of the other moment."""
    if moment is None:
        return format_html('<span class="cd-muted">{}</span>', never)
    at = moment.astimezone(UTC)
    words = f"{at:%H:%M} UTC" if at.date() == other.astimezone(UTC).date() else f"{at.day} {at:%b, %H:%M} UTC"
    return format_html('<time class="cd-time" datetime="{}" title="{}">{}</time>', at.isoformat(), exactly(at), words)


def distance(difference: timedelta) -> str:
    """ "in 3 min", "3 min ago", "now"."""
    if abs(difference) < timedelta(seconds=45):
        return "just now" if difference <= timedelta(0) else "in a moment"
    words = length(abs(difference))
    return f"in {words}" if difference > timedelta(0) else f"{words} ago"


def length(span: timedelta) -> str:
    """The one or two words people use: "3 min", "5 h", "2 days"."""
    if span < HOUR:
        return f"{max(1, round(span / MINUTE))} min"
    if span < 2 * DAY:
        return f"{round(span / HOUR)} h"
    return f"{round(span / DAY)} days"


def window(start: datetime, end: datetime) -> str:
    """ "04:00–05:00 UTC, 14 Jan 2026"; both days where they differ; the moment alone where they are one."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    if first == last:
        return stamp(last)
    if first.date() == last.date():
        return f"{first:%H:%M}–{last:%H:%M} UTC, {last.day} {last:%b %Y}"
    opening = f"{first.day} {first:%b}" if first.year == last.year else f"{first.day} {first:%b %Y}"
    return f"{opening} {first:%H:%M} – {last.day} {last:%b %Y} {last:%H:%M} UTC"


def span_in_words(start: datetime, end: datetime) -> str:
    """ "60 minutes", "24 hours", "3 days", "a moment"."""
    difference = end - start
    if not difference:
        return "a moment"
    if difference <= 2 * HOUR:
        return f"{round(difference / MINUTE)} minutes"
    if difference <= 2 * DAY:
        return f"{difference / HOUR:g} hours"
    return f"{difference / DAY:g} days"


def grouped(value: Decimal) -> str:
    """Every digit, by thousands: "419,200,000.5"."""
    whole, point, rest = plain(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() else plain(value)


def is_web_address(url: str) -> bool:
    """Only http and https become links: an editor's browser must not run what a claim's author wrote."""
    return url.lower().startswith(("http://", "https://"))


def outside(url: str, words: str = "") -> SafeString:
    """A link that opens apart and gives nothing away; plain text where the address is no web address."""
    if not is_web_address(url):
        return format_html('<span class="cd-break">{}</span>', url)
    return format_html(
        '<a class="cd-link cd-break" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}{}</a>',
        url,
        words or url,
        icon("open_in_new"),
    )
