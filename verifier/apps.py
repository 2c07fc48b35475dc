"""The wiring app: what must be in the database after every migration."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VerifierConfig(AppConfig):
    name = "verifier"

    def ready(self) -> None:
        # This app is the last in INSTALLED_APPS, so every table is there when its signal comes.
        post_migrate.connect(_fill, sender=self)


def _fill(**kwargs: object) -> None:
    from sources import registry
    from verifier import schedule

    registry.load()
    schedule.ensure()
