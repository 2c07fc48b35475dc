"""Whatever is done to the tables behind the desk's back, the audit names the row.

The tampering is done as whoever owns the tables can do it: with the triggers and foreign keys off.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims import chain, overriding
from claims.auditing import Finding, audit
from claims.models import ChainHead, Claim, Evidence, Grounds, Link, Override, Verdict
from claims.overriding import read_wish
from claims.tasks import pursue
from claims.verification import check_now
from claims.verification.reruling import Archive
from sources.models import Body, Inquiry, Lookup, Observation, Snapshot
from tests.local_server import LocalServer
from tests.pinned import SUPPLY, agree, pinned_providers, supply_question, waiting_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[LocalServer]:
    with pinned_providers(settings) as running:
        yield running


@pytest.fixture
def desk(server: LocalServer) -> list[Verdict]:
    """Six verdicts on four claims of two questions; the head was published after the fourth."""
    questions = [supply_question("SOL"), supply_question("ETH")]
    said = [(question, value) for question in questions for value in (SUPPLY, SUPPLY * 2)]
    claims = [waiting_claim(*one, id=UUID(int=number)) for number, one in enumerate(said)]  # ruled in order of id
    for pk in Inquiry.objects.order_by("pk").values_list("pk", flat=True):
        pursue(pk)
    chain.publish_head()
    agree(server, SUPPLY * 2)
    pursue(check_now(claims[0], by_person=False).pk)
    pursue(check_now(claims[0], by_person=False).pk)
    assert [link.position for link in Link.objects.all()] == [1, 2, 3, 4, 5, 6]
    return list(Verdict.objects.order_by("id"))


@pytest.fixture(autouse=True)
def unwatched(request: pytest.FixtureRequest) -> None:
    """Triggers and foreign keys are off, as for whoever owns the tables; the test's transaction takes that back."""
    if "desk" not in request.fixturenames:
        return
    request.getfixturevalue("desk")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text ~ '^(claims|sources)_'"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("claims_", "sources_")):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def tamper(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0, "nothing was tampered with"


def first(**options: Any) -> Finding:
    return next(audit(**options))


def test_an_untouched_desk_fits_together(desk: list[Verdict]) -> None:
    assert list(audit()) == []
    assert list(audit({6: desk[-1].hash, 2: desk[1].hash})) == []


def test_an_empty_desk_fits_together() -> None:
    assert list(audit()) == []


# --- Verdicts and evidence --------------------------------------------------------------------------------------

EDITS = {
    "status": "'verified'",
    "shown_status": "'single_source'",
    "outcome": "'supported'",
    "flags": "'{stale}'",
    "supporting_voices": "9",
    "consensus_low": "1",
    "spread": "7",
    "reason": "'because'",
    "wording": "'(true)'",
    "abstained": """'{"no_data": 9}'""",
    "policy_version": "'another'",
    "created_at": "created_at + interval '1 microsecond'",
}


@pytest.mark.parametrize("column", EDITS)
def test_an_edited_verdict_is_named_with_the_column(desk: list[Verdict], column: str) -> None:
    tamper(f"UPDATE claims_verdict SET {column} = {EDITS[column]} WHERE id = %s", desk[1].pk)
    found = first()
    assert (found.table, found.id) == ("claims_verdict", str(desk[1].pk))
    assert f"{column} was edited: it was" in found.wrong or column == "created_at"


def test_edited_inputs_are_noticed(desk: list[Verdict]) -> None:
    tamper(
        "UPDATE claims_verdict SET inputs = jsonb_set(inputs, '{asked_by_person}', 'true') WHERE id = %s", desk[2].pk
    )
    assert (first().table, first().id) == ("claims_verdict", str(desk[2].pk))


def test_the_first_of_several_bad_rows_is_named_first(desk: list[Verdict]) -> None:
    tamper("UPDATE claims_verdict SET reason = 'x' WHERE id = ANY(%s)", [desk[4].pk, desk[2].pk])
    assert [one.id for one in audit()] == [str(desk[2].pk), str(desk[4].pk)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("stance", "'contradicts'"), ("voice", "'x'"), ("counts", "NOT counts"), ("reason", "'x'"), ("source", "'x'")],
)
def test_edited_evidence_is_named(desk: list[Verdict], column: str, value: str) -> None:
    row = (
        Evidence.objects.filter(verdict=desk[1], stance="contradicts").first()
        or Evidence.objects.filter(verdict=desk[1])[0]
    )
    value = "'supports'" if column == "stance" else value
    tamper(f"UPDATE claims_evidence SET {column} = {value} WHERE id = %s", row.pk)
    assert (first().table, first().id) == ("claims_evidence", str(row.pk))
    assert f"{column} was edited" in first().wrong


def test_deleted_evidence_is_missed(desk: list[Verdict]) -> None:
    row = Evidence.objects.filter(verdict=desk[1])[0]
    tamper("DELETE FROM claims_evidence WHERE id = %s", row.pk)
    assert first().table == "claims_evidence"
    assert f"verdict {desk[1].pk} has 2 rows of evidence where 3 were linked" in first().wrong


def test_evidence_that_was_put_in_is_named(desk: list[Verdict]) -> None:
    spare = Lookup.objects.create(
        inquiry=Inquiry.objects.create(
            key="x", metric="supply", subject="SOL", window_start=desk[0].created_at, window_end=desk[0].created_at,
            opened_at=desk[0].created_at, deadline_at=desk[0].created_at,
        ),
        provider="spare",
    )  # fmt: skip
    row = Evidence.objects.create(verdict=desk[1], lookup=spare, source="spare", stance="supports", counts=True)
    assert (first().table, first().id) == ("claims_evidence", str(row.pk))


def test_evidence_moved_to_another_verdict_is_noticed(desk: list[Verdict]) -> None:
    row = Evidence.objects.filter(verdict=desk[1])[0]
    tamper("UPDATE claims_evidence SET verdict_id = %s WHERE id = %s", desk[3].pk, row.pk)
    assert f"verdict {desk[1].pk} has 2 rows" in first().wrong


def test_a_deleted_verdict_is_missed(desk: list[Verdict]) -> None:
    tamper("DELETE FROM claims_evidence WHERE verdict_id = %s", desk[1].pk)
    tamper("DELETE FROM claims_verdict WHERE id = %s", desk[1].pk)
    found = first()
    assert (found.table, found.id) == ("claims_verdict", str(desk[1].pk))
    assert "it is missing: link 2 of the chain names it" in found.wrong


def test_two_verdicts_that_were_swapped_are_named(desk: list[Verdict]) -> None:
    one, other = desk[1].pk, desk[3].pk
    with connection.cursor() as cursor:
        for was, now in ((one, -1), (other, one), (-1, other)):
            cursor.execute("UPDATE claims_verdict SET id = %s WHERE id = %s", [now, was])
    found = first()
    assert (found.table, found.id) == ("claims_verdict", str(one))
    assert "were swapped" in found.wrong


def test_a_verdict_that_was_put_in_is_named(desk: list[Verdict]) -> None:
    copy = Verdict.objects.get(pk=desk[1].pk)
    copy.pk, copy.hash, copy.claim_id = None, "0" * 64, Claim.objects.exclude(pk=copy.claim_id).first().pk  # type: ignore[union-attr]
    copy.inquiry = Inquiry.objects.exclude(verdicts__claim=copy.claim_id).first()
    copy._state.adding = True
    copy.save(force_insert=True)
    assert Finding("claims_verdict", str(copy.pk), "it is not in the chain: it was put in past the desk") in list(
        audit()
    )


# --- The chain itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["digest", "previous_hash", "hash"])
def test_an_edited_link_is_named(desk: list[Verdict], column: str) -> None:
    tamper(f"UPDATE claims_link SET {column} = repeat('0', 64) WHERE position = 3")
    assert (first().table, first().id) == ("claims_link", "3")


def test_a_deleted_link_is_missed(desk: list[Verdict]) -> None:
    tamper("DELETE FROM claims_link WHERE position = 3")
    assert (first().table, first().id) == ("claims_link", "3")
    assert "link 3 is missing" in first().wrong


def test_two_links_that_were_swapped_are_named(desk: list[Verdict]) -> None:
    with connection.cursor() as cursor:
        for was, now in ((2, 99), (4, 2), (99, 4)):
            cursor.execute("UPDATE claims_link SET position = %s WHERE position = %s", [now, was])
    assert (first().table, first().id) == ("claims_link", "2")
    assert "swapped" in first().wrong


def relink(position: int) -> None:
    """A forger who knows how the chain is made writes it anew from here on."""
    before = Link.objects.filter(position__lt=position).last()
    for link in Link.objects.filter(position__gte=position):
        row = Verdict.objects.get(pk=link.row)
        link.previous_hash, link.digest = before.hash if before else "", chain.digest_of(row)
        link.hash = chain.hash_of(link)
        tamper(
            "UPDATE claims_link SET previous_hash = %s, digest = %s, hash = %s WHERE position = %s",
            *(link.previous_hash, link.digest, link.hash, link.position),
        )
        tamper(
            "UPDATE claims_verdict SET previous_hash = %s, hash = %s WHERE id = %s",
            *(link.previous_hash, link.hash, link.row),
        )
        before = link


def test_a_chain_that_was_written_anew_does_not_fit_the_published_head(desk: list[Verdict]) -> None:
    tamper("UPDATE claims_verdict SET reason = 'x' WHERE id = %s", desk[1].pk)
    relink(2)
    assert (first().table, first().id) == ("claims_link", "4")
    assert "is not the one published at" in first().wrong


def test_a_chain_written_anew_with_its_heads_does_not_fit_the_head_kept_outside(desk: list[Verdict]) -> None:
    kept = {5: desk[4].hash}
    tamper("UPDATE claims_verdict SET reason = 'x' WHERE id = %s", desk[1].pk)
    relink(2)
    tamper("UPDATE claims_chainhead SET hash = (SELECT hash FROM claims_link WHERE position = 4)")
    assert list(audit()) == []
    assert (first(outside=kept).table, first(outside=kept).id) == ("claims_link", "5")


def test_a_verdict_slipped_into_a_chain_written_anew_is_out_of_order(desk: list[Verdict]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_link SET row = -row")
        cursor.execute("UPDATE claims_link SET row = %s WHERE position = 2", [desk[2].pk])
        cursor.execute("UPDATE claims_link SET row = %s WHERE position = 3", [desk[1].pk])
        cursor.execute("UPDATE claims_link SET row = -row WHERE row < 0")
    relink(2)
    assert (first().table, first().id) == ("claims_verdict", str(desk[1].pk))


def cut(position: int) -> None:
    """The tail is cut off with everything that belongs to it."""
    rows = list(Link.objects.filter(position__gte=position).values_list("row", flat=True))
    for sql in (
        "DELETE FROM claims_evidence WHERE verdict_id = ANY(%s)",
        "DELETE FROM claims_verification v USING claims_verdict d"
        " WHERE d.id = ANY(%s) AND v.claim_id = d.claim_id AND v.inquiry_id = d.inquiry_id",
        "DELETE FROM claims_verdict WHERE id = ANY(%s)",
    ):
        tamper(sql, rows)
    tamper("DELETE FROM claims_link WHERE position >= %s", position)
    for claim in Claim.objects.all():
        newest = claim.verdicts.order_by("-id").first()
        status, outcome = (newest.shown_status, newest.shown_outcome) if newest else ("pending", "")
        Claim.objects.filter(pk=claim.pk).update(status=status, outcome=outcome, flags=newest.flags if newest else [])


def test_a_tail_that_was_cut_off_does_not_reach_the_published_head(desk: list[Verdict]) -> None:
    cut(4)
    assert (first().table, first().id) == ("claims_link", "4")
    assert "the chain ends at 3, the head published at" in first().wrong


def test_a_tail_cut_off_with_its_heads_does_not_reach_the_head_kept_outside(desk: list[Verdict]) -> None:
    kept = {4: desk[3].hash}
    cut(4)
    tamper("DELETE FROM claims_chainhead")
    assert list(audit()) == []
    assert "the chain ends at 3, the head kept outside says 4" in first(outside=kept).wrong


def test_a_tail_cut_off_carelessly_leaves_claims_that_show_it(desk: list[Verdict]) -> None:
    tamper("DELETE FROM claims_evidence WHERE verdict_id = %s", desk[5].pk)
    tamper("DELETE FROM claims_verdict WHERE id = %s", desk[5].pk)
    tamper("DELETE FROM claims_link WHERE position = 6")
    tables = {one.table for one in audit()}
    assert {"claims_verification", "claims_claim"} <= tables


@pytest.mark.parametrize(
    "sql", ["UPDATE claims_chainhead SET hash = repeat('0', 64)", "UPDATE claims_chainhead SET position = 99"]
)
def test_an_edited_head_fits_no_more(desk: list[Verdict], sql: str) -> None:
    tamper(sql)
    assert first().table == "claims_link"


# --- What verdicts rest on --------------------------------------------------------------------------------------


def test_edited_grounds_are_named(desk: list[Verdict]) -> None:
    sha256 = desk[0].inputs["grounds"]["facts"]
    tamper("UPDATE claims_grounds SET text = replace(text, 'CoinPaprika', 'Coin') WHERE sha256 = %s", sha256)
    assert Finding("claims_grounds", sha256, "its text does not give its hash: it was edited") in list(audit())


@pytest.mark.parametrize("name", ["said", "facts", "gaps", "policy"])
def test_missing_grounds_are_named(desk: list[Verdict], name: str) -> None:
    sha256 = desk[0].inputs["grounds"][name]
    tamper("DELETE FROM claims_grounds WHERE sha256 = %s", sha256)
    assert (first().table, first().id) == ("claims_grounds", sha256)
    assert f"verdict {desk[0].pk} was ruled on it ({name})" in first().wrong


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Observation, "value = value + 1"),
        (Observation, "low = NULL"),
        (Observation, "observed_at = observed_at - interval '1 s'"),
        (Observation, """detail = '{"x": 1}'"""),
        (Observation, "parser_version = '0'"),
        (Snapshot, "url = 'https://elsewhere.example/'"),
        (Snapshot, "status = 201"),
        (Snapshot, "received_at = received_at + interval '1 s'"),
        (Lookup, "note = 'x'"),
        (Lookup, "provider = 'x'"),
    ],
)
def test_what_was_ruled_on_is_named_when_it_is_edited(desk: list[Verdict], model: Any, change: str) -> None:
    row = model.objects.exclude(**({"observation": None} if model is Lookup else {})).order_by("pk")[0]
    tamper(f"UPDATE {model._meta.db_table} SET {change} WHERE id = %s", row.pk)
    assert (first().table, first().id) == (model._meta.db_table, str(row.pk))
    assert "edited" in first().wrong


@pytest.mark.parametrize("model", [Observation, Snapshot, Lookup], ids=lambda model: model.__name__)
def test_what_was_ruled_on_is_missed_when_it_is_deleted(desk: list[Verdict], model: Any) -> None:
    row = model.objects.order_by("pk")[0]
    tamper(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk)
    assert (first().table, first().id) == (model._meta.db_table, str(row.pk))


def test_an_edited_body_is_named(desk: list[Verdict]) -> None:
    body = Body.objects.first()
    assert body is not None
    other = b"another answer"
    for compressed in (b"no zlib", zlib.compress(other)):
        tamper("UPDATE sources_body SET compressed = %s, size = %s WHERE sha256 = %s", compressed, 14, body.pk)
        assert [(one.table, one.id) for one in audit()] == [("sources_body", body.pk)]
    moved = hashlib.sha256(other).hexdigest()
    tamper("UPDATE sources_body SET sha256 = %s WHERE sha256 = %s", moved, body.pk)
    assert {one.table for one in audit()} == {"sources_snapshot"}


def test_a_missing_body_is_missed_by_its_snapshot(desk: list[Verdict]) -> None:
    snapshot = Snapshot.objects.order_by("pk")[0]
    tamper("DELETE FROM sources_body WHERE sha256 = %s", snapshot.body_id)
    assert (first().table, first().id) == ("sources_snapshot", str(snapshot.pk))


# --- What claims show -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"status": "verified"}, {"outcome": "doubted"}, {"flags": ["held"]}, {"status": "pending", "outcome": ""}],
)
def test_a_claim_that_shows_what_nobody_decided_is_named(desk: list[Verdict], change: dict[str, Any]) -> None:
    claim = Claim.objects.get(pk=desk[1].claim_id)
    assert claim.status == "rumor"
    Claim.objects.filter(pk=claim.pk).update(**change)
    assert {(one.table, one.id) for one in audit()} == {("claims_claim", str(claim.pk))}


@pytest.mark.parametrize("change", [{"value": SUPPLY}, {"comparator": "over"}, {"subject": "BTC"}])
def test_a_claim_that_asserts_something_else_than_was_checked_is_named(
    desk: list[Verdict], change: dict[str, Any]
) -> None:
    Claim.objects.filter(pk=desk[1].claim_id).update(**change)
    assert f"what it asserts was edited after verdict {desk[1].pk}" in first().wrong


def test_a_claim_whose_words_are_others_than_the_mark_was_given_to_is_named(desk: list[Verdict]) -> None:
    tamper("UPDATE claims_claim SET text = 'Bitcoin costs a dollar' WHERE id = %s", desk[0].claim_id)
    assert first() == Finding(
        "claims_claim", str(desk[0].claim_id), f"its words were edited after verdict {desk[5].pk} was ruled on it"
    )


@pytest.mark.parametrize(
    "change", ["subject = 'XRP'", "window_end = window_end + interval '1 s'", "key = repeat('0', 64)"]
)
def test_an_inquiry_that_asked_something_else_is_named(desk: list[Verdict], change: str) -> None:
    tamper(f"UPDATE sources_inquiry SET {change} WHERE id = %s", desk[0].inquiry_id)
    assert (first().table, first().id) == ("sources_inquiry", str(desk[0].inquiry_id))


def test_a_verdict_from_before_words_were_kept_gives_the_same_inputs_again(desk: list[Verdict]) -> None:
    inputs, _ = Archive().again(desk[0])
    assert inputs.inputs == desk[0].inputs
    del desk[0].inputs["text"]
    again, _ = Archive().again(desk[0])
    assert again.inputs == desk[0].inputs


def test_a_claim_that_was_never_checked_shows_nothing(desk: list[Verdict]) -> None:
    claim = waiting_claim(supply_question("XRP"))
    assert list(audit()) == []
    Claim.objects.filter(pk=claim.pk).update(status="verified", outcome="supported")
    assert first().wrong == "it shows verified, and nothing was ever decided about it"


# --- The command ------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("audit", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_tells_the_head_when_all_is_well(desk: list[Verdict]) -> None:
    assert run() == (0, f"Everything fits together, over 6 decisions. Head: 6:{desk[5].hash}\n")
    assert run("--head", f"5:{desk[4].hash}")[0] == 0


def test_the_command_names_the_first_bad_row_and_fails(desk: list[Verdict]) -> None:
    tamper("UPDATE claims_verdict SET reason = 'x' WHERE id = ANY(%s)", [desk[1].pk, desk[2].pk])
    status, said = run()
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith(f"claims_verdict {desk[1].pk}: reason was edited: it was 'CoinGecko and")
    assert run("--all")[1].count("\n") == 2


def test_the_command_speaks_json(desk: list[Verdict]) -> None:
    told = {"fits": True, "decisions": 6, "head": f"6:{desk[5].hash}", "findings": []}
    assert json.loads(run("--json")[1]) == told
    tamper("DELETE FROM claims_link WHERE position = 6")
    status, said = run("--json")
    assert (status, json.loads(said)["fits"], json.loads(said)["findings"][0]["table"]) == (1, False, "claims_verdict")


@pytest.mark.parametrize("head", ["", "5", "5:xyz", "0:" + "a" * 64, "5:" + "a" * 63, "5:" + "A" * 64])
def test_a_head_that_is_none_is_refused(head: str) -> None:
    with pytest.raises(CommandError, match="is not POSITION:HASH") as refusal:
        call_command("audit", "--head", head)
    assert refusal.value.returncode == 2


def test_two_heads_of_one_position_are_refused() -> None:
    with pytest.raises(CommandError, match="twice"):
        call_command("audit", "--head", "5:" + "a" * 64, "--head", "5:" + "b" * 64)


def test_heads_are_published_by_the_clock(desk: list[Verdict]) -> None:
    from claims.tasks import publish_head

    assert publish_head() == f"6:{desk[5].hash}"
    assert ChainHead.objects.count() == 2


def test_the_audit_looks_again_at_nothing_it_has_seen(desk: list[Verdict], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(80):
        assert list(audit()) == []
    assert Grounds.objects.count() > 4


# --- Editors' decisions -----------------------------------------------------------------------------------------


@pytest.fixture
def overridden(desk: list[Verdict], django_user_model: Any) -> Override:
    """An editor calls a refuted claim single-source."""
    editor = django_user_model.objects.create_superuser("ana")
    with connection.cursor() as cursor:  # what follows is the desk's own work
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return overriding.decide(
        desk[1].claim_id, editor, read_wish({"status": "single_source", "reason": "seen on paper"})
    )


def test_an_editors_decision_is_in_the_chain(overridden: Override) -> None:
    claim = Claim.objects.get(pk=overridden.claim_id)
    assert (claim.status, "overridden" in claim.flags) == ("single_source", True)
    assert Link.objects.get(position=7).kind == "override"
    assert list(audit()) == []


@pytest.mark.parametrize(
    "change", ["reason = 'x'", "person_id = person_id + 1", "shown_flags = '{}'", "shown_outcome = 'supported'"]
)
def test_an_edited_decision_of_an_editor_is_named(overridden: Override, change: str) -> None:
    tamper(f"UPDATE claims_override SET {change} WHERE id = %s", overridden.pk)
    assert (first().table, first().id) == ("claims_override", str(overridden.pk))


def test_a_deleted_decision_of_an_editor_is_missed(overridden: Override) -> None:
    tamper("DELETE FROM claims_override WHERE id = %s", overridden.pk)
    assert first().wrong == "it is missing: link 7 of the chain names it"


@pytest.mark.parametrize("change", [{"status": "rumor"}, {"flags": []}, {"outcome": "supported"}])
def test_a_claim_that_forgot_what_an_editor_decided_is_named(overridden: Override, change: dict[str, Any]) -> None:
    Claim.objects.filter(pk=overridden.claim_id).update(**change)
    assert f"the newest decision, override {overridden.pk}, says" in first().wrong


def test_a_verdict_after_an_editors_decision_counts_again(overridden: Override) -> None:
    pursue(check_now(Claim.objects.get(pk=overridden.claim_id), by_person=False).pk)
    assert list(audit()) == []
