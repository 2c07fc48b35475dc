"""Earlier observations are scored once, by others than themselves; a day and a figure count once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.learning import collect, score_outcomes
from claims.learning.scores import recount
from claims.learning.standing import board, standings
from claims.learning.truths import Found, record_ruling
from claims.models import GroundTruth, Score, TrackRecord
from claims.reliability import Record
from claims.tasks import learn
from sources.models import Observation, Source
from tests.at_once import at_once
from tests.claims.learning.rows import (
    END,
    HOUR,
    asked,
    editor,
    inquiry_about,
    question,
    results,
    said,
    stored_claim,
    stranger,
)

pytestmark = pytest.mark.django_db
CAP = "20999999.9769"


def ruling(value: str, metric: str = "price", number: int = 0, **more: Any) -> GroundTruth:
    claim = stored_claim(question(metric), "1")
    found = Found(document_url=f"https://example.org/{number}", value=value, unit="USD", is_meant=True, **more)
    return record_ruling(claim, found, editor())


def counts(source: str, metric: str = "price") -> tuple[int, int]:
    standing = standings([source], metric)[source]
    return standing.of_metric.right, standing.of_metric.wrong


def test_sources_are_scored_against_the_authority_by_themselves() -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000", coinpaprika="25000000")
    assert learn() == 3
    assert results() == {"protocol_constant": "undecided", "coingecko": "right", "coinpaprika": "wrong"}
    assert counts("coingecko", "supply_cap") == (1, 0)
    assert counts("coinpaprika", "supply_cap") == (0, 1)


def test_an_authority_does_not_score_itself_nor_its_voice() -> None:
    stranger("relay", republishes=["protocol_constant"])
    asked(question(), protocol_constant=CAP, relay="1", coingecko="21000000")
    learn()
    labels = dict(Score.objects.values_list("provider", "label"))
    assert labels == {"protocol_constant": "own_voice", "relay": "own_voice", "coingecko": ""}
    assert counts("relay", "supply_cap") == (0, 0)


def test_scoring_twice_scores_once() -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000")
    assert [learn(), learn()] == [2, 0]


@pytest.mark.django_db(transaction=True)
def test_eight_learners_at_once_learn_everything_once() -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000")
    at_once(lambda number: learn())
    learn()
    assert (GroundTruth.objects.count(), Score.objects.count()) == (1, 2)
    assert counts("coingecko", "supply_cap") == (1, 0)


def test_what_is_said_after_the_outcome_is_known_is_no_merit() -> None:
    known_at = ruling("96240").recorded_at
    inquiry = inquiry_about(question("price"))
    said(inquiry, "binance", "96240", received_at=known_at - HOUR)
    said(inquiry, "kraken", "96240", received_at=known_at + HOUR)
    learn()
    assert results() == {"binance": "right"}


def test_a_slip_of_the_unit_is_counted_as_wrong() -> None:
    asked(question("price"), binance="96240", kraken="96240000")
    ruling("96250")
    learn()
    assert (counts("binance"), counts("kraken")) == ((1, 0), (0, 1))
    assert Score.objects.get(provider="kraken").label == "unit_slip"


def test_ten_looks_at_one_question_are_one_thing_that_was_right_or_wrong() -> None:
    for figure in ("90000", "96240", "96241"):
        said(inquiry_about(question("price")), "binance", figure)
    ruling("96250")
    learn()
    assert Score.objects.count() == 3
    assert counts("binance") == (1, 0)


def test_many_questions_about_one_figure_on_one_day_count_once_and_on_two_days_twice() -> None:
    for hours in (0, 1, 2, 24):
        asked(question(end=END - hours * HOUR), protocol_constant=CAP, coingecko="21000000")
    learn()
    assert Score.objects.filter(provider="coingecko").count() == 4
    assert counts("coingecko", "supply_cap") == (2, 0)


def test_a_superseded_outcome_counts_no_more_and_its_scores_stay() -> None:
    asked(question(), protocol_constant=CAP, coingecko="21000000")
    learn()
    asked(question(), protocol_constant="30000000")
    learn()
    assert counts("coingecko", "supply_cap") == (0, 1)
    assert Score.objects.filter(provider="coingecko").count() == 2


def test_of_two_contradictory_outcomes_only_the_standing_one_is_counted() -> None:
    asked(question("price"), binance="96240")
    ruling("96250", number=1)
    ruling("80000", number=2)
    learn()
    assert counts("binance") == (0, 1)


def test_an_editors_outcome_scores_everybody_but_the_documents_own_voice() -> None:
    asked(question("price"), binance="96240", kraken="96240")
    ruling("96250", authority=Source.objects.get(slug="kraken"))
    learn()
    assert results() == {"binance": "right", "kraken": "undecided"}


def test_a_provider_that_is_gone_keeps_its_record_and_a_renamed_one_begins_anew() -> None:
    asked(question("price"), long_gone="96240")
    ruling("96250")
    learn()
    assert counts("long_gone") == (1, 0)
    assert standings(["renamed"], "price")["renamed"].is_prior


def test_a_record_without_scores_in_force_disappears() -> None:
    TrackRecord.objects.create(source="ghost", metric="price", right=9)
    recount()
    assert not TrackRecord.objects.exists()


def test_a_standing_is_shrunk_in_two_levels_and_carries_its_outcomes() -> None:
    TrackRecord.objects.create(source="a", metric="price", right=10)
    TrackRecord.objects.create(source="a", metric="supply", right=5, wrong=5)
    one = standings(["a"], "price")["a"]
    assert (one.of_metric, one.all_metrics) == (Record(10, 0), Record(15, 5))
    base = (8 + 15) / (10 + 20)
    assert one.accuracy == pytest.approx((20 * base + 10) / 30)
    assert [(row.source, row.metric) for row in board()] == [("a", "price"), ("a", "supply")]


def test_a_hundred_thousand_scores_cost_no_more_queries_than_ten() -> None:
    for number in range(10):
        asked(question(end=END - number * 24 * HOUR), protocol_constant=CAP, coingecko="21000000")
    learn()
    few = _queries()
    _many_scores(100_000)
    assert _queries() == few
    recount()
    assert standings(["coingecko"], "supply_cap")["coingecko"].of_metric.right == 10


def _queries() -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        standings([f"source_{number}" for number in range(30)], "price")
        board()
        collect()
        score_outcomes()
    return len(seen)


def _many_scores(count: int) -> None:
    truth, first = GroundTruth.objects.order_by("pk")[0], Observation.objects.filter(provider="coingecko")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sources_observation (provider, metric, subject, value, low, high, kind, observed_at,"
            " received_at, note, detail, parser_version)"
            " SELECT provider, metric, subject, value, low, high, kind, observed_at, received_at, note, detail,"
            " parser_version FROM sources_observation, generate_series(1, %s) WHERE id = %s",
            [count, first.pk],
        )
        cursor.execute(
            "INSERT INTO claims_score (truth_id, observation_id, provider, metric, result, label, reason, scored_at)"
            " SELECT %s, id, provider, metric, 'right', '', '', now() FROM sources_observation WHERE id > %s",
            [truth.pk, Observation.objects.filter(provider="coingecko").order_by("-pk")[count:][0].pk],
        )


@pytest.mark.parametrize("value", [Decimal("96240"), Decimal("96720")])
def test_a_figure_is_judged_as_its_stored_digits_say(value: Decimal) -> None:
    asked(question("price"), binance=str(value))
    ruling("96240")
    learn()
    assert results()["binance"] == "right"


def test_nothing_known_is_the_prior_and_says_so() -> None:
    one = standings(["nobody"], "price")["nobody"]
    assert (one.accuracy, one.is_prior) == (0.8, True)


def test_an_open_inquirys_answers_are_scored_once_it_has_settled() -> None:
    inquiry = inquiry_about(question("price"), settled=False)
    said(inquiry, "binance", "96240")
    ruling("96250")
    assert learn() == 0
    inquiry.settled_at = END + timedelta(days=1)
    inquiry.save()
    assert learn() == 1
