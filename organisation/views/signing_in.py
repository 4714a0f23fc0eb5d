"""Let people in, and welcome those who were invited."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kpialign.errors import RefusedError
from organisation import selectors
from organisation.forms import WelcomeForm
from organisation.services import invitations

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """Sign in; in a demo, see who there is to sign in as."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add the people of the demo, of whom an installation in earnest has none."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"demo_people": list(selectors.demo_people())}


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person choose a password, once, and sign them in."""
    try:
        person = invitations.get_invited_person(token)
        form = WelcomeForm(request.POST if request.method == "POST" else None, person=person)
        if not form.is_valid():
            return render(request, "account/welcome.html", {"form": form, "person": person})
        password = form.cleaned_data["password1"]
        person = invitations.accept_invitation(token=token, password=password)
    except RefusedError as refusal:
        return render(request, "account/welcome_spent.html", {"refusal": refusal}, status=404)
    auth.login(request, person, backend=BACKEND)
    request.session.set_expiry(0)  # ends with the browser, as a sign-in without a tick does
    return redirect(settings.LOGIN_REDIRECT_URL)
