"""The rows of claiming and judging, by subject."""

from claims.models.access import ApiKey, IdempotentRequest, RequestCount
from claims.models.claim import Article, Citation, Claim, GapRecord
from claims.models.verdict import Evidence, Verdict, Verification

__all__ = [
    "ApiKey",
    "Article",
    "Citation",
    "Claim",
    "Evidence",
    "GapRecord",
    "IdempotentRequest",
    "RequestCount",
    "Verdict",
    "Verification",
]
