"""All providers are asked at once; what each says is kept; one that misbehaves costs no other its answer."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

import pytest
from django.db import connection, transaction

from sources.collecting import addressing, answer, leases, open_inquiry, probe
from sources.errors import Malformed, NoData
from sources.models import Inquiry, Lookup, Observation, ProviderState, Snapshot
from sources.providers._base import Lineage, Provider, pair
from sources.types import Kind, Question, Request, Window, exact
from sources.types import Observation as Said
from tests.at_once import at_once
from tests.local_server import (
    LocalServer,
    Script,
    cuts,
    drips,
    drips_headers,
    drops,
    hangs,
    local_server,
    replies,
)
from tests.pinned import (
    SUPPLY,
    Gate,
    agree,
    asked,
    coingecko,
    coinpaprika,
    expire_lease,
    pin,
    supply_question,
    until,
)

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)


def opened(question: Question | None = None) -> Inquiry:
    with transaction.atomic():
        return open_inquiry(question or supply_question())[0]


def lookup(inquiry: Inquiry, provider: str = "coinpaprika") -> Lookup:
    return Lookup.objects.get(inquiry=inquiry, provider=provider)


def outcome(inquiry: Inquiry, provider: str = "coinpaprika") -> str:
    row = lookup(inquiry, provider)
    return row.reason or row.state


@pytest.fixture
def in_background() -> Any:
    """Starts work in a thread with a connection of its own; waits for it at the end."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(20)


# --- Answers ----------------------------------------------------------------------------------------------------


def test_everybody_is_asked_and_every_answer_is_kept(server: LocalServer) -> None:
    inquiry = opened()
    assert answer(inquiry.pk)
    assert {outcome(inquiry, name) for name in ("coingecko", "coinpaprika")} == {"answered"}
    row = lookup(inquiry)
    assert row.observation is not None
    assert row.observation.value == SUPPLY
    assert row.observation.snapshot is not None
    assert row.observation.snapshot.lookup == row
    assert row.asked_at is not None
    assert row.finished_at is not None
    assert row.latency_ms is not None


@OVER_TRANSACTIONS
def test_an_answer_is_committed_as_it_arrives_while_another_is_awaited(server: LocalServer, in_background: Any) -> None:
    server.scripts["/coingecko/"] = gate = Gate(coingecko(SUPPLY))
    inquiry = opened()
    asking = in_background(lambda: answer(inquiry.pk))
    until(lambda: outcome(inquiry) == "answered")
    assert outcome(inquiry, "coingecko") == "waiting"
    gate.opened.set()
    asking.join(10)
    assert outcome(inquiry, "coingecko") == "answered"


def test_a_provider_that_needs_no_request_answers_too(server: LocalServer) -> None:
    inquiry = opened(supply_question("BTC"))
    answer(inquiry.pk)
    assert outcome(inquiry, "protocol_constant") == "answered"


def test_a_provider_without_its_key_says_so_and_is_not_asked(server: LocalServer) -> None:
    moment = datetime.now(UTC)
    inquiry = opened(Question.of("open_interest", "SOL", Window(moment, moment)))
    answer(inquiry.pk)
    assert outcome(inquiry, "coinglass") == "not_configured"
    assert "COINGLASS_KEY" in lookup(inquiry, "coinglass").note
    assert "coinglass" not in asked(server)


def test_a_provider_that_is_no_longer_installed_is_not_covered(server: LocalServer) -> None:
    inquiry = opened()
    Lookup.objects.create(inquiry=inquiry, provider="gone")
    assert answer(inquiry.pk)
    assert outcome(inquiry, "gone") == "not_covered"


# --- Providers that misbehave -----------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [hangs, drips, drips_headers])
def test_who_does_not_answer_in_time_is_unavailable_with_how_long_and_the_other_counts(
    server: LocalServer, settings: Any, script: Script
) -> None:
    settings.INQUIRY_SECONDS = 1.5
    server.scripts["/coinpaprika/"] = script
    inquiry = opened()
    assert answer(inquiry.pk)
    silent = lookup(inquiry)
    assert silent.reason == "unavailable"
    assert re.fullmatch(r"no answer within 1\.\d seconds", silent.note)
    assert 1000 <= (silent.latency_ms or 0) < 5000
    assert outcome(inquiry, "coingecko") == "answered"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (drops, "unavailable"),
        (cuts, "unavailable"),
        (replies({}, 503), "unavailable"),
        (replies({}, 429), "rate_limited"),
        (replies({}, 418), "rate_limited"),
        (replies({}, 403), "access_denied"),
        (replies({}, 451), "access_denied"),
        (replies({}, 402), "access_denied"),
        (replies({}, 301, location="http://127.0.0.1:9/"), "malformed"),
        (replies(b"<!doctype html><title>Just a moment</title>"), "malformed"),
        (replies(b""), "malformed"),
        (replies(b'{"circulating_supply": 56'), "malformed"),
        (replies(b'{"circulating_supply": NaN, "last_updated": "2026-01-14T05:00:00Z"}'), "malformed"),
        (replies(b'{"circulating_supply": 1e400, "last_updated": "2026-01-14T05:00:00Z"}'), "malformed"),
        (replies(b'{"circulating_supply": 1, "circulating_supply": 2}'), "malformed"),
        (replies({}, 404), "not_covered"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_misbehaviour_has_its_reason_and_the_other_counts(
    server: LocalServer, script: Script, reason: str
) -> None:
    server.scripts["/coinpaprika/"] = script
    inquiry = opened()
    assert answer(inquiry.pk)
    assert outcome(inquiry) == reason
    assert lookup(inquiry).note
    assert outcome(inquiry, "coingecko") == "answered"


def test_a_web_page_instead_of_an_answer_is_kept_under_its_hash(server: LocalServer) -> None:
    page = b"<!doctype html><title>Just a moment</title>"
    server.scripts["/coinpaprika/"] = replies(page, content_type="text/html")
    inquiry = opened()
    answer(inquiry.pk)
    kept = lookup(inquiry).snapshots.get()
    assert kept.body.raw == page
    assert kept.body_id == hashlib.sha256(page).hexdigest()
    assert (kept.status, kept.headers["content-type"]) == (200, "text/html")


def test_the_same_body_twice_is_kept_once(server: LocalServer) -> None:
    page = b"<html>"
    server.scripts["/coinpaprika/"] = server.scripts["/coingecko/"] = replies(page)
    answer(opened().pk)
    assert len(set(Snapshot.objects.values_list("body", flat=True))) == 1
    assert Snapshot.objects.count() == 2


@pytest.mark.parametrize("said", [r"a\u0000b", r"\ud800", "\\u0007line\\nbreak"], ids=["NUL", "surrogate", "control"])
def test_words_no_column_can_hold_do_not_stop_the_others(server: LocalServer, said: str) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=2)
    server.scripts["/binance/"] = replies(f'{{"code": -9, "msg": "{said}"}}'.encode())
    inquiry = opened(Question.of("price", "BTC", Window(moment, moment)))
    assert answer(inquiry.pk)
    assert outcome(inquiry, "binance") == "malformed"
    assert lookup(inquiry, "binance").note.isprintable()


# --- Mistakes of our own: a provider is a value, so a broken one is added to the table --------------------------


def broken(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    parts: dict[str, Any] = {
        "covers": lambda question: None,
        "ask": pair(lambda question: Request("https://broken.test/"), lambda question, response: _exact()),
    }
    lineage = Lineage(owner="Nobody", read="never")
    provider = Provider(
        name="broken",
        title="Broken",
        metrics=frozenset({"supply"}),
        lineage=lineage,
        base_url="https://broken.test",
        **{**parts, **more},
    )
    monkeypatch.setattr(addressing, "ALL", MappingProxyType({**addressing.ALL, "broken": provider}))


def _exact(**more: Any) -> Said:
    return exact(Decimal(SUPPLY), Decimal(1), **more)


def raises(*arguments: Any) -> Any:
    raise KeyError("a field nobody foresaw")


@pytest.mark.parametrize(
    "more",
    [
        {"covers": raises},
        {"ask": raises},
        {"ask": pair(raises, raises)},
        {"ask": pair(lambda question: Request("https://broken.test/"), raises)},
        {"ask": pair(lambda question: Request("https://broken.test/"), lambda *both: None)},
        {"ask": pair(lambda question: Request("https://broken.test/"), lambda *both: _exact(note="\x00"))},
        {"ask": pair(lambda question: Request("https://broken.test/"), lambda *both: _exact(note="\ud800"))},
        {"ask": pair(lambda question: Request("https://broken.test/"), lambda *both: _exact(detail={"a": Decimal(1)}))},
        {"ask": pair(lambda question: Request("https://broken.test/"), lambda *both: _exact(detail={"a": "\x00"}))},
        {
            "ask": pair(
                lambda question: Request("https://broken.test/"),
                lambda *both: Said(Decimal("1e45"), None, None, Kind.EXACT),
            )
        },
    ],
    ids=[
        "in covers",
        "when asked",
        "in the request",
        "in the parser",
        "no observation",
        "NUL in a note",
        "half a character in a note",
        "detail that is no JSON",
        "NUL in a detail",
        "a figure no column holds",
    ],
)
def test_a_mistake_in_a_provider_is_malformed_and_the_others_count(
    server: LocalServer, settings: Any, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    broken(monkeypatch, **more)
    settings.PROVIDER_ENVIRONMENT = pin(server)
    server.scripts["/broken/"] = replies({})
    inquiry = opened()
    assert answer(inquiry.pk)
    assert outcome(inquiry, "broken") == "malformed"
    assert {outcome(inquiry, name) for name in ("coingecko", "coinpaprika")} == {"answered"}


def test_a_conversation_that_never_ends_is_ended(
    server: LocalServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forever(question: Question) -> Any:
        while True:
            yield Request("https://broken.test/")

    broken(monkeypatch, ask=forever, per_minute=1000)
    settings.PROVIDER_ENVIRONMENT = pin(server)
    server.scripts["/broken/"] = replies({})
    inquiry = opened()
    answer(inquiry.pk)
    assert (outcome(inquiry, "broken"), lookup(inquiry, "broken").note) == (
        "malformed",
        "the conversation does not end",
    )


# --- Refusals ---------------------------------------------------------------------------------------------------


def state(provider: str = "coinpaprika") -> ProviderState:
    return ProviderState.objects.get(provider=provider)


def seconds_paused() -> float:
    until_ = state().paused_until
    return (until_ - datetime.now(UTC)).total_seconds() if until_ else 0.0


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        (lambda: replies({}, 429, retry_after="90"), 90),
        (lambda: replies({}, 429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=90), True)), 90),
        (lambda: replies({}, 418, retry_after="7200"), 7200),
        (lambda: replies({}, 429, retry_after="soon"), 60),
        (lambda: replies({}, 429, retry_after="-5"), 60),
        (lambda: replies({}, 429, retry_after="0"), 60),
        (lambda: replies({}, 429), 60),
        (lambda: replies({}, 403), 300),
        (lambda: replies({}, 451), 300),
        (lambda: replies({}, 429, retry_after="99999999"), 3 * 86400),
        (lambda: replies({}, 503), 0),
        (lambda: replies({}), 0),
    ],
    ids=[
        "429 with seconds",
        "429 with a date",
        "418 with seconds",
        "429 with a word",
        "429 with less than nothing",
        "429 with nothing",
        "429",
        "403",
        "451",
        "429 with years",
        "503 once",
        "malformed once",
    ],
)
def test_a_refusal_pauses_for_as_long_as_it_says(
    server: LocalServer, script: Callable[[], Script], seconds: int
) -> None:
    server.scripts["/coinpaprika/"] = script()
    answer(opened().pk)
    assert seconds_paused() == pytest.approx(seconds, abs=10)


@OVER_TRANSACTIONS
def test_no_worker_asks_before_the_pause_is_over(server: LocalServer) -> None:
    server.scripts["/coinpaprika/"] = replies({}, 429, retry_after="120")
    answer(opened().pk)
    server.seen.clear()
    agree(server)
    questions = [supply_question("SOL", datetime.now(UTC) + timedelta(seconds=n)) for n in range(4)]
    inquiries = at_once(lambda number: opened(questions[number]), 4)
    at_once(lambda number: answer(inquiries[number].pk), 4)
    assert asked(server).count("coinpaprika") == 0
    assert {outcome(inquiry) for inquiry in inquiries} == {"rate_limited"}
    assert "paused until" in lookup(inquiries[0]).note
    assert {outcome(inquiry, "coingecko") for inquiry in inquiries} == {"answered"}


def test_a_used_up_budget_of_our_own_is_no_failure_of_the_provider(
    server: LocalServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages(question: Question) -> Any:
        for _ in range(3):
            yield Request("https://broken.test/")
        return _exact()

    broken(monkeypatch, ask=pages, per_minute=2)
    settings.PROVIDER_ENVIRONMENT = pin(server)
    server.scripts["/broken/"] = replies({})
    inquiry = opened()
    answer(inquiry.pk)
    assert outcome(inquiry, "broken") == "rate_limited"
    assert (state("broken").failures, state("broken").paused_until) == (0, None)


def test_no_data_is_an_answer_and_ends_a_row_of_failures(server: LocalServer) -> None:
    server.scripts["/coinpaprika/"] = replies({}, 503)
    answer(opened().pk)
    assert state().failures == 1
    server.scripts["/coinpaprika/"] = coinpaprika(0)
    inquiry = opened(supply_question("ETH"))
    answer(inquiry.pk)
    assert (outcome(inquiry), state().failures) == ("no_data", 0)


def test_a_missing_recording_is_no_failure_of_the_provider(settings: Any) -> None:
    settings.DATA = "replay"
    inquiry = opened()
    answer(inquiry.pk)
    assert (outcome(inquiry), state().failures) == ("unavailable", 0)


def test_a_recording_without_the_figure_is_an_answer(settings: Any) -> None:
    settings.DATA = "replay"
    settings.PROVIDER_ENVIRONMENT = {"FRED_KEY": "replayed"}
    at = datetime(2026, 1, 14, 5, tzinfo=UTC)
    inquiry = opened(Question.of("index_level", "NIKKEI225", Window(at, at)))
    answer(inquiry.pk)
    assert outcome(inquiry, "fred") == "stale"
    assert state("fred").last_answered_at is not None


# --- Keys -------------------------------------------------------------------------------------------------------

KEY = "k3y-that-nobody-may-see"


@pytest.mark.parametrize(
    ("provider", "question", "where"),
    [
        ("fred", lambda at: Question.of("index_level", "NIKKEI225", Window(at, at)), "target"),
        ("coingecko", lambda at: Question.of("supply", "SOL", Window(at, at)), "headers"),
        ("coinglass", lambda at: Question.of("open_interest", "BTC", Window(at, at)), "headers"),
    ],
)
@pytest.mark.parametrize("status", [200, 403, 429, 302])
def test_a_key_is_sent_and_appears_nowhere_else_even_when_it_is_echoed(
    server: LocalServer,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    provider: str,
    question: Callable[[datetime], Question],
    where: str,
    status: int,
) -> None:
    caplog.set_level("INFO")
    settings.PROVIDER_ENVIRONMENT = {**pin(server), f"{provider.upper()}_KEY": KEY}
    echo = {"error": f"key {KEY} is wrong", "message": KEY, "msg": KEY, "code": KEY}
    server.scripts[f"/{provider}/"] = replies(echo, status, etag=KEY, location=f"/?api_key={KEY}")
    inquiry = opened(question(datetime.now(UTC)))
    answer(inquiry.pk)
    sent = next(exchange for exchange in server.seen if exchange.target.startswith(f"/{provider}/"))
    assert KEY in str(getattr(sent, where))
    assert lookup(inquiry, provider).state == "abstained"
    snapshot = lookup(inquiry, provider).snapshots.get()
    rows = [snapshot, lookup(inquiry, provider), state(provider)]
    stored = repr([row.__dict__ for row in rows]) + snapshot.body.raw.decode()
    assert "[key]" in stored
    assert KEY not in stored + caplog.text


# --- More than one worker ---------------------------------------------------------------------------------------


@OVER_TRANSACTIONS
def test_eight_workers_at_once_ask_everybody_once(server: LocalServer) -> None:
    inquiry = opened()
    done = at_once(lambda number: answer(inquiry.pk))
    assert done.count(True) >= 1
    assert sorted(asked(server)) == ["coingecko", "coinpaprika"]
    assert Observation.objects.count() == 2


def test_asking_again_after_all_have_answered_asks_nobody(server: LocalServer) -> None:
    inquiry = opened()
    assert answer(inquiry.pk)
    expire_lease(inquiry.pk)
    assert answer(inquiry.pk)
    assert len(server.seen) == 2


@OVER_TRANSACTIONS
def test_a_worker_that_is_late_writes_nothing_once_another_has_taken_over(
    server: LocalServer, in_background: Any
) -> None:
    gates = {"coingecko": Gate(coingecko(1)), "coinpaprika": Gate(replies({}, 503))}
    for name, gate in gates.items():
        server.scripts[f"/{name}/"] = gate
    inquiry = opened()
    late = in_background(lambda: answer(inquiry.pk))
    assert all(gate.reached.wait(10) for gate in gates.values())
    expire_lease(inquiry.pk)
    agree(server)
    assert answer(inquiry.pk)
    for gate in gates.values():
        gate.opened.set()
    late.join(15)
    assert {row.snapshots.count() for row in inquiry.lookups.exclude(provider="protocol_constant")} == {1}
    assert {row.value for row in Observation.objects.all()} == {Decimal(SUPPLY)}
    assert state().failures == 0


@OVER_TRANSACTIONS
def test_the_deadline_of_a_worker_that_was_overtaken_closes_nothing(
    server: LocalServer, settings: Any, in_background: Any
) -> None:
    settings.INQUIRY_SECONDS = 0.5
    server.scripts["/coingecko/"] = server.scripts["/coinpaprika/"] = gate = Gate(hangs)
    inquiry = opened()
    late = in_background(lambda: answer(inquiry.pk))
    assert gate.reached.wait(10)
    expire_lease(inquiry.pk)
    assert leases.take(inquiry.pk) == 2
    late.join(15)
    assert {outcome(inquiry, name) for name in ("coingecko", "coinpaprika")} == {"waiting"}


def test_who_has_no_lease_hears_whether_anybody_still_waits(server: LocalServer) -> None:
    inquiry = opened()
    leases.take(inquiry.pk)
    assert not answer(inquiry.pk)
    assert server.seen == []


def test_an_inquiry_that_does_not_exist_is_nobodys(server: LocalServer) -> None:
    assert answer(10**9)


def test_nobody_reachable_leaves_everybody_unavailable(settings: Any) -> None:
    with local_server() as gone:
        settings.DATA, settings.PROVIDER_ENVIRONMENT = "live", pin(gone)
    inquiry = opened()
    assert answer(inquiry.pk)
    assert {outcome(inquiry, name) for name in ("coingecko", "coinpaprika")} == {"unavailable"}


# --- Probes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "reason", "failures"),
    [
        (coinpaprika(SUPPLY), "", 0),
        (coinpaprika(0), "", 0),
        (replies({}, 503), "unavailable", 1),
        (replies({}, 403), "access_denied", 1),
        (replies(b"<html>"), "malformed", 1),
    ],
    ids=["answers", "has no data", "fails", "refuses", "talks garbage"],
)
def test_a_probe_tells_the_reason_and_notes_the_failure(
    server: LocalServer, script: Script, reason: str, failures: int
) -> None:
    ProviderState.objects.update_or_create(provider="coinpaprika", defaults={"failures": 0})
    server.scripts["/coinpaprika/"] = script
    assert probe("coinpaprika", supply_question()) == reason
    assert state().failures == failures
    assert not Lookup.objects.exists()


def test_errors_say_in_one_line_what_a_person_needs() -> None:
    assert str(Malformed("a\x00b\nc\ud800")) == "a b c "
    assert str(NoData("plain — words")) == "plain — words"


def test_a_wrong_clock_of_this_machine_does_not_reach_the_evidence(server: LocalServer) -> None:
    clock = addressing.database_clock()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert abs(clock() - moment) < timedelta(seconds=2)
