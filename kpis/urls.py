"""The addresses of the kpis app: entry sheets, and the review of what they brought."""

from django.urls import path

from kpis.review_views import review
from kpis.views import entry_index, sheet

urlpatterns = [
    path("enter/", entry_index, name="entry_index"),
    path("enter/<str:department>/", sheet, name="entry_sheet"),
    path("review/", review, name="review"),
]
