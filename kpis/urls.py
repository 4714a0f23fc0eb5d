"""The addresses of the kpis app: entry sheets."""

from django.urls import path

from kpis.views import entry_index, sheet

urlpatterns = [
    path("enter/", entry_index, name="entry_index"),
    path("enter/<str:department>/", sheet, name="entry_sheet"),
]
