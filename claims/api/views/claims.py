"""Claims: submit, read, list, check."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import intake, queries, verification
from claims.api import filters
from claims.api.authentication import person_of
from claims.api.idempotency import idempotent, in_one_transaction, in_steps
from claims.api.pagination import Keyset
from claims.api.schema import IDEMPOTENCY_KEY
from claims.api.serializers.claims import BulkIn, BulkOut, ClaimIn, ClaimOut
from claims.api.views.door import READ, WRITE, Door, object_of
from claims.errors import ClaimError, InvalidInput
from claims.models import Claim

SORTS = ("created_at", "as_of", "updated_at")
ORDERINGS = tuple(f"{sign}{name}" for name in SORTS for sign in ("-", ""))
MOST_AT_ONCE = 1000


class ClaimsView(Door, GenericAPIView[Claim]):
    scopes = {**READ, **WRITE}
    serializer_class = ClaimOut
    filter_backends = [DjangoFilterBackend]
    filterset_class = filters.ClaimFilter
    pagination_class = Keyset
    repeated = frozenset({"status", "outcome", "metric", "subject"})
    parameters = frozenset({*filters.ClaimFilter.base_filters, "ordering", "cursor", "page_size"})

    def get_queryset(self) -> QuerySet[Claim]:
        return queries.claims()

    @property
    def order(self) -> tuple[str, ...]:
        ordering = self.request.query_params.get("ordering", "-created_at")
        if ordering not in ORDERINGS:
            raise InvalidInput("Not understood: ordering.", {"ordering": f"not one of: {', '.join(ORDERINGS)}"})
        return (ordering, "-id" if ordering.startswith("-") else "id")

    @extend_schema(
        operation_id="list_claims",
        summary="List claims",
        description="Claims and their marks, the newest first. All filters given must fit.",
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="Default: -created_at.")],
        responses=ClaimOut(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="submit_claim",
        summary="Submit a claim",
        description=(
            "Stores the claim and has it checked. The same assertion, as-of and citations are the same claim: "
            "submitting them again answers 200 with the existing one. `window` (ending at `as_of`) or `window_start` "
            "and `window_end`."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=ClaimIn,
        responses={201: ClaimOut, 200: OpenApiResponse(ClaimOut, description="Submitted before.")},
    )
    @idempotent(in_one_transaction)
    def post(self, request: Request) -> Response:
        submission = intake.submit_claim(object_of(request), created_by=person_of(request))
        answer = self.get_serializer(queries.claim(submission.claim.pk)).data
        return Response(answer, status=201 if submission.created else 200, headers={"Location": answer["url"]})


class BulkView(Door):
    scopes = WRITE

    @extend_schema(
        operation_id="submit_claims",
        summary="Submit many claims",
        description=(
            "Up to 1,000 claims, each stored or refused by itself; the results are in the order of the request. "
            "The body may also be the bare list."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=BulkIn,
        responses=BulkOut,
    )
    @idempotent(in_steps)
    def post(self, request: Request) -> Response:
        items = _items(request.data)
        submissions = intake.submit_claims(items, created_by=person_of(request))
        results = [_result(index, one) for index, one in enumerate(submissions)]
        stored = queries.claims_by_id(result["claim"] for result in results if result["claim"])
        for result in results:
            result["claim"] = stored.get(result["claim"])
        statuses = [result["status"] for result in results]
        created, existing = statuses.count(201), statuses.count(200)
        failed = len(results) - created - existing
        answer = {"created": created, "existing": existing, "failed": failed, "results": results}
        return Response(BulkOut(answer, context={"request": request}).data)


def _result(index: int, submission: intake.Submission | ClaimError) -> dict[str, Any]:
    if isinstance(submission, ClaimError):
        refusal = {"code": submission.code, "message": submission.message, "fields": submission.fields}
        return {"index": index, "status": submission.http_status, "claim": None, "error": refusal}
    status = 201 if submission.created else 200
    return {"index": index, "status": status, "claim": submission.claim.pk, "error": None}


def _items(data: Any) -> list[Any]:
    items = data.get("claims") if isinstance(data, dict) and set(data) == {"claims"} else data
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
        problem = f"must be a list of 1 to {MOST_AT_ONCE} claims"
        raise InvalidInput(f"The claims {problem}.", {"claims": problem})
    return items


class ClaimView(Door):
    @extend_schema(
        operation_id="read_claim",
        summary="Read a claim",
        description="Carries an ETag: ask with If-None-Match to get 304 while nothing has changed.",
        responses=ClaimOut,
    )
    def get(self, request: Request, claim_id: uuid.UUID) -> Response:
        return Response(ClaimOut(queries.claim(claim_id), context={"request": request}).data)


class CheckView(Door):
    scopes = WRITE

    @extend_schema(
        operation_id="check_claim",
        summary="Check a claim now",
        description=(
            "Asks the providers again, or joins a check that is under way; the answer does not wait for it "
            "(`checking` is true until it is through). Asked with a key, a settled mark changes only when two "
            "consecutive checks agree; a person's check counts at once."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: ClaimOut},
    )
    @idempotent(in_one_transaction)
    def post(self, request: Request, claim_id: uuid.UUID) -> Response:
        verification.check_now(queries.claim(claim_id), by_person=person_of(request) is not None)
        return Response(ClaimOut(queries.claim(claim_id), context={"request": request}).data, status=202)
