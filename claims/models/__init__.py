"""The rows of claiming and judging, by subject."""

from claims.models.access import ApiKey, IdempotentRequest, RequestCount
from claims.models.chain import ChainHead, Grounds, Link
from claims.models.claim import Article, Citation, Claim, GapChange, GapRecord
from claims.models.inconsistency import Inconsistency
from claims.models.override import Override
from claims.models.reliability import CalibrationFit, CopySuggestion, GroundTruth, Score, TrackRecord
from claims.models.verdict import Evidence, Verdict, Verification

__all__ = [
    "ApiKey",
    "Article",
    "CalibrationFit",
    "ChainHead",
    "Citation",
    "Claim",
    "CopySuggestion",
    "Evidence",
    "GapChange",
    "GapRecord",
    "GroundTruth",
    "Grounds",
    "IdempotentRequest",
    "Inconsistency",
    "Link",
    "Override",
    "RequestCount",
    "Score",
    "TrackRecord",
    "Verdict",
    "Verification",
]
