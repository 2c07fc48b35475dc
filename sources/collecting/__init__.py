"""From a question to rows: open an inquiry, ask every provider at once, keep what each said, by subject.

opening     one open inquiry per question, with a lookup per provider
leases      one worker at a time; what was left behind by a dead one
asking      the conversations, all at once, under deadlines
rereading   today's parsers over what was kept
keeping     snapshots, observations and outcomes, each committed as it arrives
addressing  whose key and which host, from the environment
"""

from sources.collecting.addressing import known_providers, replayed
from sources.collecting.asking import answer, probe
from sources.collecting.leases import overdue, unattended
from sources.collecting.opening import open_inquiry, open_outcome_inquiry, outcome_key
from sources.collecting.rereading import Rereading, rereadings

__all__ = [
    "Rereading",
    "answer",
    "known_providers",
    "open_inquiry",
    "open_outcome_inquiry",
    "outcome_key",
    "overdue",
    "probe",
    "replayed",
    "rereadings",
    "unattended",
]
