"""What gateways do to the paths of requests that pass through them: `/api/customer/**` → `/**` of customers-service.

    Rewrites.of(project).through("/api/customer/owners") → [("/owners", "customers-service")]

Read from the settings of Spring Cloud Gateway and of YARP; rules of other gateways are `Rewrite`s too.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from tenantry.products.pinata.engine.configuration import Configuration, configuration_of, relaxed

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

_ROUTE = re.compile(r"spring\.cloud\.gateway\.(?:server\.)?(?:webflux\.|webmvc\.|mvc\.)?routes\[(\d+)\]\.(.+)\Z")
_YARP = re.compile(r"(?:.*\.)?(routes|clusters)\.([^.\[]+)\.(.+)\Z")
_PLACE = re.compile(r"\{\**([\w.-]+)(?:[:=?][^{}]*)?\}")
_TEMPLATE = re.compile(r"\?P<(\w+)>")
_ITEM = re.compile(r"(predicates|filters)\[(\d+)\](?:\.(.+))?\Z")
_NAMED_GROUP = re.compile(r"\(\?<(\w+)>")
_HOST = re.compile(r"\w+://([^/:?#]+)")
MAX_ROUTES = 500


class Rewrite(NamedTuple):
    """Requests whose path matches `pattern` go on with what `steps` make of it, to `service` ("" when nobody says)."""

    pattern: re.Pattern[str]
    steps: tuple[tuple[str, str], ...]
    """("strip", "2"), ("prefix", "/v1"), ("set", "/x/{id}"), or (pattern, replacement) of a regular expression."""
    service: str

    def applied(self, path: str) -> str | None:
        """The path behind the gateway; None when the rule is not about it."""
        if self.pattern.match(path) is None:
            return None
        for what, how in self.steps:
            if what == "strip":
                path = "/" + "/".join(path.lstrip("/").split("/")[int(how) :])
            elif what == "prefix":
                path = how.rstrip("/") + path
            elif what == "set":
                path = how
            else:
                path = re.sub(what, how, path, count=1)
        return path if path.startswith("/") else f"/{path}"


class Rewrites:
    """All rules of a tree, in the order in which gateways try them."""

    def __init__(self, rules: list[Rewrite]) -> None:
        self.rules = rules

    @staticmethod
    def of(project: "Project") -> "Rewrites":
        def build() -> "Rewrites":
            settings = configuration_of(project)
            found = [rule for path in sorted(settings.files) for rule in _spring(settings, path)]
            return Rewrites(found + [rule for path in sorted(settings.files) for rule in _yarp(settings.files[path])])

        return project.state("gateways", build)

    def through(self, path: str) -> list[tuple[str, str]]:
        """(path, service) behind every gateway that would pass a path on."""
        found: list[tuple[str, str]] = []
        for rule in self.rules:
            behind = rule.applied(path)
            if behind is not None and (behind, rule.service) not in found:
                found.append((behind, rule.service))
        return found


def _spring(settings: Configuration, path: str) -> list[Rewrite]:
    """Routes in application.yml: `predicates: [Path=/api/vet/**]`, `filters: [StripPrefix=2]`, `uri: lb://vets-service`."""
    routes: dict[int, dict[str, str]] = {}
    for key, value in settings.files[path].items():
        match = _ROUTE.match(key)
        if match is not None and int(match.group(1)) < MAX_ROUTES:
            routes.setdefault(int(match.group(1)), {})[match.group(2)] = settings.filled(path, value)
    found: list[Rewrite] = []
    for _, route in sorted(routes.items()):
        listed = _listed(route)
        steps = tuple(step for name, value in listed["filters"] if (step := _step(name, value)) is not None)
        host = _HOST.match(route.get("uri", ""))
        for name, value in listed["predicates"]:
            if name.lower() == "path":
                for pattern in value.split(","):
                    found.append(Rewrite(_ant(pattern.strip()), steps, host.group(1).lower() if host else ""))
    return found


def _yarp(settings: dict[str, str]) -> list[Rewrite]:
    """`ReverseProxy:Routes:x` of appsettings.json: a path to match, transforms of it, and the cluster behind."""
    routes: dict[str, dict[str, str]] = {}
    hosts: dict[str, str] = {}
    for key, value in settings.items():
        match = _YARP.match(key)
        if match is None:
            continue
        section, name, rest = match.groups()
        if section == "routes":
            routes.setdefault(name, {})[rest] = value
        elif rest.endswith(".address") and (host := _HOST.match(value)) is not None:
            hosts.setdefault(name, host.group(1).lower())
    found: list[Rewrite] = []
    for _, route in sorted(routes.items())[:MAX_ROUTES]:
        path = route.get("match.path")
        if path is None or "clusterid" not in route:
            continue
        pattern = _template("/" + path.strip("/"))
        steps = tuple(
            step
            for key, value in sorted(route.items())
            if key.startswith("transforms[") and (step := _transform(key, value, pattern)) is not None
        )
        service = hosts.get(relaxed(route["clusterid"]), "")
        found.append(Rewrite(re.compile(pattern), steps, service))
    return found


def _transform(key: str, value: str, pattern: str) -> tuple[str, str] | None:
    what = key.rpartition(".")[2]
    if what == "pathremoveprefix":
        return rf"\A{re.escape('/' + value.strip('/'))}(?=/|\Z)", ""
    if what == "pathprefix":
        return "prefix", "/" + value.strip("/")
    if what == "pathset":
        return "set", value
    if what == "pathpattern":
        names = _TEMPLATE.findall(pattern)
        replacement = _PLACE.sub(
            lambda match: rf"\g<{relaxed(match.group(1))}>" if relaxed(match.group(1)) in names else "{}",
            value.lstrip("/"),
        )
        return pattern, "/" + replacement
    return None


def _template(path: str) -> str:
    """`/shop/{**rest}` as a regular expression whose groups have the names of its places."""
    out, start, seen = "", 0, set[str]()
    for match in _PLACE.finditer(path):
        out += re.escape(path[start : match.start()])
        name, start = relaxed(match.group(1)), match.end()
        inner = ".*" if "**" in match.group() else "[^/]*"
        out += f"(?P<{name}>{inner})" if name.isidentifier() and name not in seen else inner
        seen.add(name)
    return rf"\A{out + re.escape(path[start:])}/?\Z"


def _listed(route: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Predicates and filters as (name, value), from `Path=/x` and from `{name: Path, args: {pattern: /x}}`."""
    short: dict[tuple[str, int], str] = {}
    names: dict[tuple[str, int], str] = {}
    args: dict[tuple[str, int], list[str]] = {}
    for key, value in route.items():
        match = _ITEM.match(key)
        if match is None:
            continue
        place, rest = (match.group(1), int(match.group(2))), match.group(3)
        if rest is None:
            short[place] = value
        elif rest == "name":
            names[place] = value
        elif rest.startswith("args"):
            args.setdefault(place, []).append(value)
        else:
            names[place], args[place] = rest, [value]  # `- Path: /x`
    found: dict[str, list[tuple[str, str]]] = {"predicates": [], "filters": []}
    for place in sorted(short.keys() | names.keys()):
        name, _, value = (
            short[place].partition("=") if place in short else (names[place], "", ", ".join(args.get(place, ())))
        )
        found[place[0]].append((name.strip(), value.strip()))
    return found


def _step(name: str, value: str) -> tuple[str, str] | None:
    kind = name.lower()
    if kind == "stripprefix":
        return "strip", value if value.isdigit() else "1"
    if kind == "prefixpath":
        return "prefix", value
    if kind == "setpath":
        return "set", value
    if kind == "rewritepath":
        pattern, _, replacement = value.partition(",")
        replacement = re.sub(r"\$\\?\{(\w+)\}", r"\\g<\1>", replacement.strip())
        replacement = re.sub(r"\{(\w+)\}", r"\\g<\1>", replacement)  # a placeholder that no setting fills
        pattern = _NAMED_GROUP.sub(r"(?P<\1>", pattern.strip())
        try:
            re.sub(pattern, replacement, "", count=1)
        except (re.error, IndexError):
            return None
        return pattern, replacement
    return None


def _ant(pattern: str) -> re.Pattern[str]:
    """`/api/**`, `/a/{id}/*` as a regular expression."""
    out = ""
    for part in re.split(r"(/\*\*|\*\*|\*|\{[^}]*\})", pattern):
        out += (
            "(?:/.*)?"
            if part == "/**"
            else ".*"
            if part == "**"
            else "[^/]*"
            if part == "*" or part.startswith("{")
            else re.escape(part)
        )
    return re.compile(out + r"/?\Z")
