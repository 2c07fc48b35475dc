"""The door for claims: stored once, waiting on an inquiry, or refused with nothing left behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from claims.errors import ClaimError, InvalidInput
from claims.intake import Submission, submit_claim, submit_claims
from claims.models import Article, Citation, Claim, Verification
from sources.models import Inquiry, Source

pytestmark = pytest.mark.django_db

CLAIM: dict[str, Any] = {
    "text": "$419M of shorts were liquidated in 60 minutes",
    "metric": "liquidations",
    "subject": "CRYPTO",
    "side": "short",
    "comparator": "equals",
    "value": "419000000",
    "as_of": "2026-01-14T05:00:00Z",
    "window": "PT60M",
    "citations": [{"source": "coinglass", "url": "https://www.coinglass.com/", "quote": "According to CoinGlass"}],
}


def test_a_claim_is_stored_with_its_citation_and_waits_on_an_inquiry() -> None:
    submission = submit_claim(CLAIM)
    claim = Claim.objects.get(pk=submission.claim.pk)
    assert submission.created
    assert (claim.status, claim.outcome, claim.value) == ("pending", "", 419_000_000)
    assert [one.source.slug for one in claim.citations.all()] == ["coinglass"]
    inquiry = claim.verifications.get().inquiry
    assert inquiry.settled_at is None
    assert {lookup.provider for lookup in inquiry.lookups.all()} >= {"coinglass", "coinalyze"}


def test_many_claims_are_stored_at_once_and_a_wrong_one_is_refused_by_itself() -> None:
    wrong = {**CLAIM, "value": "NaN"}
    results = submit_claims([CLAIM, wrong, {**CLAIM, "value": "7"}, CLAIM, "no claim"])  # type: ignore[list-item]
    created = [isinstance(one, Submission) and one.created for one in results]
    assert created == [True, False, True, False, False]
    assert isinstance(results[1], ClaimError)
    assert isinstance(results[4], ClaimError)
    assert (Claim.objects.count(), Inquiry.objects.count(), Citation.objects.count()) == (2, 1, 2)


def test_the_same_submission_is_the_same_claim() -> None:
    first, second = submit_claim(CLAIM), submit_claim({**CLAIM, "value": "419000000.00", "window": "PT1H"})
    assert (first.claim, second.created) == (second.claim, False)
    assert Claim.objects.count() == Verification.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"value": "418000000"}, {"as_of": "2026-01-14T04:59:00Z"}, {"citations": []}, {"comparator": "about"}]
)
def test_another_assertion_time_or_citation_is_another_claim(change: dict[str, Any]) -> None:
    submit_claim(CLAIM)
    assert submit_claim({**CLAIM, **change}).created


def test_claims_that_differ_only_in_their_value_share_one_inquiry() -> None:
    for value in ("419000000", "100", "7"):
        submit_claim({**CLAIM, "value": value})
    assert Inquiry.objects.count() == 1
    assert Verification.objects.count() == 3


def test_a_source_is_found_by_slug_name_or_alias_and_an_unknown_one_is_unclassified() -> None:
    names = ["coinglass", "CoinGlass", "Coinglass data", "a chat nobody knows", "A Chat Nobody Knows", "東京"]
    before = Source.objects.count()
    claim = submit_claim({**CLAIM, "citations": [{"source": name} for name in names]}).claim
    slugs = [one.source.slug for one in claim.citations.all()]
    assert slugs[:3] == ["coinglass"] * 3
    assert slugs[3] == slugs[4]
    assert Source.objects.count() == before + 2
    assert Source.objects.get(slug=slugs[5]).category == "unclassified"


@pytest.mark.parametrize("wrong", [{"value": "NaN"}, {"metric": "hype"}, {"citations": [{"source": "\x00"}]}])
def test_a_refused_claim_leaves_nothing_behind(wrong: dict[str, Any]) -> None:
    before = Source.objects.count()
    with pytest.raises(ClaimError):
        submit_claim({**CLAIM, "citations": [{"source": "somebody new"}], **wrong})
    assert (Claim.objects.count(), Inquiry.objects.count(), Source.objects.count()) == (0, 0, before)


def test_a_span_outside_its_article_is_refused() -> None:
    article = Article.objects.create(title="t", text="short", as_of="2026-01-14T05:00:00Z")
    with pytest.raises(InvalidInput) as refusal:
        submit_claim({**CLAIM, "start": 0, "end": 6}, article=article)
    assert "start" in refusal.value.fields
    assert submit_claim({**CLAIM, "start": 0, "end": 5}, article=article).claim.end == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_claim_submitted_eight_times_at_once_is_stored_once() -> None:
    def submit(_: int) -> bool:
        try:
            return submit_claim(CLAIM).created
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        created = list(threads.map(submit, range(8)))
    assert sum(created) == 1
    assert Claim.objects.count() == Citation.objects.count() == Inquiry.objects.count() == 1
