"""Every test session has a PostgreSQL and a Valkey of its own, started here, before Django reads its settings.

They are up as soon as this file is imported, so that other conftest files may import models. Under xdist the
controller starts them and its workers inherit the URLs. With DATABASE_URL and CELERY_BROKER_URL in the environment
the tests use those servers instead.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

import django
import pgtrigger
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from verifier.embedded import embedded
from verifier.places import discard

ROOT = Path(__file__).parent


def _start_servers() -> None:
    if settings.configured:
        pytest.exit("Django read its settings before the servers were up: unset DJANGO_SETTINGS_MODULE.", returncode=4)
    session = contextlib.ExitStack()
    atexit.register(session.close)
    data_dir = Path(tempfile.mkdtemp(prefix="claim-desk-tests-"))
    session.callback(discard, data_dir)
    servers = session.enter_context(embedded(data_dir, durable=False))
    os.environ["DATABASE_URL"] = servers.database_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url


if not {"DATABASE_URL", "CELERY_BROKER_URL"} <= os.environ.keys():
    _start_servers()
os.environ.setdefault("SECRET_KEY", "only-for-tests-and-the-same-in-every-process-of-a-session")
os.environ.setdefault("DATA", "replay")
os.environ.setdefault("REPLAY_DIR", str(ROOT / "sources" / "replay" / "2026-01-14"))
os.environ["DJANGO_SETTINGS_MODULE"] = "verifier.settings"
django.setup()

# Append-only tables refuse to be emptied, which is what Django does after a test over several transactions. Only then,
# and only in this process, the triggers look away.
_empty_the_tables = pgtrigger.ignore()(TransactionTestCase._fixture_teardown)
TransactionTestCase._fixture_teardown = _empty_the_tables  # type: ignore[method-assign]

# How long an example takes says how busy the machine is, not whether the rule holds.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")
