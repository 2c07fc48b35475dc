"""`manage.py create_api_key`: the key is printed once and works."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.models import ApiKey
from tests.claims.api.conftest import with_key
from tests.claims.api.submissions import CLAIMS

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_what_is_printed_is_the_key_and_nothing_else() -> None:
    text, notes = create("CMS")
    assert with_key(text).get(CLAIMS).status_code == 200
    assert "claims:read, claims:write" in notes
    assert text not in notes


def test_scopes_expiry_and_limit_are_as_asked() -> None:
    create("Ops", "--scope", "admin", "--scope", "claims:read", "--days", "30", "--per-minute", "5")
    key = ApiKey.objects.get()
    assert (key.scopes, key.per_minute) == (["admin", "claims:read"], 5)
    assert key.expires_at is not None
    assert 29 <= (key.expires_at - key.created_at).days <= 30


@pytest.mark.parametrize(
    "arguments",
    [["x", "--scope", "root"], ["x", "--days", "0"], ["x", "--per-minute", "-1"], [" "], ["x" * 101], []],
    ids=str,
)
def test_nonsense_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        create(*arguments)
    status: Any = caught.value.returncode
    assert status == 2 or "Error" in str(caught.value) or "invalid choice" in str(caught.value)
    assert ApiKey.objects.count() == 0
