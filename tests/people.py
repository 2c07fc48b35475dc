"""People with the roles of the desk."""

from __future__ import annotations

from django.contrib.auth.models import Group, User


def person(name: str, role: str = "editor") -> User:
    """Somebody new; fetched afresh, so that no permission is remembered from before."""
    user = User.objects.create_user(name, is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return User.objects.get(pk=user.pk)
