"""The database of an installation: the operator's own by address, or the embedded one, started here or already running."""

from collections.abc import Iterator
from contextlib import contextmanager

from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.data_dir import AlreadyRunningError, hold
from tenantry.infra.database.embedded import attach, embedded_server
from tenantry.infra.database.urls import DatabaseUrls, external_urls


@contextmanager
def database_server(settings: Settings, *, alone: bool = False) -> Iterator[DatabaseUrls]:
    """The database for as long as the block lasts.

    With `alone` nobody else may be running on the data directory; otherwise a command joins the server that runs there.

    Raises:
        AlreadyRunningError: somebody else runs on the data directory, and `alone` was asked for.
        SettingsError: the address of an own database is incomplete.
    """
    if settings.database_url is not None:
        yield external_urls(settings)
        return
    running = None if alone else _join(settings)
    if running is not None:
        yield running
        return
    with embedded_server(settings.data_dir) as urls:
        yield urls


def running_database(settings: Settings) -> DatabaseUrls:
    """The database that runs already, for a process which is one of several.

    Raises:
        SettingsError: none does.
    """
    urls = external_urls(settings) if settings.database_url is not None else _join(settings)
    if urls is None:
        raise SettingsError(
            f"No database runs on {settings.data_dir}. Set TENANTRY_DATABASE_URL to one of your own, or start `tenantry up` first."
        )
    return urls


def _join(settings: Settings) -> DatabaseUrls | None:
    """The server somebody else runs here; a pid file alone proves nothing, the lock does."""
    if not settings.data_dir.is_dir():
        return None
    try:
        hold(settings.data_dir).close()
    except AlreadyRunningError:
        return attach(settings.data_dir)
    return None
