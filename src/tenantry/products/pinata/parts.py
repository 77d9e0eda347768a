"""The installation's parts that Pinata works with, as a request and as a job find them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from tenantry.products.pinata.settings import PinataSettings
from tenantry.sdk import JobContext, Sealer, Settings, Storage


@dataclass(frozen=True)
class Parts:
    """Settings, files and the sealer."""

    settings: Settings
    storage: Storage
    sealer: Sealer

    @cached_property
    def own(self) -> PinataSettings:
        """Pinata's own settings."""
        return PinataSettings.load()

    @property
    def work(self) -> Path:
        """Where scans keep what they fetch, for as long as they run."""
        return self.settings.data_dir / "work" / "pinata"

    @property
    def cache(self) -> Path:
        """Where facts about files are kept between scans, a folder for each organization."""
        return self.settings.data_dir / "cache" / "pinata"


def parts_of(context: JobContext) -> Parts:
    """What a job works with."""
    return Parts(context.part(Settings), context.part(Storage), context.part(Sealer))


def _from_app(request: Request) -> Parts:
    state = request.app.state
    return Parts(state.settings, state.storage, state.sealer)


FromApp = Annotated[Parts, Depends(_from_app)]
"""What a route works with."""
