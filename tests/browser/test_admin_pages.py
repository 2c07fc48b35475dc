"""The admin in a real browser: no console error, no page error, nothing refused by the policy, no other host asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import ApiKey, Claim, Verification
from sources.models import Inquiry, Snapshot, Source
from tests.market_day import market_day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}


@dataclass
class Visit:
    """A browser page and everything that went wrong on it."""

    page: Any
    base: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda said: self.note("console", said.text, said.type in {"error", "warning"}))
        self.page.on("pageerror", lambda error: self.note("page error", str(error)))
        self.page.on("request", lambda asked: self.note("other host", asked.url, self.is_foreign(asked.url)))
        self.page.on("dialog", lambda dialog: (self.note("dialog", dialog.message), dialog.dismiss()))
        self.page.on("response", lambda got: self.note("status", f"{got.status} {got.url}", got.status >= 400))

    def note(self, kind: str, words: str, happened: bool = True) -> None:
        if happened:
            self.wrong.append(f"{kind}: {words} at {self.page.url}")

    def is_foreign(self, url: str) -> bool:
        return not url.startswith((self.base, "data:", "blob:"))

    def go(self, address: str) -> Any:
        self.page.goto(self.base + address)
        return self.page

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


Visitor = Callable[..., Visit]


@pytest.fixture
def day(transactional_db: None) -> dict[str, Claim]:
    return market_day(timezone.now())


@pytest.fixture
def visitor(chromium: Any, live_server: Any) -> Iterator[Visitor]:
    """Visits by a logged-in person; at the end nothing may have gone wrong on any of them."""
    visits: list[Visit] = []

    def visit(role: str = "", **screen: Any) -> Visit:
        user = User.objects.create_user(role or "root", is_staff=True, is_superuser=not role)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        context = chromium.new_context(**(screen or DESKTOP))
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        found = Visit(context.new_page(), live_server.url)
        found.watch()
        visits.append(found)
        return found

    yield visit
    for one in visits:
        one.page.context.close()
    assert [wrong for one in visits for wrong in one.wrong] == []


def addresses(day: dict[str, Claim]) -> list[str]:
    key, _ = ApiKey.issue("CMS", ["lint"])
    article, inquiry = day["zone"].article, Inquiry.objects.get(verdicts__claim=day["shorts"])
    assert article is not None
    lists = ["claims_claim", "claims_article", "claims_verdict", "claims_gaprecord", "claims_apikey", "sources_source"]
    lists += [
        "sources_providerstate",
        "sources_inquiry",
        "sources_lookup",
        "sources_snapshot",
        "auth_user",
        "auth_group",
    ]
    lists += ["django_celery_beat_periodictask", "django_celery_beat_intervalschedule"]
    claims = ("shorts", "level", "nikkei", "solana", "dogecoin", "open_interest", "ether")
    pages = [
        ("claims_article_change", article.pk),
        ("claims_apikey_change", key.pk),
        ("claims_claim_edit", day["shorts"].pk),
        ("sources_inquiry_change", inquiry.pk),
        ("sources_snapshot_change", Snapshot.objects.latest("pk").pk),
        ("sources_providerstate_change", "kraken"),
        *(
            ("sources_source_change", source.pk)
            for source in Source.objects.filter(slug__in=("stooq", "wsj", "kraken"))
        ),
        *(("claims_claim_change", day[name].pk) for name in claims),
    ]
    return [
        reverse("admin:index"),
        reverse("admin:claims_claim_add"),
        reverse("admin:claims_apikey_add"),
        reverse("admin:claims_gaprecord_add"),
        reverse("admin:django_celery_beat_periodictask_add"),
        *(reverse(f"admin:{name}_changelist") for name in lists),
        *(reverse(f"admin:{name}", args=[key]) for name, key in pages),
    ]


def test_every_page_opens_without_a_complaint(visitor: Visitor, day: dict[str, Claim]) -> None:
    visit = visitor()
    for address in addresses(day):
        visit.go(address)
        assert not visit.scrolls_sideways(), address


def test_no_page_scrolls_sideways_on_a_phone(visitor: Visitor, day: dict[str, Claim]) -> None:
    visit = visitor(**PHONE)
    assert visit.go(reverse("admin:index")).evaluate("document.documentElement.classList.contains('dark')")
    for address in addresses(day):
        visit.go(address)
        assert not visit.scrolls_sideways(), address


def test_a_person_logs_in_and_lands_on_the_overview(chromium: Any, live_server: Any, day: dict[str, Claim]) -> None:
    User.objects.create_superuser("ines", password="correct-horse-battery")
    page = chromium.new_page()
    page.goto(f"{live_server.url}{reverse('admin:login')}")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill("correct-horse-battery")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Needs attention").wait_for()
    page.close()


def test_a_check_is_followed_until_it_is_over(visitor: Visitor, day: dict[str, Claim]) -> None:
    visit = visitor("editor")
    page = visit.go(reverse("admin:claims_claim_change", args=[day["cap"].pk]))
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("Checking…").wait_for()
    Verification.objects.filter(claim=day["cap"]).update(settled=True)
    page.get_by_role("button", name="Check now").wait_for(timeout=15_000)


def test_the_form_asks_for_what_the_metric_needs(visitor: Visitor, day: dict[str, Claim]) -> None:
    page = visitor("editor").go(reverse("admin:claims_claim_add"))
    assert not page.get_by_label("Zone from").is_visible()
    page.get_by_label("Metric").select_option("position_concentration")
    assert page.get_by_label("Zone from").is_visible()
    assert page.get_by_label("Side").is_visible()
    assert page.get_by_label("Unit").input_value() == "USD"
    page.get_by_label("Metric").select_option("index_record")
    page.get_by_label("Says it").select_option("record_high")
    assert not page.get_by_label("Side").is_visible()
    assert not page.get_by_label("Value", exact=True).is_visible()


def test_a_claim_is_added_with_the_keyboard_and_shown(visitor: Visitor, day: dict[str, Claim]) -> None:
    page = visitor("editor").go(reverse("admin:claims_claim_add"))
    page.get_by_label("Text").fill("BTC traded at about $96,000")
    page.get_by_label("Metric").select_option("price")
    page.get_by_label("Subject").select_option("BTC")
    page.get_by_label("Says it").select_option("about")
    page.get_by_label("Value", exact=True).fill("96000")
    page.get_by_label("As of (UTC)").fill("2026-01-14T05:00")
    page.get_by_label("Value", exact=True).press("Enter")
    page.get_by_role("heading", name="BTC traded at about $96,000", exact=True).wait_for()
    assert Claim.objects.filter(text="BTC traded at about $96,000").exists()


def test_the_wording_is_copied(visitor: Visitor, day: dict[str, Claim]) -> None:
    visit = visitor("editor")
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.go(reverse("admin:claims_claim_change", args=[day["shorts"].pk]))
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_text("Copied").wait_for()
    assert "whose totals are a lower bound" in page.evaluate("navigator.clipboard.readText()")


def test_the_keyboard_shows_where_it_is(visitor: Visitor, day: dict[str, Claim]) -> None:
    page = visitor("editor").go(reverse("admin:claims_claim_change", args=[day["shorts"].pk]))
    page.keyboard.press("Tab")
    for _ in range(30):
        if page.evaluate("document.activeElement.textContent.includes('Check now')"):
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.includes('Check now')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
