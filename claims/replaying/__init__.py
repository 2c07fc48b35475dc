"""Every stored verdict decided once more, and what would be another.

replaying   verdict after verdict, along the history of each claim
changes     what differs between two verdicts, field by field, and why
policies    other numbers for the rules, from a file
"""

from claims.replaying.changes import Change
from claims.replaying.policies import PolicyError, read_policy
from claims.replaying.replaying import replay

__all__ = ["Change", "PolicyError", "read_policy", "replay"]
