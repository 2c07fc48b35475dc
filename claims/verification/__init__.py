"""From a claim to its verdict: which inquiry it waits for, and what is written when that is settled, by subject.

waiting   a claim joins, reuses or opens an inquiry; the bell for the workers
hearing   all that the rules read for an inquiry, from its rows and from its kept grounds
deciding  a hearing and a claim's inputs become a verdict and its evidence, today and years later
reruling  a stored verdict once more, from its own inputs and grounds
settling  exactly once: verdicts, evidence and marks of every claim that waits on an inquiry
due       what the clock asks for: re-checks, retries, forgotten and overdue inquiries
"""

from claims.verification.due import open_due, settle_overdue, unattended
from claims.verification.settling import settle
from claims.verification.waiting import begin, check_now, ring

__all__ = ["begin", "check_now", "open_due", "ring", "settle", "settle_overdue", "unattended"]
