"""Live and replayed evidence never meet in one database."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django.fixtures import Settings

from sources import origin
from sources.models import Origin

pytestmark = pytest.mark.django_db


def test_a_database_is_marked_by_its_first_migration_and_stays_so(settings: Settings) -> None:
    assert list(Origin.objects.values_list("data", flat=True)) == [settings.DATA]
    origin.hold()
    assert Origin.objects.count() == 1


def test_a_database_of_the_other_kind_is_refused_in_one_sentence(settings: Settings) -> None:
    settings.DATA = "live" if settings.DATA == "replay" else "replay"
    with pytest.raises(ImproperlyConfigured, match=r"holds \w+ evidence, but DATA is '\w+': use another database"):
        call_command("migrate", verbosity=0)
