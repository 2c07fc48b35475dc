"""Claims are compared when they come and when their words change; all that are involved carry the flag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from claims import consistency
from claims.auditing import marks
from claims.consistency import compare
from claims.intake import submit_claim, submit_claims
from claims.models import Article, Claim, Inconsistency
from claims.tasks import compare_claims, pursue
from claims.verification import check_now
from tests.at_once import at_once
from tests.claims.api.conftest import Caller, caller  # noqa: F401
from tests.claims.test_admin import read
from tests.people import person

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 1, 14, 5, tzinfo=UTC)
PARTS = {"total": "458000000", "short": "419000000", "long": "49000000"}


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


@pytest.fixture
def article(db: None) -> Article:
    return Article.objects.create(title="A day", text="x" * 1000, as_of=AT)


def body(side: str, value: str, window: str = "PT60M", **more: Any) -> dict[str, Any]:
    return {
        "text": f"{side} {value} {window}",
        "metric": "liquidations",
        "subject": "CRYPTO",
        "side": side,
        "comparator": "equals",
        "value": value,
        "as_of": AT.isoformat(),
        "window": window,
        **more,
    }


def submitted(article: Article | None, *bodies: dict[str, Any]) -> list[Claim]:
    """Stored, and compared as the end of the transaction has them compared."""
    rows = [one.claim for one in submit_claims(bodies, article=article)]  # type: ignore[union-attr]
    compare([row.pk for row in rows])
    return rows


def off(*rows: Claim) -> list[bool]:
    return ["inconsistent" in Claim.objects.get(pk=row.pk).flags for row in rows]


def test_claims_that_do_not_add_up_are_all_flagged(article: Article) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    assert off(*rows) == [True] * 3
    row = Inconsistency.objects.get()
    assert (row.rule, set(row.claims.all())) == ("parts", set(rows))
    assert row.breach.claims == {str(one.pk) for one in rows}


def test_the_article_of_the_market_day_adds_up(article: Article) -> None:
    rows = submitted(
        article,
        body("total", "458000000"),
        body("short", "419000000"),
        body("long", "39000000"),
        body("total", "623000000", "PT12H"),
    )
    assert off(*rows) == [False] * 4
    assert Inconsistency.objects.count() == 0


def test_a_claim_that_comes_later_is_compared_with_those_that_are_there(article: Article) -> None:
    first = submitted(article, body("total", "458000000"), body("short", "419000000"))
    assert off(*first) == [False, False]
    assert off(*first, *submitted(article, body("long", "49000000"))) == [True] * 3


def test_claims_of_two_articles_are_compared_with_the_class_tolerance(article: Article) -> None:
    other = Article.objects.create(title="Another", text="x", as_of=AT)
    mine = submitted(article, body("total", "458000000"))
    near, far = submitted(other, body("total", "430000000")), submitted(None, body("total", "958000000"))
    assert off(*mine, *near, *far) == [True, True, True]
    assert {frozenset(row.claims.all()) for row in Inconsistency.objects.all()} == {
        frozenset([*mine, *far]),
        frozenset([*near, *far]),
    }


def test_comparing_again_changes_nothing(article: Article) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    before = list(Inconsistency.objects.values())
    for row in rows:
        compare([row.pk])
    assert list(Inconsistency.objects.values()) == before
    assert Inconsistency.claims.through.objects.count() == 3


def test_what_the_copy_denies_clears_the_others(article: Article) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    Claim.objects.filter(pk=rows[2].pk).update(hedge="denied")
    compare([rows[2].pk])
    assert off(*rows) == [False] * 3
    assert Inconsistency.objects.get().cleared_at is not None
    Claim.objects.filter(pk=rows[2].pk).update(hedge="none")
    compare([rows[2].pk])
    assert off(*rows) == [True] * 3
    assert Inconsistency.objects.filter(cleared_at=None).count() == 1


def test_a_claim_in_two_breaches_stays_flagged_when_one_is_cleared(article: Article) -> None:
    total, over, more = submitted(
        article, body("total", "458000000"), body("short", "519000000"), body("long", "529000000")
    )
    assert off(total, over, more) == [True] * 3
    Claim.objects.filter(pk=more.pk).update(hedge="denied")
    compare([more.pk])
    assert off(total, over, more) == [True, True, False]


def test_a_graver_breach_does_not_clear_the_lesser_one(article: Article) -> None:
    day, hour = submitted(article, body("total", "423000000", "PT24H"), body("total", "458000000"))
    (graver,) = submitted(article, body("total", "623000000", "PT12H"))
    compare([day.pk])
    assert off(day, hour, graver) == [True] * 3


def test_intake_compares_at_the_end_of_its_transaction(
    article: Article, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        rows = [submit_claim(body(side, value), article=article).claim for side, value in PARTS.items()]
    assert off(*rows) == [True] * 3
    assert not Claim.objects.filter(compared_at=None).exists()


def test_the_sweep_finds_what_was_lost(article: Article) -> None:
    rows = [one.claim for one in submit_claims([body(*pair) for pair in PARTS.items()], article=article)]  # type: ignore[union-attr]
    assert compare_claims() == 0  # it may still be under way
    Claim.objects.update(created_at=AT)
    assert compare_claims() == 3
    assert off(*rows) == [True] * 3
    assert compare_claims() == 0


def test_the_flag_is_part_of_the_next_ruling(article: Article) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    pursue(check_now(rows[0], by_person=True).pk)
    verdict = rows[0].verdicts.first()
    assert verdict is not None
    assert verdict.inputs["inconsistent"] is True
    assert off(*rows) == [True] * 3
    Claim.objects.filter(pk=rows[2].pk).update(hedge="denied")
    compare([rows[2].pk])
    pursue(check_now(rows[0], by_person=True).pk)
    assert rows[0].verdicts.order_by("-id")[0].inputs["inconsistent"] is False


def test_an_audit_finds_nothing_wrong_with_a_flag_between_two_verdicts(article: Article) -> None:
    (total, *_) = rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    Claim.objects.filter(pk=rows[2].pk).update(hedge="denied")
    compare([rows[2].pk])
    pursue(check_now(total, by_person=True).pk)
    Claim.objects.filter(pk=rows[2].pk).update(hedge="none")
    compare([rows[2].pk])
    assert off(total) == [True]
    assert list(marks.findings(lambda *_: None)) == []


def test_an_editors_edit_has_the_claim_compared(article: Article, django_capture_on_commit_callbacks: Any) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    client = Client()
    client.force_login(person("ed"))
    forms = {f"citations-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    with django_capture_on_commit_callbacks(execute=True):
        address = reverse("admin:claims_claim_edit", args=[rows[2].pk])
        assert client.post(address, {**forms, "text": rows[2].text, "hedge": "denied"}).status_code == 302
    assert off(*rows) == [False] * 3


# At once


@OVER_TRANSACTIONS
@pytest.mark.parametrize("attempt", range(3))
def test_claims_that_come_at_the_same_moment_see_each_other(attempt: int) -> None:
    article = Article.objects.create(title="A day", text="x", as_of=AT)
    parts = list(PARTS.items())

    def submit(number: int) -> None:
        with transaction.atomic():
            submit_claim(body(*parts[number]), article=article)

    at_once(submit, 3)
    assert off(*Claim.objects.all()) == [True] * 3
    assert Inconsistency.objects.filter(cleared_at=None).count() == 1


@OVER_TRANSACTIONS
def test_many_comparisons_of_the_same_claims_at_once_keep_one_row() -> None:
    article = Article.objects.create(title="A day", text="x", as_of=AT)
    with transaction.atomic():
        ids = [one.claim.pk for one in submit_claims([body(*pair) for pair in PARTS.items()], article=article)]  # type: ignore[union-attr]
    Inconsistency.claims.through.objects.all().delete()
    Inconsistency.objects.all().delete()
    at_once(lambda number: compare([ids[number % 3]]), 6)
    assert Inconsistency.objects.count() == 1


# Shown


def test_the_api_tells_the_sum_in_both_languages(article: Article, caller: Caller) -> None:  # noqa: F811
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    client: APIClient = caller("claims:read")
    (told,) = client.get(f"/api/v1/claims/{rows[0].pk}/").json()["inconsistencies"]
    assert told["rule"] == "parts"
    assert set(told["claims"]) == {str(row.pk) for row in rows}
    assert told["sum"]["en"].endswith("= $468M, the claim says $458M")
    assert "4.68亿美元" in told["sum"]["zh"]
    listed = client.get("/api/v1/claims/", {"flag": "inconsistent"}).json()["results"]
    assert {row["id"] for row in listed} == {str(row.pk) for row in rows}


def test_the_pages_show_the_sum_with_a_link_to_each_claim(article: Article) -> None:
    rows = submitted(article, *(body(side, value) for side, value in PARTS.items()))
    client = Client()
    client.force_login(person("ed"))
    pages = [reverse("admin:claims_claim_change", args=[row.pk]) for row in rows]
    shown = read(client, pages[0])
    assert "= $468M, the claim says $458M" in shown
    assert all(page in shown for page in pages[1:])
    whole = read(client, reverse("admin:claims_article_change", args=[article.pk]))
    assert whole.count("the claim says $458M") == 1
    assert "Does not add up" in whole


# What it costs


def test_the_number_of_queries_does_not_grow_with_the_article(article: Article) -> None:
    counts = []
    for number in range(2):
        lengths = range(1 + 300 * number, 6 + 500 * number)
        rows = [body("total", f"{10**6 + length}000", f"PT{length}M") for length in lengths]
        stored = [one.claim for one in submit_claims(rows, article=article)]  # type: ignore[union-attr]
        with CaptureQueriesContext(connection) as found:
            compare([row.pk for row in stored])
        counts.append(len(found))
    assert counts[0] == counts[1] <= 20


def test_of_a_hostile_text_only_so_many_claims_are_read(article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MOST_OF_ARTICLE", 2)
    monkeypatch.setattr(consistency, "MOST_AROUND", 2)
    submitted(article, *(body("total", str(10**6 + n), f"PT{n + 1}M") for n in range(6)))
    around = consistency._around([Claim.objects.order_by("pk")[0]])
    assert len(around) <= 5


def test_windows_far_away_are_not_read(article: Article) -> None:
    (mine,) = submitted(article, body("total", "458000000"))
    submitted(None, body("total", "1", as_of=(AT - timedelta(days=1)).isoformat()))
    assert consistency._around([mine]) == [mine]
