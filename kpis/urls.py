"""The addresses of the kpis app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
