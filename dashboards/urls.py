"""The addresses of the dashboards app: pages that show scores, and how fresh they are."""

from django.urls import path

from dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("enterprise/", views.enterprise, name="enterprise"),
    path("departments/", views.departments, name="departments"),
    path("departments/<str:code>/", views.department, name="department"),
    path("departments/<str:code>/effect/", views.effect, name="effect"),
    path("objectives/<str:code>/", views.objective, name="objective"),
    path("kpis/<str:code>/", views.kpi, name="kpi"),
    path("runs/", views.runs, name="runs"),
    path("freshness/", views.freshness, name="freshness"),
]
