"""The wiring app: what must be in the database after every migration."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class VerifierConfig(AppConfig):
    name = "verifier"

    def ready(self) -> None:
        # The signal comes once per app with models, after all tables are there; one of them is enough.
        post_migrate.connect(_fill, sender=apps.get_app_config("claims"))


def _fill(**kwargs: object) -> None:
    from sources import origin, registry
    from verifier import schedule

    origin.hold()
    registry.load()
    schedule.ensure()
