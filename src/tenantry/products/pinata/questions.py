"""The commands that ask a graph: trace, impact, diff, check, export, serve-mcp. Each is pointed at a folder or a graph file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

NOT_FOUND, BAD_ARGUMENTS, VIOLATED = 1, 2, 1

Where = Annotated[
    str, typer.Option("--in", metavar="PATH", help="The folder to scan, or a file `pinata scan --json` wrote.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]


def trace(
    entry: Annotated[
        str, typer.Argument(help="A route (“POST /orders”, “/orders/5”), a function, a topic, an id, or FILE:LINE.")
    ],
    where: Where = ".",
    depth: Annotated[int, typer.Option(min=1, help="How deep to unfold.")] = 40,
    as_json: AsJson = False,
) -> None:
    """Follow an entry to everything it causes: functions, tables, calls, topics, and on into other services.

    Exit codes: 0 done; 1 nothing is called so; 2 wrong arguments.
    """
    from tenantry.products.pinata.engine.flow import Flow, find
    from tenantry.products.pinata.engine.flow.trace import trace as run

    flow = Flow(_graph(where))
    roots = [run(flow, node, depth) for node in _found(lambda: find(flow, entry))]
    if as_json:
        _print_json([root.to_dict() for root in roots])
        return
    from tenantry.products.pinata.terminal.flow import print_trace

    for root in roots:
        print_trace(_console(), root)


def impact(
    target: Annotated[str, typer.Argument(help="TABLE, TABLE.COLUMN, a route, a topic, or a function.")],
    where: Where = ".",
    as_json: AsJson = False,
) -> None:
    """Show who would notice if a table, a column, a route or a topic changed.

    A column is looked for by its name in the code around each statement, so it needs the folder and not only a graph file.

    Exit codes: 0 done; 1 nothing is called so; 2 wrong arguments.
    """
    from tenantry.products.pinata.engine.flow import Flow
    from tenantry.products.pinata.engine.flow.impact import impact as run
    from tenantry.products.pinata.graphs import lines_of

    flow = Flow(_graph(where))
    root = Path(where)
    found = _found(lambda: run(flow, target, lines_of(root) if root.is_dir() else None))
    if as_json:
        _print_json(found.to_dict())
        return
    from tenantry.products.pinata.terminal.flow import print_impact

    print_impact(_console(), found)


def diff(
    base: Annotated[
        str, typer.Argument(help="What it was: a graph file, a folder, or a commit of the repository here.")
    ],
    new: Annotated[str, typer.Argument(help="What it is now, likewise.")] = ".",
    as_json: AsJson = False,
) -> None:
    """Say in Markdown, fit for a pull request, what changed between two graphs. Prints nothing when nothing did.

    Exit codes: 0 compared; 2 one side is no graph, or incomplete, so that nothing can be said.
    """
    from tenantry.products.pinata.engine import diff as compare
    from tenantry.products.pinata.engine.flow.review import BrokenError, comparable, review
    from tenantry.products.pinata.graphs import NoGraphError, read_side

    try:
        before, after = read_side(base), read_side(new)
        comparable(before, after)
        text = review(before, after)
    except (NoGraphError, BrokenError) as error:
        _refuse(str(error))
    if as_json:
        _print_json(compare(before, after).to_dict())
    elif text:
        typer.echo(text, nl=False)


def check(
    policy: Annotated[Path, typer.Argument(help="The rules: a YAML file, see docs/pinata-policies.md.")],
    where: Where = ".",
    sarif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the violations as SARIF, for code hosts.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A SARIF file of before: what stands there is not told again.")
    ] = None,
) -> None:
    """Check rules about what may lead to what.

    Exit codes: 0 all hold; 1 an error was found (warnings and notes alone do not fail); 2 wrong arguments or an unreadable policy.
    """
    from tenantry.products.pinata.engine.flow import Flow
    from tenantry.products.pinata.engine.flow.policy import check as run
    from tenantry.products.pinata.engine.flow.policy_file import PolicyError, read_policy
    from tenantry.products.pinata.engine.flow.sarif import fingerprint, known_in, to_sarif
    from tenantry.products.pinata.terminal.flow import print_violations

    try:
        rules = read_policy(policy.read_text("utf-8"))
        known = known_in(baseline.read_text("utf-8")) if baseline else frozenset[str]()
    except PolicyError as error:
        _refuse(f"{policy}: {error}")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        _refuse(str(error))
    found = [violation for violation in run(Flow(_graph(where)), rules) if fingerprint(violation) not in known]
    if sarif is not None:
        _write(sarif, json.dumps(to_sarif(rules, found), indent=2, ensure_ascii=False) + "\n")
    print_violations(_console(), found)
    failed = sum(violation.rule.severity == "error" for violation in found)
    typer.echo(f"{len(rules)} rules, {len(found)} violations, {failed} of them errors.")
    if failed:
        raise typer.Exit(VIOLATED)


def export(
    format: Annotated[
        str,
        typer.Argument(help="mermaid, c4, openapi, asyncapi, json-schema, graphml, csv…; a wrong one lists all."),
    ],
    where: Where = ".",
    service: Annotated[str | None, typer.Option(help="Only this service, and what it touches.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")] = None,
) -> None:
    """Write the graph in another format.

    Exit codes: 0 done; 2 wrong arguments, or a file that cannot be written.
    """
    from tenantry.products.pinata.engine.formats import FORMATS, NeedsServiceError, write

    if format not in FORMATS:
        _refuse(
            f"There is no format {format}. There are {', '.join(f'{name} ({about})' for name, about in FORMATS.items())}."
        )
    try:
        text = write(_graph(where), format, service)
    except NeedsServiceError as error:
        _refuse(f"Several services have routes; give one with --service: {', '.join(error.services)}.")
    except ValueError as error:
        _refuse(f"{str(error)[:1].upper()}{str(error)[1:]}.")
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)


def overlay(
    where: Annotated[str, typer.Option("--in", metavar="FOLDER", help="The folder to scan.")] = ".",
    coverage: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A coverage report: lcov, Cobertura or JaCoCo. Give it several times."),
    ] = None,
    since: Annotated[str, typer.Option(help="How far back git's history counts, in git's words.")] = "1 year ago",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the graph with its overlays to this file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lay over the graph what stands beside the source: failures that nobody handles, coverage, history and owners, dependencies.

    Exit codes: 0 done; 2 wrong arguments, or a report that cannot be read.
    """
    from tenantry.products.pinata.engine.graph import lines
    from tenantry.products.pinata.engine.overlays import find_overlays
    from tenantry.products.pinata.engine.overlays.coverage import CoverageError, read_coverage
    from tenantry.products.pinata.engine.overlays.history import HistoryError, read_history
    from tenantry.products.pinata.terminal.overlays import print_overlays

    root = Path(where)
    if not root.is_dir():
        _refuse(f"{where} is no folder. Overlays need the source, not only its graph.")
    notes = []
    try:
        reports = [read_coverage(path) for path in coverage or ()]
    except CoverageError as error:
        _refuse(str(error))
    try:
        history = read_history(root, since)
    except HistoryError as error:
        history = None
        notes.append(str(error))
    document = _graph(where)
    found = find_overlays(root, document, reports, history)
    found.notes.extend(notes)
    if output is not None:
        _write(output, "".join(lines({**document, "overlays": found.to_dict()})))
    if as_json:
        _print_json(found.to_dict())
    else:
        print_overlays(_console(), document, found)


def serve_mcp(
    path: Annotated[
        str, typer.Argument(help="The folder (scanned again whenever it has changed), or a graph file.")
    ] = ".",
) -> None:
    """Answer the same questions for an assistant: a Model Context Protocol server on standard input and output.

    Exit codes: 0 the other side has closed; 2 wrong arguments.
    """
    from tenantry.products.pinata.assistant import server

    _graph(path)  # what is wrong with it should be said here, and not to an assistant
    server(path).run("stdio")


def _graph(where: str) -> dict[str, Any]:
    from tenantry.products.pinata.graphs import NoGraphError, read_graph

    try:
        return read_graph(where)
    except NoGraphError as error:
        _refuse(str(error))


def _found(look: Any) -> Any:
    from tenantry.products.pinata.engine.flow import NotFoundError

    try:
        return look()
    except NotFoundError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_FOUND) from None


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BAD_ARGUMENTS)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _refuse(f"{path}: {error.strerror or error}")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _console() -> Any:
    from rich.console import Console

    console = Console()
    # Lines for people fold at the edge of their window; a file or another program gets them whole.
    return console if console.is_terminal else Console(width=1000)


COMMANDS: dict[str, Callable[..., None]] = {
    "trace": trace, "impact": impact, "diff": diff, "check": check, "export": export, "overlay": overlay, "serve-mcp": serve_mcp,
}  # fmt: skip
