"""What every view of the API has in common."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.api.parsing import IgnoreAccept
from claims.errors import InvalidInput

READ: Mapping[str, str] = MappingProxyType({"GET": "claims:read"})
WRITE: Mapping[str, str] = MappingProxyType({"POST": "claims:write"})


@method_decorator(conditional_page, name="dispatch")  # ETag of the answer, and 304 when the caller has it already
class Door(APIView):
    """scopes: method -> scope. parameters: the query parameters it takes; any other is refused by name.

    repeated: those that may be given more than once.
    """

    http_method_names = ["get", "head", "post"]
    scopes: Mapping[str, str] = READ
    parameters: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    content_negotiation_class = IgnoreAccept

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._refuse_unknown(request)

    def _refuse_unknown(self, request: Request) -> None:
        known = self.parameters if request.method in {"GET", "HEAD"} else frozenset[str]()
        wrong = {name[:80]: "there is no such parameter" for name in request.query_params if name not in known}
        for name, values in request.query_params.lists():
            if name in known - self.repeated and len(values) > 1:
                wrong[name] = "may be given once"
            if any("\x00" in value for value in values):
                wrong[name] = "holds a NUL character"
        if wrong:
            raise InvalidInput(f"Not understood: {', '.join(sorted(wrong))}.", wrong)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        if not answer.has_header("Cache-Control"):
            patch_cache_control(answer, private=True, no_cache=True)
        patch_vary_headers(answer, ("Authorization", "Cookie"))
        return answer


def object_of(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if not isinstance(request.data, dict):
        raise InvalidInput("The body must be a JSON object.")
    return request.data
