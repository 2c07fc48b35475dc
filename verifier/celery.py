"""The Celery application: wiring only. What runs is in sources/tasks.py and claims/tasks.py."""

import os
from importlib import import_module

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifier.settings")

app = Celery("verifier")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def warm_up(**kwargs: object) -> None:
    """Load ccxt before the first inquiry: its import takes a second, which would count against every provider."""
    import_module("ccxt")
