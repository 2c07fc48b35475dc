"""Claims are judged here. The four roles are written after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# Role -> what it has at least, with all that the roles before it have. An administrator may add more.
READING = (
    "claims.view_article claims.view_citation claims.view_claim claims.view_evidence claims.view_gaprecord"
    " claims.view_override claims.view_verdict claims.view_groundtruth claims.view_score claims.view_trackrecord"
    " claims.view_calibrationfit claims.view_copysuggestion"
    " claims.view_verification sources.view_inquiry sources.view_lookup sources.view_observation"
    " sources.view_providerstate sources.view_snapshot sources.view_source"
)
DEEDS = {
    "check_claim": "Can have a claim checked",
    "override_claim": "Can decide a claim's mark, and confirm what another person proposes",
}
ROLES = {
    "reporter": READING,
    "editor": "claims.add_claim claims.change_claim claims.check_claim claims.override_claim claims.add_article"
    " claims.change_article claims.add_citation claims.change_citation claims.add_groundtruth"
    " claims.change_copysuggestion",
    "chief editor": "sources.add_source sources.change_source sources.change_providerstate claims.add_gaprecord"
    " claims.change_gaprecord claims.delete_gaprecord"
    " django_celery_beat.view_periodictask django_celery_beat.add_periodictask django_celery_beat.change_periodictask"
    " django_celery_beat.delete_periodictask django_celery_beat.view_intervalschedule"
    " django_celery_beat.add_intervalschedule django_celery_beat.change_intervalschedule"
    " django_celery_beat.view_crontabschedule django_celery_beat.add_crontabschedule"
    " django_celery_beat.change_crontabschedule",
    "admin": "claims.view_apikey claims.add_apikey claims.change_apikey auth.view_user auth.add_user auth.change_user"
    " auth.view_group auth.add_group auth.change_group",
}


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "Claims and verdicts"

    def ready(self) -> None:
        post_migrate.connect(write_roles, sender=self)


def write_roles(sender: AppConfig, using: str = "default", **more: Any) -> None:
    """Create the four groups and give each what it lacks. claims comes late: the other apps' permissions exist."""
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    from claims.models import Claim

    claim_type = ContentType.objects.db_manager(using).get_for_model(Claim)
    for codename, name in DEEDS.items():
        deed = {"codename": codename, "content_type": claim_type}
        Permission.objects.using(using).get_or_create(**deed, defaults={"name": name})
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    granted: list[str] = []
    for role, words in ROLES.items():
        granted += words.split()
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*(known[name] for name in granted if name in known))
