"""Decisions of any table are linked into one chain, in order, without a fork; nothing that matters is ever emptied."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from claims import chain
from claims.models import ChainHead, Grounds, Link
from sources.canonical import sha256_of
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


class Resolution(models.Model):
    """A decision of another table than the verdicts'."""

    text = models.TextField()

    class Meta:
        app_label = "claims"
        managed = False

    def canonical(self) -> list[str]:
        return [self.text]


apps.get_app_config("claims").models.pop("resolution", None)  # known here and nowhere else
apps.all_models["claims"].pop("resolution", None)


@pytest.fixture
def table(db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Resolution)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Resolution)


def test_rows_are_stored_and_linked_in_the_order_given(table: None) -> None:
    links = chain.append([Resolution(text="first"), Resolution(text="second")]) + chain.append(
        [Resolution(text="third")]
    )
    rows = Resolution.objects.in_bulk()
    assert [rows[link.row].text for link in links] == ["first", "second", "third"]
    assert [link.position for link in links] == [1, 2, 3]
    assert [link.previous_hash for link in links] == ["", links[0].hash, links[1].hash]
    assert [link.kind for link in links] == ["resolution"] * 3
    assert links[0].digest == sha256_of('["first"]')
    assert list(Link.objects.all()) == links


@pytest.mark.parametrize("column", ["position", "kind", "row", "digest", "previous_hash"])
def test_every_column_of_a_link_is_under_its_hash(table: None, column: str) -> None:
    (link,) = chain.append([Resolution(text="first")])
    assert chain.hash_of(link) == link.hash
    setattr(link, column, 7)
    assert chain.hash_of(link) != link.hash


def test_nothing_to_append_is_no_trouble() -> None:
    assert chain.append([]) == []
    assert chain.head() is None


def test_what_cannot_be_stored_leaves_no_link(table: None) -> None:
    row: Any = Resolution(text=None)
    row.canonical = list
    with pytest.raises(DatabaseError):
        chain.append([row])
    assert not Link.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_chain(table: None) -> None:
    at_once(lambda number: [chain.append([Resolution(text=f"{number}-{turn}")]) for turn in range(5)])
    links = list(Link.objects.all())
    assert [link.position for link in links] == list(range(1, 41))
    assert [link.previous_hash for link in links[1:]] == [link.hash for link in links[:-1]]
    assert [link.row for link in links] == sorted(link.row for link in links)


def test_the_head_is_told_to_the_log_and_to_its_table(table: None, caplog: pytest.LogCaptureFixture) -> None:
    *_, last = chain.append([Resolution(text="first"), Resolution(text="second")])
    with caplog.at_level(logging.INFO, logger="claims.chain"):
        chain.publish_head()
        chain.publish_head()
    rows = list(ChainHead.objects.values_list("position", "hash"))
    assert rows == [(2, last.hash)] * 2
    assert [f"chain head 2:{last.hash} at" in message for message in caplog.messages] == [True, True]


def test_an_empty_chain_has_no_head_to_tell() -> None:
    assert chain.publish_head() is None
    assert not ChainHead.objects.exists()


APPEND_ONLY = [
    model
    for label in ("claims", "sources")
    for model in apps.get_app_config(label).get_models()
    if any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", ()))
]


def test_the_tables_that_only_grow_are_these() -> None:
    assert {"Body", "Snapshot", "Observation", "Verdict", "Evidence", "Grounds", "Link", "ChainHead"} <= {
        model.__name__ for model in APPEND_ONLY
    }


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model.__name__)
@pytest.mark.parametrize("more", ["CASCADE", "RESTART IDENTITY CASCADE"])
def test_no_table_that_only_grows_is_emptied(model: type[models.Model], more: str) -> None:
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table} {more}")


@pytest.mark.parametrize("deed", ["UPDATE claims_grounds SET text = ''", "DELETE FROM claims_grounds"])
def test_grounds_are_neither_changed_nor_deleted(deed: str) -> None:
    Grounds.objects.create(sha256=sha256_of("[]"), text="[]")
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)


def test_a_table_above_does_not_take_them_along(table: None) -> None:
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE claims_claim CASCADE")
