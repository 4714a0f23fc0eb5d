"""The objectives app's registration with Django."""

from django.apps import AppConfig


class ObjectivesConfig(AppConfig):
    """Register the app under its folder's name."""

    name = "objectives"
    default_auto_field = "django.db.models.BigAutoField"
