"""A source's page: who feeds whom, drawn and in words; its history; changes with a reason and a second person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from sources.admin.family import family_of
from sources.admin.tree import WIDE, Band, Box, Link, draw
from sources.models import Source, SourceChange

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # whitenoise warns about a folder that is not there


def client_of(name: str, role: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def anna() -> Client:
    return client_of("anna", "chief editor")


@pytest.fixture
def ben() -> Client:
    return client_of("ben", "chief editor")


def page(source: Source, query: str = "") -> str:
    return reverse("admin:sources_source_change", args=[source.pk]) + query


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def form(source: Source, **changed: str) -> dict[str, str]:
    """What a browser sends for the page as it is, with these fields changed."""
    plain = ("name", "category", "url", "owner", "read")
    fields = {name: str(getattr(source, name)) for name in plain}
    for name in ("parents", "republishes", "carries", "authority", "interested", "aliases", "domains"):
        fields[name] = "\n".join(getattr(source, name))
    fields["upstreams"] = "\n".join(f"{metric}: {', '.join(feeds)}" for metric, feeds in source.upstreams.items())
    fields["defects"] = "\n".join(f"{metric}: {words}" for metric, words in source.defects.items())
    fields |= {"unconfirmed": "on"} if source.unconfirmed else {}
    return {**fields, "reason": "", **changed}


def post(client: Client, source: Source, **changed: str) -> dict[str, list[str]]:
    """The errors by field; none when it was accepted."""
    response = client.post(page(source), form(source, **changed))
    return dict(response.context["adminform"].form.errors) if response.status_code == 200 else {}


def wsj() -> Source:
    return Source.objects.get(slug="wsj")


# Saving


def test_facts_do_not_change_without_a_reason(anna: Client) -> None:
    assert list(post(anna, wsj(), read="elsewhere, 2026-01-14")) == ["reason"]
    assert post(anna, wsj(), read="elsewhere, 2026-01-14", reason="A better place.") == {}
    assert SourceChange.objects.get().reason == "A better place."


def test_the_same_facts_need_no_reason_and_leave_no_history(anna: Client) -> None:
    for slug in ("wsj", "yahoo_finance", "coinank", "market_talk"):
        assert post(anna, Source.objects.get(slug=slug)) == {}
    assert not SourceChange.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("republishes", "wsj", "passes on what it publishes itself"),
        ("republishes", "nobody-there", "no such source"),
        ("upstreams", "price: wsj", "upstream of itself for price"),
        ("upstreams", "prise: feed", "no metric"),
        ("upstreams", "price feed", "not of the form"),
        ("carries", "nobody-there", "no such source"),
        ("parents", "Dow Jones", "Owners in a circle"),
        ("aliases", "FT", "claimed by"),
        ("domains", "ft.com", "claimed by"),
    ],
)
def test_what_cannot_be_true_is_refused_at_its_field(anna: Client, field: str, value: str, words: str) -> None:
    errors = post(anna, wsj(), **{field: value, "reason": "Because."})
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert not SourceChange.objects.exists()


def test_a_change_made_meanwhile_is_not_overwritten(anna: Client, ben: Client) -> None:
    shown = form(wsj(), read="mine", reason="Mine.", seen="0")
    assert post(ben, wsj(), read="theirs", reason="Theirs.") == {}
    response = anna.post(page(wsj()), shown)
    assert "Somebody has changed this source meanwhile" in response.content.decode()
    assert wsj().read == "theirs"


def test_a_split_waits_for_a_second_person_and_the_page_says_so(anna: Client, ben: Client) -> None:
    assert post(anna, wsj(), owner="Somebody", parents="", reason="Sold today.") == {}
    assert wsj().owner == "Dow Jones"
    mine, theirs = read(anna, page(wsj())), read(ben, page(wsj()))
    assert "A change waits for a second person" in mine
    assert "Withdraw" in mine
    assert "Confirm" not in mine.replace("Confirmed", "")
    assert "Sold today." in theirs
    proposal = SourceChange.objects.get()
    confirm = reverse("admin:sources_source_confirm", args=[wsj().pk, proposal.pk])
    assert ben.get(confirm).status_code == 405
    assert "second person must" in anna.post(confirm, follow=True).content.decode()
    ben.post(confirm)
    assert (wsj().owner, wsj().parents) == ("Somebody", [])


def test_a_proposal_is_laid_aside(anna: Client) -> None:
    post(anna, wsj(), authority="price:BTC", reason="Hm.")
    anna.post(reverse("admin:sources_source_decline", args=[wsj().pk, SourceChange.objects.get().pk]))
    assert "A change waits" not in read(anna, page(wsj()))
    assert wsj().authority == []


def test_who_may_not_change_may_neither_confirm_nor_see_buttons(anna: Client) -> None:
    post(anna, wsj(), authority="price:BTC", reason="Hm.")
    reporter = client_of("rita", "reporter")
    shown = read(reporter, page(wsj()))
    assert "Who feeds whom" in shown
    assert "Hm." in shown
    assert "Decline" not in shown
    for word in ("confirm", "decline"):
        address = reverse(f"admin:sources_source_{word}", args=[wsj().pk, SourceChange.objects.get().pk])
        assert reporter.post(address).status_code == 403
    assert SourceChange.objects.count() == 1


def test_a_new_source_named_an_authority_waits_for_that(anna: Client) -> None:
    fields = form(Source(slug="x", name="X"), owner="X Ltd", authority="index_level:SPX", reason="New.", slug="x-ltd")
    anna.post(reverse("admin:sources_source_add"), fields)
    source = Source.objects.get(slug="x-ltd")
    assert (source.owner, source.authority) == ("X Ltd", [])
    assert [one.kind for one in source.changes.all()] == ["proposed", "made"]


# History


def test_the_history_is_newest_first_and_an_older_state_is_restored_through_the_form(anna: Client) -> None:
    post(anna, wsj(), read="first", reason="One.")
    post(anna, wsj(), read="second", aliases="WSJ\n<script>alert(1)</script>", reason="Two.")
    shown = read(anna, page(wsj()))
    assert shown.index("Two.") < shown.index("One.")
    assert "<script>alert(1)" not in shown
    older = SourceChange.objects.get(reason="Two.")
    restoring = read(anna, page(wsj(), f"?restore={older.pk}"))
    assert re.search(r"<textarea[^>]*name=\"read\"[^>]*> ?first<", restoring)
    assert wsj().read == "second"
    assert post(anna, wsj(), read="first", reason="Back.") == {}
    assert wsj().read == "first"


@pytest.mark.parametrize("key", ["x", "999999", "-1", "9" * 400, ""])
def test_restoring_what_is_not_there_shows_the_page_as_it_is(anna: Client, key: str) -> None:
    assert "Who feeds whom" in read(anna, page(wsj(), f"?restore={key}"))


# Words and picture


def test_the_words_say_why_two_are_one_voice_and_where_that_was_read() -> None:
    (shared,) = family_of(wsj()).shared
    assert shared.figures == "Every figure"
    assert "MarketWatch" in shared.names
    assert any("have one owner, Dow Jones" in reason and "investopedia.com" in reason for reason in shared.reasons)


def test_a_tie_for_one_figure_names_the_figure() -> None:
    found = {one.figures: one for one in family_of(Source.objects.get(slug="coingecko")).shared}
    assert "CoinPaprika" in found["Price"].names
    assert set(found) == {"Price", "Market capitalisation"}


def test_who_stands_alone_is_told_so_and_not_drawn() -> None:
    alone = family_of(Source.objects.create(slug="alone", name="Alone", owner="Alone"))
    assert (alone.picture, alone.alone) == (None, "It is a voice of its own.")
    nobody = family_of(Source.objects.create(slug="nobody", name="Nobody"))
    assert nobody.alone == "Nobody has noted its owner: it raises no count."


def test_contradictory_facts_that_are_there_are_said_on_the_page(anna: Client) -> None:
    Source.objects.filter(slug="wsj").update(republishes=["barrons"])
    Source.objects.filter(slug="barrons").update(republishes=["wsj"])
    assert "Contradictory facts: Relays in a circle: barrons → wsj → barrons." in read(anna, page(wsj()))


def test_every_source_can_be_drawn_within_the_width_of_a_phone() -> None:
    for source in Source.objects.all():
        picture = family_of(source).picture
        if picture is None:
            continue
        assert sum(box.is_here for box in picture.boxes) == 1
        ends = [int(number) for line in picture.lines for number in re.findall(r"[MHQ](\d+)", line.path)]
        assert all(0 < end < WIDE for end in ends)
        assert max(box.y for box in picture.boxes) < picture.high < 4000


def test_a_picture_has_a_frame_for_each_voice_and_an_arrow_for_each_tie() -> None:
    boxes = (
        Box("owner X", "X", "an owner", "owner"),
        Box("a", "A" * 80, "n" * 80, "source"),
        Box("b", "B", "", "source"),
    )
    links = (Link("owner X", "a", "owns"), Link("a", "b", "feeds"), Link("gone", "b", "feeds"))
    picture = draw("a", [Band("X: 2 sources, one voice", boxes, links, is_voice=True)], {"b": "/b/"})
    assert [frame.title for frame in picture.frames] == ["X: 2 sources, one voice"]
    assert [line.whole for line in picture.lines] == [f"X owns {'A' * 80}", f"{'A' * 80} feeds B"]
    assert [(box.url, box.is_here) for box in picture.boxes] == [("", False), ("", True), ("/b/", False)]
    assert all(len(box.name) <= 30 and len(box.note) <= 40 for box in picture.boxes)


def test_bringing_back_the_reviewed_facts_waits_where_they_weigh(anna: Client) -> None:
    """Else one person undoes what two agreed on: untick, and wait for the next update."""
    nikkei = Source.objects.get(slug="nikkei")
    reviewed = list(nikkei.authority)
    Source.objects.filter(pk=nikkei.pk).update(authority=[], edited=True)
    nikkei.refresh_from_db()
    assert reviewed
    assert post(anna, nikkei) == {}  # the box is not ticked in what is sent
    nikkei.refresh_from_db()
    assert (nikkei.authority, nikkei.edited) == ([], True)
    change = SourceChange.objects.filter(source=nikkei).order_by("-pk")[0]
    assert (change.kind, change.after) == ("proposed", {"authority": reviewed})


def test_bringing_back_reviewed_facts_of_no_weight_happens_at_once(anna: Client) -> None:
    source = wsj()
    Source.objects.filter(pk=source.pk).update(aliases=["The Journal of Wall Street"], edited=True)
    source.refresh_from_db()
    assert post(anna, source) == {}
    changed = wsj()
    assert (changed.aliases, changed.edited) != (["The Journal of Wall Street"], True)
    assert not changed.edited
