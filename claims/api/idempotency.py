"""A POST with an Idempotency-Key is done once, and its answer is kept for a day.

A second request with the key waits until the first is through and then gets its answer, byte for byte. A request that
was refused changed nothing and is not remembered. `claims.tasks.forget_idempotency` throws old answers away.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.authentication import owner_of
from claims.errors import IdempotencyConflict, InvalidInput
from claims.models import IdempotentRequest

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,200}")

Post = Callable[..., Response]
Lock = Callable[[str], AbstractContextManager[None]]


def idempotent(lock: Lock) -> Callable[[Post], Callable[..., HttpResponseBase]]:
    """For every `post` method of the API, with the lock that fits its work."""

    def decorate(post: Post) -> Callable[..., HttpResponseBase]:
        @wraps(post)
        def once(view: Any, request: Request, **named: Any) -> HttpResponseBase:
            key = request.headers.get(HEADER)
            if key is None:
                return post(view, request, **named)
            owner, asked = owner_of(request), _hash(request)
            with lock(f"{owner} {_checked(key)}"):
                earlier = _earlier(owner, key, asked)
                if earlier is not None:
                    return _again(earlier)
                response = post(view, request, **named)
                _keep(owner, key, asked, response)
                return response

        return once

    return decorate


@contextmanager
def in_one_transaction(name: str) -> Iterator[None]:
    """Work and stored answer are committed together: for short work."""
    with transaction.atomic():
        _execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name)
        yield


@contextmanager
def in_steps(name: str) -> Iterator[None]:
    """The work commits step by step, each harmless to repeat: for long work, which must not hold rows locked.

    After a crash between work and stored answer a repetition finds the steps done and says so.
    """
    _execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", name)
    try:
        yield
    finally:
        _execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def _execute(statement: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [name])


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise InvalidInput("Not understood: Idempotency-Key.", {HEADER: "1 to 200 printable ASCII characters"})
    return key


def _hash(request: Request) -> str:
    """Of what is asked: address and meaning of the body, not its white space."""
    asked = [request.path, request.query_params, request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _earlier(owner: str, key: str, asked: str) -> IdempotentRequest | None:
    """What this key was used for in the past day. Raises IdempotencyConflict when that was another request."""
    rows = IdempotentRequest.objects.filter(owner=owner, key=key)
    rows.filter(created_at__lt=timezone.now() - KEPT).delete()
    row = rows.first()
    if row is not None and row.request_hash != asked:
        raise IdempotencyConflict("This Idempotency-Key was used for another request.")
    return row


def _keep(owner: str, key: str, asked: str, response: Response) -> None:
    # As text, because a jsonb column would give the fields back in another order.
    text = JSONRenderer().render(response.data).decode()
    answer = {"text": text, "location": response.get("Location", "")}
    IdempotentRequest.objects.create(
        owner=owner, key=key, request_hash=asked, status=response.status_code, answer=answer
    )


def _again(row: IdempotentRequest) -> HttpResponse:
    answer = row.answer or {"text": "", "location": ""}
    headers = {"Idempotent-Replayed": "true"} | ({"Location": answer["location"]} if answer["location"] else {})
    return HttpResponse(answer["text"], status=row.status or 200, content_type="application/json", headers=headers)
