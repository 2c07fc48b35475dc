"""Who is locked out after wrong passwords: the guesser, and nobody who shares the proxy with him."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from verifier.clients import address

GUESSER, EDITOR = "203.0.113.9", "198.51.100.7"


@pytest.mark.parametrize(
    ("behind", "forwarded", "expected"),
    [
        (False, "203.0.113.9", "127.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "", "127.0.0.1"),
        (True, "unknown", "127.0.0.1"),
        (True, "x" * 5000, "127.0.0.1"),
    ],
)
def test_only_what_our_proxy_saw_is_believed(settings: Any, behind: bool, forwarded: str, expected: str) -> None:
    settings.BEHIND_TLS = behind
    assert address(RequestFactory().get("/", headers={"x-forwarded-for": forwarded})) == expected


def log_in(client: Client, password: str, come_from: str) -> int:
    headers = {"x-forwarded-for": f"192.0.2.1, {come_from}", "x-forwarded-proto": "https"}
    form = {"username": "anna", "password": password}
    return client.post("/admin/login/?next=/admin/", form, headers=headers, secure=True).status_code


@pytest.mark.django_db
def test_a_guesser_behind_the_same_proxy_locks_nobody_else_out(client: Client, settings: Any) -> None:
    settings.BEHIND_TLS = True
    User.objects.create_superuser("anna", "a@example.invalid", "correct horse battery")
    guesses = [log_in(client, f"guess {number}", GUESSER) for number in range(11)]
    assert guesses[-1] == 429
    assert log_in(client, "correct horse battery", GUESSER) == 429
    assert log_in(client, "correct horse battery", EDITOR) == 302
