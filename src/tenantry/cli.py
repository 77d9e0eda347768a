"""The command line: `tenantry up`, and what else there is. Every command imports what it needs when it is called."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tenantry import __version__

EXIT_REFUSED, EXIT_INTERRUPTED = 1, 130


class _Commands(TyperGroup):
    """Our commands and those of the products, whose modules are imported only when they are called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *_product_modules()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        module = _own_product(cmd_name) or _product_modules().get(cmd_name) if own is None else None
        return typer.main.get_command(importlib.import_module(module).cli) if module else own


def _own_product(name: str) -> str | None:
    """The command line of one of our own products. It needs no settings, mounted or not, and reading them takes time."""
    module = f"tenantry.products.{name}.cli"
    return (
        module
        if name.isidentifier()
        and importlib.util.find_spec(f"tenantry.products.{name}")
        and importlib.util.find_spec(module)
        else None
    )


def _product_modules() -> dict[str, str]:
    """The command lines of the products, by slug: the module `cli` beside each manifest, found without importing it."""
    from tenantry.core.settings import load_settings

    found: dict[str, str] = {}
    for name in load_settings().products:
        package = name.partition(":")[0].rpartition(".")[0] if ":" in name else f"tenantry.products.{name}"
        module = f"{package}.cli" if package else "cli"
        if importlib.util.find_spec(module):
            found[package.rpartition(".")[2]] = module
    return found


app = typer.Typer(
    name="tenantry",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Tenantry: one multi-tenant chassis, and the products mounted on it. Settings are variables named TENANTRY_…",
)
admin = typer.Typer(no_args_is_help=True, help="What whoever runs this server may do from its terminal.")
migrations = typer.Typer(invoke_without_command=True, help="Bring the database up to date; a backup is taken first.")
database = typer.Typer(no_args_is_help=True, help="The database itself.")
secrets = typer.Typer(no_args_is_help=True, help="The keys that seal and sign.")
app.add_typer(admin, name="admin")
app.add_typer(secrets, name="secrets")
app.add_typer(migrations, name="migrate")
app.add_typer(database, name="database")


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
) -> None:
    """Serve API, interface and worker from this one process, with the embedded database."""
    from tenantry import run

    run.up(_settings(host=host, port=port), say)


@app.command()
def web(
    workers: Annotated[int, typer.Option(min=1, help="How many processes.")] = 1,
) -> None:
    """Serve API and interface alone, beside `tenantry worker`."""
    from tenantry import run

    run.web(_settings(), workers, say)


@app.command()
def worker() -> None:
    """Run jobs alone; any number of these may run, on any number of machines."""
    from tenantry import run

    run.work(_settings(), say)


@migrations.callback()
def migrate(context: typer.Context) -> None:
    """Bring the database up to date; a backup is taken first."""
    if context.invoked_subcommand is None:
        from tenantry.infra.database import commands
        from tenantry.packages import packages

        settings = _settings()
        commands.migrate(settings, packages(settings.products), say)


@migrations.command("new")
def new_migration(package: str, message: str) -> None:
    """Write a migration for one package, by comparing its models with the migrations so far."""
    from tenantry.infra.database.new import new_migration as write
    from tenantry.packages import packages

    path = write(packages(_settings().products), package, message)
    say(f"Written: {path}" if path else "Nothing has changed.")


@app.command()
def backup(target: Annotated[Path | None, typer.Argument(help="The archive to write.")] = None) -> None:
    """Write everything into one archive, while the service runs or not."""
    from tenantry.infra.database import commands

    commands.backup(_settings(), target, say)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The archive to read.")],
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Put a backup back, with nobody else running on the data."""
    from tenantry.infra.database import commands

    commands.restore(_settings(), source, say, force=force)


@database.command()
def provision(
    admin_url: Annotated[str, typer.Argument(help="postgresql://… of a role that may create roles.")],
) -> None:
    """Make the roles and the database on a PostgreSQL of your own."""
    from tenantry.infra.database import commands

    commands.provision_database(_settings(), admin_url, say)


@database.command()
def upgrade() -> None:
    """Bring the embedded database to the major version of PostgreSQL that comes with this Tenantry."""
    from tenantry.infra.database import commands

    commands.upgrade(_settings(), say)


@admin.command("create")
def create(
    email: str,
    name: Annotated[str, typer.Option(prompt=True, help="The person's name.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Create an account with its organization, whatever TENANTRY_SIGN_UP says."""
    from tenantry import administration

    administration.create(_settings(), email=email, name=name, password=password, say=say)


@admin.command("invite")
def invite(email: str) -> None:
    """Invite somebody to create an account: prints a link that works once."""
    from tenantry import administration

    administration.invite(_settings(), email, say)


@secrets.command("rotate")
def rotate() -> None:
    """Seal everything anew by the newest key: the first of TENANTRY_SECRET_KEYS, or in local mode one that is made now."""
    from tenantry import administration

    administration.rotate_secrets(_settings(), say)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from tenantry import administration

    say(administration.openapi(_settings()))


@app.command()
def settings(example: Annotated[bool, typer.Option("--example", help="As a file .env to fill in.")] = False) -> None:
    """List every setting with its meaning."""
    from tenantry import administration

    say(administration.settings_page(_settings(), example=example))


@app.command()
def version() -> None:
    """Print the version."""
    say(__version__)


def say(text: str) -> None:
    """Tell whoever sits at the terminal."""
    print(text, flush=True)


def _settings(**given: Any) -> Any:
    from tenantry.core.configuration import unknown_variables
    from tenantry.core.settings import load_settings
    from tenantry.packages import setting_kinds

    found = load_settings(**{name: value for name, value in given.items() if value is not None})
    for warning in unknown_variables(setting_kinds(found.products)):
        print(warning, file=sys.stderr)
    return found


def main() -> None:
    """Run a command; what we refuse is said in one sentence, without a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        if not _is_refusal(error):
            raise
        print(error, file=sys.stderr)
        hint = getattr(error, "hint", None)
        if hint:
            print(hint, file=sys.stderr)
        sys.exit(EXIT_REFUSED)


def _is_refusal(error: Exception) -> bool:
    """Whether the error is meant for whoever typed the command, and says what to do."""
    from tenantry.core.errors import Problem
    from tenantry.core.settings import SettingsError

    return isinstance(error, Problem | SettingsError) or type(error).__module__.startswith("tenantry.")


if __name__ == "__main__":
    main()
