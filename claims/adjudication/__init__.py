"""The engine of the verdicts on any table of conflicting observations: no database, no clock, no servers.

reading → sheet → clusters → seating (voices) → believing (weights) → choosing → counting → the table of claims.verdict.
"""

from claims.adjudication.reading import BadInput, Meta, Written, read_meta, read_observations, read_truth
from claims.adjudication.ruling import Ruled, adjudicate

__all__ = [
    "BadInput",
    "Meta",
    "Ruled",
    "Written",
    "adjudicate",
    "read_meta",
    "read_observations",
    "read_truth",
]
