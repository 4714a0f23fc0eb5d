"""The page of one's own: password, how things look, API tokens, sessions elsewhere."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kpialign.errors import RefusedError
from organisation import selectors
from organisation.forms import LooksForm, PasswordChangeForm, TokenForm
from organisation.pages.own_page import token_row, token_rows
from organisation.permissions import person_of
from organisation.services.looks import LOOKS, change_looks
from organisation.services.people import sign_out_elsewhere
from organisation.services.tokens import issue_token, revoke_token


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show everyone who is signed in their own page; keep how things look to them."""
    person = person_of(request)
    form = LooksForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(person, name) for name in LOOKS},
    )
    if form.is_valid():
        changed = change_looks(person=person, **form.cleaned_data, by=person, path="form")
        messages.success(request, "Saved." if changed else "Nothing has changed.")
        return redirect("me")
    return _page(request, looks=form)


@never_cache
@require_POST
def me_tokens(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    person, form = person_of(request), TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token=form)
    try:
        text = issue_token(person=person, **form.cleaned_data, by=person, path="form")
    except RefusedError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, token=form)
    context = {"text": text, "name": form.cleaned_data["name"], "days": form.cleaned_data["days"]}
    return render(request, "organisation/token_made.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def me_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ask whether a token of one's own is to be revoked; revoke it."""
    person = person_of(request)
    token = selectors.get_own_token(person, token_id)
    row = token_row(token, selectors.organisation_zone(), timezone.now())
    if request.method != "POST" and row.is_good:
        return render(request, "organisation/token_revoke.html", {"row": row})
    if request.method == "POST" and revoke_token(token=token, by=person, path="form"):
        messages.success(request, f"The token “{row.name}” is revoked and refused from now on.")
    return redirect("me")


@require_POST
def me_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere but here."""
    person = person_of(request)
    update_session_auth_hash(request, sign_out_elsewhere(person=person, by=person, path="form"))
    messages.success(request, "You are signed out everywhere else.")
    return redirect("me")


def _page(
    request: HttpRequest, *, looks: LooksForm | None = None, token: TokenForm | None = None
) -> HttpResponse:
    """Show the page with the form that was sent, and the others as they stand."""
    person = person_of(request)
    standing = {name: getattr(person, name) for name in LOOKS}
    rows = token_rows(selectors.tokens_of(person), selectors.organisation_zone(), timezone.now())
    context: dict[str, Any] = {
        "person": person,
        "roles": selectors.role_words([person]).get(person.pk, ""),
        "looks": looks or LooksForm(initial=standing),
        "token_form": token or TokenForm(),
        "password_form": PasswordChangeForm(user=person),
        "tokens": rows,
        "has_errors": any(form is not None and form.errors for form in (looks, token)),
    }
    return render(request, "organisation/me.html", context)
