"""The OpenAPI document is complete. Its page in a browser: tests/browser/test_api_docs.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from claims.api.errors import Code

Schema = dict[str, Any]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return json.loads(json.dumps(SchemaGenerator().get_schema(public=True)))  # type: ignore[no-any-return]


def operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_valid_and_leaves_nothing_to_guess() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_every_address_of_the_api_is_in_the_document(schema: Schema) -> None:
    found = {(path, method) for path, method, _ in operations(schema)}
    assert {
        ("/api/v1/claims/", "get"),
        ("/api/v1/claims/", "post"),
        ("/api/v1/claims/bulk/", "post"),
        ("/api/v1/claims/{claim_id}/", "get"),
        ("/api/v1/claims/{claim_id}/check/", "post"),
        ("/api/v1/claims/{claim_id}/evidence/", "get"),
        ("/api/v1/claims/{claim_id}/history/", "get"),
        ("/api/v1/claims/{claim_id}/override/", "post"),
        ("/api/v1/claims/{claim_id}/proposal/", "post"),
        ("/api/v1/snapshots/{sha256}/", "get"),
        ("/api/v1/metrics/", "get"),
        ("/api/v1/sources/", "get"),
        ("/api/v1/providers/", "get"),
        ("/api/v1/gaps/", "get"),
    } <= found


def test_every_operation_says_what_it_does_answers_and_may_refuse(schema: Schema) -> None:
    for path, method, operation in operations(schema):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert {"400", "401", "403", "429", "503"} <= operation["responses"].keys(), where
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert all(answer["content"] for answer in good), where
        assert {"ApiKey": []} in operation["security"], where


def test_every_json_answer_has_an_example(schema: Schema) -> None:
    for path, method, operation in operations(schema):
        for status, answer in operation["responses"].items():
            content = answer["content"].get("application/json")
            if status.startswith("2") and content:
                assert content.get("examples"), f"{method} {path} {status}"


def test_every_post_names_the_idempotency_key(schema: Schema) -> None:
    for path, method, operation in operations(schema):
        if method == "post":
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}, path


def test_the_codes_of_errors_are_a_closed_list(schema: Schema) -> None:
    assert set(schema["components"]["schemas"]["Error"]["properties"]["code"]["enum"]) == set(Code)


def test_the_document_and_its_page_need_no_database() -> None:
    assert APIClient().get("/api/schema/").status_code == 200
    assert APIClient().get("/api/docs/").status_code == 200


def test_the_page_holds_no_inline_script() -> None:
    page = APIClient().get("/api/docs/").content.decode()
    assert page.count("<script") == page.count("<script src=") == 3
