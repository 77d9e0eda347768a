"""Which paths .gitignore files leave out, nested ones included, by git's own rules."""

import re
from functools import lru_cache

_WILD = re.compile(r"[*?\[\\]")
_ANYWHERE = "(?:.*/)?"


@lru_cache(maxsize=65_536)
def _regex(pattern: str) -> str:
    """A gitignore pattern (without `!` and the trailing `/`) as a regular expression on a path relative to its file."""
    anchored = "/" in pattern.rstrip("/")
    pattern = pattern.lstrip("/")
    out, i, size = "", 0, len(pattern)
    while i < size:
        char = pattern[i]
        if pattern.startswith("**/", i):
            out, i = out + "(?:.*/)?", i + 3
        elif pattern.startswith("/**", i) and i + 3 == size:
            out, i = out + "/.+", i + 3
        elif char == "*":
            out, i = out + "[^/]*", i + 1
        elif char == "?":
            out, i = out + "[^/]", i + 1
        elif char == "[" and (end := pattern.find("]", i + 2)) > 0:
            inner = pattern[i + 1 : end].replace("\\", "\\\\")
            inner = "^" + inner[1:] if inner[0] in "!^" else inner
            out, i = out + f"[{inner}]", end + 1
        elif char == "\\" and i + 1 < size:
            out, i = out + re.escape(pattern[i + 1]), i + 2
        else:
            out, i = out + re.escape(char), i + 1
    return (out if anchored else _ANYWHERE + out) + r"\Z"


class Rules:
    """The patterns of one .gitignore, in order; the last one that matches decides.

    Most patterns have no slash and look at a name alone: those without wildcards are found in a set, the others in one
    expression, so that the order is only gone through for paths that some pattern matches."""

    def __init__(self, folder: str, text: str) -> None:
        self.folder = folder
        self.start = len(folder) + 1 if folder else 0
        self.patterns: list[tuple[re.Pattern[str], bool, bool]] = []  # (pattern, keeps, folders only)
        literals: set[str] = set()
        names: list[str] = []
        paths: list[str] = []
        for raw in text.splitlines():
            line = raw.rstrip() if not raw.endswith("\\ ") else raw
            if not line or line.startswith("#"):
                continue
            keeps = line.startswith("!")
            line = line[1:] if keeps else line
            line = line[1:] if line.startswith("\\") and line[1:2] in "#!" else line
            body = line.rstrip("/")
            if not body:
                continue
            source = _regex(body)
            try:
                self.patterns.append((re.compile(source), keeps, line.endswith("/")))
            except re.error:  # git treats a malformed pattern as one that matches nothing
                continue
            if "/" in body:
                paths.append(f"(?:{source})")
            elif _WILD.search(body):
                names.append(f"(?:{source.removeprefix(_ANYWHERE)})")
            else:
                literals.add(body)
        self.literals = frozenset(literals)
        self.names = re.compile("|".join(names)) if names else None
        self.paths = re.compile("|".join(paths)) if paths else None

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """True: ignored, False: kept on purpose, None: not mentioned."""
        name = path[path.rfind("/") + 1 :]
        relative = path[self.start :]
        if (
            name not in self.literals
            and (self.names is None or self.names.match(name) is None)
            and (self.paths is None or self.paths.match(relative) is None)
        ):
            return None
        for pattern, keeps, folders_only in reversed(self.patterns):
            if (is_folder or not folders_only) and pattern.match(relative):
                return not keeps
        return None


def ignored(stack: list[Rules], path: str, is_folder: bool) -> bool:
    """Whether the .gitignore files above a path (outermost first) leave it out."""
    for rules in reversed(stack):
        decision = rules.decide(path, is_folder)
        if decision is not None:
            return decision
    return False
