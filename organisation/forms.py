"""Clean what people type to sign in, to choose a password, and to give others their roles."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)

from organisation.models import Department, Entity, Membership, User
from organisation.services.tokens import FEWEST_DAYS, MOST_DAYS, USUAL_DAYS

NEW = {"autocomplete": "new-password"}


def quiet(form: forms.Form, labels: dict[str, str]) -> None:
    """Name the fields by labels above them, and let the server judge, not the browser."""
    form.use_required_attribute = False
    form.label_suffix = ""
    for name, label in labels.items():
        form.fields[name].error_messages["required"] = f"Type your {label.lower()}."
        form.fields[name].label = label
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Email address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(
            self,
            {
                "login": "Email address",
                "password": "Password",
                "remember": "Stay signed in on this device for 7 days",
            },
        )
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The password of now, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(
            self,
            {
                "oldpassword": "Current password",
                "password1": "New password",
                "password2": "New password again",
            },
        )
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())


class WelcomeForm(forms.Form):
    """The first password of an invited person, twice."""

    password1 = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs=NEW | {"autofocus": True})
    )
    password2 = forms.CharField(strip=False, widget=forms.PasswordInput(attrs=NEW))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(self, {"password1": "Password", "password2": "Password again"})
        self.person = person
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())

    def clean_password1(self) -> str:
        """Hold the password against the rules that keep guessing hard."""
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.person)
        return password

    def clean(self) -> None:
        """Refuse two different passwords, beside the second."""
        super().clean()
        first, second = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if first and second and first != second:
            self.add_error("password2", "The two passwords differ. Type the same one twice.")


class PersonForm(forms.Form):
    """A person to add."""

    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(self, {"email": "Email address", "name": "Name"})


class LooksForm(forms.Form):
    """How numbers, days and pages look to a person."""

    number_style = forms.ChoiceField(choices=User.NumberStyle.choices)
    date_style = forms.ChoiceField(choices=User.DateStyle.choices)
    theme = forms.ChoiceField(choices=User.Theme.choices)
    density = forms.ChoiceField(choices=User.Density.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(
            self,
            {
                "number_style": "Numbers",
                "date_style": "Dates",
                "theme": "Theme",
                "density": "Rows of tables",
            },
        )
        told = "Figures, targets and weights that you type are read so, too."
        self.fields["number_style"].help_text = told
        for field in self.fields.values():
            message = "Choose one of the list."
            field.error_messages |= {"required": message, "invalid_choice": message}


class TokenForm(forms.Form):
    """An API token to make: what it is for, and how long it lasts."""

    name = forms.CharField(max_length=100)
    days = forms.IntegerField(initial=USUAL_DAYS, min_value=FEWEST_DAYS, max_value=MOST_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        quiet(self, {"name": "Name", "days": "Days"})
        self.fields["name"].help_text = "What will use it, such as “Monthly load”."
        self.fields["name"].error_messages["required"] = "Say what will use the token."
        self.fields["days"].help_text = f"It expires after so many: {FEWEST_DAYS} to {MOST_DAYS}."
        self.fields["days"].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        accepted = f"Write a whole number from {FEWEST_DAYS} to {MOST_DAYS}."
        self.fields["days"].error_messages |= dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), accepted
        )


class TrailForm(forms.Form):
    """What of the trail is asked for, as it stands in the address."""

    q = forms.CharField(max_length=200, required=False, label="Subject, person, reason")
    person = forms.ChoiceField(required=False, label="Who")
    action = forms.ChoiceField(required=False, label="Action")
    kind = forms.ChoiceField(required=False, label="Of what")
    path = forms.ChoiceField(required=False, label="By which path")

    use_required_attribute = False

    def __init__(
        self, data: Mapping[str, str], *, choices: Mapping[str, Iterable[tuple[str, str]]]
    ) -> None:
        """Offer what the trail holds."""
        super().__init__(data, label_suffix="")
        for name, offered in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", "Any"), *offered]
                field.error_messages["invalid_choice"] = "The trail holds none of these."
        for name, label in (("from", "From"), ("to", "To")):
            self.fields[name] = forms.DateField(
                required=False,
                label=label,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": "Write a day such as 2026-03-31."},
            )

    def clean(self) -> None:
        """Refuse a span that ends before it begins, beside its end."""
        super().clean()
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", "This day is before the first; choose a later one.")


class SeenForm(forms.Form):
    """Which state of a person's access the form was made from."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class RoleForm(forms.Form):
    """One role and where it holds; a row without a role is none."""

    role = forms.ChoiceField(choices=[("", "No role"), *Membership.Role.choices], required=False)
    department = forms.ModelChoiceField(
        Department.objects.all(), required=False, empty_label="All departments"
    )
    entity = forms.ModelChoiceField(
        Entity.objects.all(), required=False, empty_label="All entities"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say the rules in the form's own words."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = name.capitalize()

    def clean(self) -> None:
        """Ask for the department of a head, beside the field where it is missing."""
        super().clean()
        is_head = self.cleaned_data.get("role") == Membership.Role.DEPARTMENT_HEAD
        if is_head and not self.cleaned_data.get("department"):
            self.add_error("department", "A department head needs a department; choose one.")


RoleFormSet = forms.formset_factory(RoleForm, extra=2, max_num=40, absolute_max=60)
