"""A company's first quarter: from an empty installation to a closed quarter, and a reopening."""

from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dashboards.models import ScoreSnapshot
from dashboards.services.worker import drain
from kpialign.verifying.every import every_fault
from kpis.models import KPI, ActualRevision, PeriodState
from organisation.models import AuditEntry, Department, Entity, Membership, User
from organisation.services.invitations import invitation_token, invite_person
from organisation.services.roles import RoleGiven, give_roles
from tests.interchange.uploading import zipped
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"
PASSWORD = "a-long-first-quarter"
SHEETS = {
    "settings": "key,value\norganisation,Alpine Tools\ncurrency,EUR\n",
    "entities": "code,name,parent,currency\nGROUP,Alpine Tools,,\nSWISS,Swiss plant,GROUP,CHF\n"
    "AUSTRIA,Austrian plant,GROUP,\n",
    "departments": "code,name\nOPS,Operations\nSALES,Sales\n",
    "objectives": "code,name,department\nSERVICE,Serve customers on time,OPS\n",
    "kpis": "code,name,category,department,unit,direction,frequency,time_rollup,entity_rollup\n"
    "ON-TIME,On-time delivery,operational,OPS,%,higher,quarterly,average,average\n"
    "COMPLAINTS,Complaints,customer,SALES,,lower,quarterly,sum,sum\n",
    "links": "parent,child,weight\nSERVICE,ON-TIME,3\nSERVICE,COMPLAINTS,1\n",
    "targets": "kpi,entity,period,baseline,target\n"
    + "".join(
        f"ON-TIME,{entity},2026,80,100\nCOMPLAINTS,{entity},2026-Q1,20,10\n"
        for entity in ("SWISS", "AUSTRIA", "GROUP")
    ),
    "rates": "currency,period,average,closing\nCHF,2026-Q1,1.05,1.06\n",
}


@dataclass
class Company:
    """The people of Alpine Tools, each at their own browser."""

    admin: Visitor
    fin: Visitor
    second: Visitor
    ops: Visitor
    sales: Visitor
    chief: Visitor
    auditor: Visitor


def welcomed(email: str) -> Visitor:
    """Come in by the one-time link, choosing a password."""
    visitor = Visitor()
    visitor.opens(f"/welcome/{invitation_token(User.objects.get(email=email))}/")
    visitor.presses("Choose password and sign in", password1=PASSWORD, password2=PASSWORD)
    return visitor.opens("/")


def invited(admin: Visitor, name: str, role: str, department: str = "") -> Visitor:
    """Let the system admin add somebody with a role, and let them in."""
    email = f"{name.lower()}@example.com"
    admin.opens("/people/").presses("Add person", email=email, name=name)
    person = User.objects.get(email=email)
    typed = {"form-0-role": role}
    if department:
        typed["form-0-department"] = str(Department.objects.get(code=department).pk)
    admin.opens(f"/people/{person.pk}/").types("Save roles", typed)
    return welcomed(email)


def founded() -> Company:
    """Bring the company in: finance imports its cascade, then the others come."""
    invite_person(email="admin@example.com", by=None, path="command")
    first = User.objects.get(email="admin@example.com")
    role = Membership.Role.SYSTEM_ADMIN
    give_roles(roles=[RoleGiven(first, role)], by=None, path="command")
    admin = welcomed("admin@example.com")
    fin = invited(admin, "Fin", "finance_admin")
    fin.sees("/import/template.xlsx", "/import/", "/shape/new/objective/")
    cascade = SimpleUploadedFile("cascade.zip", zipped({}, **SHEETS))
    fin.opens("/import/").presses("Check the file", file=cascade)
    fin.presses("Import these changes")
    drain()
    return Company(
        admin,
        fin,
        invited(admin, "Second", "finance_admin"),
        invited(admin, "Olga", "department_head", "OPS"),
        invited(admin, "Sam", "department_head", "SALES"),
        invited(admin, "Chief", "executive"),
        invited(admin, "Audrey", "auditor"),
    )


def submits(head: Visitor, department: str, values: dict[tuple[str, str], str]) -> None:
    """Type figures into a sheet, by KPI and entity, and submit them."""
    head.opens(f"/enter/{department}/?period={QUARTER}")
    typed = {}
    for (code, entity), value in values.items():
        kpi, place = KPI.objects.get(node__code=code), Entity.objects.get(code=entity)
        typed[f"{kpi.pk}-{place.pk}-figure"] = value
    head.types("Submit figures", typed)


def close_quarter(company: Company) -> None:
    company.fin.opens(f"/periods/{QUARTER}/").presses("Close Q1")
    drain()
    closed = PeriodState.objects.filter(state="closed", period__label=QUARTER)
    assert closed.count() == 3


def test_a_company_lives_through_its_first_quarter() -> None:
    company = founded()
    shape(company)
    enter_and_review(company)
    close_quarter(company)
    read_what_is_closed(company)
    reopen_and_close_again(company)

    written = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"close_period", "ask_reopening", "confirm_reopening"} <= written
    assert list(every_fault()) == []


def shape(company: Company) -> None:
    company.fin.opens("/shape/kpis/COMPLAINTS/")
    company.fin.presses("Save KPI", name="Customer complaints")
    company.chief.opens("/cascade/").sees("Serve customers on time")
    assert KPI.objects.get(node__code="COMPLAINTS").name == "Customer complaints"


def enter_and_review(company: Company) -> None:
    """Two heads submit; finance returns one figure and approves the rest; the head mends it."""
    fin, ops = company.fin, company.ops
    submits(ops, "OPS", {("ON-TIME", "SWISS"): "95", ("ON-TIME", "AUSTRIA"): "89"})
    submits(company.sales, "SALES", {("COMPLAINTS", "SWISS"): "8", ("COMPLAINTS", "AUSTRIA"): "14"})
    drain()
    assert ops.opens("/enter/SALES/").status == 404

    swiss = ActualRevision.objects.get(actual__kpi__node__code="ON-TIME", value=95)
    fin.opens(f"/review/?period={QUARTER}").sees("On-time delivery", "95")
    fin.sends({"return": swiss.pk, "reason": "Not the audited figure"})
    fin.opens(f"/review/?period={QUARTER}").presses("Approve all")
    company.chief.opens(f"/review/?period={QUARTER}")
    assert company.chief.status == 403

    ops.opens("/").sees("Not the audited figure")
    submits(ops, "OPS", {("ON-TIME", "SWISS"): "94"})
    fin.opens(f"/review/?period={QUARTER}").presses("Approve all")
    drain()
    statuses = ActualRevision.objects.filter(counted_by__isnull=False)
    assert set(statuses.values_list("status", flat=True)) == {"approved"}


def read_what_is_closed(company: Company) -> None:
    company.ops.opens(f"/enter/OPS/?period={QUARTER}").sees("closed")
    with pytest.raises(AssertionError, match="no button"):
        company.ops.form_with("Submit figures")
    company.chief.opens(f"/enterprise/?period={QUARTER}").sees("Serve customers on time", "Closed")
    company.chief.opens(f"/objectives/SERVICE/?period={QUARTER}").sees("Customer complaints")
    company.auditor.opens("/trail/?q=ON-TIME").sees("Fin", "Olga")
    assert company.chief.opens("/enter/OPS/").status == 403


def reopen_and_close_again(company: Company) -> None:
    """Two people reopen the quarter on the record; a second close adds to the first."""
    before = set(ScoreSnapshot.objects.values_list("digest", flat=True))
    company.fin.opens(f"/periods/{QUARTER}/")
    company.fin.presses("Ask to reopen", reason="An invoice came late")
    company.second.opens(f"/periods/{QUARTER}/").sees("An invoice came late")
    company.second.presses("Confirm reopening")
    drain()
    company.chief.opens(f"/enterprise/?period={QUARTER}").sees("s closed")
    assert not PeriodState.objects.filter(state="closed", period__label=QUARTER).exists()
    close_quarter(company)
    assert before < set(ScoreSnapshot.objects.values_list("digest", flat=True))
