"""Decide who may what: every access rule of the product.

Whether the state of a period or plan allows a change is the services' business. A page that a
role never has is refused with 403; an object outside one's scope looks absent, with 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from organisation.access import Grant, Person, Role, access_of
from organisation.models import Department, Entity, Membership, User

Rest = ParamSpec("Rest")

READS_SCORES = frozenset(Role)
ENTERS_ACTUALS = frozenset({Role.DEPARTMENT_HEAD, Role.FINANCE_ADMIN})
READS_DRAFTS = ENTERS_ACTUALS | {Role.AUDITOR}
EDITS_CASCADE = frozenset({Role.FINANCE_ADMIN})
EXPORTS_WORKBOOK = frozenset({Role.FINANCE_ADMIN, Role.AUDITOR})
READS_TRAIL = frozenset({Role.FINANCE_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN})
REVIEWS = frozenset({Role.FINANCE_ADMIN})
CLOSES = frozenset({Role.FINANCE_ADMIN})
READS_PERIODS = frozenset({Role.EXECUTIVE, Role.FINANCE_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN})
CONFIRMS_REOPENING = frozenset({Role.EXECUTIVE, Role.FINANCE_ADMIN})
MANAGES_PEOPLE = frozenset({Role.SYSTEM_ADMIN})
RUNS_THE_PRODUCT = frozenset({Role.SYSTEM_ADMIN})


def person_of(request: HttpRequest) -> User:
    """Return who is signed in; anybody else is refused with 403."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def can_read_scores(user: Person) -> bool:
    """Read scores, dashboards, KPI pages, figures' history, explanations, cascade, findings."""
    return access_of(user).has(READS_SCORES)


def can_open_entry_sheets(user: Person) -> bool:
    """Have entry sheets at all; which ones is can_read_entry_sheet's answer."""
    return access_of(user).has(READS_DRAFTS)


def can_read_entry_sheet(
    user: Person, department: Department, entity: Entity | None = None
) -> bool:
    """Read the entry sheet of a department, in one entity or (None) in any."""
    return access_of(user).reaches(READS_DRAFTS, department, entity)


def can_read_drafts(user: Person, department: Department, entity: Entity | None = None) -> bool:
    """Read figures that do not count yet, evidence files and review notes."""
    return access_of(user).reaches(READS_DRAFTS, department, entity)


def can_enter_actuals(
    user: Person, department: Department | None, entity: Entity | None = None
) -> bool:
    """Enter and submit the actuals of a department and an entity, or (None) of any."""
    return access_of(user).reaches(ENTERS_ACTUALS, department, entity)


def can_enter_some_actuals(user: Person) -> bool:
    """Enter actuals at all; which ones is can_enter_actuals' answer."""
    return access_of(user).has(ENTERS_ACTUALS)


def can_read_every_draft(user: Person) -> bool:
    """Read drafts and review notes wherever they are, in lists that know no department."""
    return any(
        grant.role in READS_DRAFTS and grant.department_id is None and grant.entity_ids is None
        for grant in access_of(user).grants
    )


def can_open_reviews(user: Person) -> bool:
    """Have the pages of review at all: whoever approves, and the auditor, who reads them."""
    return access_of(user).has(REVIEWS | {Role.AUDITOR})


def can_review(user: Person, department: Department, entity: Entity | None = None) -> bool:
    """Approve or return a department's figures; that they are not one's own is the services'."""
    return access_of(user).reaches(REVIEWS, department, entity)


def can_review_some(user: Person) -> bool:
    """Approve or return figures at all; whose is can_review's answer."""
    return access_of(user).has(REVIEWS)


def where_heading(user: Person) -> list[Grant]:
    """List the scopes whose figures a person owes as head of their department."""
    return [grant for grant in access_of(user).grants if grant.role == Role.DEPARTMENT_HEAD]


def where_reviewing(user: Person) -> list[Grant]:
    """List the scopes in which a person approves and returns figures."""
    return [grant for grant in access_of(user).grants if grant.role in REVIEWS]


def where_reading_reviews(user: Person) -> list[Grant]:
    """List the scopes in which a person reads which figures wait for approval."""
    roles = REVIEWS | {Role.AUDITOR}
    return [grant for grant in access_of(user).grants if grant.role in roles]


def can_read_reviews(user: Person, department: Department, entity: Entity | None = None) -> bool:
    """Read which of a department's figures wait for approval, in one entity or (None) in any."""
    return access_of(user).reaches(REVIEWS | {Role.AUDITOR}, department, entity)


def can_read_periods(user: Person) -> bool:
    """Read which periods are closed, what still misses, and who asked to reopen what."""
    return access_of(user).has(READS_PERIODS)


def can_close(user: Person, entity: Entity | None = None) -> bool:
    """Close the periods of an entity (None: of some), and ask to reopen them.

    A period takes in every department: who has one department alone closes none.
    """
    return any(
        grant.role in CLOSES and grant.department_id is None and grant.covers(None, entity)
        for grant in access_of(user).grants
    )


def can_confirm_reopening(user: Person) -> bool:
    """Be the second person who reopens a period; a system admin only if nobody else can."""
    return access_of(user).has(CONFIRMS_REOPENING) or (
        access_of(user).has(RUNS_THE_PRODUCT) and nobody_else_confirms()
    )


def nobody_else_confirms() -> bool:
    """Say whether no executive is here and at most one finance admin."""
    able = Membership.objects.filter(role__in=CONFIRMS_REOPENING, user__is_active=True)
    people = dict(able.values_list("user", "role"))
    return len(people) <= 1 and Role.EXECUTIVE not in people.values()


def can_edit_cascade(user: Person) -> bool:
    """Change the cascade, targets, settings, entities and departments."""
    return access_of(user).has(EDITS_CASCADE)


def can_import(user: Person) -> bool:
    """Import a cascade workbook; its sheet of people needs can_manage_people besides."""
    return access_of(user).has(EDITS_CASCADE)


def can_export_workbook(user: Person) -> bool:
    """Take the whole cascade away as a workbook, drafts included."""
    return access_of(user).has(EXPORTS_WORKBOOK)


def can_read_trail(user: Person) -> bool:
    """Read the trail of all writes."""
    return access_of(user).has(READS_TRAIL)


def can_read_runs(user: Person) -> bool:
    """Read the details of recompute runs: when, why, how much, how long, error."""
    return access_of(user).has(READS_TRAIL)


def can_read_people(user: Person) -> bool:
    """Read who is here and which roles they have."""
    return access_of(user).has(READS_TRAIL)


def can_manage_people(user: Person) -> bool:
    """Invite people, give and take roles, disable them."""
    return access_of(user).has(MANAGES_PEOPLE)


def can_read_readiness(user: Person) -> bool:
    """Read which part of the product does not work."""
    return access_of(user).has(RUNS_THE_PRODUCT)


def requires(
    predicate: Callable[[Person], bool],
) -> Callable[
    [Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
]:
    """Refuse a view with 403 to everyone whose roles never have it."""

    def guard(
        view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            if not predicate(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard
