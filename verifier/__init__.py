"""Wiring: settings, Celery, urls, embedded servers, processes. Imported by nobody."""

from verifier.celery import app as celery_app

__all__ = ["celery_app"]
