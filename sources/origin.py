"""A database holds live evidence or replayed evidence, and says so from its first migration on."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sources.models import Origin


def hold() -> None:
    """Mark a new database as live or replayed. Raises ImproperlyConfigured when it is already marked as the other."""
    held = Origin.objects.first() or Origin.objects.create(data=settings.DATA)
    if held.data != settings.DATA:
        raise ImproperlyConfigured(
            f"This database holds {held.data} evidence, but DATA is {settings.DATA!r}: use another database."
        )
