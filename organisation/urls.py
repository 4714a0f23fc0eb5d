"""The addresses at which people come in, and go."""

from allauth.account import views as account
from django.urls import path

from organisation.views import SignIn, welcome

# allauth's own list would also open addresses for signing up, mails and resets, which nobody needs.
urlpatterns = [
    path("account/login/", SignIn.as_view(), name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("welcome/<str:token>/", welcome, name="welcome"),
]
