"""Next.js: route handlers (`app/**/route.ts`) and API pages (`pages/api/**`), whose paths are their places in the tree."""

import re

from tenantry.products.pinata.engine.facts import CALL, NAME, STR, Assign, Expr, FileFacts, Import
from tenantry.products.pinata.engine.findings import CERTAIN, Findings
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript, joined, option
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import FUNCTION, At, Definition

_HANDLER = re.compile(r"(?P<root>(?:.*/)?)app/(?P<path>(?:.*/)?)route\.[cm]?[jt]sx?\Z")
_PAGE = re.compile(r"(?P<root>(?:.*/)?)pages/(?P<path>api(?:/.*)?)\.[cm]?[jt]sx?\Z")
_VERBS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
_SEGMENT = re.compile(r"\[{1,2}(?:\.\.\.)?([^\]]+)\]{1,2}")


def path_of_folder(folder: str) -> str:
    """`(group)/posts/[id]/@modal` is `/posts/{id}`; an interception marker belongs to no path."""
    parts = []
    for part in folder.split("/"):
        if not part or part.startswith("@") or (part.startswith("(") and part.endswith(")")):
            continue
        parts.append(_SEGMENT.sub(lambda match: "{" + match.group(1) + "}", part))
    return "/" + "/".join(parts)


class NextJs:
    name = "nextjs"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        project = program.project
        if not self._in_use(program):
            return
        bases = self._base_paths(program)
        for path in sorted(project.files):
            file = project.files[path]
            if not is_javascript(file) or any(part.startswith("_") for part in path.split("/")):
                continue  # a folder or file that begins with an underscore is private
            handler, page = _HANDLER.match(path), _PAGE.match(path)
            if handler is not None:
                base = self._base(bases, handler["root"])
                for verb in _VERBS:
                    self._exported(program, findings, file, verb, verb, joined(base, path_of_folder(handler["path"])))
            elif page is not None:
                base = self._base(bases, page["root"])
                self._exported(
                    program,
                    findings,
                    file,
                    "default",
                    "ANY",
                    joined(base, path_of_folder(page["path"]).removesuffix("/index")),
                )

    @staticmethod
    def _in_use(program: Program) -> bool:
        project = program.project
        if any(
            path.rpartition("/")[2] == "package.json" and b'"next"' in content
            for path, content in project.build.items()
        ):
            return True
        return any(
            item.module == "next" or item.module.startswith("next/")
            for file in project.files.values()
            for item in file.imports
        )

    @staticmethod
    def _base_paths(program: Program) -> dict[str, str]:
        """`basePath` of every next.config.js, by its folder."""
        found: dict[str, str] = {}
        for path, file in program.project.files.items():
            if re.search(r"(?:^|/)next\.config\.[cm]?[jt]s\Z", path):
                for assign in file.assigns:
                    given = (
                        option(program.inference, assign.value, At(file, assign.scope), "basePath")
                        if assign.value
                        else None
                    )
                    if given is not None and given[0][0] == STR:
                        found[path.rpartition("/")[0]] = given[0][1]
        return found

    @staticmethod
    def _base(bases: dict[str, str], root: str) -> str:
        folder = root.rstrip("/")
        return bases.get(folder) or bases.get(folder.removesuffix("src").rstrip("/"), "")

    def _exported(self, program: Program, findings: Findings, file: FileFacts, name: str, verb: str, path: str) -> None:
        for entry in program.project.names(file, 0).get(name, ()):
            handler: Definition | None = None
            line = 1
            if isinstance(entry, int):
                handler = program.project.definition(file, entry)
                line = handler.scope.line
            elif isinstance(entry, Assign):
                handler, line = self._handler(program, entry.value, At(file, 0)), entry.line
            elif isinstance(entry, Import):
                value = program.inference.imported(file, entry, name)
                handler, line = value.definition if value.kind == FUNCTION else None, entry.line
            findings.route(
                verb, path, file, line, handler=handler, framework=self.name, confidence=CERTAIN,
                end_line=handler.scope.end_line if handler is not None and handler.file is file and handler.scope.line >= line else None,
            )  # fmt: skip
            return

    def _handler(self, program: Program, value: Expr | None, at: At, depth: int = 0) -> Definition | None:
        """The function behind `GET = handler`, `GET = withAuth(handler)`."""
        if value is None or depth > 4:
            return None
        if value[0] == CALL:
            for argument in value[2]:
                if argument[0] in (NAME, CALL, "f", "a"):
                    found = self._handler(program, argument, at, depth + 1)
                    if found is not None:
                        return found
        return program.function(value, at)


framework = NextJs()
