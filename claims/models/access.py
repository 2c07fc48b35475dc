"""Who may use the API, and requests that must not be done twice."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

SCOPES = ("claims:read", "claims:write", "articles:write", "lint", "webhooks", "admin")


class ApiKey(models.Model):
    """A key of a publishing tool. The secret is shown once; only its SHA-256 is stored."""

    prefix = models.CharField(max_length=12, unique=True, editable=False)
    hashed = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=100, help_text="Which tool uses it.")
    scopes = ArrayField(models.CharField(max_length=20, choices=[(scope, scope) for scope in SCOPES]), default=list)
    per_minute = models.PositiveIntegerField(default=600, help_text="Requests a minute; 0 = no limit.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @classmethod
    def issue(cls, name: str, scopes: list[str], **more: object) -> tuple[ApiKey, str]:
        """A new key and its one-time text `<prefix>.<secret>` (32 random bytes)."""
        prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = cls.objects.create(prefix=prefix, hashed=cls.hash_of(secret), name=name, scopes=scopes, **more)
        return key, f"{prefix}.{secret}"

    @staticmethod
    def hash_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class IdempotentRequest(models.Model):
    """The answer to a POST that carried an Idempotency-Key; kept 24 hours."""

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return self.key


class RequestCount(models.Model):
    """Requests of one key or user in the running minute of the database's clock: one row each, overwritten."""

    owner = models.CharField(max_length=80, primary_key=True)
    minute = models.DateTimeField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.owner}: {self.used}"
