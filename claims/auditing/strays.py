"""Rows that hang in the air: decisions that nobody linked, and references to rows that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from claims.auditing.findings import Finding, Tick, about
from claims.auditing.links import decision_models
from claims.models import Link, Verdict, Verification

MOST = 100  # of one kind are named


def findings(tick: Tick) -> Iterator[Finding]:
    references = list(_references())
    for done, (model, field) in enumerate(references):
        tick("references between rows", done, len(references))
        yield from _dangling(model, field)
    for kind, model in decision_models().items():
        linked = Link.objects.filter(kind=kind, row=OuterRef("pk"))
        for row in model.objects.filter(~Exists(linked)).order_by("pk")[:MOST]:
            yield about(row, "it is not in the chain: it was put in past the desk")
    yield from _without_verdict()


def _references() -> Iterator[tuple[Any, Any]]:
    """Every column of the desk that names another row. The database minds them, unless somebody told it not to."""
    for label in ("sources", "claims"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.ForeignKey):
                    yield model, field


def _dangling(model: Any, field: Any) -> Iterator[Finding]:
    target = field.related_model
    there = target._base_manager.filter(**{field.target_field.attname: OuterRef(field.attname)})
    rows = model._base_manager.filter(~Exists(there), **{f"{field.attname}__isnull": False})
    for pk, missing in rows.order_by("pk").values_list("pk", field.attname)[:MOST]:
        named = f"{target._meta.db_table} {missing}"
        yield Finding(model._meta.db_table, str(pk), f"it names {named}, which is missing ({field.name})")


def _without_verdict() -> Iterator[Finding]:
    verdict = Verdict.objects.filter(claim=OuterRef("claim"), inquiry=OuterRef("inquiry"))
    for row in Verification.objects.filter(~Exists(verdict), settled=True).order_by("pk")[:MOST]:
        yield about(
            row, f"its inquiry {row.inquiry_id} was settled for claim {row.claim_id}, and the verdict is missing"
        )
