"""What each role may do: every permission is declared once, with the least role that has it."""

from collections.abc import Mapping

from tenantry.core.roles import Role


class Permissions:
    """All permissions of this installation, from the chassis and from the manifests.

    Raises:
        ValueError: two parts declare the same permission.
    """

    def __init__(self, *declared: Mapping[str, Role]) -> None:
        self.least: dict[str, Role] = {}
        for part in declared:
            if twice := self.least.keys() & part.keys():
                raise ValueError(f"Declared twice: {', '.join(sorted(twice))}.")
            self.least |= part
        self._of = {role: frozenset(name for name, least in self.least.items() if role >= least) for role in Role}

    def of(self, role: Role) -> frozenset[str]:
        """What somebody with this role may do."""
        return self._of[role]
