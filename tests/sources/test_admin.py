"""The pages of asking: raw answers shown and never run, providers' health, sources' facts, and how times are told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Claim
from sources.admin.bodies import laid_out, readable
from sources.admin.showing import ago, distance, due, outside, span_in_words, window
from sources.admin.words import ABSTENTIONS, abstention, health
from sources.errors import REASONS
from sources.models import Inquiry, Lookup, ProviderState, Snapshot, Source
from tests.market_day import Said, answer, market_day

NOW = datetime(2026, 1, 14, 5, 0, tzinfo=UTC)
HOSTILE = b'<html><script>alert("body")</script><!-- "quote" --></html>'


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


@pytest.fixture
def day(db: None) -> dict[str, Claim]:
    return market_day(timezone.now())


def logged_in(role: str) -> Client:
    user = User.objects.create_user(role.replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def chief(db: None) -> Client:
    return logged_in("chief editor")


def read(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(f"admin:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


# Raw answers


@pytest.fixture
def hostile(day: dict[str, Claim]) -> Snapshot:
    inquiry = Inquiry.objects.get(verdicts__claim=day["zone"])
    lookup = answer(inquiry, Said("bitstamp", "1"), timezone.now(), raw=HOSTILE)
    return lookup.snapshots.get()


def test_a_hostile_body_is_shown_as_text(chief: Client, hostile: Snapshot) -> None:
    shown = read(chief, "sources_snapshot_change", hostile.pk)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(&quot;body&quot;)&lt;/script&gt;" in shown


def test_a_raw_answer_comes_with_its_address_status_times_and_hash(chief: Client, hostile: Snapshot) -> None:
    shown = read(chief, "sources_snapshot_change", hostile.pk)
    assert "GET https://api.bitstamp.example/v1/figure?symbol=all&amp;interval=1h" in shown
    assert "HTTP 200" in shown
    assert hostile.body_id in shown
    assert "content-type" in shown


def test_the_download_is_the_bytes_and_no_browser_runs_them(chief: Client, hostile: Snapshot) -> None:
    response = chief.get(reverse("admin:sources_snapshot_download", args=[hostile.pk]))
    assert response.content == HOSTILE
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment;")


def test_raw_answers_need_a_role(hostile: Snapshot) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    for name in ("change", "download"):
        assert client.get(reverse(f"admin:sources_snapshot_{name}", args=[hostile.pk])).status_code == 403


def test_a_raw_answer_that_is_not_there_is_not_found(chief: Client) -> None:
    for key in ("999999", "x"):
        assert chief.get(reverse("admin:sources_snapshot_change", args=[key])).status_code == 404


def test_digits_stay_as_they_were_written() -> None:
    shown, is_cut = readable(b'{"value":4.190000000000000000001E+8,"low":0.10}')
    assert shown == '{\n  "value": 4.190000000000000000001E+8,\n  "low": 0.10\n}'
    assert not is_cut


@pytest.mark.parametrize("raw", [b"", b"not json", b"\xff\xfe\x00", b'{"half":', b"[" * 100_000, b'"word"', b"NaN"])
def test_a_body_that_is_no_json_is_shown_as_it_is(raw: bytes) -> None:
    shown, _ = readable(raw)
    assert shown == raw.decode("utf-8", errors="replace")[: len(shown)]


def test_a_huge_body_is_cut_and_says_so() -> None:
    shown, is_cut = readable(b"x" * 300_000)
    assert is_cut
    assert len(shown) == 200_000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_laying_out_changes_no_value(value: Any) -> None:
    assert json.loads(laid_out(json.dumps(value))) == value


# Providers


def state(**more: Any) -> ProviderState:
    return ProviderState(provider="kraken", **more)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (state(), "Never asked"),
        (state(last_answered_at=NOW), "Answering"),
        (state(last_answered_at=NOW, failures=2, last_reason="unavailable"), "Failing"),
        (state(paused_until=NOW + timedelta(minutes=7), failures=2), "Paused for 7 min"),
        (state(paused_until=NOW - timedelta(minutes=7), last_answered_at=NOW), "Answering"),
        (state(last_reason="not_configured", failures=1), "No key"),
    ],
)
def test_a_providers_state_is_one_word(row: ProviderState, word: str) -> None:
    assert health(row, NOW).word == word


def test_the_list_tells_how_each_provider_is_doing(chief: Client, day: dict[str, Claim]) -> None:
    shown = read(chief, "sources_providerstate_changelist")
    for word in ("Answering", "Paused for 7 min", "No key", "Never asked"):
        assert word in shown


def test_a_pause_is_ended_by_a_chief_editor(chief: Client, day: dict[str, Claim]) -> None:
    assert "Resume now" in read(chief, "sources_providerstate_change", "kraken")
    chief.post(reverse("admin:sources_providerstate_resume", args=["kraken"]))
    found = ProviderState.objects.get(pk="kraken")
    assert (found.paused_until, found.pause_reason, found.failures) == (None, "", 0)


def test_a_pause_is_not_ended_by_an_editor_nor_by_a_link(chief: Client, day: dict[str, Claim]) -> None:
    address = reverse("admin:sources_providerstate_resume", args=["kraken"])
    assert chief.get(address).status_code == 405
    logged_in("editor").post(address)
    assert ProviderState.objects.get(pk="kraken").paused_until is not None


def test_several_pauses_are_ended_at_once(chief: Client, day: dict[str, Claim]) -> None:
    action = {"action": "resume_selected", "_selected_action": ["kraken", "okx"]}
    response = chief.post(reverse("admin:sources_providerstate_changelist"), action, follow=True)
    assert "1 provider is asked again" in response.content.decode()


# Inquiries and lookups


def test_an_inquiry_is_told_in_words_with_its_lookups(chief: Client, day: dict[str, Claim]) -> None:
    inquiry = Inquiry.objects.get(verdicts__claim=day["shorts"])
    shown = read(chief, "sources_inquiry_change", inquiry.pk)
    for words in ("Liquidations: all crypto derivatives (side short)", "at least 61,400,000 USD", "Has no data"):
        assert words in shown


@pytest.mark.parametrize("model", ["inquiry", "lookup", "snapshot", "providerstate"])
def test_what_was_recorded_cannot_be_changed_by_anyone(day: dict[str, Claim], model: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    row = {"inquiry": Inquiry, "lookup": Lookup, "snapshot": Snapshot, "providerstate": ProviderState}[model]
    key = row.objects.first().pk  # type: ignore[attr-defined]
    assert client.get(reverse(f"admin:sources_{model}_add")).status_code == 403
    assert client.post(reverse(f"admin:sources_{model}_delete", args=[key])).status_code == 403
    assert "_save" not in client.get(reverse(f"admin:sources_{model}_change", args=[key])).content.decode()


@pytest.mark.parametrize("model", ["inquiry", "lookup", "snapshot", "providerstate", "source"])
def test_a_list_asks_no_more_for_more_rows(chief: Client, day: dict[str, Claim], model: str) -> None:
    name = f"sources_{model}_changelist"
    before = counted(chief, name)
    inquiry = Inquiry.objects.get(verdicts__claim=day["zone"])
    for number in range(8):
        answer(inquiry, Said(f"other-{number}", "5"), timezone.now())
        ProviderState.objects.create(provider=f"other-{number}")
        Source.objects.create(slug=f"other-{number}", name=f"Other {number}")
    assert counted(chief, name) == before


def counted(client: Client, name: str) -> int:
    read(client, name)
    with CaptureQueriesContext(connection) as found:
        read(client, name)
    return len(found)


# Sources


def facts(**changed: str) -> dict[str, str]:
    names = (
        "upstreams",
        "republishes",
        "carries",
        "authority",
        "interested",
        "defects",
        "parents",
        "aliases",
        "domains",
    )
    stated = {"name": "Stooq", "category": "aggregator", "url": "", "owner": "Stooq", "read": ""}
    return {**stated, **dict.fromkeys(names, ""), "reason": "It was wrong.", **changed}


def test_a_source_says_with_whom_it_is_one_voice(chief: Client, day: dict[str, Claim]) -> None:
    shown = read(chief, "sources_source_change", Source.objects.get(slug="stooq").pk)
    assert "Stooq passes on what Nikkei Indexes publishes" in shown


def test_facts_are_written_one_a_line_and_kept_from_updates(chief: Client, day: dict[str, Claim]) -> None:
    source = Source.objects.create(slug="fresh", name="Stooq", category="aggregator", owner="Stooq")
    upstreams = "price: feed-a, feed-b\n*: feed-c\nindex_level:NIKKEI225: nikkei"
    changed = facts(upstreams=upstreams, republishes="nikkei\n", defects="liquidations: late: by an hour")
    response = chief.post(reverse("admin:sources_source_change", args=[source.pk]), changed)
    assert response.status_code == 302, response.context["adminform"].form.errors
    source.refresh_from_db()
    feeds = {"price": ["feed-a", "feed-b"], "*": ["feed-c"], "index_level:NIKKEI225": ["nikkei"]}
    assert source.upstreams == feeds
    assert (source.republishes, source.defects) == (["nikkei"], {"liquidations": "late: by an hour"})
    assert source.edited


@pytest.mark.parametrize(
    ("field", "lines"),
    [("upstreams", "prise: feed"), ("upstreams", "price"), ("authority", "prise:BTC"), ("defects", ":")],
)
def test_a_fact_about_no_metric_is_refused(chief: Client, day: dict[str, Claim], field: str, lines: str) -> None:
    address = reverse("admin:sources_source_change", args=[Source.objects.get(slug="stooq").pk])
    response = chief.post(address, facts(**{field: lines}))
    assert field in response.context["adminform"].form.errors


def test_a_source_is_not_changed_by_an_editor(day: dict[str, Claim]) -> None:
    source = Source.objects.get(slug="stooq")
    client = logged_in("editor")
    assert client.post(reverse("admin:sources_source_change", args=[source.pk]), facts()).status_code == 403


# Words


def test_every_reason_for_silence_has_words() -> None:
    assert set(ABSTENTIONS) == set(REASONS)
    assert abstention("something_new").word == "something new"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-10, "just now"),
        (10, "in a moment"),
        (-180, "3 min ago"),
        (420, "in 7 min"),
        (-7200, "2 h ago"),
        (-3 * 86400, "3 days ago"),
    ],
)
def test_times_are_told_by_their_distance(seconds: int, words: str) -> None:
    assert distance(timedelta(seconds=seconds)) == words


def test_the_exact_time_is_in_the_title() -> None:
    assert 'title="14 January 2026, 05:00:00 UTC"' in ago(NOW, NOW + timedelta(hours=1))


def test_what_is_overdue_is_due_now() -> None:
    assert "due now" in due(NOW, NOW + timedelta(minutes=1))
    assert "in 5 min" in due(NOW + timedelta(minutes=5), NOW)
    assert "none due" in due(None, NOW)


@pytest.mark.parametrize(
    ("length", "words", "span"),
    [
        (timedelta(0), "14 Jan 2026, 05:00 UTC", "a moment"),
        (timedelta(hours=1), "04:00–05:00 UTC, 14 Jan 2026", "60 minutes"),
        (timedelta(days=1), "13 Jan 05:00 – 14 Jan 2026 05:00 UTC", "24 hours"),
        (timedelta(days=30), "15 Dec 2025 05:00 – 14 Jan 2026 05:00 UTC", "30 days"),
    ],
)
def test_windows_are_told_in_utc(length: timedelta, words: str, span: str) -> None:
    assert (window(NOW - length, NOW), span_in_words(NOW - length, NOW)) == (words, span)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " https://x", "//x", "HTTPS:/x", '"><b>']
)
def test_what_is_no_web_address_is_plain_text(address: str) -> None:
    assert "<a " not in outside(address)
    assert "<b>" not in outside(address)
