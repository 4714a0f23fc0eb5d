"""The addresses of the API, of its description and of the page that shows it."""

from django.urls import path

from kpialign.api.actuals import ActualsView
from kpialign.api.departments import DepartmentsView, DepartmentView
from kpialign.api.entities import EntitiesView, EntityView
from kpialign.api.explanations import ExplanationView
from kpialign.api.findings import FindingsView
from kpialign.api.index import IndexView
from kpialign.api.kpis import KPIsView, KPIView
from kpialign.api.links import ChildrenView, LinksView, LinkView
from kpialign.api.objectives import ObjectivesView, ObjectiveView
from kpialign.api.periods import PeriodsView
from kpialign.api.scores import ScoresView
from kpialign.api.targets import TargetsView
from kpialign.api.views import SchemaView, docs

V1 = "api/v1"
urlpatterns = [
    path(f"{V1}/", IndexView.as_view(), name="api_index"),
    path(f"{V1}/entities/", EntitiesView.as_view(), name="api_entities"),
    path(f"{V1}/entities/<str:code>/", EntityView.as_view(), name="api_entity"),
    path(f"{V1}/departments/", DepartmentsView.as_view(), name="api_departments"),
    path(f"{V1}/departments/<str:code>/", DepartmentView.as_view(), name="api_department"),
    path(f"{V1}/objectives/", ObjectivesView.as_view(), name="api_objectives"),
    path(f"{V1}/objectives/<str:code>/", ObjectiveView.as_view(), name="api_objective"),
    path(f"{V1}/kpis/", KPIsView.as_view(), name="api_kpis"),
    path(f"{V1}/kpis/<str:code>/", KPIView.as_view(), name="api_kpi"),
    path(f"{V1}/links/", LinksView.as_view(), name="api_links"),
    path(f"{V1}/links/<str:code>/", ChildrenView.as_view(), name="api_children"),
    path(f"{V1}/links/<str:code>/<str:child>/", LinkView.as_view(), name="api_link"),
    path(f"{V1}/targets/", TargetsView.as_view(), name="api_targets"),
    path(f"{V1}/actuals/", ActualsView.as_view(), name="api_actuals"),
    path(f"{V1}/periods/", PeriodsView.as_view(), name="api_periods"),
    path(f"{V1}/scores/", ScoresView.as_view(), name="api_scores"),
    path(f"{V1}/scores/explain/", ExplanationView.as_view(), name="api_explanation"),
    path(f"{V1}/findings/", FindingsView.as_view(), name="api_findings"),
    path("api/schema/", SchemaView.as_view(), name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
]
