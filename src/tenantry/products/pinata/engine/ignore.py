"""Which paths .gitignore files leave out, nested ones included, by git's own rules."""

import re
from functools import lru_cache


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
    return (out if anchored else f"(?:.*/)?{out}") + r"\Z"


class Rules:
    """The patterns of one .gitignore, in order; the last one that matches decides."""

    def __init__(self, folder: str, text: str) -> None:
        self.folder = folder
        self.start = len(folder) + 1 if folder else 0
        self.patterns: list[tuple[re.Pattern[str], bool, bool]] = []  # (pattern, keeps, folders only)
        parts = []
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
            try:
                source = _regex(body)
                self.patterns.append((re.compile(source), keeps, line.endswith("/")))
            except re.error:  # git treats a malformed pattern as one that matches nothing
                continue
            parts.append(f"(?:{source})")
        self.any = re.compile("|".join(parts)) if parts else None

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """True: ignored, False: kept on purpose, None: not mentioned."""
        relative = path[self.start :]
        if self.any is None or self.any.match(relative) is None:
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
