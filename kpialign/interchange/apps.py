"""Register the ways in and out of the cascade as an app, for the files that wait to be imported."""

from django.apps import AppConfig


class InterchangeConfig(AppConfig):
    """Whole cascades in and out."""

    name = "kpialign.interchange"
    verbose_name = "Import and export"
    default_auto_field = "django.db.models.BigAutoField"
