"""The kpis app's registration with Django."""

from django.apps import AppConfig


class KpisConfig(AppConfig):
    """Register the app under its folder's name."""

    name = "kpis"
    default_auto_field = "django.db.models.BigAutoField"
