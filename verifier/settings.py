"""Every setting, read once from the environment; nothing secret has a default.

docs/operations.md lists them. Times are UTC throughout.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from verifier.look import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _number(name: str, default: float) -> float:
    try:
        number = float(os.environ.get(name) or default)
    except ValueError:
        number = -1
    if not 0 <= number < 1e9:
        raise ImproperlyConfigured(f"{name} is {os.environ[name]!r}; it must be a number, zero or more.")
    return number


def _switch(name: str) -> bool:
    said = os.environ.get(name, "").strip().lower()
    if said not in {"", "1", "0", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {os.environ[name]!r}; it must be true or false.")
    return said in {"1", "true", "yes", "on"}


DEBUG = _switch("DEBUG")
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = _switch("BEHIND_TLS")  # a proxy in front terminates TLS and sets X-Forwarded-Proto

# --- what the figures come from ---------------------------------------------------------------------------------

DATA = env.str("DATA", default="live")
if DATA not in {"live", "replay"}:
    raise ImproperlyConfigured(f"DATA is {DATA!r}; it must be 'live' or 'replay'.")
REPLAY_DIR = env.str("REPLAY_DIR", default="")
if DATA == "replay" and not REPLAY_DIR:
    raise ImproperlyConfigured("DATA is 'replay' but REPLAY_DIR names no folder of recorded answers.")
# <NAME>_URL replaces a provider's documented host, <NAME>_KEY is its key; sources/checks.py refuses wrong ones.
PROVIDER_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name.endswith(("_URL", "_KEY")) and name not in {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL"}
}
INQUIRY_SECONDS = _number("INQUIRY_SECONDS", 20)  # all providers together, then the silent are given up
PROVIDER_PROXY = env.str("PROVIDER_PROXY", default="")  # http(s) proxy for requests to providers
if PROVIDER_PROXY and not PROVIDER_PROXY.startswith(("http://", "https://")):
    raise ImproperlyConfigured("PROVIDER_PROXY must begin with http:// or https://.")
CONTACT = env.str("CONTACT", default="claim-desk (no contact configured)")  # sent to providers as User-Agent

# --- Django -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "pgtrigger",
    "axes",
    "sources",
    "claims",
    "verifier",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ROOT_URLCONF = "verifier.urls"
WSGI_APPLICATION = "verifier.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///claimdesk")}
if not DATABASES["default"]["ENGINE"].endswith((".postgresql", ".postgis")):
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres://: PostgreSQL is the one database this runs on.")
DATABASES["default"]["CONN_MAX_AGE"] = int(_number("CONN_MAX_AGE", 60))
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5  # seconds; a host that is gone must not hang us
DATABASES["default"]["OPTIONS"]["options"] = (
    f"-c statement_timeout={int(_number('STATEMENT_TIMEOUT_MS', 15000))}"
    " -c idle_in_transaction_session_timeout=20000"  # a process that stops lets go of its rows before its lease ends
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "verifier.formats"

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None  # only for collectstatic, into a folder of a web server
WHITENOISE_USE_FINDERS = True  # one process start serves its own files; collectstatic is not needed

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "verifier.clients.address"
AXES_VERBOSE = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]  # asked from inside, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Tried without: Alpine.js, which the admin is built on, compiles its attributes, and no menu opens. No page of
        # ours has an inline script or handler, so 'unsafe-inline' stays out.
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],  # Unfold writes its colours into the page, htmx its indicator
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Celery: each of these prevents a loss or a flood that was measured -----------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # none are kept; else beat adds a row of its own that cleans up nothing
CELERY_BEAT_SYNC_EVERY = 1  # the admin shows when each task last ran, not when it had run minutes ago
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 180,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "retry_on_timeout": True,
        "health_check_interval": 25,
    }
    if "redis" in CELERY_BROKER_URL
    else {"confirm_publish": True}
)
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "verify"
# Heartbeats have a queue of their own: behind ten thousand inquiries they would expire, and /readyz would call a worker
# dead that is busy. A worker takes turns between the queues.
CELERY_TASK_QUEUES = [Queue("verify"), Queue("pulse")]
CELERY_TASK_ROUTES = {"verifier.health.beat": {"queue": "pulse"}}
CELERY_IMPORTS = ["verifier.health"]  # its task, and the note that beat writes when sending it
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- REST -------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "claims.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["claims.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["claims.api.throttling.PerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["claims.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "claims.api.errors.error_response",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Claim desk",
    "DESCRIPTION": (
        "Claims of market news, checked against independent data providers.\n\n"
        "Figures are strings without exponent, times ISO 8601 in UTC with Z, durations ISO 8601. "
        "Every error is `{code, message, fields}`. Unknown query parameters are refused by name."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "claims.api.schema.STATUSES",
        "OutcomeEnum": "claims.api.schema.OUTCOMES",
        "StanceEnum": "claims.api.schema.STANCES",
        "MarkEnum": "claims.overriding.wishes.MARKS",
        "RulingEnum": "claims.overriding.wishes.STANCES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "claims.api.schema.add_errors",
    ],
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}; it must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
