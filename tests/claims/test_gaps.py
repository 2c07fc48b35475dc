"""Information gaps: what makes one valid, who keeps them, their history, and the claims that are looked at again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from claims import gaps
from claims.errors import InvalidInput, NotPermitted
from claims.models import Claim, GapChange, GapRecord
from claims.tasks import open_due, pursue
from claims.verdict import covers
from sources.models import Inquiry
from sources.types import Question, Window
from tests.claims.api.conftest import Caller, caller  # noqa: F401
from tests.claims.test_admin import HOME, read
from tests.people import person
from tests.pinned import claim_of, supply_question

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 14, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
GAP: dict[str, Any] = {
    "metric": "liquidations",
    "subject": "CRYPTO",
    "qualifiers": {"side": "total"},
    "since": AT - 24 * HOUR,
    "note": "collectors disagree",
    "wording": "没有权威的二十四小时总额",
}


@pytest.fixture
def chief() -> User:
    return person("cora", "chief editor")


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


def gap(**changes: Any) -> GapRecord:
    return GapRecord(**{**GAP, **changes})


def claim(side: str = "total", hours: int = 24, end: datetime = AT, subject: str = "CRYPTO") -> Claim:
    return claim_of(Question.of("liquidations", subject, Window(end - hours * HOUR, end), side=side))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"window_seconds": 86400, "until": AT}, set()),
        ({"metric": "liquidation"}, {"metric"}),
        ({"subject": "crypto"}, {"subject"}),
        ({"subject": "NIKKEI225"}, {"subject"}),
        ({"qualifiers": {"side": "both"}}, {"qualifiers"}),
        ({"qualifiers": {"zone_low": "1"}}, {"qualifiers"}),
        ({"qualifiers": ["side"]}, {"qualifiers"}),
        ({"qualifiers": {"side": 1}}, {"qualifiers"}),
        ({"metric": "position_concentration", "subject": "BTC", "qualifiers": {"zone_low": "92000"}}, set()),
        ({"metric": "position_concentration", "subject": "BTC", "qualifiers": {"zone_low": "9.2E4"}}, {"qualifiers"}),
        ({"metric": "price", "subject": "BTC", "qualifiers": {}, "window_seconds": 60}, {"window_seconds"}),
        ({"window_seconds": 0}, {"window_seconds"}),
        ({"window_seconds": 10**9}, {"window_seconds"}),
        ({"until": AT - 25 * HOUR}, {"until"}),
        ({"subject": "XXX", "until": AT - 25 * HOUR}, {"subject", "until"}),
    ],
)
def test_what_is_wrong_with_a_gap_is_said_at_its_column(changes: dict[str, Any], wrong: set[str]) -> None:
    assert gaps.complaints(gap(**changes)).keys() == wrong


def test_a_wrong_gap_is_not_kept(chief: User) -> None:
    with pytest.raises(InvalidInput):
        gaps.keep(gap(subject="XXX"), chief)
    assert GapRecord.objects.count() == 0


@pytest.mark.parametrize("role", ["reporter", "editor", ""])
def test_only_who_has_the_right_keeps_gaps(role: str) -> None:
    with pytest.raises(NotPermitted):
        gaps.keep(gap(), person("ed", role))
    with pytest.raises(NotPermitted):
        gaps.keep(gap(), None)


def test_the_claims_it_covers_are_checked_again_at_once_and_carry_its_words(chief: User) -> None:
    inside, outside = claim(), claim("long")
    kept = gaps.keep(gap(), chief)
    marked = Claim.objects.get(pk=inside.pk)
    assert marked.next_check_at is not None
    assert Claim.objects.get(pk=outside.pk).next_check_at is None
    open_due()
    pursue(Inquiry.objects.get().pk)
    verdict = inside.verdicts.get()
    assert (verdict.outcome, verdict.wording_zh) == ("no_authority", GAP["wording"])
    assert kept.gap.wording == GAP["wording"]


def test_ending_a_gap_looks_at_what_it_covered_again(chief: User) -> None:
    kept = gaps.keep(gap(), chief)
    late = claim(end=AT + HOUR)
    kept.until = AT
    gaps.keep(kept, chief, "an exchange publishes it now")
    assert Claim.objects.get(pk=late.pk).next_check_at is not None


def test_saving_what_is_the_same_changes_nothing(chief: User) -> None:
    kept = gaps.keep(gap(), chief)
    row = claim()
    gaps.keep(GapRecord.objects.get(pk=kept.pk), chief)
    assert Claim.objects.get(pk=row.pk).next_check_at is None
    assert GapChange.objects.count() == 1


@pytest.mark.parametrize("changes", [{}, {"window_seconds": 86400}, {"qualifiers": {}}, {"until": AT}])
def test_the_database_covers_what_the_rules_cover(chief: User, changes: dict[str, Any]) -> None:
    kept = gap(**changes)
    rows = [
        claim(side, hours, AT + shift * HOUR, subject)
        for side in ("total", "long")
        for hours in (1, 24)
        for shift in (-48, -24, 0, 1)
        for subject in ("CRYPTO", "BTC")
    ]
    expected = {row.pk for row in rows if covers(kept.gap, row.question)}
    assert expected
    assert set(gaps.covered([kept]).values_list("pk", flat=True)) == expected


def test_the_history_tells_who_changed_what_and_why(chief: User) -> None:
    kept = gaps.keep(gap(), chief)
    kept.note, kept.review_at = "one collector", date(2026, 3, 1)
    gaps.keep(kept, chief, "asked the others")
    newest, first = GapChange.objects.all()
    assert (first.before, first.after["subject"]) == (None, "CRYPTO")
    assert newest.before == {"note": "collectors disagree", "review_at": None}
    assert newest.after == {"note": "one collector", "review_at": "2026-03-01"}
    assert (newest.person, newest.reason) == (chief, "asked the others")
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        GapChange.objects.update(reason="x")


def test_gaps_that_ended_need_no_review(chief: User) -> None:
    today = timezone.now()
    due = gaps.keep(gap(review_at=today.date()), chief)
    gaps.keep(gap(review_at=today.date() + timedelta(days=1)), chief)
    gaps.keep(gap(review_at=today.date(), until=AT), chief)
    assert list(gaps.due(today)) == [due]


# In the admin


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


ADD = reverse("admin:claims_gaprecord_add")
FORM = {
    "metric": "liquidations",
    "subject": "CRYPTO",
    "qualifiers": '{"side": "total"}',
    "note": "collectors disagree",
    "since_0": "2026-01-13",
    "since_1": "05:00:00",
    "wording": "no total is published",
}


def test_a_gap_is_recorded_and_changed_with_a_reason(chief: User) -> None:
    client = browser(chief)
    assert client.post(ADD, FORM).status_code == 302
    row = GapRecord.objects.get()
    address = reverse("admin:claims_gaprecord_change", args=[row.pk])
    unexplained = client.post(address, {**FORM, "note": "nobody tries"}).content.decode()
    assert "it stays in the history" in unexplained
    assert client.post(address, {**FORM, "note": "nobody tries", "reason": "asked them"}).status_code == 302
    shown = read(client, address)
    assert "collectors disagree → nobody tries" in shown
    assert "asked them" in shown


def test_a_complaint_stands_at_its_field(chief: User) -> None:
    shown = browser(chief).post(ADD, {**FORM, "qualifiers": '{"zone": "1"}'}).content.decode()
    assert "Liquidations has no zone; it has side" in shown
    assert GapRecord.objects.count() == 0


def test_the_form_says_what_its_fields_take(chief: User) -> None:
    shown = read(browser(chief), ADD)
    assert 'Narrows it, as JSON: {"side": "total"}' in shown
    assert "86400 is 24 hours" in shown


def test_a_gap_is_ended_and_never_deleted(chief: User) -> None:
    row = gaps.keep(gap(), chief)
    root = browser(User.objects.create_superuser("root"))
    assert root.post(reverse("admin:claims_gaprecord_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_gaps_due_for_review_have_a_tile_and_a_filter(chief: User) -> None:
    client = browser(chief)
    claim()
    gaps.keep(gap(review_at=timezone.now().date()), chief)
    gaps.keep(gap(note="looked at"), chief)
    assert "<b>1</b> information gaps to look at again" in read(client, HOME)
    listed = read(client, f"{reverse('admin:claims_gaprecord_changelist')}?review=due")
    assert "collectors disagree" in listed
    assert "looked at" not in listed


# Through the API

BODY = {**GAP, "since": "2026-01-13T05:00:00Z", "window": "PT24H", "review_at": "2026-03-15"}


def session_of(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_gap_is_recorded_through_the_api(chief: User) -> None:
    answer = session_of(chief).post("/api/v1/gaps/", BODY, format="json")
    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["window"], body["wording"], body["review_at"]) == ("PT86400S", GAP["wording"], "2026-03-15")
    assert session_of(chief).get("/api/v1/gaps/").json()["results"] == [body]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"metric": "x"}, {"metric"}),
        ({"subject": "NIKKEI225"}, {"subject"}),
        ({"qualifiers": {"side": "both"}}, {"qualifiers"}),
        ({"qualifiers": "side"}, {"qualifiers"}),
        ({"window": "PT0S"}, {"window"}),
        ({"window": "P40D"}, {"window"}),
        ({"since": "yesterday"}, {"since"}),
        ({"until": "2026-01-01T00:00:00Z"}, {"until"}),
        ({"note": "x" * 301}, {"note"}),
        ({"review_at": "soon"}, {"review_at"}),
        ({"because": "x"}, {"because"}),
    ],
)
def test_what_is_wrong_is_named(chief: User, changes: dict[str, Any], wrong: set[str]) -> None:
    answer = session_of(chief).post("/api/v1/gaps/", {**BODY, **changes}, format="json")
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, wrong)


def test_keys_and_editors_record_no_gap(caller: Caller) -> None:  # noqa: F811
    for client in (caller("claims:read", "claims:write", "admin"), session_of(person("ed"))):
        assert client.post("/api/v1/gaps/", BODY, format="json").status_code == 403


def test_nothing_of_a_moment_is_covered_by_a_window(chief: User) -> None:
    row = claim_of(supply_question(moment=AT))
    gaps.keep(gap(metric="supply", subject="SOL", qualifiers={}), chief)
    assert Claim.objects.get(pk=row.pk).next_check_at is not None
