"""The sidebar and the badge at the top, as Unfold asks for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

# (group, ((title, icon, app, model), ...)); a person sees what they may view.
GROUPS = (
    (
        "Desk",
        (
            ("Claims", "fact_check", "claims", "claim"),
            ("Articles", "newspaper", "claims", "article"),
            ("Verdicts", "gavel", "claims", "verdict"),
            ("Information gaps", "do_not_disturb_on", "claims", "gaprecord"),
        ),
    ),
    (
        "Providers",
        (
            ("State of providers", "monitor_heart", "sources", "providerstate"),
            ("Sources and voices", "hub", "sources", "source"),
            ("Who copies whom", "content_copy", "claims", "copysuggestion"),
            ("Who is believed", "workspace_premium", "claims", "trackrecord"),
            ("Outcomes", "task_alt", "claims", "groundtruth"),
            ("Calibrations", "tune", "claims", "calibrationfit"),
            ("Inquiries", "travel_explore", "sources", "inquiry"),
            ("Lookups", "contact_support", "sources", "lookup"),
            ("Raw answers", "data_object", "sources", "snapshot"),
        ),
    ),
    (
        "Administration",
        (
            ("Schedules", "event_repeat", "django_celery_beat", "periodictask"),
            ("Intervals", "timer", "django_celery_beat", "intervalschedule"),
            ("Calendar times", "calendar_clock", "django_celery_beat", "crontabschedule"),
            ("API keys", "key", "claims", "apikey"),
            ("People", "group", "auth", "user"),
            ("Roles", "badge", "auth", "group"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of which the person may see at least one page."""
    home = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"title": "", "separator": False, "items": [home]}]
    for title, pages in GROUPS:
        items = [_item(*page) for page in pages if request.user.has_perm(f"{page[2]}.view_{page[3]}")]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(f"admin:{app}_{model}_changelist")}


def environment(request: HttpRequest) -> list[str] | None:
    """Every page says so when the figures are recorded ones."""
    return ["replayed data", "warning"] if settings.DATA == "replay" else None


def title_prefix(request: HttpRequest) -> str | None:
    return "[replay]" if settings.DATA == "replay" else None


def styles(request: HttpRequest) -> str:
    return static("claims/desk.css")


def scripts(request: HttpRequest) -> str:
    return static("claims/desk.js")


def favicon(request: HttpRequest) -> str:
    return static("claims/desk.svg")
