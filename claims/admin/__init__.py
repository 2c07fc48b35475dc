"""The editors' door: claims, articles, verdicts, gaps, keys, schedules and people.

Pages show what the rows say and call one service each; nothing here decides.
"""

from django.contrib import admin

from claims.admin import articles, claims, copies, gaps, keys, outcomes, people, records, schedules, verdicts

admin.site.index_template = "claims/dashboard.html"

__all__ = [
    "articles",
    "claims",
    "copies",
    "gaps",
    "keys",
    "outcomes",
    "people",
    "records",
    "schedules",
    "verdicts",
]
