"""Every verdict decided again is the same under its own numbers; under others, what changes is told with its reason."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.models import Claim, Verdict
from claims.policy import POLICY
from claims.replaying import PolicyError, read_policy, replay
from claims.replaying.policies import policy_of
from claims.tasks import pursue
from claims.verification import check_now
from sources.models import Inquiry
from tests.local_server import LocalServer
from tests.pinned import SUPPLY, agree, pinned_providers, supply_question, waiting_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings: Any) -> Any:
    """One claim that was verified and, once its providers had changed their minds, refuted; and one that is right."""
    with pinned_providers(settings) as server:
        claims = [
            waiting_claim(supply_question(), id=UUID(int=1)),
            waiting_claim(supply_question("ETH"), id=UUID(int=2)),
        ]
        for pk in Inquiry.objects.values_list("pk", flat=True):
            pursue(pk)
        agree(server, SUPPLY * 2)
        for _ in range(2):
            pursue(check_now(claims[0], by_person=False).pk)
        shown = Verdict.objects.filter(claim=claims[0]).order_by("id").values_list("shown_status", flat=True)
        assert list(shown) == ["verified", "verified", "rumor"]
        yield server


def test_all_verdicts_come_out_byte_for_byte(desk: LocalServer) -> None:
    assert list(replay()) == []


def test_numbers_that_decide_nothing_here_change_nothing(desk: LocalServer) -> None:
    assert list(replay(policy_of({"metrics": {"price": {"quorum": 5}}}))) == []


def test_a_higher_quorum_takes_marks_away_and_the_history_follows(desk: LocalServer) -> None:
    changes = replay(policy_of({"metrics": {"supply": {"quorum": 3}}}))
    first, second, third, other = sorted(changes, key=lambda one: (one.claim, one.verdict))
    assert [one.cause for one in (first, second, third, other)] == ["policy", "history", "history", "policy"]
    assert first.fields["status"] == ("verified", "single_source")
    assert first.why == ("voices needed: 2 → 3",)
    assert second.fields["shown_status"] == ("verified", "single_source")
    assert second.why[0] == "it would have shown single_source before"
    assert other.claim == str(UUID(int=2))


def test_a_wider_tolerance_changes_stances(desk: LocalServer) -> None:
    changes = list(replay(policy_of({"metrics": {"supply": {"tolerance": 1}}}), claim=UUID(int=1)))
    refuted = changes[-1]
    assert refuted.fields["status"] == ("rumor", "verified")
    assert "coingecko: stance contradicts → supports" in refuted.why
    assert "voices that support: 0 → 2" in refuted.why
    assert {one.claim for one in changes} == {str(UUID(int=1))}


def edited(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("claims_verdict", "claims_evidence", "claims_grounds"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        assert cursor.rowcount == 1


def test_a_row_that_was_edited_is_not_taken_for_other_code(desk: LocalServer) -> None:
    verdict = Verdict.objects.order_by("id")[0]
    edited("UPDATE claims_verdict SET status = 'rumor' WHERE id = %s", verdict.pk)
    (change,) = replay()
    assert (change.verdict, change.cause, change.fields) == (verdict.pk, "row", {"status": ("rumor", "verified")})


def test_rules_that_have_changed_under_the_same_numbers_are_named_so(
    desk: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claims import verdict

    monkeypatch.setattr(verdict, "TABLE", verdict.TABLE[2:])
    changes = list(replay(claim=UUID(int=2)))
    assert [(one.cause, one.fields["status"]) for one in changes] == [("code", ("verified", "single_source"))]
    (change,) = replay(policy_of({"metrics": {"supply": {"quorum": 3}}}), claim=UUID(int=2))
    assert change.cause == "code"


def test_what_cannot_be_decided_again_says_what_is_missing(desk: LocalServer) -> None:
    verdict = Verdict.objects.order_by("id")[0]
    sha256 = verdict.inputs["grounds"]["said"]
    edited("DELETE FROM claims_grounds WHERE sha256 = %s", sha256)
    (change,) = replay()
    assert (change.verdict, change.cause) == (verdict.pk, "unreadable")
    assert change.why == (f"its grounds {sha256} (said) are missing",)


# --- Numbers from a file ----------------------------------------------------------------------------------------


def test_a_file_names_only_what_changes(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "new.toml", tmp_path / "new.json"
    toml.write_text("[rules]\nsupport_ratio = 3\nrounding_share = 0.2\n[metrics.price]\nhalf_life_seconds = 120\n")
    as_json.write_text(json.dumps({"rules": {"support_ratio": 3, "rounding_share": 0.2},
                                   "metrics": {"price": {"half_life_seconds": 120}}}))  # fmt: skip
    policy = read_policy(toml)
    assert (policy.support_ratio, str(policy.rounding_share)) == (3, "0.2")
    assert policy.metrics["price"].half_life.total_seconds() == 120
    assert policy.metrics["supply"] == POLICY.metrics["supply"]
    assert policy.version == read_policy(as_json).version != POLICY.version


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"rule": {}}, "rule is not known; there are metrics, rules"),
        ({"rules": {"support": 3}}, "rules.support is not known"),
        ({"rules": {"support_ratio": "3"}}, "rules.support_ratio must be a number"),
        ({"rules": {"support_ratio": True}}, "rules.support_ratio must be a number"),
        ({"rules": {"support_ratio": 0}}, "rules.support_ratio must be above 0"),
        ({"rules": {"date": 3}}, "rules.date is not known"),
        ({"metrics": {"prize": {}}}, "metrics.prize is not known"),
        ({"metrics": {"price": {"unit": 3}}}, "metrics.price.unit is not known"),
        ({"metrics": {"price": {"quorum": -1}}}, "metrics.price.quorum must be above 0"),
        ({"metrics": {"price": 3}}, "metrics.price must be a table"),
        ({"metrics": []}, "metrics must be a table"),
        ([], "the file must be a table"),
    ],
)
def test_a_number_that_is_none_of_the_rules_is_refused(data: Any, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        policy_of(data)


@pytest.mark.parametrize("text", ["[rules\n", "[rules]\nsupport_ratio = nan\n", "[rules]\nsupport_ratio = 3.5\n"])
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "new.toml"
    path.write_text(text)
    with pytest.raises(PolicyError):
        read_policy(path)


# --- The command ------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("replay", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_is_content_when_all_is_the_same(desk: LocalServer) -> None:
    assert run() == (0, "Every verdict comes out the same.\n")
    assert run("--json") == (0, "")


def test_the_command_lists_what_would_change(desk: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text("[metrics.supply]\nquorum = 3\n")
    status, table = run("--policy", str(path))
    assert (status, "4 verdicts would be another." in table, "voices needed: 2 → 3" in table) == (1, True, True)
    status, lines = run("--policy", str(path), "--json", "--claim", str(UUID(int=2)))
    (row,) = [json.loads(line) for line in lines.splitlines()]
    assert (status, row["cause"], row["fields"]["status"]) == (1, "policy", ["verified", "single_source"])
    assert "1 verdict would be another." in run("--policy", str(path), "--claim", str(UUID(int=2)))[1]


@pytest.mark.parametrize(
    "arguments", [("--policy", "/nowhere.toml"), ("--claim", "x"), ("--claim", "00000000-0000-0000-0000-0000000000ff")]
)
def test_the_command_refuses_what_it_does_not_understand(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("replay", *arguments)
    assert refusal.value.returncode == 2


def test_replay_asks_no_more_for_many_claims_of_one_inquiry(
    desk: LocalServer, django_assert_max_num_queries: Any
) -> None:
    question = Claim.objects.get(pk=UUID(int=2)).question
    for number in range(20):
        waiting_claim(question, SUPPLY + number)
    with django_assert_max_num_queries(60):
        assert list(replay()) == []
