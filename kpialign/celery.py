"""The Celery application that every task and every wake-up goes through."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")

TRANSPORT_ALIASES["filesystem"] = "kpialign.broker:Transport"
app = Celery("kpialign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
