"""How gunicorn serves the pages in a container: gunicorn --config python:kpialign.serving."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")

wsgi_app = "kpialign.wsgi"
bind = "0.0.0.0:8000"  # within the container; what is published is the compose file's choice
worker_class = "kpialign.draining.DrainingWorker"  # gthread, but for its end
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
keepalive = 75  # longer than the proxies', so that none sends a request into a closing connection
graceful_timeout = 30  # of the 45 s that the container has to stop
control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 in memory, writable though the container's disk is not
# One line an event, like all other logs. A request has its line by kpialign.request_log already.
logconfig_dict = settings.LOGGING | {
    "loggers": settings.LOGGING["loggers"]
    | {
        "gunicorn.error": {"level": "INFO", "propagate": True},
        "gunicorn.access": {"level": "WARNING"},
    }
}
