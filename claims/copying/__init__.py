"""Who copies whom, read from histories. It suggests; a person or the caller decides what to make of it."""

from claims.copying.grouping import grouped
from claims.copying.histories import Sighting, Suspicion, in_words, suspicions
from claims.copying.odds import Alike, Meeting, chance_of_meeting, log_odds, probability

__all__ = [
    "Alike",
    "Meeting",
    "Sighting",
    "Suspicion",
    "chance_of_meeting",
    "grouped",
    "in_words",
    "log_odds",
    "probability",
    "suspicions",
]
