"""The addresses at which people come in, go, and are given their roles."""

from allauth.account import views as account
from django.urls import path

from organisation import views

# allauth's own list would also open addresses for signing up, mails and resets, which nobody needs.
urlpatterns = [
    path("account/login/", views.SignIn.as_view(), name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("people/", views.people, name="people"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/invitation/", views.person_invitation, name="person_invitation"),
    path("people/<int:person_id>/state/", views.person_state, name="person_state"),
]
