"""What several tables share: figures that are finite, rows that are never edited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q

BOUND = Decimal(10) ** 40  # NaN and Infinity rank above it in PostgreSQL, so one comparison refuses all three


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers for a table whose rows are never edited or deleted, one by one or all at once."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="never_emptied",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'append_only: rows of table % are never deleted', TG_TABLE_NAME;",
        ),
    ]


def finite(*names: str) -> list[models.CheckConstraint]:
    """Constraints that keep NaN, infinities and absurd sizes out of numeric columns."""
    return [
        models.CheckConstraint(
            name=f"%(app_label)s_%(class)s_{name}_finite",
            condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lt": BOUND, f"{name}__gt": -BOUND}),
        )
        for name in names
    ]


def figure_field(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=60, decimal_places=20, **options)
