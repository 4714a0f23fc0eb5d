"""Set the product up and run it: web, worker and beat under one supervisor."""

import contextlib
import errno
import os
import shlex
import signal
import socket
import time
import webbrowser
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from kpialign.errors import RefusedError
from kpialign.recovery.upgrade import upgrade_database
from kpialign.secret import make_private
from kpialign.supervisor import first_start, folder
from kpialign.supervisor.children import Supervisor, last_lines
from kpialign.supervisor.lock import hold
from kpialign.supervisor.parts import environment, parts
from kpialign.supervisor.proof import Proof, heartbeat_proof, scores_proof, wait_for, web_proof
from organisation.services.demo_sign_ins import DemoSignIn

LOOPBACK = "127.0.0.1"
PORT_WAIT = 8.0  # the web process of an `up` that was killed needs a moment to end


class Command(BaseCommand):
    """Run KPIAlign on this machine."""

    help = "Set the product up, load the demo once, and run web, worker and beat until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("--port", type=int, default=8000, help="of the web address (8000)")
        parser.add_argument(
            "--address", default=LOOPBACK, help=f"to listen at ({LOOPBACK}, this machine alone)"
        )
        parser.add_argument(
            "--demo",
            choices=list(first_start.DEMOS),
            default=next(iter(first_start.DEMOS)),
            help="which demo to load into a new folder",
        )
        parser.add_argument(
            "--no-demo", action="store_true", help="start empty, in var/own, with no demo sign-ins"
        )
        parser.add_argument("--open", action="store_true", help="open the address in a browser")

    def handle(self, *_: Any, **options: Any) -> None:
        """Prepare the folder, then run everything until somebody stops it."""
        os.umask(0o077)
        self.folder: Path = make_private(settings.KPIALIGN_VAR)
        self.host, self.port = options["address"], options["port"]
        self.url = f"http://{self.host}:{self.port}/"
        try:
            with hold(self.folder, self.url):
                wants_demo = not options["no_demo"] and not settings.DATABASE_URL
                self._prepare()
                self._fill(options["demo"], wants_demo=wants_demo)
                self._run(opens_browser=options["open"])
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped before it was up; the next start goes on from here."
            ) from None

    def _say(self, line: str) -> None:
        with contextlib.suppress(
            OSError
        ):  # a closed terminal is no reason to leave children behind
            self.stdout.write(line)
            self.stdout.flush()

    def _prepare(self) -> None:
        """Bring the folder, the database and the files of the pages up to date."""
        for name in ("logs", "tmp"):
            make_private(self.folder / name)
        self._migrate()
        if folder.collect_static(settings.STATIC_ROOT):
            self._say("Collected the files of the pages.")
        if settings.CELERY_BROKER_URL.startswith("filesystem:"):
            folder.sweep_broker(settings.KPIALIGN_VAR / "broker" / "messages")

    def _migrate(self) -> None:
        backup = upgrade_database(make_private(self.folder / "backups"))
        if backup is not None:
            self._say(f"The database is up to date; as it was, it lies in {backup.path}.")

    def _fill(self, demo: str, *, wants_demo: bool) -> None:
        """Put in what a new folder begins with, and remember what to tell about it."""
        self.sign_ins: list[DemoSignIn] = []
        self.is_new_demo = wants_demo and first_start.is_empty()
        if wants_demo:
            cascade = settings.BASE_DIR / "demo" / demo
            self.sign_ins = first_start.prepare_demo(self.folder, cascade, self._say)
        if self.host != LOOPBACK and first_start.has_demo_sign_ins():
            raise CommandError(
                f"The demo shows its password to whoever starts it, so it listens at {LOOPBACK} "
                "only: leave --address out, or start your own organisation with --no-demo."
            )

    def _run(self, *, opens_browser: bool) -> None:
        """Start the parts, have each prove itself, and look after them until the end."""
        wait_for_port(self.host, self.port)
        started_at = timezone.now()
        supervisor = Supervisor(
            parts(self.folder, self.host, self.port), environment(self.url), self._say
        )
        with stopped_by_signals(supervisor):
            try:
                supervisor.start()
                self._prove(supervisor, web_proof(self.host, self.port))
                if self.is_new_demo:
                    self._say("The worker calculates its scores ...")
                    self._prove(supervisor, scores_proof())
                if not supervisor.is_stopping:
                    self._greet()
                    if opens_browser:
                        webbrowser.open(self.url)
                self._prove(supervisor, heartbeat_proof("worker", started_at))
                self._prove(supervisor, heartbeat_proof("beat", started_at))
                if not supervisor.is_stopping:
                    self._say("Web, worker and beat all do their work. Ctrl-C stops them.")
                connections.close_all()
                supervisor.run()
            finally:
                self._say("Stopping ...")
                supervisor.stop()
                self._say("Stopped.")

    def _prove(self, supervisor: Supervisor, proof: Proof) -> None:
        if wait_for(proof, meanwhile=supervisor.look, is_over=lambda: supervisor.is_stopping):
            return
        if not supervisor.is_stopping:
            log = self.folder / "logs" / f"{proof.part}.log"
            raise CommandError(
                f"The {proof.part} did not come up: within {proof.within:.0f} s {proof.missing}. "
                f"The end of {log}:\n{last_lines(log)}"
            )

    def _greet(self) -> None:
        """Tell the address, who may sign in, and how other commands reach this folder."""
        self._say(f"\nKPIAlign runs at {self.url}\n")
        for sign_in in self.sign_ins:
            password = sign_in.password or "(a password of their own)"
            self._say(f"    {sign_in.email:<32}{password:<28}{sign_in.roles}")
        # Not before it can be shown: a start that fails must not spend the only link.
        if invitation := first_start.invite_first_admin():
            self._say(
                f"The first system admin, {first_start.FIRST_ADMIN}, chooses a password at\n"
                f"    {self.url.rstrip('/')}{invitation}\n"
                "This link is shown once and lasts 72 hours; `invite_person` makes another."
            )
        self._say(f"\nOther commands reach this data with\n    {folder_line(self.folder)}\n")


def folder_line(data_folder: Path) -> str:
    """Give the line that names the data to every other command."""
    if settings.DATABASE_URL:
        return "the same DATABASE_URL"
    if data_folder.is_relative_to(settings.BASE_DIR):
        data_folder = data_folder.relative_to(settings.BASE_DIR)
    return f"export KPIALIGN_VAR={shlex.quote(str(data_folder))}"


@contextlib.contextmanager
def stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    """Let Ctrl-C, an end from outside, and a closed terminal all stop the parts."""
    before = {
        number: signal.signal(number, supervisor.ask_to_stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_port(host: str, port: int) -> None:
    """Wait for the port a moment; refuse when another program keeps it."""
    deadline = time.monotonic() + PORT_WAIT
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError) as error:
                if time.monotonic() > deadline or getattr(error, "errno", 0) != errno.EADDRINUSE:
                    raise CommandError(
                        f"Port {port} at {host} cannot be used ({error}): "
                        "choose another with --port."
                    ) from error
            else:
                return
        time.sleep(0.2)
