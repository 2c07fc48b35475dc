"""People decide marks: alone where they may, together where a rejection is overturned, and never in silence."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from claims import chain, overriding, queries
from claims.errors import ClaimError, IllegalTransition, InvalidInput, NotFound, NotPermitted
from claims.lifecycle import Permission
from claims.models import Claim, Link, Override, Verdict
from claims.overriding import Wish, answer, decide, options, read_answer, read_wish, waiting
from claims.policy import VERSION
from claims.tasks import pursue
from claims.verification import check_now, settle
from sources.models import Inquiry
from sources.queries import database_now
from tests.at_once import at_once
from tests.claims.verification.test_settling import _closing, _waiting_for_locks, answered_inquiry
from tests.local_server import LocalServer
from tests.people import person
from tests.pinned import SUPPLY, agree, claim_of, pinned_providers, supply_question, until

pytestmark = pytest.mark.django_db
OVER_TRANSACTIONS = pytest.mark.django_db(transaction=True)
YES, TWO = Permission.ALLOWED, Permission.SECOND_PERSON


@pytest.fixture
def server(settings: Any) -> Any:
    with pinned_providers(settings) as running:
        yield running


@pytest.fixture
def ana() -> User:
    return person("ana")


@pytest.fixture
def ben() -> User:
    return person("ben")


def claim(status: str = "pending", outcome: str = "", *flags: str) -> Claim:
    row = claim_of(supply_question(moment=datetime(2026, 1, 14, 5, tzinfo=UTC)))
    Claim.objects.filter(pk=row.pk).update(status=status, outcome=outcome, flags=list(flags))
    return Claim.objects.get(pk=row.pk)


def found(row: Claim, outcome: str, status: str) -> Verdict:
    """A verdict of the machine on the claim, whatever the claim shows."""
    now = database_now()
    inquiry = Inquiry.objects.create(
        key=row.question_key,
        metric=row.metric,
        subject=row.subject,
        window_start=row.window_start,
        window_end=row.window_end,
        opened_at=now,
        deadline_at=now,
        settled_at=now,
    )
    return Verdict.objects.create(
        claim=row, inquiry=inquiry, created_at=now, outcome=outcome, status=status, shown_status=row.status,
        asked=2, answered=2, supporting_voices=0, contradicting_voices=0, quorum=2, reason="x",
        policy_version=VERSION, hash=f"{Verdict.objects.count():064}",
    )  # fmt: skip


def wish(mark: str, **more: Any) -> Wish:
    return read_wish({"status": mark, "reason": "the exchange corrected its file", **more})


def reply(word: str, proposal: Override, reason: str = "I have read it") -> overriding.Answer:
    return read_answer({"answer": word, "proposal": proposal.pk, "reason": reason})


def in_force(row: Claim) -> Override | None:
    return queries.decision(queries.claim(row.pk))


def now(row: Claim) -> Claim:
    return Claim.objects.get(pk=row.pk)


# Alone


def test_an_editor_decides_a_mark_with_a_reason(ana: User) -> None:
    row = claim("single_source", "supported", "lower_bound", "rests_on:CoinGecko", "held")
    verdict = found(row, "supported", "single_source")
    deed = decide(row.pk, ana, wish("rumor"))
    after = now(row)
    assert (after.status, after.outcome, after.flags) == ("rumor", "supported", ["lower_bound", "overridden"])
    assert (deed.kind, deed.shown_status, deed.reason) == ("decided", "rumor", "the exchange corrected its file")
    assert (deed.previous_status, deed.previous_outcome) == ("single_source", "supported")
    assert deed.previous_flags == ["lower_bound", "rests_on:CoinGecko", "held"]
    assert (deed.person, deed.verdict, in_force(after)) == (ana, verdict, deed)
    assert after.updated_at == deed.created_at


def test_a_claim_that_was_never_checked_can_be_decided(ana: User) -> None:
    row = claim()
    assert decide(row.pk, ana, wish("verified")).verdict is None
    assert now(row).status == "verified"


def test_a_document_is_kept_with_what_it_says_and_its_figure(ana: User) -> None:
    document = {
        "document_url": "https://e.example/f.pdf",
        "document_says": "560,001,000",
        "document_stance": "supports",
    }
    deed = decide(claim("rumor", "insufficient").pk, ana, wish("verified", **document, document_value="560001000"))
    deed.refresh_from_db()
    assert deed.canonical()["document"] == [*document.values(), "560001000"]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"status": "verified"}, {"reason"}),
        ({"status": "verified", "reason": "  "}, {"reason"}),
        ({"status": "verified", "reason": "x\x00"}, {"reason"}),
        ({"status": "verified", "reason": "x" * 2001}, {"reason"}),
        ({"status": "pending", "reason": "x"}, {"status"}),
        ({"status": "VERIFIED", "reason": "x"}, {"status"}),
        ({"status": ["verified"], "reason": "x"}, {"status"}),
        ({"status": "rumor", "reason": "x", "second_person": "ben"}, {"second_person"}),
        ({"status": "rumor", "reason": "x", "document_url": "https://a.example"}, {"document_says", "document_stance"}),
        (
            {"status": "rumor", "reason": "x", "document_value": "NaN"},
            {"document_url", "document_says", "document_stance", "document_value"},
        ),
        (
            {
                "status": "rumor",
                "reason": "x",
                "document_url": "javascript:alert(1)",
                "document_says": "x",
                "document_stance": "inconclusive",
            },
            {"document_url", "document_stance"},
        ),
    ],
)
def test_a_wish_that_is_not_understood_names_every_wrong_field(data: Mapping[str, Any], wrong: set[str]) -> None:
    with pytest.raises(ClaimError) as refusal:
        read_wish(data)
    assert refusal.value.fields.keys() == wrong
    assert refusal.value.http_status == 400


@pytest.mark.parametrize("proposal", [True, -1, "1e3", "²", "9" * 30, None])
def test_an_answer_names_the_proposal_it_answers(proposal: Any) -> None:
    with pytest.raises((InvalidInput, ClaimError)) as refusal:
        read_answer({"answer": "confirm", "proposal": proposal})
    assert "proposal" in refusal.value.fields


# Who may


@pytest.mark.parametrize("role", ["reporter", ""])
def test_who_has_not_the_right_decides_nothing(role: str) -> None:
    row = claim("single_source", "supported")
    with pytest.raises(NotPermitted, match="role editor"):
        decide(row.pk, person("rita", role), wish("rumor"))
    assert (now(row).status, Override.objects.count()) == ("single_source", 0)


def test_a_key_is_no_person() -> None:
    with pytest.raises(NotPermitted, match="no person"):
        decide(claim().pk, None, wish("rumor"))


def test_somebody_who_was_shut_out_decides_nothing(ana: User) -> None:
    ana.is_active = False
    with pytest.raises(NotPermitted):
        decide(claim().pk, ana, wish("rumor"))


def test_there_is_nothing_to_decide_about_a_claim_that_is_not_there(ana: User) -> None:
    with pytest.raises(NotFound):
        decide(uuid4(), ana, wish("rumor"))


# Two people

REJECTED = [
    ("rumor", "refuted"),
    ("rumor", "conflicting"),
    ("rumor", "supported", "overridden"),
    ("single_source", "supported", "was_refuted"),
]


@pytest.mark.parametrize("args", REJECTED)
def test_what_was_rejected_takes_two_people_to_verify(args: tuple[str, ...], ana: User, ben: User) -> None:
    row = claim(*args)
    proposal = decide(row.pk, ana, wish("verified"))
    assert (proposal.kind, now(row).status, now(row).flags) == ("proposed", args[0], list(args[2:]))
    assert waiting(now(row)) == proposal
    confirmed = answer(row.pk, ben, reply("confirm", proposal))
    assert (now(row).status, now(row).flags) == ("verified", ["overridden"])
    assert (confirmed.kind, confirmed.proposal, confirmed.person) == ("confirmed", proposal, ben)
    assert waiting(now(row)) is None
    assert in_force(now(row)) == confirmed


@pytest.mark.parametrize("args", REJECTED)
def test_the_same_person_twice_is_one_person(args: tuple[str, ...], ana: User) -> None:
    row = claim(*args)
    proposal = decide(row.pk, ana, wish("verified"))
    with pytest.raises(IllegalTransition, match="another person"):
        answer(row.pk, ana, reply("confirm", proposal))
    with pytest.raises(IllegalTransition, match="another person"):
        decide(row.pk, ana, wish("verified"))
    assert (now(row).status, Override.objects.count()) == (args[0], 1)


def test_wishing_what_another_person_proposed_confirms_it_with_its_document(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    document = {"document_url": "https://e.example/f", "document_says": "so", "document_stance": "supports"}
    decide(row.pk, ana, wish("verified", **document))
    confirmed = decide(row.pk, ben, wish("verified"))
    assert (confirmed.kind, confirmed.document_url) == ("confirmed", "https://e.example/f")
    assert now(row).status == "verified"


@pytest.mark.parametrize("role", ["reporter", ""])
def test_a_second_person_without_the_right_confirms_nothing(role: str, ana: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    with pytest.raises(NotPermitted):
        answer(row.pk, person("rita", role), reply("confirm", proposal))
    with pytest.raises(NotPermitted):
        answer(row.pk, None, reply("confirm", proposal))
    assert now(row).status == "rumor"


def test_a_proposal_is_withdrawn_by_its_author_and_refused_by_others(ana: User, ben: User) -> None:
    for who, word, kind in ((ana, "withdraw", "withdrawn"), (ben, "refuse", "refused")):
        row = claim("rumor", "refuted")
        proposal = decide(row.pk, ana, wish("verified"))
        assert answer(row.pk, who, reply(word, proposal)).kind == kind
        assert waiting(now(row)) is None
        assert now(row).status == "rumor"
        with pytest.raises(IllegalTransition, match="no longer stands"):
            answer(row.pk, ben, reply("confirm", proposal))


def test_nobody_withdraws_for_another_or_refuses_their_own(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    with pytest.raises(IllegalTransition, match="Only the person"):
        answer(row.pk, ben, reply("withdraw", proposal))
    with pytest.raises(IllegalTransition, match="withdraw it instead"):
        answer(row.pk, ana, reply("refuse", proposal))


def test_a_refusal_says_why(ana: User) -> None:
    with pytest.raises(ClaimError) as refusal:
        read_answer({"answer": "refuse", "proposal": 1})
    assert refusal.value.fields.keys() == {"reason"}


# A proposal that lapses


def test_a_proposal_lapses_when_the_mark_changes(ana: User, ben: User) -> None:
    row = claim("rumor", "conflicting")
    proposal = decide(row.pk, ana, wish("verified"))
    Claim.objects.filter(pk=row.pk).update(outcome="refuted")
    assert waiting(now(row)) is None
    with pytest.raises(IllegalTransition, match="no longer stands"):
        answer(row.pk, ben, reply("confirm", proposal))
    # and the next person proposes afresh instead of confirming unawares
    assert decide(row.pk, ben, wish("verified")).kind == "proposed"


def test_a_proposal_stands_when_a_later_verdict_changes_nothing_that_is_shown(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    found(row, "supported", "verified")
    assert answer(row.pk, ben, reply("confirm", proposal)).kind == "confirmed"


def test_a_proposal_lapses_when_somebody_decides_something_else(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    assert decide(row.pk, ben, wish("rumor")).kind == "decided"
    with pytest.raises(IllegalTransition, match="no longer stands"):
        answer(row.pk, ben, reply("confirm", proposal))


def test_a_proposal_lapses_when_its_author_loses_the_right(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    ana.groups.clear()
    with pytest.raises(IllegalTransition, match="no longer stands"):
        answer(row.pk, ben, reply("confirm", proposal))


def test_one_proposal_waits_at_a_time(ana: User, ben: User) -> None:
    row = claim("rumor", "supported", "overridden", "held")
    found(row, "supported", "verified")
    decide(row.pk, ana, wish("verified"))
    with pytest.raises(IllegalTransition, match="Another proposal"):
        decide(row.pk, ben, wish("machine"))


# Following the machine again


def test_a_released_claim_shows_what_its_last_deciding_verdict_found(ana: User) -> None:
    row = claim("rumor", "supported", "overridden", "held", "lower_bound")
    found(row, "supported", "single_source")
    found(row, "incomplete", "pending")
    deed = decide(row.pk, ana, wish("machine"))
    after = now(row)
    assert (after.status, after.outcome, after.flags) == ("single_source", "supported", ["lower_bound"])
    assert (deed.shown_status, in_force(after)) == ("single_source", None)
    assert after.next_check_at == deed.created_at


def test_following_the_machine_from_a_rejection_to_verified_takes_two(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted", "held")
    found(row, "supported", "verified")
    proposal = decide(row.pk, ana, wish("machine"))
    assert (proposal.kind, now(row).status) == ("proposed", "rumor")
    answer(row.pk, ben, reply("confirm", proposal))
    assert (now(row).status, now(row).outcome, now(row).flags) == ("verified", "supported", [])


def test_there_must_be_something_to_follow(ana: User) -> None:
    row = claim("rumor", "", "overridden")
    with pytest.raises(IllegalTransition, match="nothing to follow"):
        decide(row.pk, ana, wish("machine"))


def test_who_follows_the_machine_already_cannot_be_released(ana: User) -> None:
    row = claim("verified", "supported")
    found(row, "supported", "verified")
    with pytest.raises(IllegalTransition, match="follows the machine already"):
        decide(row.pk, ana, wish("machine"))


def test_a_detour_of_one_person_does_not_make_the_machine_forget_a_refutation(ana: User) -> None:
    row = claim("rumor", "refuted")
    decide(row.pk, ana, wish("single_source"))
    found(row, "supported", "single_source")
    decide(row.pk, ana, wish("machine"))
    assert (now(row).status, now(row).flags) == ("single_source", ["was_refuted"])


def test_two_people_make_it_forget(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    answer(row.pk, ben, reply("confirm", decide(row.pk, ana, wish("verified"))))
    found(row, "supported", "verified")
    decide(row.pk, ana, wish("machine"))
    assert (now(row).status, now(row).flags) == ("verified", [])


@pytest.mark.parametrize(
    ("args", "verdict", "expected"),
    [
        (("pending", ""), None, {"verified": YES, "single_source": YES, "rumor": YES}),
        (("rumor", "refuted"), None, {"verified": TWO, "single_source": YES, "rumor": YES}),
        (
            ("rumor", "refuted", "held"),
            ("supported", "verified"),
            {"verified": TWO, "single_source": YES, "rumor": YES, "machine": TWO},
        ),
        (
            ("verified", "supported", "overridden"),
            ("supported", "single_source"),
            {"verified": YES, "single_source": YES, "rumor": YES, "machine": YES},
        ),
    ],
)
def test_what_may_be_done_is_what_the_table_allows(
    args: tuple[str, ...], verdict: tuple[str, str] | None, expected: dict[str, Permission]
) -> None:
    row = claim(*args)
    if verdict:
        found(row, *verdict)
    assert dict(options(row)) == expected


# Races


@OVER_TRANSACTIONS
def test_two_confirmations_at_once_are_one(ana: User) -> None:
    row = claim("rumor", "refuted")
    proposal = decide(row.pk, ana, wish("verified"))
    people = [person(f"p{number}") for number in range(8)]

    def confirm(number: int) -> str:
        try:
            return answer(row.pk, people[number], reply("confirm", proposal)).kind
        except IllegalTransition:
            return "late"

    assert sorted(at_once(confirm)) == ["confirmed"] + ["late"] * 7
    assert list(now(row).overrides.values_list("kind", flat=True)) == ["confirmed", "proposed"]


@OVER_TRANSACTIONS
def test_of_two_proposals_at_once_one_stands_and_the_other_confirms_it(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    kinds = at_once(lambda number: decide(row.pk, (ana, ben)[number], wish("verified")).kind, 2)
    assert sorted(kinds) == ["confirmed", "proposed"]
    assert now(row).status == "verified"


@OVER_TRANSACTIONS
def test_a_confirmation_waits_for_a_verdict_that_is_being_settled_and_then_does_not_fit(
    server: LocalServer, ana: User, ben: User
) -> None:
    inquiry = answered_inquiry()
    row = Claim.objects.get()
    Claim.objects.filter(pk=row.pk).update(status="rumor", outcome="conflicting")
    proposal = decide(row.pk, ana, wish("verified"))
    failures: list[BaseException] = []

    def confirm() -> None:
        try:
            answer(row.pk, ben, reply("confirm", proposal))
        except IllegalTransition as error:
            failures.append(error)

    second = threading.Thread(target=_closing(confirm))
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=row.pk)
        second.start()
        until(_waiting_for_locks)
        Claim.objects.filter(pk=row.pk).update(outcome="refuted")  # as settling does, under the same lock
    second.join(20)
    assert "no longer stands" in str(failures[0])
    assert now(row).status == "rumor"
    assert inquiry.settled_at is None


@OVER_TRANSACTIONS
@pytest.mark.parametrize("attempt", range(3))
def test_a_verdict_and_a_decision_at_the_same_moment_leave_the_decision(
    server: LocalServer, ana: User, attempt: int
) -> None:
    inquiry = answered_inquiry()
    row = Claim.objects.get()

    def work(number: int) -> None:
        if number:
            settle(inquiry.pk)
        else:
            decide(row.pk, ana, wish("rumor"))

    at_once(work, 2)
    after = now(row)
    assert (after.status, "overridden" in after.flags) == ("rumor", True)
    assert row.verdicts.count() == 1


# After it


def checked(row: Claim) -> Claim:
    pursue(check_now(row, by_person=True).pk)
    return now(row)


def test_the_machine_holds_what_it_would_have_verified_against_a_decision(server: LocalServer, ana: User) -> None:
    agree(server)
    row = claim_of(supply_question())
    decide(row.pk, ana, wish("rumor"))
    after = checked(row)
    assert (after.status, after.verdicts.first().status) == ("rumor", "verified")
    assert after.flags == ["overridden", "held"]
    proposal = decide(row.pk, ana, wish("machine"))
    assert (proposal.kind, now(row).status) == ("proposed", "rumor")


def test_the_machine_takes_over_again_after_a_release(server: LocalServer, ana: User) -> None:
    agree(server, SUPPLY * 2)
    row = claim_of(supply_question())
    decide(row.pk, ana, wish("verified"))
    assert checked(row).flags == ["overridden", "held"]
    decide(row.pk, ana, wish("machine"))
    assert (now(row).status, now(row).outcome, now(row).flags) == ("rumor", "refuted", [])
    assert checked(row).status == "rumor"


# Append-only


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_people_did_is_neither_changed_nor_deleted(ana: User, deed: str) -> None:
    decide(claim().pk, ana, wish("rumor"))
    rows = Override.objects.all()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows.update(reason="x") if deed == "update" else rows._raw_delete("default")


def test_a_person_who_decided_something_cannot_be_deleted(ana: User) -> None:
    decide(claim().pk, ana, wish("rumor"))
    with pytest.raises(ProtectedError):
        ana.delete()


def test_every_deed_is_a_link_of_the_chain(ana: User, ben: User) -> None:
    row = claim("rumor", "refuted")
    document = {"document_url": "https://e.example/f", "document_says": "so", "document_stance": "supports"}
    proposal = decide(row.pk, ana, wish("verified", **document, document_value="560000000.50"))
    answer(row.pk, ben, reply("confirm", proposal))
    links = Link.objects.order_by("position")
    assert [(link.kind, link.row) for link in links] == [
        ("override", deed.pk) for deed in Override.objects.order_by("pk")
    ]
    assert [link.digest for link in links] == [chain.digest_of(deed) for deed in Override.objects.order_by("pk")]
