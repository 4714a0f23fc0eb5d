"""The dashboards app's registration with Django."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Register the app under its folder's name."""

    name = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"
