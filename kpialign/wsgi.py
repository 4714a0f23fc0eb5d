"""The web process: what gunicorn loads."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from kpialign.encodings import in_one_encoding

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")

if not settings.IS_EMBEDDED and settings.SECRET_KEY_IS_GENERATED:
    # Each machine would make a key of its own, and sessions would hold on one of them only.
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: with DATABASE_URL naming a server, put a long random text into it."
    )

application = in_one_encoding(get_wsgi_application())
