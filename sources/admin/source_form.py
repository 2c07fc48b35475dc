"""The facts about a source as an editor writes them: one a line instead of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from sources.independence import EVERY_METRIC
from sources.metrics import CATALOGUE
from sources.models import Source

if TYPE_CHECKING:
    SourceFormBase = forms.ModelForm[Source]
else:
    SourceFormBase = forms.ModelForm

METRICS = ", ".join(CATALOGUE)


class Lines(forms.CharField):
    """A list of words, one a line."""

    def __init__(self, *, help_text: str, metrics: bool = False) -> None:
        self.metrics = metrics  # each line must name a metric
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"})
        super().__init__(required=False, help_text=help_text, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        for line in lines if self.metrics else ():
            _known(line)
        return lines


class Pairs(forms.CharField):
    """metric: words, one a line. several: the words are a list, separated by commas."""

    def __init__(self, *, help_text: str, several: bool) -> None:
        self.several = several
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"})
        super().__init__(required=False, help_text=help_text, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name}: {', '.join(said) if self.several else said}" for name, said in value.items())

    def clean(self, value: Any) -> Any:
        pairs = (_pair(line) for line in str(super().clean(value)).splitlines() if line.strip())
        return {name: _words(said) if self.several else said for name, said in pairs}


def _pair(line: str) -> tuple[str, str]:
    name, colon, said = (part.strip() for part in line.partition(":"))
    if not colon or not said:
        raise forms.ValidationError(f"“{line}” is not of the form metric: words.")
    _known(name)
    return name, said


def _known(line: str) -> None:
    metric = line.partition(":")[0].strip()
    if metric not in CATALOGUE and metric != EVERY_METRIC:
        raise forms.ValidationError(f"There is no metric “{metric}”. Known are {METRICS}; * is every metric.")


def _words(said: str) -> list[str]:
    return [word.strip() for word in said.split(",") if word.strip()]


class SourceForm(SourceFormBase):
    url = forms.URLField(required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    upstreams = Pairs(several=True, help_text="Feeds its figures come from, as metric: feed, feed. * is every metric.")
    republishes = Lines(help_text="Sources whose figures it passes on, by slug, one a line.")
    authority = Lines(metrics=True, help_text="Figures for which its word is the fact, as metric:SUBJECT, one a line.")
    interested = Lines(metrics=True, help_text="Metrics on which it speaks about itself, one a line.")
    defects = Pairs(several=False, help_text="What is known to be wrong with its figures, as metric: words.")

    class Meta:
        model = Source
        fields = (
            "name",
            "slug",
            "category",
            "url",
            "owner",
            "read",
            "upstreams",
            "republishes",
            "authority",
            "interested",
            "defects",
            "edited",
        )
