"""The organisation app's registration with Django."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Register the app under its folder's name."""

    name = "organisation"
    default_auto_field = "django.db.models.BigAutoField"
