"""Register the project itself as an app, for its commands and its cache table."""

from django.apps import AppConfig

from kpialign.celery import app as celery_app

__all__ = ["KpialignConfig", "celery_app"]


class KpialignConfig(AppConfig):
    """The project as an installed app; importing Celery here binds every task to it."""

    name = "kpialign"
    verbose_name = "KPIAlign"
    default_auto_field = "django.db.models.BigAutoField"
