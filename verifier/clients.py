"""Where a request comes from, for the lock-out after wrong passwords."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The client's address; behind our proxy the one that the proxy saw.

    With the proxy's own address for everybody, whoever guesses passwords would lock the editor out as well. A proxy
    appends what it saw at the end of X-Forwarded-For; all before that is what the client says about itself.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.BEHIND_TLS else ""
    try:
        return str(ip_address(seen))
    except ValueError:
        return direct
