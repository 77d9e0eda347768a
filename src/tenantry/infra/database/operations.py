"""A migration's own word: `op.isolate("pinata_scans", kind="tenant")`, written behind every new table by autogenerate."""

from dataclasses import fields
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import MigrateOperation, Operations, ops

from tenantry.infra.database.isolation import Isolation


@Operations.register_operation("isolate")
class IsolateOp(MigrateOperation):
    """Keep a table's rows apart, as an `Isolation` with these options says."""

    def __init__(self, table: str, **options: Any) -> None:
        self.table = table
        self.isolation = Isolation(**options)

    @classmethod
    def isolate(cls, operations: Operations, table: str, **options: Any) -> None:
        """The operation, as migrations call it."""
        operations.invoke(cls(table, **options))

    def reverse(self) -> MigrateOperation:
        """Going back drops the table, and its policies with it; there is nothing else to undo."""
        return ops.UpgradeOps(ops=[])


@Operations.implementation_for(IsolateOp)
def _run(operations: Operations, operation: IsolateOp) -> None:
    for statement in operation.isolation.statements(operation.table):
        operations.execute(statement)


@renderers.dispatch_for(IsolateOp)
def _render(_: AutogenContext, operation: IsolateOp) -> str:
    given = operation.isolation
    options = [
        f"{field.name}={getattr(given, field.name)!r}"
        for field in fields(Isolation)
        if field.name != "reason" and (field.name == "kind" or getattr(given, field.name) != field.default)
    ]
    return f"op.isolate({operation.table!r}, {', '.join(options)})"


def with_isolation(isolations: dict[str, Isolation]) -> Rewriter:
    """A rewriter which appends the isolation of each table that autogenerate creates, right behind the table."""
    rewriter = Rewriter()

    @rewriter.rewrites(ops.CreateTableOp)
    def _append(_context: Any, _revision: Any, operation: ops.CreateTableOp) -> list[MigrateOperation]:
        isolation = isolations[operation.table_name]
        operation.info = {}  # ours, and no business of the migration's
        options = {field.name: getattr(isolation, field.name) for field in fields(Isolation)}
        return [operation, IsolateOp(operation.table_name, **options)]

    return rewriter
