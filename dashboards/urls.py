"""The addresses of the dashboards app: pages that show scores, and how fresh they are."""

from django.urls import path

from dashboards import cascade_views, entity_views, period_views, search_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("enterprise/", views.enterprise, name="enterprise"),
    path("departments/", views.departments, name="departments"),
    path("departments/<str:code>/", views.department, name="department"),
    path("departments/<str:code>/effect/", views.effect, name="effect"),
    path("objectives/<str:code>/", views.objective, name="objective"),
    path("kpis/<str:code>/", views.kpi, name="kpi"),
    path("entities/", entity_views.entities, name="entities"),
    path("entities/find/", entity_views.find_entity, name="find_entity"),
    path("entities/matrix/", entity_views.entity_matrix, name="entity_matrix"),
    path("alignment/", cascade_views.alignment, name="alignment"),
    path("cascade/", cascade_views.cascade, name="cascade"),
    path("cascade/map/", cascade_views.cascade_map, name="cascade_map"),
    path("search/", search_views.search_page, name="search"),
    path("periods/", period_views.periods, name="periods"),
    path("periods/<str:label>/", period_views.period, name="period"),
    path("runs/", views.runs, name="runs"),
    path("freshness/", views.freshness, name="freshness"),
]
