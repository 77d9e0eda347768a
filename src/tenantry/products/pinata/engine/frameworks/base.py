"""What a framework must bring. One file per framework implements `Framework`; `frameworks/__init__.py` lists them.

Two more things may be brought, by those who need them: `members` (rules for members of classes of the tree) and
`namespaces` (objects from outside that the tree fills); see resolve/inference.py."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program


class Framework(Protocol):
    """Knowledge of one framework or library."""

    @property
    def name(self) -> str: ...

    @property
    def packages(self) -> tuple[str, ...]:
        """Modules whose import says that the framework is in use; () for those that need none."""
        ...

    @property
    def results(self) -> Mapping[str, Iterable[Result]]:
        """What calls give back, by the last name of the callee: {"Depends": [injected]}."""
        ...

    def find(self, program: Program, findings: Findings) -> None:
        """Note all that is to be found. Runs once per scan, after all files are resolved."""
        ...
