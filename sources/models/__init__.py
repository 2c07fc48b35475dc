"""The rows of asking and answering, by subject, and the sources they are about."""

from sources.models.asking import Body, Heartbeat, Inquiry, Lookup, Observation, Origin, ProviderState, Snapshot
from sources.models.columns import append_only, figure_field, finite
from sources.models.source import FACTS, Source, SourceChange

__all__ = [
    "FACTS",
    "Body",
    "Heartbeat",
    "Inquiry",
    "Lookup",
    "Observation",
    "Origin",
    "ProviderState",
    "Snapshot",
    "Source",
    "SourceChange",
    "append_only",
    "figure_field",
    "finite",
]
