"""From later outcomes to whom is believed: nothing here reads a verdict's outcome, and nothing here changes a status.

truths     the only writer of outcomes: what an authority itself said, or a person with a document
arriving   outcomes that arrive by themselves: authorities' own words, daily files
scores     each earlier observation against the outcome, and the counts
standing   how far a source is believed, with its n
calibrating  how confidence follows from that, fitted every week
copies     sources that look like one voice, for an editor to decide
"""

from claims.learning.arriving import ask_for_outcomes, collect
from claims.learning.calibrating import in_use, refit
from claims.learning.copies import suggest
from claims.learning.scores import score_outcomes
from claims.learning.standing import believed

__all__ = ["ask_for_outcomes", "believed", "collect", "in_use", "refit", "score_outcomes", "suggest"]
