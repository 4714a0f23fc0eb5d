"""The addresses of shaping."""

from django.urls import path

from kpialign.shaping.views import archive, children, company, kpis, objectives, rates, targets

urlpatterns = [
    path("shape/new/objective/", objectives.new_objective, name="shape_objective_new"),
    path("shape/objectives/<str:code>/", objectives.objective, name="shape_objective"),
    path("shape/new/kpi/", kpis.new_kpi, name="shape_kpi_new"),
    path("shape/kpis/<str:code>/", kpis.kpi, name="shape_kpi"),
    path("shape/formula/", kpis.formula, name="shape_formula"),
    path("shape/children/<str:code>/", children.children, name="shape_children"),
    path("shape/targets/<str:code>/", targets.targets, name="shape_targets"),
    path("shape/archive/<str:code>/", archive.archive, name="shape_archive"),
    path("shape/rates/", rates.rates, name="shape_rates"),
    path("shape/entities/", company.entities, name="shape_entities"),
    path("shape/new/entity/", company.new_entity, name="shape_entity_new"),
    path("shape/entities/<str:code>/", company.entity, name="shape_entity"),
    path("shape/departments/", company.departments, name="shape_departments"),
    path("shape/new/department/", company.new_department, name="shape_department_new"),
    path("shape/departments/<str:code>/", company.department, name="shape_department"),
    path("shape/perspectives/", company.perspectives, name="shape_perspectives"),
    path("settings/", company.settings, name="settings"),
]
