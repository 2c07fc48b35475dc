"""What the asking key or person may do. Every view is closed until it names a scope."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from claims.models import ApiKey

# A person's rights come from the groups of the admin; each scope stands for one of them.
PERMISSION_OF: Mapping[str, str] = MappingProxyType(
    {
        "claims:read": "claims.view_claim",
        "claims:write": "claims.add_claim",
        "articles:write": "claims.add_article",
        "lint": "claims.view_claim",
        "webhooks": "claims.change_apikey",
        "admin": "claims.change_apikey",
    }
)


class HasScope(BasePermission):
    """The key has the scope that `view.scopes` names for this method, or the logged-in person the right behind it."""

    message = "This needs a scope that you do not have."

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = view.scopes.get("GET" if request.method == "HEAD" else request.method)
        if scope is None:
            return bool(request.auth or request.user.is_authenticated)  # the view answers 405
        self.message = f"This needs the scope {scope}."
        return may(request, scope)


def may(request: Request, scope: str) -> bool:
    if isinstance(request.auth, ApiKey):
        return scope in request.auth.scopes
    return bool(request.user.is_staff and request.user.has_perm(PERMISSION_OF[scope]))
