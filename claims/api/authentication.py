"""Who is asking: `Authorization: Api-Key <prefix>.<secret>`, or the session of somebody logged in to the admin."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from claims.models import ApiKey

KEYWORD = "Api-Key"
KEY = re.compile(r"([A-Za-z0-9_-]{1,12})\.([A-Za-z0-9_-]{20,100})", re.ASCII)
NOBODYS_HASH = "0" * 64
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the ApiKey; `request.user` stays anonymous, for a key is no person."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != KEYWORD.lower():
            return None
        key = _key_of(text.strip())
        _note_use(key)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


def _key_of(text: str) -> ApiKey:
    parts = KEY.fullmatch(text)
    if parts is None:
        raise AuthenticationFailed("The header must read: Api-Key <prefix>.<secret>")
    prefix, secret = parts.groups()
    key = ApiKey.objects.filter(prefix=prefix).first()
    # Compared also when there is no such key, so that the time of the answer does not tell which prefixes exist.
    fits = hmac.compare_digest(ApiKey.hash_of(secret), key.hashed if key else NOBODYS_HASH)
    if key is None or not fits:
        raise AuthenticationFailed("There is no such API key.")
    if key.revoked_at is not None:
        raise AuthenticationFailed("This API key was revoked.")
    if key.expires_at is not None and key.expires_at <= timezone.now():
        raise AuthenticationFailed("This API key has expired.")
    return key


def _note_use(key: ApiKey) -> None:
    """At most one write a minute, however many processes serve the key."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - USE_IS_NOTED_EVERY:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
        ApiKey.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)


def owner_of(request: Request) -> str:
    """Whom requests are counted for and answers are kept for: `key:<prefix>` or `user:<id>`; "" for nobody."""
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.prefix}"
    return f"user:{request.user.pk}" if request.user.is_authenticated else ""


def person_of(request: Request) -> User | None:
    """The person behind the request; None when it came with a key."""
    return request.user if request.user.is_authenticated else None
