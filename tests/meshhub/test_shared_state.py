"""Where roles are apart, commands write what all processes share, and a backup has it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from alerting.ledger.ledger import Changes as LedgerChanges
from alerting.ledger.ledger import Ledger
from alerting.matchers import parse_matchers
from alerting.silences import Silence
from envoy_config.history.history import History
from meshhub.access.ledger import AccessLedger
from meshhub.access.tokens import Scope
from meshhub.app.processes import PROCESS, ProcessReport
from meshhub.app.shared import ACCESS_LOG, ALERTING_LOG, WIRING_LOG
from meshhub.cli.commands import create_app
from meshhub.errors import MeshhubError, StorageError, UnusableRequest
from meshhub.testing.front import running_front
from storage.client import Store
from storage.settings import StorageSettings
from storage.shared.log import SharedEngine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MESH = """\
apiVersion: meshhub/v1
hub: {otlp: "meshhub.shop.svc.cluster.local:4317"}
meshes:
- {name: prod, kind: istio, version: "1.30"}
"""


@dataclass
class Process:
    """What a process of a divided hub keeps, on a directory and the shared logs."""

    access: AccessLedger
    history: History
    ledger: Ledger

    def follow(self) -> None:
        for each in (self.access, self.history, self.ledger):
            each.follow()
            assert each.trouble == ""

    def knows(self) -> tuple[object, ...]:
        """Everything, by value, but when a token was used last: each process knows that of itself."""
        tokens = [replace(each, used=None) for each in self.access.tokens()]
        versions = self.history.versions()
        texts = [self.history.documents(each.id) for each in versions]
        audit = self.access.audit()
        return tokens, audit, versions, texts, self.ledger.remembered().silences


class Apart:
    """An engine over HTTP, and processes on it."""

    def __init__(self, folder: Path, url: str, ends: ExitStack) -> None:
        self.url = url
        self._folder = folder
        self._ends = ends
        self._shared = SharedEngine.open(url, folder, StorageSettings())
        ends.callback(self._shared.close)

    def process(self, name: str) -> Process:
        """One that has caught up."""
        directory = self._folder / name
        directory.mkdir(exist_ok=True)
        made = Process(
            self._ends.enter_context(closing(AccessLedger(directory / "access.sqlite", self._shared.log(ACCESS_LOG)))),
            self._ends.enter_context(closing(History(directory / "wiring.sqlite", self._shared.log(WIRING_LOG)))),
            self._ends.enter_context(closing(Ledger(directory / "alerting.sqlite", self._shared.log(ALERTING_LOG)))),
        )
        made.follow()
        return made

    def report(self) -> None:
        """Say that a process is alive."""
        body = ProcessReport("pod-1", ("web",), "1", "http://pod-1")
        self._shared.report("pod-1", PROCESS, TypeAdapter(ProcessReport).dump_json(body).decode())


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, backups: Path) -> Iterator[str]:
    """An engine over HTTP with a schema, and a place for backups."""
    folder = tmp_path_factory.mktemp("engine")
    config = f"<clickhouse><backups><allowed_path>{backups}</allowed_path></backups></clickhouse>"
    (folder / "config.xml").write_text(config)
    with running_front(folder / "store", "--config-file", str(folder / "config.xml")) as front:
        with closing(Store.open(front.url, folder, StorageSettings())) as store:
            store.migrations.apply()
        yield front.url


@pytest.fixture
def environment(url: str, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of commands that have this engine; what a chart gives the pods of a role."""
    data_dir = tmp_path / "of-commands"
    monkeypatch.setenv("MESHHUB_STORE", url)
    monkeypatch.setenv("MESHHUB_DATA_DIR", str(data_dir))
    monkeypatch.setenv("MESHHUB_STORAGE__BACKUPS__DIRECTORY", str(backups))
    monkeypatch.setenv("MESHHUB_STORAGE__BACKUPS__POLL_SECONDS", "0.05")
    return data_dir


def run(*arguments: object) -> str:
    done = CliRunner().invoke(create_app(), [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_nothing_is_written_where_nobody_can_tell_who_shares_it(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHHUB_STORE", "clickhouse://127.0.0.1:1")
    with pytest.raises(StorageError, match="could not reach"):
        run("token", "create", "anybody")
    assert not environment.exists()


@pytest.mark.timeout(300)
def test_commands_write_what_processes_share_and_a_backup_brings_it_back(
    url: str, backups: Path, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as ends:
        apart = Apart(tmp_path, url, ends)

        run("token", "create", "before")
        assert (environment / "access.sqlite").exists(), "one process with a server keeps its tokens itself"
        monkeypatch.setenv("MESHHUB_ROLES", "web")
        with pytest.raises(MeshhubError, match="none of them has run on it yet"):
            run("token", "create", "too early")

        web, alerting = apart.process("web"), apart.process("alerting")
        monkeypatch.delenv("MESHHUB_ROLES")  # as a command that was told the store only
        token = run("token", "create", "grafana", "--scope", "operate").strip()
        other = run("token", "create", "mistake").strip()
        (mistake,) = [each["id"] for each in json.loads(run("token", "list", "--json")) if each["name"] == "mistake"]
        run("token", "revoke", mistake)
        web.follow()
        found = web.access.find(token, NOW)
        assert found is not None
        assert found.scope is Scope.OPERATE
        assert web.access.find(other, NOW) is None
        assert web.access.audit()[0].what == "token revoked"

        (tmp_path / "mesh.yaml").write_text(MESH)
        run("wire", "apply", tmp_path / "mesh.yaml", "--to", tmp_path / "wired", "-m", "first", "--author", "helm")
        web.follow()
        (version,) = web.history.versions()
        assert (version.author, version.message) == ("helm", "first")
        run("wire", "remove", tmp_path / "mesh.yaml", "--to", tmp_path / "wired", "-m", "gone")
        assert "gone" in run("wire", "history")
        assert not list((tmp_path / "wired").glob("*.yaml")), "what was applied is known, though nothing is kept here"

        matchers = parse_matchers('service="cart"')
        silence = Silence("s1", matchers, NOW, NOW + timedelta(hours=1), "ann", "maintenance", NOW)
        alerting.ledger.commit(LedgerChanges(silences=[silence]), {}, NOW)
        web.follow()
        before = web.knows()

        run("backup", "of-roles.tar", "--verify")
        web.access.create("after the backup", Scope.READ, None, NOW)
        apart.report()
        with pytest.raises(UnusableRequest, match="pod-1"):
            run("restore", "of-roles.tar", "--replace")

    with closing(Store.open(url, tmp_path, StorageSettings())) as store, store._engine.client_of("default") as client:
        client.command("DROP DATABASE meshhub SYNC")
    assert "is restored" in run("restore", "of-roles.tar", "--data-dir", tmp_path / "of the restore")
    with ExitStack() as ends:
        apart = Apart(tmp_path, url, ends)
        for name in ("web", "alerting", "one with an empty directory"):
            process = apart.process(name)
            assert process.knows() == before
        process.access.create("new", Scope.READ, None, NOW)
        assert "new" in {each["name"] for each in json.loads(run("token", "list", "--json"))}
