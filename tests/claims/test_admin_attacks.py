"""What somebody with a login may try beyond their role, or with an address written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import ApiKey, Claim
from sources.models import Snapshot
from tests.claims.test_admin import logged_in
from tests.market_day import market_day

pytestmark = pytest.mark.django_db
WITHOUT_CITATIONS = {f"citations-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


@pytest.fixture
def day() -> dict[str, Claim]:
    return market_day(timezone.now())


def edited(claim: Claim, **fields: str) -> Claim:
    address = reverse("admin:claims_claim_edit", args=[claim.pk])
    assert logged_in("editor").post(address, {**WITHOUT_CITATIONS, **fields}).status_code == 302
    return Claim.objects.get(pk=claim.pk)


def test_the_words_of_a_claim_that_has_a_mark_stay_as_they_were_checked(day: dict[str, Claim]) -> None:
    claim = edited(day["level"], text="Bitcoin broke above $960,000", hedge="reportedly", status="rumor")
    assert (claim.text, claim.status) == (day["level"].text, "verified")
    assert claim.hedge == "reportedly"


def test_the_words_of_a_claim_that_was_never_checked_can_be_put_right(day: dict[str, Claim]) -> None:
    Claim.objects.filter(pk=day["level"].pk).update(checked_at=None)
    assert edited(day["level"], text="Bitcoin broke above $96,000", hedge="none").text == "Bitcoin broke above $96,000"


@pytest.mark.parametrize("name", ["claims_verdict_change", "sources_snapshot_change"])
def test_a_digit_that_is_no_number_is_not_found(day: dict[str, Claim], name: str) -> None:
    assert Snapshot.objects.exists()
    assert logged_in("editor").get(reverse(f"admin:{name}", args=["²"])).status_code == 404


@pytest.mark.parametrize("query", ["subject=%00", "source=%00", "q=%00", "status__exact=%00"])
def test_a_nul_in_a_filter_narrows_nothing(query: str) -> None:
    response = logged_in("editor").get(f"{reverse('admin:claims_claim_changelist')}?{query}")
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?e=1")


def test_the_hash_of_a_key_cannot_be_read_by_filtering() -> None:
    key, _ = ApiKey.issue("tool", ["claims:read"])
    admin, address = logged_in("admin"), reverse("admin:claims_apikey_changelist")
    for lookup in ("hashed", "hashed__startswith"):
        assert admin.get(address, {lookup: key.hashed[:1]}).status_code == 400
