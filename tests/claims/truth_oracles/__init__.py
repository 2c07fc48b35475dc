"""Judges of conflicting tables written from the published formulas, to measure our own against. Slow and plain."""
