"""A backup starts on an empty machine, and tells by itself that it was cut or changed."""

import random
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from kpialign.recovery import postgres, sqlite
from kpialign.recovery.backup import take_backup
from kpialign.recovery.errors import BackupUnreadableError, NotWrittenError
from kpialign.recovery.parcel import opened_parcel, write_parcel
from kpialign.recovery.upgrade import has_pending_migrations
from tests.recovery.machines import Machine, embedded, on_postgres

MUTATIONS = 100


@dataclass
class Taken:
    """A machine with a backup of it, and what it held then."""

    machine: Machine
    backup: Path
    told: str
    sheets: dict[str, bytes]


def taken_from(machine: Machine) -> Taken:
    machine.filled()
    sheets = machine.sheets("before")
    backup = machine.folder / "first.kpialign"
    return Taken(machine, backup, machine.must("backup", backup), sheets)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return taken_from(embedded(tmp_path_factory.mktemp("machines"), "first"))


@pytest.fixture(scope="module")
def taken_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    with on_postgres(tmp_path_factory.mktemp("machines"), "first") as machine:
        yield taken_from(machine)


def assert_restores_on_an_empty_machine(taken: Taken, empty: Machine) -> None:
    told = empty.must("restore", taken.backup)

    assert told.startswith("Restored the state of ")
    assert empty.sheets("after") == taken.sheets
    assert "0 faults" in empty.must("verify")
    # What is written next gets a number of its own.
    empty.must("invite_person", "new@example.com")


@pytest.mark.product
def test_a_backup_starts_on_an_empty_machine(taken: Taken, tmp_path: Path) -> None:
    assert_restores_on_an_empty_machine(taken, embedded(tmp_path, "second"))


@pytest.mark.services
def test_a_backup_of_postgresql_starts_on_an_empty_machine(
    taken_on_postgres: Taken, tmp_path: Path
) -> None:
    with on_postgres(tmp_path, "second") as empty:
        assert_restores_on_an_empty_machine(taken_on_postgres, empty)


def assert_asks_before_it_replaces(taken: Taken, copy: Machine) -> None:
    copy.must("restore", taken.backup)
    copy.must("invite_person", "later@example.com")

    refused = copy.run("restore", taken.backup)
    people = copy.sheets("still")["people.csv"]
    told = copy.must("restore", taken.backup, "--replace")
    kept = Path(told.split("lies in ")[1].split(".kpialign")[0] + ".kpialign")
    sheets = copy.sheets("replaced")
    copy.must("restore", kept, "--replace")

    assert refused.returncode == 1
    assert "The backup is older" in refused.stderr
    assert b"later@example.com" in people
    assert sheets == taken.sheets
    assert copy.sheets("again")["people.csv"] == people


@pytest.mark.product
def test_an_older_backup_asks_and_keeps_what_it_replaces(taken: Taken, tmp_path: Path) -> None:
    assert_asks_before_it_replaces(taken, embedded(tmp_path, "copy"))


@pytest.mark.services
def test_an_older_backup_of_postgresql_asks_and_keeps_what_it_replaces(
    taken_on_postgres: Taken, tmp_path: Path
) -> None:
    with on_postgres(tmp_path, "copy") as copy:
        assert_asks_before_it_replaces(taken_on_postgres, copy)


@pytest.mark.product
def test_a_backup_names_its_digest_and_is_its_owners_alone(taken: Taken) -> None:
    with opened_parcel(taken.backup) as (manifest, _parcel, digest):
        assert f"sha256 {digest}" in taken.told
        assert manifest["tables"]["kpis_actual"] > 0
        assert "django_session" not in manifest["tables"]
    assert stat.S_IMODE(taken.backup.stat().st_mode) == 0o600


@pytest.mark.product
def test_a_backup_never_writes_over_another(taken: Taken) -> None:
    before = taken.backup.read_bytes()

    again = taken.machine.run("backup", taken.backup)

    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert taken.backup.read_bytes() == before


@pytest.mark.product
def test_a_changed_or_cut_backup_is_refused(taken: Taken, tmp_path: Path) -> None:
    whole, chosen = taken.backup.read_bytes(), random.Random(7)  # noqa: S311, a seed
    changed = tmp_path / "changed.kpialign"
    accepted = []

    for number in range(MUTATIONS):
        place = chosen.randrange(len(whole))
        cut = whole[:place]
        flipped = cut + bytes([whole[place] ^ (1 << chosen.randrange(8))]) + whole[place + 1 :]
        changed.write_bytes(cut if number % 4 == 0 else flipped)
        try:
            with opened_parcel(changed):
                accepted.append(number)
        except BackupUnreadableError:
            pass

    assert accepted == []


@pytest.mark.product
def test_what_cannot_be_restored_leaves_everything_as_it_was(taken: Taken, tmp_path: Path) -> None:
    torn = tmp_path / "torn.kpialign"
    torn.write_bytes(taken.backup.read_bytes()[:-500])

    for path in (torn, tmp_path / "absent.kpialign", taken.machine.folder / "kpialign.sqlite3"):
        refused = taken.machine.run("restore", path, "--replace")
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
    assert taken.machine.sheets("unchanged") == taken.sheets


@pytest.mark.product
def test_a_backup_of_a_newer_product_is_refused(taken: Taken, tmp_path: Path) -> None:
    with opened_parcel(taken.backup) as (manifest, parcel, _digest):
        parcel.extract("database.sqlite3", tmp_path)
    newer = manifest | {"migrations": [*manifest["migrations"], ["kpis", "9999_later"]]}
    path = tmp_path / "newer.kpialign"
    write_parcel(path, newer, {"database.sqlite3": tmp_path / "database.sqlite3"})

    refused = embedded(tmp_path, "empty").run("restore", path)

    assert refused.returncode == 1
    assert "newer KPIAlign" in refused.stderr


@pytest.mark.product
def test_a_restore_waits_until_the_product_has_stopped(taken: Taken, tmp_path: Path) -> None:
    machine = embedded(tmp_path, "running")
    machine.must("restore", taken.backup)
    with closing(sqlite3.connect(machine.folder / "kpialign.sqlite3")) as database:
        database.execute(
            "INSERT INTO dashboards_workerheartbeat (name, at)"
            " VALUES ('worker', strftime('%Y-%m-%d %H:%M:%f', 'now'))"
        )
        database.commit()

    refused = machine.run("restore", taken.backup, "--replace")

    assert refused.returncode == 1
    assert "Stop web, worker and beat first" in refused.stderr


def assert_backs_up_before_it_migrates(machine: Machine) -> None:
    fresh = machine.must("upgrade_database")
    idle = machine.must("upgrade_database")
    machine.must("migrate", "kpialign", "zero", "--verbosity", "0")
    told = machine.must("upgrade_database")

    assert (fresh, idle) == ("", "")
    assert "as it was, it lies in" in told
    assert len(list((machine.folder / "backups").iterdir())) == 1


@pytest.mark.product
def test_a_database_is_backed_up_before_it_is_migrated(tmp_path: Path) -> None:
    assert_backs_up_before_it_migrates(embedded(tmp_path, "old"))


@pytest.mark.services
def test_a_postgresql_database_is_backed_up_before_it_is_migrated(tmp_path: Path) -> None:
    with on_postgres(tmp_path, "old") as machine:
        assert_backs_up_before_it_migrates(machine)


def test_a_copy_holds_what_still_lies_in_the_write_ahead_log(tmp_path: Path) -> None:
    database = tmp_path / "kpialign.sqlite3"
    with closing(sqlite3.connect(database)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE figure (value INTEGER)")
        live.execute("INSERT INTO figure VALUES (41)")
        live.commit()

        sqlite.copy_file(database, tmp_path / "copy")

    with closing(sqlite3.connect(tmp_path / "copy")) as copied:
        assert copied.execute("SELECT value FROM figure").fetchall() == [(41,)]


@pytest.mark.django_db
def test_a_migrated_database_waits_for_nothing() -> None:
    assert connection.introspection.table_names()
    assert not has_pending_migrations()


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)

    monkeypatch.setattr(sqlite, "copy_to", no_room)
    monkeypatch.setattr(postgres, "copy_to", no_room)

    with pytest.raises(NotWrittenError, match=r"No backup was written to .*disk is full"):
        take_backup(tmp_path / "x.kpialign")

    assert list(tmp_path.iterdir()) == []
