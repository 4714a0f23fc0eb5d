"""Every setting in one file; whatever differs between deployments is an environment variable."""

import logging
from pathlib import Path
from typing import Any

import environ

from kpialign import api_description, content_policy, patience, schedule
from kpialign.logs import log_settings
from kpialign.secret import kept_secret, make_private

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- Where this organisation's data lies -------------------------------------------------------

KPIALIGN_VAR = BASE_DIR / env.str("KPIALIGN_VAR", default="var/demo")
DATABASE_URL = env.str("DATABASE_URL", default="")
IS_EMBEDDED = DATABASE_URL == "" or DATABASE_URL.startswith("sqlite:")

# --- Safety ------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_IS_GENERATED = SECRET_KEY == ""
if SECRET_KEY_IS_GENERATED:
    SECRET_KEY = kept_secret(KPIALIGN_VAR / "secret.key")

# This machine's own names always: by them it is asked whether it lives.
THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"]
# An entry sheet sends four fields a cell, and a group's sheet has many hundred cells.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# The largest file that is taken, in megabytes; of a larger one nothing is kept.
UPLOAD_LIMIT_MB = env.int("UPLOAD_LIMIT_MB", default=20)
FILE_UPLOAD_HANDLERS = [
    "kpialign.upload_limit.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
ALLOWED_HOSTS = list(dict.fromkeys([*env.list("ALLOWED_HOSTS", default=[]), *THIS_MACHINE]))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:  # names that a browser takes from this very host alone, and over TLS alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list is for the domain's owner to decide
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 7 * 24 * 3600
X_FRAME_OPTIONS = "DENY"

# The number of proxies in front: with 0 a forwarding header that a client sends has no effect.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy.DIRECTIVES}

# --- Parts -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "kpialign",
    "kpialign.interchange",
    "organisation",
    "kpis",
    "objectives",
    "dashboards",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kpialign.privacy.keep_private",
    "kpialign.api.answers.answer_programs",
    "kpialign.requests.refuse_nul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organisation.styling.write_in_style",
    "kpialign.requests.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kpialign.request_log.RequestLog",
]

ROOT_URLCONF = "kpialign.urls"
WSGI_APPLICATION = "kpialign.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

# DRF lets anyone in and switches the sign-in middleware off for its views; this closes them again.
REST_FRAMEWORK = api_description.FRAMEWORK | {"NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT}
SPECTACULAR_SETTINGS = api_description.SETTINGS

# --- Database and cache ------------------------------------------------------------------------

if DATABASE_URL:
    DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
else:
    database_file = make_private(KPIALIGN_VAR) / "kpialign.sqlite3"
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database_file)},
    }

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A transaction takes the write lock at its first statement: SQLite's one lock is then ours.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    given = DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] = patience.DATABASE | given

CACHE_TABLE = "kpialign_cache"  # made by kpialign's first migration
CACHES: dict[str, dict[str, Any]] = {
    # Where it is full, a third is forgotten: the counted tries of passwords, too.
    "default": env.cache_url("CACHE_URL", default=f"dbcache://{CACHE_TABLE}?max_entries=100000")
}
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"]["OPTIONS"] = patience.CACHE

# --- Celery: a message is only a wake-up; the database knows what must be recomputed -----------

CELERY_BROKER_URL = env.str("BROKER_URL", default="filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem:"):
    broker_folder = KPIALIGN_VAR / "broker"
    for folder in (KPIALIGN_VAR, broker_folder, broker_folder / "messages"):
        make_private(folder)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(broker_folder / "messages"),
        "data_folder_out": str(broker_folder / "messages"),
        "control_folder": str(make_private(broker_folder / "control")),
        "polling_interval": 0.05,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = patience.BROKER
    CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: a tick needs no past
CELERY_BEAT_SCHEDULE = schedule.BEAT

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "organisation.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "organisation.forms.SignInForm",
    "change_password": "organisation.forms.PasswordChangeForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
# Counted before the password is looked at, so the right one is refused too; by address, by account.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
# Where people reach this installation from outside: the links of invitations begin with it.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = patience.MAIL
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="kpialign@localhost")

# --- Language, time, static files, logs --------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = KPIALIGN_VAR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # half the files, and half the time to compress them
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_RETRY_LOG_LEVEL = logging.DEBUG  # of ticks that expired, too
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if IS_EMBEDDED else "json")
LOGGING = log_settings(
    level=env.str("LOG_LEVEL", default="WARNING"),
    as_json=LOG_FORMAT == "json",
)
