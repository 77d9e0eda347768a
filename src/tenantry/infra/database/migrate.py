"""Migrations: one branch for each package, all run together, one at a time across processes, as the owner.

Everything happens in one transaction: a migration that fails leaves the database as it was.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

from tenantry.infra.database.models import EXTERNAL_TABLES, Base, isolations
from tenantry.infra.database.operations import with_isolation
from tenantry.infra.database.packages import Package, load_all
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.urls import DatabaseUrls

LOCK = 0x7E4A7127  # any number, the same in every process
VERSIONS = "database_migrations"
OWN_TYPE = re.compile(r"\b([a-z_]\w*(?:\.[a-z_]\w*)+\.models)\.[A-Z]\w*\(")
"""A column type of a package's own, as it stands in a migration."""
TEMPLATES = Path(__file__).parent


class NewerDataError(Exception):
    """A newer version has migrated this database."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a migration would do."""

    current: frozenset[str]
    pending: tuple[str, ...]


class Migrations:
    """The migrations of some packages, on one database."""

    def __init__(self, urls: DatabaseUrls, packages: Sequence[Package]) -> None:
        self.packages = packages
        load_all(packages)
        self._engine = create_engine(urls.sqlalchemy(OWNER, direct=True), poolclass=NullPool)
        self._config = Config()
        self._config.set_main_option("script_location", str(TEMPLATES))
        self._script = self._read()

    def _read(self) -> ScriptDirectory:
        return ScriptDirectory(
            str(TEMPLATES),
            file_template="%(rev)s_%(slug)s",
            version_locations=[str(package.migrations) for package in self.packages if package.migrations.is_dir()],
        )

    def plan(self) -> Plan:
        """What has been applied, and what is to be."""
        with self._engine.connect() as connection:
            current = frozenset(MigrationContext.configure(connection, opts=self._options()).get_current_heads())
            return Plan(current, tuple(step.revision.revision for step in self._steps(current)))

    def upgrade(self) -> tuple[str, ...]:
        """Apply all that is pending; whoever comes second waits and finds nothing left to do. Answers what was applied."""
        applied: list[str] = []

        def steps(current: Any, _: MigrationContext) -> Any:
            found = self._steps(current)
            applied.extend(step.revision.revision for step in found)
            return found

        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            with EnvironmentContext(self._config, self._script) as environment:
                environment.configure(connection, fn=steps, **self._options())
                environment.run_migrations()
        return tuple(applied)

    def drift(self) -> list[Any]:
        """How the models differ from the migrated database; empty when they agree."""
        with self._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=self._options(self.packages))
            return list(compare_metadata(context, Base.metadata))

    def new(self, package: Package, message: str) -> Path | None:
        """Write the migration from the migrated database to the models of one package; none when nothing differs."""
        with self._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=self._options([package]))
            produced = produce_migrations(context, Base.metadata)
            with_isolation(isolations()).process_revision_directives(context, (), [produced])
            upgrade = produced.upgrade_ops
            if upgrade is None or upgrade.is_empty():
                return None
            code = render_python_code(upgrade, migration_context=context)
        package.migrations.mkdir(exist_ok=True)
        script = self._read()
        own = [path for path in script.walk_revisions() if path.revision.startswith(f"{package.name}_")]
        written = script.generate_revision(
            f"{package.name}_{len(own) + 1:04}",
            message,
            head=own[0].revision if own else "base",
            branch_labels=None if own else [package.name],
            version_path=str(package.migrations),
            imports=sorted({f"import {module}" for module in OWN_TYPE.findall(code)}),
            upgrades="\n".join(line for line in code.splitlines() if not line.strip().startswith("# ###")).strip(),
        )
        if written is None:
            return None
        _tidy(Path(written.path))
        return Path(written.path)

    def _steps(self, current: Any) -> list[Any]:
        known: Any = tuple(self._known(current))
        return list(self._script._upgrade_revs("heads", known))

    def _known(self, current: Iterable[str]) -> Iterator[str]:
        """A package that is no longer mounted keeps its tables, and its place in its branch."""
        mounted = {package.name for package in self.packages}
        known = {revision.revision for revision in self._script.walk_revisions()}
        for revision in current:
            if revision in known:
                yield revision
            elif revision.rpartition("_")[0] in mounted:
                raise NewerDataError(
                    f"The database has been migrated to {revision}, which this version does not know. "
                    "Run the newer version of Tenantry, or restore the backup taken before that migration."
                )

    def _options(self, of: Sequence[Package] = ()) -> dict[str, Any]:
        def included(thing: Any, _name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            declared = other if reflected else thing
            return kind != "table" or declared is None or any(package.owns(declared) for package in of)

        return {
            "include_object": included,
            "target_metadata": Base.metadata,
            "version_table": VERSIONS,
            "compare_type": True,
            "compare_server_default": False,
            "include_name": _ours,
        }


def _tidy(path: Path) -> None:
    """Leave the file as `bin/lint` wants it, where its tool is installed."""
    if find_spec("ruff"):
        for command in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
            subprocess.run([sys.executable, "-m", "ruff", *command, str(path)], check=False)


def _ours(name: str | None, kind: str, _: Any) -> bool:
    return not (kind == "table" and (name in EXTERNAL_TABLES or name == VERSIONS))
