"""Packaging hook: a wheel carries the built interface. For an editable install the set-up builds it, as a step there."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InterfaceHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        spec = importlib.util.spec_from_file_location("web_build", Path(self.root) / "web" / "build.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("web/build.py is missing: this is not a whole checkout or source archive.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
