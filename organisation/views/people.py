"""Keep the list of people and of who may what."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kpialign.errors import RefusedError
from organisation import selectors
from organisation.forms import PersonForm, RoleFormSet, SeenForm
from organisation.models import User
from organisation.permissions import can_manage_people, can_read_people, person_of, requires
from organisation.services import invitations
from organisation.services.people import (
    disable_person,
    enable_person,
    ensure_person,
    plain_email,
)
from organisation.services.roles import RoleGiven, replace_roles


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_read_people)
def people(request: HttpRequest) -> HttpResponse:
    """List everyone with their roles; add a person."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not can_manage_people(request.user):
            raise PermissionDenied
        if form.is_valid():
            return redirect("person", person_id=_added(request, form.cleaned_data).pk)
    zone = selectors.organisation_zone()
    context = {"rows": selectors.people_by_name(), "form": form, "zone": zone}
    return render(request, "organisation/people.html", _with_rights(request, context))


def _added(request: HttpRequest, typed: dict[str, str]) -> User:
    """Add a person; of one who is here already, say so, and what they are called now."""
    known = selectors.person_called(plain_email(typed["email"]))
    added = ensure_person(
        email=typed["email"], name=typed["name"] or None, by=person_of(request), path="form"
    )
    if known is not None:
        renamed = "" if str(known) == str(added) else f" {known} is called {added} now."
        messages.success(request, f"{added.email} was here already.{renamed}")
    return added


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_read_people)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person's roles; give and take them."""
    found = selectors.get_person_to_read(person_id)
    if request.method == "POST":
        if not can_manage_people(request.user):
            raise PermissionDenied
        formset = RoleFormSet(request.POST)
        if formset.is_valid() and _roles_saved(request, found, formset):
            return redirect("person", person_id=found.pk)
    else:
        held = selectors.memberships_of(found).values("role", "department", "entity")
        formset = RoleFormSet(initial=list(held))
    return render(request, "organisation/person.html", _of_person(request, found, formset))


def _roles_saved(request: HttpRequest, found: User, formset: Any) -> bool:  # noqa: ANN401  made by a factory
    roles = [
        RoleGiven(found, row["role"], row["department"], row["entity"])
        for row in formset.cleaned_data
        if row.get("role")
    ]
    seen = SeenForm(request.POST)
    based_on = seen.cleaned_data["seen"] if seen.is_valid() else None
    by = person_of(request)
    try:
        changed = replace_roles(person=found, roles=roles, by=by, path="form", based_on=based_on)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return False
    if changed:
        messages.success(request, f"Roles of {found} changed; their sessions have ended.")
    return True


@never_cache
@require_POST
@requires(can_manage_people)
def person_invitation(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a one-time link at which the person chooses a password, to be sent to them."""
    found = selectors.get_person_to_read(person_id)
    try:
        invited = invitations.invite_person(email=found.email, by=person_of(request), path="form")
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("person", person_id=found.pk)
    path = reverse("welcome", args=[invitations.invitation_token(invited)])
    context = {"person": found, "link": settings.PUBLIC_URL + path}
    return render(request, "organisation/invitation.html", _with_rights(request, context))


@require_POST
@requires(can_manage_people)
def person_state(request: HttpRequest, person_id: int) -> HttpResponse:
    """Disable a person, or let them in again."""
    found = selectors.get_person_to_read(person_id)
    change = {"active": enable_person, "disabled": disable_person}.get(
        request.POST.get("state", "")
    )
    if change is None:
        return HttpResponseBadRequest("State is active or disabled.\n", content_type="text/plain")
    try:
        change(person=found, by=person_of(request), path="form")
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect("person", person_id=found.pk)


def _of_person(request: HttpRequest, found: User, formset: Any) -> dict[str, Any]:  # noqa: ANN401  made by a factory
    words = selectors.role_words([found]).get(found.pk, "")
    departments = selectors.departments_around(found)
    context = {
        "person": found,
        "roles": words,
        "formset": formset,
        "headed": [one for one in departments if one.head_id == found.pk],
        "partnered": [one for one in departments if one.partner_id == found.pk],
    }
    return _with_rights(request, context)


def _with_rights(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {"can_manage": can_manage_people(request.user), "nav": "people"}
