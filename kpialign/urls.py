"""Every address of the product, one line an app."""

from django.urls import include, path

from kpialign.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("organisation.urls")),
    path("", include("kpis.urls")),
    path("", include("dashboards.urls")),
    path("", include("kpialign.shaping.urls")),
    path("", include("kpialign.interchange.urls")),
    path("", include("kpialign.api.urls")),
]

handler500 = "kpialign.views.server_error"
