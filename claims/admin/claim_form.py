"""Adding a claim by hand: a form that is the API's submission in other clothes."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from claims.errors import ClaimError
from claims.intake import submit_claim
from claims.models.claim import choices
from claims.types import Comparator, Hedge
from sources.assets import ASSETS
from sources.metrics import CATALOGUE, SIDES
from sources.models import Source

NONE = [("", "–")]
WINDOWS = [
    ("PT15M", "Past 15 minutes"),
    ("PT60M", "Past 60 minutes"),
    ("PT4H", "Past 4 hours"),
    ("PT12H", "Past 12 hours"),
    ("PT24H", "Past 24 hours"),
    ("P7D", "Past 7 days"),
    ("P30D", "Past 30 days"),
]
SUBJECTS = [(symbol, f"{asset.title} ({symbol})") for symbol, asset in ASSETS.items()]
METRICS = [(name, metric.title) for name, metric in CATALOGUE.items()]
SECTIONS = (
    ("What is claimed", ("text", "hedge")),
    (
        "The figure",
        ("metric", "subject", "side", "comparator", "value", "value_high", "unit", "zone_low", "zone_high"),
    ),
    ("When", ("as_of", "window", "window_start", "window_end")),
    ("Where it is said", ("source", "url", "quote")),
)
WIDE = {"text", "quote"}
NEEDED = {"text", "metric", "subject", "comparator", "as_of"}  # marked; intake is who insists


def _text(label: str, help_text: str = "", **attrs: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def _choice(label: str, options: list[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    widget = UnfoldAdminSelectWidget()
    return forms.ChoiceField(label=label, choices=NONE + options, required=False, help_text=help_text, widget=widget)


def _moment(label: str, help_text: str) -> forms.DateTimeField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "60"})
    return forms.DateTimeField(label=label, required=False, help_text=help_text, widget=widget)


def _long(label: str, help_text: str, rows: int = 3) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


class ClaimForm(forms.Form):
    """Only shape is checked here. What a claim needs is said by intake, for all fields at once."""

    text = _long("Text", "The statement as published, word for word.")
    hedge = _choice("Hedge", choices(Hedge)[1:], "How the copy itself hedges it. Leave empty if it is stated as fact.")
    metric = _choice("Metric", METRICS, "What is measured.")
    subject = _choice("Subject", SUBJECTS, "The coin, the index or the whole market it is about.")
    side = _choice("Side", [(side, side) for side in SIDES], "Longs, shorts or both together.")
    comparator = _choice("Says it", choices(Comparator), "How the value is meant: “nearly $7B” is about.")
    value = _text("Value", "With the digits as written: 419000000 for $419 million.", inputmode="decimal")
    value_high = _text("Upper value", "Only for between and magnitude.", inputmode="decimal")
    unit = _text("Unit", "Filled in from the metric; state it to be sure.", list="units")
    zone_low = _text("Zone from", "Price zone, lower edge.", inputmode="decimal")
    zone_high = _text("Zone to", "Price zone, upper edge.", inputmode="decimal")
    as_of = _moment("As of (UTC)", "The instant the statement's present tense speaks of.")
    window = _choice("Window", WINDOWS, "The span before as-of. “In the past hour” is 60 minutes.")
    window_start = _moment("or from (UTC)", "Exact start, instead of a window.")
    window_end = _moment("to (UTC)", "Exact end; as-of when empty.")
    source = _text(
        "Source", "Whom the copy names for it. A new name is added as an unclassified source.", list="sources"
    )
    url = _text("Address", "Where it can be read; http or https.", inputmode="url")
    quote = _long("Quote", "The words at that address.", rows=2)

    def submission(self) -> dict[str, Any]:
        """What was filled in, as `POST /api/v1/claims/` takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        citation = {name: data.pop(name) for name in ("source", "url", "quote") if name in data}
        for name in ("as_of", "window_start", "window_end"):
            if name in data:
                data[name] = data[name].astimezone(UTC).isoformat()
        return {**data, "citations": [citation]} if citation else data

    def show(self, error: ClaimError) -> None:
        """Each complaint at its field; what belongs to no field of this form above them all."""
        for name, words in error.fields.items():
            known = name if name in self.fields else "source" if name.startswith("citations") else None
            self.add_error(known, words if known else f"{name}: {words}")
        if not error.fields:
            self.add_error(None, error.message)

    def sections(self) -> list[tuple[str, list[tuple[forms.BoundField, bool, bool]]]]:
        return [(title, [(self[name], name in WIDE, name in NEEDED) for name in names]) for title, names in SECTIONS]


def respond(request: HttpRequest, model_admin: Any) -> HttpResponse:
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            submission = submit_claim(form.submission(), created_by=request.user)  # type: ignore[arg-type]  # logged in
        except ClaimError as error:
            form.show(error)
        else:
            if submission.created:
                messages.success(request, "The claim is recorded and being checked.")
            else:
                messages.info(request, "This claim was already recorded; here it is.")
            return redirect(reverse("admin:claims_claim_change", args=[submission.claim.pk]))
    return TemplateResponse(request, "claims/claim_form.html", _context(request, model_admin, form))


def _context(request: HttpRequest, model_admin: Any, form: ClaimForm) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "Add a claim",
        "form": form,
        "sources": Source.objects.order_by("name").values_list("name", flat=True)[:500],
        "units": sorted({metric.unit for metric in CATALOGUE.values()}),
        "needs": {name: _needs(name) for name in CATALOGUE},
    }


def _needs(name: str) -> dict[str, Any]:
    """What the form shows for a metric: the script hides the fields that would be refused."""
    metric = CATALOGUE[name]
    return {
        "qualifiers": sorted(metric.qualifiers),
        "sides": metric.qualifiers.get("side", ()),
        "comparators": metric.comparators,
        "unit": metric.unit,
        "window": metric.window is not None,
        "subjects": [symbol for symbol, asset in ASSETS.items() if asset.kind in metric.asset_kinds],
    }
