"""What runs in a process: parts are brought up in order, and taken down in the opposite one."""

import asyncio
import gc
import importlib
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tenantry.core.settings import Settings, load_settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.preflight import refuse_if_open
from tenantry.infra.database.server import database_server, running_database
from tenantry.infra.database.up_to_date import is_up_to_date
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.heavy import HeavyPool, use_pool
from tenantry.infra.http.server import Server, listen, server_config
from tenantry.infra.telemetry import configure_logging
from tenantry.packages import packages

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tenantry.chassis.manifest import Product

Say = Callable[[str], None]


def up(settings: Settings, say: Say) -> None:
    """`tenantry up`: the database, migrated; then API, interface and worker in this one process, until a signal.

    Raises:
        PortTakenError, AlreadyRunningError, SettingsError: with what to do.
    """
    configure_logging(settings)
    listener = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    # PostgreSQL takes a moment to start, and so does loading ourselves: both at once.
    loading = threading.Thread(target=importlib.import_module, args=("tenantry.app",), name="loading", daemon=True)
    loading.start()
    with listener, database_server(settings, alone=True) as urls:
        from tenantry.app import mounted

        products = mounted(settings)
        _migrate(settings, urls, say)
        _run(_serve(settings, urls, products, listener, say))


def web(settings: Settings, workers: int, say: Say) -> None:
    """`tenantry web`: API and interface alone, in any number of processes, beside `tenantry worker`.

    Raises:
        PortTakenError, SettingsError: with what to do.
    """
    configure_logging(settings)
    running_database(settings)
    with listen(settings.host, settings.port) as listener:
        say(f"Serving at {settings.base_url} with {workers} process{'es' if workers > 1 else ''}. Stop it with Ctrl-C.")
        if workers > 1:
            from uvicorn.supervisors import Multiprocess

            config = server_config("tenantry.run:web_process", settings, factory=True, workers=workers)
            Multiprocess(config, sockets=[listener]).run()
        else:
            _run(_serve_web(Server(server_config(web_process(), settings)), listener))


async def _serve_web(server: Server, listener: socket.socket) -> None:
    with _on_signals(lambda _: server.stop()):
        await server.serve(sockets=[listener])


def web_process() -> "FastAPI":
    """The application of one process of `tenantry web`."""
    from tenantry.app import create_app, mounted

    settings = load_settings()
    configure_logging(settings)
    urls = running_database(settings)
    database = Database(urls, pool_size=settings.database_pool_size)

    @asynccontextmanager
    async def lifespan(app: "FastAPI") -> AsyncIterator[None]:
        await refuse_if_open(urls)
        async with _heavy_work(settings), _live(app):
            _settle()
            yield
        await database.close()

    return create_app(settings, database, mounted(settings), lifespan=lifespan)


def _migrate(settings: Settings, urls: DatabaseUrls, say: Say) -> None:
    known = packages(settings.products)
    if not is_up_to_date(urls, known):
        from tenantry.infra.database.commands import migrate_on

        migrate_on(settings, urls, known, say)


def work(settings: Settings, say: Say) -> None:
    """`tenantry worker`: jobs alone."""
    configure_logging(settings)
    with database_server(settings) as urls:
        say("Working. Stop it with Ctrl-C.")
        _run(_work(settings, urls))


async def _serve(
    settings: Settings, urls: DatabaseUrls, products: "Sequence[Product]", listener: socket.socket, say: Say
) -> None:
    from tenantry.app import create_app, create_worker

    async with _parts(settings, urls) as database:
        app = create_app(settings, database, products, lifespan=_live)
        _settle()
        server = Server(server_config(app, settings))
        worker = create_worker(settings, database, products, app.state.metrics)

        def stop(number: int) -> None:
            # Who presses Ctrl-C twice will not wait; a second SIGTERM may come from a supervisor that signals the whole group.
            server.stop(now=server.should_exit and number == signal.SIGINT)
            worker.stop()

        with _on_signals(stop):
            working = asyncio.create_task(worker.run(), name="worker")
            telling = asyncio.create_task(_tell(server, settings, say))
            try:
                await server.serve(sockets=[listener])
            finally:
                worker.stop()
                telling.cancel()
                await working


@asynccontextmanager
async def _live(app: "FastAPI") -> AsyncIterator[None]:
    """Sockets are served, and the use of API keys is counted, for as long as the application runs."""
    await app.state.hub.start()
    await app.state.usage.start()
    yield
    await app.state.hub.stop()
    await app.state.usage.stop()


async def _work(settings: Settings, urls: DatabaseUrls) -> None:
    from tenantry.app import create_worker, mounted

    async with _parts(settings, urls) as database:
        worker = create_worker(settings, database, mounted(settings))
        with _on_signals(lambda _: worker.stop()):
            await worker.run()


@asynccontextmanager
async def _parts(settings: Settings, urls: DatabaseUrls) -> AsyncIterator[Database]:
    database = await Database.connect(settings, urls)
    try:
        async with _heavy_work(settings):
            yield database
    finally:
        await database.close()


@asynccontextmanager
async def _heavy_work(settings: Settings) -> AsyncIterator[None]:
    pool = HeavyPool(settings.heavy_processes)
    use_pool(pool)
    try:
        yield
    finally:
        use_pool(None)
        await pool.close()


async def _tell(server: Server, settings: Settings, say: Say) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    say(f"Tenantry runs at {settings.base_url}")
    say(f"Its data lies in {settings.data_dir}. Stop it with Ctrl-C.")


class _on_signals:  # noqa: N801 - reads as a verb where it is used
    """Ctrl-C and SIGTERM call `stop` with their number for as long as the block lasts."""

    def __init__(self, stop: Callable[[int], None]) -> None:
        self._stop = stop

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop, number)

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)


def _settle() -> None:
    """What is loaded by now stays: the garbage collector need not walk through it again and again while requests are served."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _run(main: Coroutine[Any, Any, None]) -> None:
    try:
        from uvloop import new_event_loop
    except ImportError:
        new_event_loop = None  # type: ignore[assignment]
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)
