"""Workers are killed between each two steps, the broker forgets everything, messages come twice: no claim is lost, none
is judged twice. Real processes, PostgreSQL and Valkey."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from subprocess import Popen

import psutil
import pytest

from claims.models import Claim, Evidence, Verdict, Verification
from claims.tasks import open_due, resend_unattended, settle_overdue
from sources.models import Inquiry, Lookup, Observation, Snapshot
from tests.end_to_end.crashing import (
    DOOMED,
    HEALTHY,
    SECONDS,
    Workshop,
    eventually,
    halted_at,
    has_settled,
    is_waiting_for_a_lock,
    locked,
)
from tests.local_server import LocalServer, local_server
from tests.pinned import (
    SUPPLY,
    Gate,
    agree,
    asked,
    coingecko,
    coinpaprika,
    expire_lease,
    supply_question,
    waiting_claim,
)
from verifier.embedded import embedded
from verifier.places import discard
from verifier.schedule import SCHEDULE

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    folder: Path = tmp_path_factory.mktemp("crashes")
    own_broker_only = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    with embedded(folder, environment=own_broker_only, durable=False) as servers, local_server() as server:
        workshop = Workshop(servers.broker_url, server, folder)
        try:
            yield workshop
        finally:
            workshop.close()
    discard(folder)


@pytest.fixture
def workshop(running: Workshop, transactional_db: None) -> Iterator[Workshop]:
    """With a healthy worker and one that is doomed, and both voices answering."""
    running.server.seen.clear()
    agree(running.server)
    if not running.workers:
        running.start(HEALTHY)
    running.doomed()
    yield running
    running.signal(running.doomed(), signal.SIGCONT)
    eventually(running.is_idle)


@pytest.fixture
def server(workshop: Workshop) -> LocalServer:
    return workshop.server


def submitted(workshop: Workshop, queue: str = DOOMED, values: tuple[int, ...] = (SUPPLY, SUPPLY * 2)) -> Inquiry:
    """Claims that wait on one inquiry, for which a worker of this queue was rung."""
    question = supply_question()
    with workshop.sending_to(queue):
        for value in values:
            waiting_claim(question, value)
    return Inquiry.objects.get(key=question.key)


def swept(workshop: Workshop, inquiry: Inquiry) -> None:
    """The dead worker's lease runs out, the scheduled tasks run, and a healthy worker does the rest."""
    expire_lease(inquiry.pk)
    with workshop.sending_to(HEALTHY):
        for task in (resend_unattended, settle_overdue, open_due):
            task()
    eventually(lambda: has_settled(inquiry))


def assert_judged_once(inquiry: Inquiry, claims: int = 2) -> None:
    lookups = Lookup.objects.filter(inquiry=inquiry)
    assert dict(lookups.values_list("provider", "state")) == {
        "coingecko": "answered",
        "coinpaprika": "answered",
        "protocol_constant": "abstained",
    }
    observations = set(Observation.objects.values_list("pk", flat=True))
    assert observations == set(lookups.exclude(observation=None).values_list("observation_id", flat=True))
    assert Verdict.objects.filter(inquiry=inquiry).count() == claims
    assert Evidence.objects.count() == claims * 3
    assert not Verification.objects.filter(settled=False).exists()
    marks = list(Claim.objects.order_by("value").values_list("status", "outcome"))
    assert marks == [("verified", "supported"), ("rumor", "refuted")][:claims]


# --- Where a worker is stopped ----------------------------------------------------------------------------------

Halt = Callable[[Workshop, Popen[bytes]], AbstractContextManager[Inquiry]]


@contextmanager
def after_the_lease_was_taken(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    question = supply_question()
    with workshop.sending_to("nobody"):
        for value in (SUPPLY, SUPPLY * 2):
            waiting_claim(question, value)
    inquiry = Inquiry.objects.get(key=question.key)
    with locked("sources_lookup", "inquiry_id", inquiry.pk):
        with workshop.sending_to(DOOMED) as sender:
            sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
        eventually(is_waiting_for_a_lock)
        yield inquiry


@contextmanager
def after_the_requests_were_sent(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    gates = [Gate(coingecko(SUPPLY)), Gate(coinpaprika(SUPPLY))]
    workshop.server.scripts["/coingecko/"], workshop.server.scripts["/coinpaprika/"] = gates
    inquiry = submitted(workshop)
    assert all(gate.reached.wait(SECONDS) for gate in gates)
    yield inquiry
    for gate in gates:
        gate.opened.set()


@contextmanager
def after_a_snapshot_was_kept(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    with halted_at("sources_observation"):
        inquiry = submitted(workshop)
        eventually(is_waiting_for_a_lock)
        assert Snapshot.objects.filter(lookup__inquiry=inquiry).count() == 1
        assert not Observation.objects.exists()
        yield inquiry


@contextmanager
def after_one_answer_was_kept(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    workshop.server.scripts["/coingecko/"] = gate = Gate(coingecko(SUPPLY))
    inquiry = submitted(workshop)
    eventually(Lookup.objects.filter(inquiry=inquiry, state="answered").exists)
    assert gate.reached.wait(SECONDS)
    yield inquiry
    gate.opened.set()


@contextmanager
def after_all_answers_before_settling(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    workshop.server.scripts["/coingecko/"] = gate = Gate(coingecko(SUPPLY))
    inquiry = submitted(workshop)
    assert gate.reached.wait(SECONDS)
    with locked("sources_inquiry", "id", inquiry.pk):
        gate.opened.set()
        eventually(lambda: not Lookup.objects.filter(inquiry=inquiry, state="waiting").exists())
        eventually(is_waiting_for_a_lock)
        yield inquiry


@contextmanager
def inside_the_settling_transaction(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    with halted_at("claims_evidence"):
        inquiry = submitted(workshop)
        eventually(is_waiting_for_a_lock)
        yield inquiry
    assert not Verdict.objects.exists()


@contextmanager
def after_settling_before_the_message_was_acknowledged(workshop: Workshop, worker: Popen[bytes]) -> Iterator[Inquiry]:
    workshop.server.scripts["/coingecko/"] = gate = Gate(coingecko(SUPPLY))
    inquiry = submitted(workshop)
    assert gate.reached.wait(SECONDS)
    os.kill(worker.pid, signal.SIGSTOP)  # the parent acknowledges; its child works on
    gate.opened.set()
    eventually(lambda: has_settled(inquiry))
    assert workshop.unacknowledged() >= 1
    yield inquiry


@pytest.mark.parametrize(
    ("halt", "requests"),
    [
        (after_the_lease_was_taken, (1, 1)),
        (after_the_requests_were_sent, (2, 2)),
        (after_a_snapshot_was_kept, (2, 2)),
        (after_one_answer_was_kept, (2, 1)),
        (after_all_answers_before_settling, (1, 1)),
        (inside_the_settling_transaction, (1, 1)),
        (after_settling_before_the_message_was_acknowledged, (1, 1)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_worker_killed(workshop: Workshop, halt: Halt, requests: tuple[int, int]) -> None:
    worker = workshop.doomed()
    with halt(workshop, worker) as inquiry:
        workshop.kill(worker)
    agree(workshop.server)
    swept(workshop, inquiry)
    with workshop.sending_to(HEALTHY) as sender:  # the broker delivers once more what was not acknowledged
        sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
    eventually(workshop.is_idle)
    assert_judged_once(inquiry)
    names = asked(workshop.server)
    assert (names.count("coingecko"), names.count("coinpaprika")) == requests


# --- Other ways to go wrong -------------------------------------------------------------------------------------


def test_a_killed_child_of_a_living_worker_loses_nothing(workshop: Workshop) -> None:
    worker = workshop.doomed()
    with after_one_answer_was_kept(workshop, worker) as inquiry:
        for child in psutil.Process(worker.pid).children():
            child.kill()
    agree(workshop.server)
    swept(workshop, inquiry)
    assert_judged_once(inquiry)


def test_a_worker_that_slept_past_its_lease_writes_nothing_when_it_wakes(workshop: Workshop) -> None:
    worker = workshop.doomed()
    with after_the_requests_were_sent(workshop, worker) as inquiry:
        eventually(lambda: Lookup.objects.filter(inquiry=inquiry, state="waiting").count() == 2)  # and holds no row
        workshop.signal(worker, signal.SIGSTOP)
        agree(workshop.server)
        swept(workshop, inquiry)
        kept = Snapshot.objects.count()
    workshop.signal(worker, signal.SIGCONT)
    eventually(workshop.is_idle)
    assert_judged_once(inquiry)
    assert Snapshot.objects.count() == kept == 2


def test_a_broker_that_forgot_everything_is_told_again(workshop: Workshop) -> None:
    inquiry = submitted(workshop, "nobody")
    with workshop.sending_to("nobody") as sender:
        sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
        with workshop.valkey() as client:
            client.flushall()
            sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
            assert client.llen("nobody") == 1, "whoever had sent before the broker forgot is heard again"
            client.flushall()
    swept(workshop, inquiry)
    assert_judged_once(inquiry)


def test_a_message_delivered_twice_at_once_asks_once(workshop: Workshop, server: LocalServer) -> None:
    with after_the_requests_were_sent(workshop, workshop.doomed()) as inquiry:
        with workshop.sending_to(HEALTHY) as sender:
            for _ in range(3):
                sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
        eventually(lambda: workshop.unacknowledged() == 1)
    eventually(workshop.is_idle)
    assert_judged_once(inquiry)
    assert sorted(asked(server)) == ["coingecko", "coinpaprika"]


def test_two_beats_and_a_heap_of_stale_messages_do_no_harm(workshop: Workshop) -> None:
    """As after a long outage: every tick that was missed arrives at last, and messages about inquiries long gone."""
    inquiry = submitted(workshop, "nobody")
    with workshop.sending_to(HEALTHY) as sender:
        for name in sorted({task for task, _, _ in SCHEDULE.values()} - {"sources.tasks.probe_providers"}):
            for _ in range(20):
                sender.send_task(name)
        for _ in range(20):
            sender.send_task("claims.tasks.pursue", args=[inquiry.pk + 1000])
        for _ in range(5):
            sender.send_task("claims.tasks.pursue", args=[inquiry.pk])
    eventually(workshop.is_idle)
    assert_judged_once(inquiry)
    assert sorted(asked(workshop.server)) == ["coingecko", "coinpaprika"]
