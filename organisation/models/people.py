"""The people who sign in, by their address or by a token."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac


class UserManager(BaseUserManager["User"]):
    """Create people by their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: str | bool) -> "User":
        """Create a person; without a password they cannot sign in until they choose one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in with an email address; rights come from memberships alone."""

    class Theme(models.TextChoices):
        """Light or dark pages."""

        SYSTEM = "system", "As the device has it"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Density(models.TextChoices):
        """How high the rows of tables are."""

        COMPACT = "compact", "Compact"
        STANDARD = "standard", "Standard"
        COMFORTABLE = "comfortable", "Comfortable"

    class NumberStyle(models.TextChoices):
        """How figures are written; the keys are the locales that write them so."""

        EN = "en", "1,234.5"
        DE = "de", "1.234,5"
        FR = "fr", "1 234,5"
        CH = "de_CH", "1\u2019234.5"

    class DateStyle(models.TextChoices):
        """How days are written."""

        WORDS = "words", "31 Mar 2026"
        ISO = "iso", "2026-03-31"
        DOTS = "dots", "31.03.2026"
        US = "us", "03/31/2026"

    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    access_number = models.PositiveIntegerField(default=0)  # raised when roles or state change
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(max_length=12, choices=Density, default=Density.STANDARD)
    number_style = models.CharField(max_length=10, choices=NumberStyle, default=NumberStyle.EN)
    date_style = models.CharField(max_length=10, choices=DateStyle, default=DateStyle.WORDS)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind a session to the password and the access it began with: either change ends it."""
        sealed = f"{self.access_number}:{self.password}"
        return salted_hmac("organisation.User", sealed, secret, algorithm="sha256").hexdigest()


class ApiToken(models.Model):
    """A key by which a program acts for a person; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, in hex
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Token {self.pk} of {self.user}"
