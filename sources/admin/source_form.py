"""The facts about a source as an editor writes them: one a line instead of JSON, with the reason, and none absurd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from sources.amending import new_contradictions
from sources.independence import EVERY_METRIC
from sources.metrics import CATALOGUE
from sources.models import FACTS, Source, SourceChange

if TYPE_CHECKING:
    SourceFormBase = forms.ModelForm[Source]
else:
    SourceFormBase = forms.ModelForm

METRICS = ", ".join(CATALOGUE)
PAIR = re.compile(r"\s*(?P<name>[\w*]+(?::[\w*]+(?=\s*:))?)\s*:\s*(?P<said>\S.*?)\s*")


class Written(forms.CharField):
    """Written as text and kept as a value: it has changed when the value has."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


class Lines(Written):
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


class Pairs(Written):
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
    """ "metric: words" or "metric:SUBJECT: words"."""
    found = PAIR.fullmatch(line)
    if found is None:
        raise forms.ValidationError(f"“{line}” is not of the form metric: words.")
    _known(found["name"])
    return found["name"], found["said"]


def _known(line: str) -> None:
    metric = line.partition(":")[0].strip()
    if metric not in CATALOGUE and metric != EVERY_METRIC:
        raise forms.ValidationError(f"There is no metric “{metric}”. Known are {METRICS}; * is every metric.")


def _words(said: str) -> list[str]:
    return [word.strip() for word in said.split(",") if word.strip()]


class SourceForm(SourceFormBase):
    """seen: the newest change when the page was shown; a change made meanwhile is not overwritten unseen."""

    url = forms.URLField(required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    parents = Lines(help_text="Who owns the owner, nearest first, one a line. Sources whose owners meet are one voice.")
    upstreams = Pairs(
        several=True,
        help_text="Feeds its figures come from, as metric: feed, feed or metric:SUBJECT: feed. * is every metric.",
    )
    republishes = Lines(help_text="Sources whose figures it passes on, by slug, one a line.")
    carries = Lines(
        help_text="Sources some of whose texts it prints beside its own, by slug, one a line. Ties only copies."
    )
    authority = Lines(
        metrics=True,
        help_text="Figures for which its word is the fact, as metric:SUBJECT, one a line. It needs a second person.",
    )
    interested = Lines(metrics=True, help_text="Metrics on which it speaks about itself, one a line.")
    defects = Pairs(several=False, help_text="What is known to be wrong with its figures, as metric: words.")
    aliases = Lines(help_text="Other names it is cited by, one a line: “WSJ”, “@lookonchain”, “彭博”.")
    domains = Lines(help_text="Of its pages, one a line, without www.: “wsj.com”.")
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason for the change",
        help_text="What has changed in the world or was wrong here. It is kept with the change for ever.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Source
        fields = (*FACTS, "slug", "edited")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newest = newest_change(self.instance)
        if "seen" in self.fields:  # who may only look gets no fields
            self.initial["seen"] = self.newest

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if set(self.changed_data) & set(FACTS) and not cleaned.get("reason"):
            self.add_error("reason", "Say why the facts change.")
        if cleaned.get("seen") is not None and cleaned["seen"] != self.newest:
            raise forms.ValidationError("Somebody has changed this source meanwhile. Load the page again.")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own seam: here the instance has the new values
        if not self.errors:
            for one in new_contradictions(self.instance.facts):
                self.add_error(one.field, one.sentence)


def newest_change(source: Source) -> int:
    """The id of the newest change of this source; 0 where there is none."""
    return (source.pk and SourceChange.objects.filter(source=source).values_list("pk", flat=True).first()) or 0
