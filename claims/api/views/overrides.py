"""People's decisions on a mark. A key is no person: these take a session."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims import overriding, queries
from claims.api.authentication import person_of
from claims.api.idempotency import idempotent, in_one_transaction
from claims.api.schema import IDEMPOTENCY_KEY
from claims.api.serializers.claims import ClaimOut
from claims.api.serializers.overrides import AnswerIn, OverrideIn
from claims.api.views.door import WRITE, Door, object_of


class OverrideView(Door):
    scopes = WRITE

    @extend_schema(
        operation_id="override_claim",
        summary="Decide a mark",
        description=(
            "An editor decides the mark, with a reason; no machine changes it from then on. From refuted, conflicting "
            "or overridden to verified takes two: the answer is 202, the claim carries the `proposal`, and another "
            "person confirms it, here with the same status or at `/proposal/`. Needs a session: a key is no person. "
            "403 `not_permitted` without the right, 409 `illegal_transition` where the mark does not change this way."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=OverrideIn,
        responses={200: ClaimOut, 202: OpenApiResponse(ClaimOut, description="Waits for a second person.")},
    )
    @idempotent(in_one_transaction)
    def post(self, request: Request, claim_id: UUID) -> Response:
        person = person_of(request)
        overriding.check_right(person)
        row = overriding.decide(claim_id, person, overriding.read_wish(object_of(request)))
        return Response(_claim(request, claim_id), status=200 if row.took_effect else 202)


class ProposalView(Door):
    scopes = WRITE

    @extend_schema(
        operation_id="answer_proposal",
        summary="Answer a proposal",
        description=(
            "Confirms or refuses what another person proposed, or withdraws one's own. 409 `illegal_transition` when "
            "the proposal no longer stands: the mark changed, or somebody answered it."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=AnswerIn,
        responses=ClaimOut,
    )
    @idempotent(in_one_transaction)
    def post(self, request: Request, claim_id: UUID) -> Response:
        person = person_of(request)
        overriding.check_right(person)
        overriding.answer(claim_id, person, overriding.read_answer(object_of(request)))
        return Response(_claim(request, claim_id))


def _claim(request: Request, claim_id: UUID) -> object:
    return ClaimOut(queries.claim(claim_id), context={"request": request}).data
