"""`tenantry pinata …`: the engine in a terminal, without any server."""

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from tenantry.products.pinata.questions import COMMANDS

cli = typer.Typer(help="Pinata Code: see how data flows through a system.", no_args_is_help=True, add_completion=False)

NOTHING_FOUND, BAD_ARGUMENTS, INTERRUPTED = 1, 2, 130


@cli.callback()
def pinata() -> None:
    """Pinata Code: see how data flows through a system."""


@cli.command()
def scan(
    path: Annotated[Path, typer.Argument(help="The folder to scan.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the whole graph to this file.")
    ] = None,
    mermaid: Annotated[Path | None, typer.Option(metavar="FILE", help="Write Mermaid flowcharts as Markdown.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all that was found as CSV.")] = None,
    processes: Annotated[int, typer.Option(min=0, help="Read files in this many processes; 0 takes one per core.")] = 0,
    include_tests: Annotated[
        bool, typer.Option("--include-tests", help="Count what tests do as what the system does.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither use nor keep what earlier scans found.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Scan a folder and show its routes, tables, calls and the paths between them.

    Exit codes: 0 done; 1 done, but there was no file in a language Pinata reads; 2 wrong arguments, no such folder,
    or a file that cannot be written; 130 interrupted.
    """
    # Imported here, so that `--help` and the rest of the command line stay quick.
    from rich.console import Console

    from tenantry.products.pinata.engine import ScanOptions, to_csv, to_mermaid
    from tenantry.products.pinata.engine.scan import scan as run
    from tenantry.products.pinata.graphs import cache_dir, commit_of
    from tenantry.products.pinata.terminal.summary import Bar, summary

    console = Console(stderr=False)
    if not path.is_dir():
        word = "a file, not a folder" if path.exists() else "not there"
        typer.echo(f"{path} is {word}. Give the folder of a repository, for example: pinata scan .", err=True)
        raise typer.Exit(BAD_ARGUMENTS)
    for target in (json_file, mermaid, csv):
        if target is not None and not target.absolute().parent.is_dir():
            typer.echo(f"{target} cannot be written: its folder is not there.", err=True)
            raise typer.Exit(BAD_ARGUMENTS)
    options = ScanOptions(
        cache_dir=None if no_cache else cache_dir(),
        processes=processes or os.cpu_count() or 1,
        commit=commit_of(path),
        include_tests=include_tests,
    )
    collecting = gc.isenabled()
    gc.disable()  # nearly all that a scan makes is kept until it ends, and a search through it is a sixth of the time
    try:
        with Bar(console, enabled=not quiet) as bar:
            graph = run(path, options=options, report=bar.report)
        document = graph.to_dict()
        if json_file is not None:
            graph.write_json(json_file)
        if mermaid is not None:
            mermaid.write_text(
                "\n".join(f"```mermaid\n{diagram}```\n" for diagram in to_mermaid(document)), encoding="utf-8"
            )
        if csv is not None:
            csv.write_text(to_csv(document), encoding="utf-8")
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        typer.echo(f"{error.filename or path}: {error.strerror or error}", err=True)
        raise typer.Exit(BAD_ARGUMENTS) from None
    finally:
        gc.freeze()  # the process is about to end: leaving costs nothing then
        if collecting:
            gc.enable()
    if not document["stats"]["files"]:
        typer.echo(
            "Nothing to scan: there is no file here in a language Pinata reads (Python, TypeScript, JavaScript, SQL).",
            err=True,
        )
        raise typer.Exit(NOTHING_FOUND)
    if not quiet:
        summary(console, graph, [target for target in (json_file, mermaid, csv) if target is not None])


for name, command in COMMANDS.items():
    cli.command(name)(command)
