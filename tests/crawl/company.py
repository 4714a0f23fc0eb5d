"""A small company in which every page has something to show, by names that nobody should give."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from dashboards.models import WorkerHeartbeat
from dashboards.services.closing import close_period
from dashboards.services.refresh import refresh_scores
from kpialign.interchange.models import ImportUpload
from kpialign.readiness import readiness
from kpis.models import KPI, Actual, ActualRevision, Node
from kpis.services.reopening import ask_reopening
from kpis.services.reviews import return_figures
from objectives.models import CascadeLink, Objective, Perspective
from organisation.models import Department, Entity, Organisation, User
from organisation.services.tokens import issue_token
from tests.access import browser_of
from tests.crawl.nasty import MARK
from tests.dashboards.groups import set_rate
from tests.dashboards.strategy import make_strategy
from tests.factories import aim, figure, make_entity, make_kpi, make_person, period, record
from tests.interchange.uploading import upload, zipped

WORDS = f" \"'><{MARK} {MARK}=1>"
NAMED = (Department, Entity, KPI, Objective, Organisation, Perspective, User)
FINANCE = "finance_admin@example.com"
FILES = {
    "good": {"departments": f"code,name\nNEW,{MARK}\n", "kpis": "code,name\nORDERS,Another\n"},
    "bad": {"kpis": f"code,name,category\n,<{MARK}>,<{MARK}>\n", f"<{MARK}>": "a\n"},
}


def settle() -> dict[str, User]:
    """Make it: a closed quarter and one in hand, two entities, files, tokens, requests."""
    cache.clear()
    readiness.forget()
    # A crawl may take longer than a worker may be silent.
    WorkerHeartbeat.objects.create(name="worker", at=timezone.now() + timedelta(days=1))
    make_strategy()
    people = _people()
    _group()
    _figures(people["reviewer"])
    for model in NAMED:
        model._default_manager.update(name=Concat(F("name"), Value(WORDS)))
    CascadeLink.objects.update(rationale=WORDS)
    close_period(
        period=period("2026-Q1"), entity=None, by=people["reviewer"], path="form", why=WORDS
    )
    refresh_scores(path="task", full=True)
    ask_reopening(
        period=period("2026-Q1"), entity=None, by=people["reviewer"], reason=WORDS, path="form"
    )
    for name, sheets in FILES.items():
        upload(browser_of(people["finance_admin"], ""), zipped({}, **sheets), f"{name}.zip")
    ImportUpload.objects.update(name=Concat(F("name"), Value(WORDS)))
    return people


def _people() -> dict[str, User]:
    heads = {"department_head": "OPS"}
    roles = ("viewer", "executive", "department_head", "finance_admin", "auditor", "system_admin")
    people = {
        role: make_person(f"{role}@example.com", role, department=heads.get(role, ""))
        for role in roles
    }
    people["no_role"] = make_person("no_role@example.com")
    people["reviewer"] = make_person("reviewer@example.com", "finance_admin")
    people["second_admin"] = make_person("second@example.com", "system_admin")
    for person in people.values():
        issue_token(person=person, name=WORDS, days=1, by=person, path="form")
    return people


def _group() -> None:
    make_entity("PLANT")
    make_entity("SWISS", currency="CHF")
    set_rate("CHF", "2026-Q1", "1.05", "1.06")
    sales = make_kpi("SALES-MADE", unit="money", entity_rollup="sum", entities=("PLANT", "SWISS"))
    CascadeLink.objects.create(
        version=CascadeLink.objects.latest("pk").version,
        parent=Node.objects.get(code="GROWTH"),
        child=sales.node,
        weight=2,
    )
    for place in ("PLANT", "SWISS", "GROUP"):
        aim(sales, baseline="0", target="100", entity=place)
    record(*(figure(sales, "2026-Q1", "50", entity=place) for place in ("PLANT", "SWISS")))
    archived = make_kpi("FORMER")
    Node.objects.filter(pk=archived.node.pk).update(archived_at=timezone.now())


def _figures(reviewer: User) -> None:
    """Write a figure of each state, with words beside it."""
    stock, orders = (KPI.objects.get(node__code=code) for code in ("STOCK", "ORDERS"))
    record(figure(stock, "2026-Q2", "90", status="submitted", comment=WORDS))
    return_figures(
        revisions=[ActualRevision.objects.latest("pk").pk], by=reviewer, path="form", reason=WORDS
    )
    record(figure(orders, "2026-Q2", "97", status="submitted", comment=WORDS))
    payables = KPI.objects.get(node__code="PAYABLES")
    record(figure(payables, "2026-Q2", "1234.5", status="draft", comment=WORDS))
    assert Actual.objects.exists()
