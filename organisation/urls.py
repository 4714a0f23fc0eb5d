"""The addresses of the organisation app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
