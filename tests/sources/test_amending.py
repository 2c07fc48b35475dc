"""Facts change with a reason and a history; what could raise a count waits for a second person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from sources import amending
from sources.models import Source, SourceChange
from sources.types import Lineage, SourceFacts
from sources.weight import what_weighs
from tests.at_once import at_once

NOW = datetime(2026, 1, 14, 5, 0, tzinfo=UTC)


def fact(slug: str, owner: str, **more: Any) -> SourceFacts:
    return SourceFacts(slug, slug.upper(), Lineage(owner=owner, read="read", **more))


HOUSE = [
    fact("a", "X"),
    fact("b", "X", interested=frozenset({"open_interest"}), authority=frozenset({"price:BTC"})),
    fact("c", "Y", republishes=("b",)),
    fact("d", "Z", upstreams={"price": ("b",)}),
    fact("e", "Z2", upstreams={"index_level:SPX": ("d",)}),
]


@pytest.mark.parametrize(
    ("changed", "weight"),
    [
        pytest.param(fact("a", "X", unconfirmed=True), (), id="nothing that counts"),
        pytest.param(fact("a", "X", carries=("b",)), (), id="texts"),
        pytest.param(fact("d", "X", upstreams={"price": ("b",)}), (), id="a merge"),
        pytest.param(fact("f", "New"), (), id="a new source"),
        pytest.param(fact("f", "X"), (), id="a new source of a known owner"),
        pytest.param(
            fact("f", "New", authority=frozenset({"price:ETH"})),
            ("F becomes the authority for price:ETH.",),
            id="a new authority",
        ),
        pytest.param(
            fact("a", "X", authority=frozenset({"price:ETH"})),
            ("A becomes the authority for price:ETH.",),
            id="naming an authority",
        ),
        pytest.param(
            fact("b", "X", interested=frozenset({"open_interest"})),
            ("B is no longer the authority for price:BTC.",),
            id="taking authority away",
        ),
        pytest.param(
            fact("b", "X", authority=frozenset({"price:BTC"})),
            ("B no longer counts as speaking about itself on open_interest.",),
            id="interest",
        ),
        pytest.param(fact("a", "W"), ("A would no longer be one voice with B, C.",), id="another owner: who it leaves"),
        pytest.param(fact("c", "Y"), ("C would no longer be one voice with A, B.",), id="no relay any more"),
        pytest.param(fact("d", "Z"), ("D would no longer be one voice with A, B, C.",), id="a feed of one metric"),
        pytest.param(fact("e", "Z2"), ("E would no longer be one voice with D.",), id="a feed of one subject"),
    ],
)
def test_what_could_raise_a_count_has_weight(changed: SourceFacts, weight: tuple[str, ...]) -> None:
    found = what_weighs(HOUSE, changed)
    assert found[: len(weight)] == weight
    assert bool(found) == bool(weight)


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return User.objects.create_user("anna"), User.objects.create_user("ben")


def stored(slug: str, **facts: Any) -> Source:
    source, _ = Source.objects.update_or_create(slug=slug, defaults={"name": slug.upper(), "read": "read", **facts})
    return source


def amend(source: Source, person: User | None = None, **facts: Any) -> SourceChange | None:
    row = Source.objects.get(pk=source.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    return amending.amend(row, reason="It was wrong.", person=person, now=NOW)


def test_a_change_is_in_force_and_in_the_history_with_its_reason(people: tuple[User, User]) -> None:
    source = stored("paper", owner="One", aliases=["P"])
    change = amend(source, people[0], read="their site, 2026-01-14", aliases=["P", "The P"])
    assert change is not None
    assert (change.kind, change.person, change.reason, change.at) == ("made", people[0], "It was wrong.", NOW)
    assert change.before == {"read": "read", "aliases": ["P"]}
    assert change.after == {"read": "their site, 2026-01-14", "aliases": ["P", "The P"]}
    source.refresh_from_db()
    assert (source.aliases, source.edited) == (["P", "The P"], True)


def test_nothing_changed_is_no_history(people: tuple[User, User]) -> None:
    assert amend(stored("paper", owner="One"), people[0], owner="One") is None
    assert not SourceChange.objects.exists()


def test_a_split_waits_and_a_second_person_puts_it_in_force(people: tuple[User, User]) -> None:
    source = stored("paper", owner="House")
    stored("other", owner="House")
    proposal = amend(source, people[0], owner="Somebody else")
    assert proposal is not None
    assert proposal.kind == "proposed"
    source.refresh_from_db()
    assert source.owner == "House"
    with pytest.raises(amending.NeedsAnother):
        amending.confirm(proposal.pk, person=people[0], now=NOW)
    confirmed = amending.confirm(proposal.pk, person=people[1], now=NOW)
    source.refresh_from_db()
    assert (source.owner, source.edited) == ("Somebody else", True)
    assert (confirmed.kind, confirmed.person, confirmed.proposal) == ("confirmed", people[1], proposal)
    for answer in (amending.confirm, amending.decline):
        with pytest.raises(amending.AlreadyAnswered):
            answer(proposal.pk, person=people[1], now=NOW, **({} if answer is amending.confirm else {"reason": ""}))


def test_a_declined_proposal_never_comes_into_force(people: tuple[User, User]) -> None:
    source = stored("paper", owner="House")
    proposal = amend(source, people[0], authority=["price:BTC"])
    assert proposal is not None
    amending.decline(proposal.pk, reason="No.", person=people[0], now=NOW)
    with pytest.raises(amending.AlreadyAnswered):
        amending.confirm(proposal.pk, person=people[1], now=NOW)
    source.refresh_from_db()
    assert source.authority == []


def test_a_proposal_is_outdated_when_the_facts_have_changed_meanwhile(people: tuple[User, User]) -> None:
    source = stored("paper", owner="House")
    proposal = amend(source, people[0], authority=["price:BTC"])
    assert proposal is not None
    Source.objects.filter(pk=source.pk).update(authority=["price:ETH"])
    with pytest.raises(amending.Outdated):
        amending.confirm(proposal.pk, person=people[1], now=NOW)
    assert not SourceChange.objects.exclude(pk=proposal.pk).exists()


def test_a_proposal_that_has_become_contradictory_is_refused(people: tuple[User, User]) -> None:
    paper, agency = stored("paper", owner="House"), stored("agency", owner="Agency", authority=["price:BTC"])
    proposal = amend(agency, people[0], authority=[], republishes=["paper"])
    assert proposal is not None
    amend(paper, people[0], republishes=["agency"])
    with pytest.raises(amending.Contradicts, match="circle: agency → paper → agency"):
        amending.confirm(proposal.pk, person=people[1], now=NOW)
    agency.refresh_from_db()
    assert agency.republishes == []


def test_contradictory_facts_are_refused_and_old_contradictions_hold_nobody_up(people: tuple[User, User]) -> None:
    source = stored("paper", owner="House", republishes=["paper"])
    assert amend(source, people[0], read="elsewhere") is not None
    with pytest.raises(amending.Contradicts) as refused:
        amend(source, people[0], carries=["nobody-there"])
    assert [(one.field, one.slugs) for one in refused.value.found] == [("carries", ("paper",))]
    source.refresh_from_db()
    assert source.carries == []


def test_a_new_source_is_stored_and_its_authority_waits(people: tuple[User, User]) -> None:
    source = Source(slug="office", name="Office", owner="State", authority=["index_level:SPX"])
    proposal = amending.add(source, reason="A new office.", person=people[0], now=NOW)
    assert proposal is not None
    assert (proposal.kind, proposal.after) == ("proposed", {"authority": ["index_level:SPX"]})
    assert Source.objects.get(slug="office").authority == []
    first = SourceChange.objects.get(kind="made")
    assert (first.before, first.after["owner"], first.reason) == ({}, "State", "A new office.")
    amending.confirm(proposal.pk, person=people[1], now=NOW)
    assert Source.objects.get(slug="office").authority == ["index_level:SPX"]


def test_the_history_cannot_be_rewritten(people: tuple[User, User]) -> None:
    change = amend(stored("paper", owner="One"), people[0], read="elsewhere")
    assert change is not None
    for rewrite in (
        lambda: SourceChange.objects.filter(pk=change.pk).update(reason="Another."),
        lambda: SourceChange.objects.filter(pk=change.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match=r"[Cc]annot|append_only"), transaction.atomic():
            rewrite()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_is_told_that_it_is_done() -> None:
    anna = User.objects.create_user("anna")
    others = [User.objects.create_user(name) for name in ("ben", "cleo", "dora")]
    proposal = amend(stored("paper", owner="House"), anna, authority=["price:BTC"])
    assert proposal is not None

    def confirm(number: int) -> str:
        try:
            return amending.confirm(proposal.pk, person=others[number], now=NOW).kind
        except amending.AlreadyAnswered:
            return "done"

    assert sorted(at_once(confirm, 3)) == ["confirmed", "done", "done"]
