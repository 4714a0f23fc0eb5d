"""The addresses at which people come in, go, and are given their roles."""

from allauth.account import views as account
from django.urls import path

from organisation.views import own_page, people, signing_in, trail

# allauth's own list would also open addresses for signing up, mails and resets, which nobody needs.
urlpatterns = [
    path("account/login/", signing_in.SignIn.as_view(), name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("welcome/<str:token>/", signing_in.welcome, name="welcome"),
    path("me/", own_page.me, name="me"),
    path("me/tokens/", own_page.me_tokens, name="me_tokens"),
    path("me/tokens/<int:token_id>/", own_page.me_token, name="me_token"),
    path("me/sessions/", own_page.me_sessions, name="me_sessions"),
    path("people/", people.people, name="people"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/invitation/", people.person_invitation, name="person_invitation"),
    path("people/<int:person_id>/state/", people.person_state, name="person_state"),
    path("trail/", trail.trail, name="trail"),
    path("trail.csv", trail.trail_csv, name="trail_csv"),
]
