"""The addresses at which whole cascades come in and go out."""

from django.urls import path

from kpialign.interchange import export_views, views

urlpatterns = [
    path("import/", views.import_page, name="import"),
    path("import/template.xlsx", views.import_template, name="import_template"),
    path("import/<int:upload_id>/", views.import_upload, name="import_upload"),
    path("import/<int:upload_id>/confirm/", views.import_confirm, name="import_confirm"),
    path("import/<int:upload_id>/discard/", views.import_discard, name="import_discard"),
    path("import/<int:upload_id>/problems.csv", views.import_problems, name="import_problems"),
    path("export/", export_views.export_page, name="export"),
    path("export/cascade.xlsx", export_views.export_workbook, name="export_workbook"),
    path("export/cascade.zip", export_views.export_folder, name="export_folder"),
    path("scores.csv", export_views.scores_csv, name="scores_csv"),
]
