"""Conflicting tables with a known truth, and a comparison of judges on them."""
