"""Claims that cannot all be true, by arithmetic alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from claims.arithmetic import Breach, Rule
from claims.models.claim import Claim, choices
from sources.canonical import read


class Inconsistency(models.Model):
    """A breach between claims, from when it was found until one of them no longer says so.

    key: SHA-256 of rule and claims; at most one open row for each. sum: the Breach, as sources.canonical writes it.
    """

    key = models.CharField(max_length=64)
    rule = models.CharField(max_length=20, choices=choices(Rule))
    sum = models.JSONField()
    claims = models.ManyToManyField(Claim, related_name="inconsistencies")
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "inconsistencies"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(cleared_at=None), name="one_open_inconsistency")
        ]

    def __str__(self) -> str:
        return self.get_rule_display()

    @property
    def breach(self) -> Breach:
        return read(Breach, self.sum)
