"""What editors see and may do. The pages are asked as a browser asks them; the rows are those of a market day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.admin.claim_page import situation
from claims.admin.evidence_table import table
from claims.admin.filters import ATTENTION
from claims.admin.marks import hedge_mismatch
from claims.admin.number_line import picture_of
from claims.models import ApiKey, Article, Claim, Verdict, Verification
from claims.queries import evidence as stored
from claims.types import Outcome
from sources.models import Inquiry, Snapshot
from tests.market_day import market_day

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_claim_changelist")
ADD = reverse("admin:claims_claim_add")
HOME = reverse("admin:index")


def logged_in(role: str = "") -> Client:
    """A browser of a person with the role; without one, of the administrator who may do everything."""
    name = (role or "root").replace(" ", "-")
    user = User.objects.create_user(name, is_staff=True, is_superuser=not role)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


@pytest.fixture
def day() -> dict[str, Claim]:
    return market_day(timezone.now())


@pytest.fixture
def editor() -> Client:
    return logged_in("editor")


def page(claim: Claim, name: str = "change") -> str:
    return reverse(f"admin:claims_claim_{name}", args=[claim.pk])


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def queries(client: Client, address: str) -> int:
    read(client, address)  # what is looked up once per process is not this page's
    with CaptureQueriesContext(
        connection,
    ) as found:
        read(client, address)
    return len(found)


# Who may do what


@pytest.mark.parametrize(
    "name", ["index", "claims_claim_changelist", "claims_claim_add", "sources_snapshot_changelist"]
)
def test_anonymous_visitors_are_sent_to_the_login(client: Client, name: str) -> None:
    response = client.get(reverse(f"admin:{name}"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("admin:login"))


def test_anonymous_visitors_cannot_have_a_claim_checked(client: Client, day: dict[str, Claim]) -> None:
    before = Verification.objects.count()
    assert client.post(page(day["cap"], "check")).status_code == 302
    assert Verification.objects.count() == before


def test_the_four_roles_exist_after_migrating() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= {"reporter", "editor", "chief editor", "admin"}


@pytest.mark.parametrize(
    ("role", "permission", "has_it"),
    [
        ("reporter", "claims.view_claim", True),
        ("reporter", "claims.check_claim", False),
        ("reporter", "claims.add_claim", False),
        ("editor", "claims.check_claim", True),
        ("editor", "claims.add_claim", True),
        ("editor", "sources.change_source", False),
        ("chief editor", "sources.change_source", True),
        ("chief editor", "claims.add_gaprecord", True),
        ("chief editor", "django_celery_beat.change_periodictask", True),
        ("chief editor", "claims.add_apikey", False),
        ("admin", "claims.add_apikey", True),
        ("admin", "auth.change_user", True),
        ("admin", "claims.delete_claim", False),
    ],
)
def test_a_role_carries_its_permissions(role: str, permission: str, has_it: bool) -> None:
    user = User.objects.create_user("someone")
    user.groups.add(Group.objects.get(name=role))
    assert user.has_perm(permission) is has_it


def test_a_reporter_reads_a_claim_and_is_offered_nothing_to_change(day: dict[str, Claim]) -> None:
    shown = read(logged_in("reporter"), page(day["level"]))
    assert "Ten independent venues" in shown
    assert "Check now" not in shown
    assert "Edit hedge" not in shown


def test_a_reporter_cannot_have_a_claim_checked(day: dict[str, Claim]) -> None:
    client, before = logged_in("reporter"), Verification.objects.count()
    response = client.post(page(day["cap"], "check"), follow=True)
    assert "needs the role editor" in response.content.decode()
    assert Verification.objects.count() == before


@pytest.mark.parametrize(
    "address", [ADD, reverse("admin:claims_apikey_changelist"), reverse("admin:auth_user_changelist")]
)
def test_a_reporter_gets_no_page_that_is_not_hers(address: str) -> None:
    assert logged_in("reporter").get(address).status_code == 403


def test_a_person_without_a_role_is_told_so() -> None:
    user = User.objects.create_user("new", is_staff=True)
    client = Client()
    client.force_login(user)
    assert "You have no role yet" in read(client, HOME)


# Checking


def test_a_check_does_not_start_by_a_link(editor: Client, day: dict[str, Claim]) -> None:
    before = Verification.objects.count()
    assert editor.get(page(day["cap"], "check")).status_code == 405
    assert Verification.objects.count() == before


def test_a_check_needs_the_page_it_came_from(day: dict[str, Claim]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    assert client.post(page(day["cap"], "check")).status_code == 403


def test_an_editor_has_a_claim_checked_and_the_page_follows(editor: Client, day: dict[str, Claim]) -> None:
    shown = editor.post(page(day["cap"], "check"), follow=True).content.decode()
    assert Verification.objects.filter(claim=day["cap"], asked_by_person=True, settled=False).exists()
    assert "Checking…" in shown
    assert page(day["cap"], "progress") in shown


def test_the_progress_says_how_many_providers_are_done(editor: Client, day: dict[str, Claim]) -> None:
    assert "0 of 3 providers done" in read(editor, page(day["ether"], "progress"))


def test_the_page_is_read_again_once_the_check_is_over(editor: Client, day: dict[str, Claim]) -> None:
    response = editor.get(page(day["cap"], "progress"))
    assert response.headers["HX-Refresh"] == "true"


def test_many_claims_are_checked_at_once(editor: Client, day: dict[str, Claim]) -> None:
    chosen = [str(day["cap"].pk), str(day["nikkei"].pk)]
    response = editor.post(LIST, {"action": "check_selected", "_selected_action": chosen}, follow=True)
    assert "2 claims are being checked" in response.content.decode()
    assert Verification.objects.filter(claim__in=chosen, settled=False).count() == 2


# The list


def test_the_list_shows_marks_as_words(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, LIST)
    for word in ("Verified", "Single source", "Rumor", "Pending", "Conflicting", "Refuted", "Lower bound"):
        assert word in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status__exact=verified", {"level", "nikkei", "cap"}),
        ("outcome__exact=refuted", {"forty"}),
        ("metric__exact=open_interest", {"open_interest"}),
        ("subject=SOL", {"solana"}),
        ("flag=held", {"open_interest"}),
        ("flag=rests_on", {"liquidated", "shorts"}),
        ("source=chat_screenshot", {"zone"}),
        ("q=Nikkei", {"nikkei"}),
        ("attention=yes&status__exact=single_source", {"shorts"}),
        ("as_of_from=2026-02-01", set()),
    ],
)
def test_a_filter_shows_just_its_claims(editor: Client, day: dict[str, Claim], query: str, names: set[str]) -> None:
    response = editor.get(f"{LIST}?{query}")
    assert {claim.pk for claim in response.context["cl"].result_list} == {day[name].pk for name in names}


def test_an_unknown_flag_filters_nothing_and_breaks_nothing(editor: Client, day: dict[str, Claim]) -> None:
    assert len(editor.get(f"{LIST}?flag=nonsense").context["cl"].result_list) == len(day)


def test_an_empty_list_says_what_to_do(editor: Client) -> None:
    shown = read(editor, LIST)
    assert "No claims yet" in shown
    assert "checked at once" in shown


def copies(claim: Claim, count: int) -> None:
    """More claims with verdicts like this one's."""
    for number in range(count):
        verdict = Verdict.objects.filter(claim=claim).latest("id")
        inquiry = Inquiry.objects.get(pk=verdict.inquiry_id)
        inquiry.pk, inquiry.key, inquiry.round = None, f"copy-{number}", 2
        inquiry.save()
        twin = Claim.objects.get(pk=claim.pk)
        twin.pk, twin.submission_key, twin._state.adding = None, f"copy-{number}", True
        twin.id = Claim._meta.pk.get_default()
        twin.save()
        verdict.pk, verdict.claim, verdict.inquiry, verdict.hash = None, twin, inquiry, f"copy-{number}"
        verdict._state.adding = True
        verdict.save()


@pytest.mark.parametrize("address", [LIST, HOME, reverse("admin:claims_verdict_changelist")])
def test_a_page_asks_no_more_for_many_claims(editor: Client, day: dict[str, Claim], address: str) -> None:
    before = queries(editor, address)
    copies(day["shorts"], 15)
    assert queries(editor, address) == before
    assert before <= 22


def test_a_claims_page_asks_no_more_for_more_evidence(editor: Client, day: dict[str, Claim]) -> None:
    assert queries(editor, page(day["level"])) == queries(editor, page(day["cap"]))
    assert queries(editor, page(day["level"])) <= 24


# A claim's page


def test_the_page_shows_the_mark_the_reason_and_the_wording(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, page(day["shorts"]))
    assert "Single source" in shown
    assert "no second independent voice answered" in shown
    assert "according to CoinGlass, whose totals are a lower bound" in shown
    assert "The true total may be higher" in shown


def test_the_wording_is_there_in_both_languages_each_marked_as_what_it_is(
    editor: Client, day: dict[str, Claim]
) -> None:
    shown = read(editor, page(day["shorts"]))
    assert '<p class="cd-wording" id="wording-zh" lang="zh-Hans">数据来自CoinGlass，其总额只是下限</p>' in shown
    assert 'data-copy="wording-zh"' in shown
    assert shown.index('id="wording-en" lang="en"') < shown.index('id="wording-zh"')
    assert '<p class="cd-reason" lang="en">CoinGlass reports' in shown
    assert '<p class="cd-wording" id="reason-zh" lang="zh-Hans">只有CoinGlass' in shown


@pytest.mark.parametrize("language", ["zh", "zh-CN", "ZH-Hans"])
def test_a_claim_of_a_chinese_article_speaks_chinese_first(
    editor: Client, day: dict[str, Claim], language: str
) -> None:
    Article.objects.update(language=language)
    shown = read(editor, page(day["shorts"]))
    assert '<p class="cd-reason" lang="zh-Hans">只有CoinGlass给出这一数据（4.192亿美元）。</p>' in shown
    assert shown.index('id="wording-zh"') < shown.index('id="wording-en"')
    assert '<p lang="zh-Hans">只有CoinGlass' in shown  # and in its history


def test_a_verdict_that_was_stored_without_chinese_shows_its_english(editor: Client, day: dict[str, Claim]) -> None:
    Article.objects.update(language="zh")
    shown = read(editor, page(day["level"]))
    assert '<p class="cd-reason" lang="en">Ten independent venues' in shown
    assert "wording-zh" not in shown


def test_figures_are_read_by_people_and_complete_in_the_title(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, page(day["shorts"]))
    assert "$419.2M" in shown
    assert "given as 419,200,000 USD" in shown
    assert "at least 61,400,000 USD" in shown


def test_a_zone_and_a_window_are_told_in_words(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, page(day["zone"]))
    assert "$92,000 to $94,000" in shown
    assert "04:00–05:00 UTC, 14 Jan 2026" in shown


def test_the_number_line_draws_every_voice_and_says_so_in_words(editor: Client, day: dict[str, Claim]) -> None:
    text = read(editor, page(day["open_interest"]))
    assert 'role="img" aria-labelledby="line-title line-words"' in text
    words = text.partition('<desc id="line-words">')[2].partition("</desc>")[0]
    assert "The claim is true for $58B to $64.1B." in words
    assert "Supports: CoinGlass $61.2B." in words
    assert "Contradicts: Coinalyze $61.2T." in words
    assert text.count('<g class="cd-look-supports">') == text.count('<g class="cd-look-contradicts">') == 1


def test_a_floor_is_an_arrow_on_the_number_line(editor: Client, day: dict[str, Claim]) -> None:
    text = read(editor, page(day["liquidated"]))
    assert '<use href="#cd-right" x="100.0%"' in text
    assert "Undecided: OKX at least $61.4M." in text


@pytest.mark.parametrize("name", ["solana", "ether", "day_total", "dogecoin"])
def test_without_a_figure_there_is_no_number_line(editor: Client, day: dict[str, Claim], name: str) -> None:
    assert "<figure" not in read(editor, page(day[name]))


def test_a_statement_has_no_number_line(editor: Client, day: dict[str, Claim]) -> None:
    Claim.objects.filter(pk=day["shorts"].pk).update(comparator="states", value=None)
    text = read(editor, page(day["shorts"]))
    assert "$419.2M" in text
    assert "<figure" not in text


@pytest.mark.parametrize(
    ("label", "stance", "counts", "words"),
    [
        ("unit_slip", "contradicts", False, "Counts for nobody: CoinGlass $419.2M (unit slip)."),
        ("", "contradicts", True, "Contradicts: CoinGlass $419.2M."),
        ("", "inconclusive", True, "Undecided: CoinGlass $419.2M."),
    ],
)
def test_what_may_not_vote_is_drawn_apart_with_its_label(
    day: dict[str, Claim], label: str, stance: str, counts: bool, words: str
) -> None:
    claim = day["shorts"]
    item = next(one for one in stored(claim.pk) if one.lookup.provider == "coinglass")
    assert item.reading is not None
    item.reading.label, item.reading.stance, item.reading.counts, item.reading.voice = (
        label,
        stance,
        counts,
        "CoinGlass",
    )
    picture = picture_of(claim, table(claim, [item]).groups, None)
    assert picture is not None
    assert words in picture.description
    assert (picture.line.title_y is None) is counts


def test_sources_of_one_voice_are_shown_together_with_the_reason(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, page(day["nikkei"]))
    assert "2 sources, one voice, the authority for this figure" in shown
    assert "Stooq passes on what Nikkei Indexes publishes" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dogecoin", "Nobody was asked"),
        ("solana", "Nobody answered"),
        ("open_interest", "They disagree"),
        ("day_total", "Nobody publishes an authoritative figure"),
        ("level", None),
    ],
)
def test_silence_and_disagreement_are_told_apart(day: dict[str, Claim], name: str, words: str | None) -> None:
    found = situation(Verdict.objects.filter(claim=day[name]).first())
    assert (found.word if found else None) == words


def test_who_could_not_be_asked_is_not_counted_as_silent() -> None:
    keyless = Verdict(asked=2, answered=0, abstained={"not_configured": 2}, outcome=Outcome.INSUFFICIENT)
    found = situation(keyless)
    assert found is not None
    assert (found.word, found.title) == (
        "Nobody was asked",
        "No provider could be asked: 2 no key. That is not evidence against it.",
    )
    half = situation(
        Verdict(asked=2, answered=0, abstained={"not_configured": 1, "no_data": 1}, outcome=Outcome.INSUFFICIENT)
    )
    assert half is not None
    assert (half.word, half.title) == ("Nobody answered", "1 was asked: 1 has no data. Silence is not evidence.")


def test_each_abstention_is_told_in_its_own_words(editor: Client, day: dict[str, Claim]) -> None:
    shown = read(editor, page(day["shorts"]))
    for word in ("No key", "Does not cover this", "Has no data"):
        assert word in shown


def test_the_history_says_what_changed_and_leads_to_each_verdicts_evidence(
    editor: Client, day: dict[str, Claim]
) -> None:
    oldest = Verdict.objects.filter(claim=day["level"]).earliest("id")
    assert "was Single source" in read(editor, page(day["level"]))
    earlier = read(editor, f"{page(day['level'])}?verdict={oldest.pk}")
    assert "An earlier verdict" in earlier
    assert "stayed below the level" in earlier
    assert "They disagree" in earlier


def test_a_verdict_of_another_claim_is_not_shown_here(editor: Client, day: dict[str, Claim]) -> None:
    foreign = Verdict.objects.filter(claim=day["cap"]).latest("id")
    assert editor.get(f"{page(day['level'])}?verdict={foreign.pk}").status_code == 404


@pytest.mark.parametrize("name", ["not-a-claim", "00000000-0000-0000-0000-000000000000"])
def test_a_claim_that_is_not_there_is_not_found(editor: Client, name: str) -> None:
    assert editor.get(reverse("admin:claims_claim_change", args=[name])).status_code == 404


def test_the_raw_answer_is_one_click_away(editor: Client, day: dict[str, Claim]) -> None:
    snapshot = Snapshot.objects.filter(lookup__evidence__verdict__claim=day["cap"]).first()
    assert snapshot is not None
    assert reverse("admin:sources_snapshot_change", args=[snapshot.pk]) in read(editor, page(day["cap"]))


@pytest.mark.parametrize(
    ("hedge", "status", "warns"),
    [
        ("none", "verified", False),
        ("none", "single_source", True),
        ("none", "rumor", True),
        ("none", "pending", False),
        ("attributed", "single_source", False),
        ("attributed", "rumor", True),
        ("rumor", "rumor", False),
        ("rumor", "verified", True),
    ],
)
def test_copy_that_says_more_than_the_mark_is_pointed_out(hedge: str, status: str, warns: bool) -> None:
    assert (hedge_mismatch(Claim(hedge=hedge, status=status)) is not None) is warns


@pytest.mark.parametrize(("comparator", "warns"), [("states", False), ("about", True)])
def test_copy_may_state_a_gap_as_fact_and_no_figure_for_it(comparator: str, warns: bool) -> None:
    claim = Claim(hedge="none", status="rumor", outcome="no_authority", comparator=comparator)
    assert (hedge_mismatch(claim) is not None) is warns


def test_a_gap_that_the_copy_states_needs_no_editor(editor: Client, day: dict[str, Claim]) -> None:
    gap = Claim.objects.filter(pk=day["day_total"].pk)
    gap.update(hedge="none")
    assert gap.filter(ATTENTION).exists()
    gap.update(comparator="states")
    assert not gap.filter(ATTENTION).exists()


# Hostile text


@pytest.mark.parametrize("where", ["list", "page", "home", "article"])
def test_hostile_text_is_shown_and_never_run(editor: Client, day: dict[str, Claim], where: str) -> None:
    article = day["zone"].article
    assert article is not None
    addresses = {
        "list": LIST,
        "page": page(day["ether"]),
        "home": HOME,
        "article": reverse("admin:claims_article_change", args=[article.pk]),
    }
    Claim.objects.filter(pk=day["ether"].pk).update(created_at=timezone.now() - timedelta(hours=1))
    shown = read(editor, addresses[where])
    assert "<script>alert(" not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(" in shown


def test_only_web_addresses_become_links(editor: Client, day: dict[str, Claim]) -> None:
    assert 'href="javascript:' not in read(editor, page(day["zone"]))
    shown = read(editor, page(day["shorts"]))
    assert 'href="https://wire.example/markets/2026-01-14"' in shown
    assert 'rel="noopener noreferrer nofollow"' in shown


def test_no_page_carries_a_script_of_its_own(editor: Client, day: dict[str, Claim]) -> None:
    policy = editor.get(HOME).headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy.split("script-src", 1)[1].split(";", 1)[0]
    assert "frame-ancestors 'none'" in policy


def test_every_page_says_that_the_figures_are_replayed(editor: Client, settings: Any) -> None:
    assert "replayed data" in read(editor, HOME)
    settings.DATA = "live"
    assert "replayed data" not in read(editor, HOME)


# Adding and editing


FILLED = {
    "text": "BTC traded at $96,000",
    "metric": "price",
    "subject": "BTC",
    "comparator": "about",
    "value": "96000",
    "as_of": "2026-01-14T05:00",
    "source": "Market Wire",
    "url": "https://wire.example/1",
}


def test_a_claim_added_by_hand_is_recorded_with_its_citation(editor: Client, day: dict[str, Claim]) -> None:
    response = editor.post(ADD, FILLED)
    claim = Claim.objects.get(text=FILLED["text"])
    assert response.headers["Location"] == page(claim)
    assert claim.created_by is not None
    assert claim.citations.get().source.slug == "market_wire"
    assert claim.as_of.isoformat() == "2026-01-14T05:00:00+00:00"


def test_the_same_claim_twice_is_shown_and_not_doubled(editor: Client, day: dict[str, Claim]) -> None:
    editor.post(ADD, FILLED)
    response = editor.post(ADD, FILLED, follow=True)
    assert "already recorded" in response.content.decode()
    assert Claim.objects.filter(text=FILLED["text"]).count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": ""}, "text"),
        ({"as_of": ""}, "as_of"),
        ({"metric": ""}, "metric"),
        ({"value": "ninety-six"}, "value"),
        ({"as_of": "2190-01-14T05:00"}, "as_of"),
        ({"url": "javascript:alert(1)"}, "source"),
    ],
)
def test_a_complaint_stands_at_its_field(editor: Client, changed: dict[str, str], field: str) -> None:
    response = editor.post(ADD, {**FILLED, **changed})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Claim.objects.exists()


def test_everything_that_is_missing_is_said_at_once(editor: Client) -> None:
    errors = editor.post(ADD, {}).context["form"].errors
    assert set(errors) >= {"text", "as_of", "metric"}


def test_the_form_keeps_what_was_typed_when_it_is_refused(editor: Client) -> None:
    shown = editor.post(ADD, {**FILLED, "value": "ninety-six", "text": "<b>bold</b>"}).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
    assert 'value="ninety-six"' in shown


def test_editing_reaches_the_hedge_and_neither_the_words_that_were_checked_nor_the_mark(
    editor: Client, day: dict[str, Claim]
) -> None:
    inline = {"citations-TOTAL_FORMS": "0", "citations-INITIAL_FORMS": "0"}
    changed = {"text": "Better words", "hedge": "rumor", "status": "verified", "outcome": "supported", **inline}
    response = editor.post(page(day["zone"], "edit"), changed)
    claim = Claim.objects.get(pk=day["zone"].pk)
    assert response.headers["Location"] == page(claim)
    assert (claim.text, claim.hedge) == (day["zone"].text, "rumor")
    assert (claim.status, claim.outcome) == ("rumor", "insufficient")


def test_claims_and_verdicts_cannot_be_deleted(day: dict[str, Claim]) -> None:
    root = logged_in()
    verdict = Verdict.objects.latest("id")
    assert root.post(reverse("admin:claims_claim_delete", args=[day["cap"].pk])).status_code == 403
    assert root.post(reverse("admin:claims_verdict_delete", args=[verdict.pk])).status_code == 403


def test_a_verdict_opens_on_its_claims_page(editor: Client, day: dict[str, Claim]) -> None:
    verdict = Verdict.objects.filter(claim=day["level"]).earliest("id")
    response = editor.get(reverse("admin:claims_verdict_change", args=[verdict.pk]))
    assert response.headers["Location"] == f"{page(day['level'])}?verdict={verdict.pk}"


# Keys


def issue(client: Client) -> tuple[ApiKey, str]:
    address = reverse("admin:claims_apikey_add")
    response = client.post(address, {"name": "CMS", "scopes": ["lint"], "per_minute": "60"})
    return ApiKey.objects.get(), response.content.decode()


def test_a_keys_secret_is_shown_once_and_works() -> None:
    client = logged_in("admin")
    key, shown = issue(client)
    secret = shown.split('id="secret">', 1)[1].split("<", 1)[0]
    prefix, _, rest = secret.partition(".")
    assert (key.prefix, key.hashed) == (prefix, ApiKey.hash_of(rest))
    for address in ("changelist", "change"):
        again = read(client, reverse(f"admin:claims_apikey_{address}", args=[key.pk] if address == "change" else []))
        assert rest not in again
        assert key.hashed not in again


def test_a_revoked_key_says_so_and_stays() -> None:
    client = logged_in("admin")
    key, _ = issue(client)
    listed = reverse("admin:claims_apikey_changelist")
    client.post(listed, {"action": "revoke", "_selected_action": [str(key.pk)]})
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "Revoked" in read(client, listed)
    assert client.post(reverse("admin:claims_apikey_delete", args=[key.pk])).status_code == 403


# The other pages


@pytest.mark.parametrize(
    "name",
    [
        "claims_article_changelist",
        "claims_gaprecord_changelist",
        "claims_gaprecord_add",
        "claims_apikey_add",
        "django_celery_beat_periodictask_changelist",
        "django_celery_beat_periodictask_add",
        "django_celery_beat_intervalschedule_add",
        "django_celery_beat_crontabschedule_add",
        "auth_user_changelist",
        "auth_user_add",
        "auth_group_changelist",
        "auth_group_add",
    ],
)
def test_every_page_of_the_administrator_opens(day: dict[str, Claim], name: str) -> None:
    read(logged_in(), reverse(f"admin:{name}"))


def test_an_article_shows_its_claims_in_place(editor: Client, day: dict[str, Claim]) -> None:
    article = day["zone"].article
    assert article is not None
    shown = read(editor, reverse("admin:claims_article_change", args=[article.pk]))
    assert shown.count('class="cd-marked') == 3
    assert "(Rumor)" in shown


def test_the_overview_lists_what_needs_a_person_the_gravest_first(editor: Client, day: dict[str, Claim]) -> None:
    texts = [row["text"] for row in editor.get(HOME).context["attention"]]
    assert texts[:2] == [day["open_interest"].text, day["forty"].text]
    assert day["solana"].text in texts
    assert day["level"].text not in texts


def test_an_empty_overview_says_what_to_do(editor: Client) -> None:
    assert "Add the first one by hand" in read(editor, HOME)
