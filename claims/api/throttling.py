"""How often a key may ask, counted in PostgreSQL so that all processes share it and a lost broker does not matter.

A minute is the database's calendar minute: around its turn a key can get two minutes' worth in quick succession.
"""

from __future__ import annotations

import math
from typing import Any

from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from claims.api.authentication import owner_of
from claims.models import ApiKey

PERSON_PER_MINUTE = 600

# One statement is atomic over processes. The count may be lost in a crash: no wait for the disk on every request.
COUNT = """
WITH unsafe AS (SELECT set_config('synchronous_commit', 'off', true)), clock AS (SELECT clock_timestamp() AS now)
INSERT INTO claims_requestcount AS kept (owner, minute, used)
SELECT %s, date_trunc('minute', clock.now), 1 FROM clock, unsafe
ON CONFLICT (owner) DO UPDATE
SET used = CASE WHEN kept.minute = EXCLUDED.minute THEN kept.used + 1 ELSE 1 END, minute = EXCLUDED.minute
RETURNING used, extract(epoch FROM kept.minute + interval '1 minute' - clock_timestamp())
"""


class PerMinute(BaseThrottle):
    """Requests a minute: the key's own number, or the one for people. 0 = no limit."""

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = request.auth.per_minute if isinstance(request.auth, ApiKey) else PERSON_PER_MINUTE
        owner = owner_of(request)
        if not limit or not owner:
            return True
        used, self._wait = count(owner)
        return used <= limit

    def wait(self) -> float:
        return max(1.0, math.ceil(self._wait))


def count(owner: str) -> tuple[int, float]:
    """Count one request: how many there were in this minute, and the seconds until the next begins."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [owner])
        used, seconds = cursor.fetchone()
    return int(used), float(seconds)
