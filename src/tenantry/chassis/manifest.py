"""The manifest: one frozen object by which a product is mounted. Nothing is registered by import side effects."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.jobs import Job, Schedule
from tenantry.infra.live import Topic

FillWithSample = Callable[[OrgScope], Awaitable[str]]


@dataclass(frozen=True, kw_only=True)
class Product:
    """All that the chassis must know about a product. Its tables are found in its modules named `models`, the migrations
    of them in its folder `migrations`.

    Raises:
        ValueError: a permission, an event, a job or a topic is not named after the product.
    """

    slug: str
    """Its name in addresses, tables and permissions: `pinata`. Small letters and digits; never changes."""

    name: str
    """Its name for people: `Pinata Code`."""

    summary: str
    """What a person does with it, in one sentence."""

    hue: int = 265
    """Its colour in the interface: an OKLCH hue in degrees."""

    icon: str = "box"
    """Its icon: the name of one of Lucide's."""

    routers: Sequence[APIRouter] = ()
    """Its HTTP routes, mounted below `/api/v1/orgs/{org}/<slug>`; each route says what it needs by `needs(permission)`."""

    permissions: Mapping[str, Role] = field(default_factory=dict)
    """What can be allowed, each with the least role that has it: `{"pinata.scans.write": Role.MEMBER}`."""

    jobs: Sequence[Job] = ()
    """Work done later by a worker."""

    schedules: Sequence[Schedule] = ()
    """Jobs that start by themselves."""

    events: Mapping[str, str] = field(default_factory=dict)
    """Facts it announces, each with the permission it takes to see it: `{"pinata.scan.finished": "pinata.scans.read"}`."""

    topics: Sequence[Topic] = ()
    """What can be watched live, with how it is read and the permission that takes."""

    sample: FillWithSample | None = None
    """Fills an organization with believable data through the product's own actions, and answers with the path to look at,
    below `/{org}/<slug>`. *Try a sample*, the isolation suite, the screenshots and the benchmarks use it."""

    interface: str | None = None
    """Folder of its pages in the interface: `web/app/products/pinata`. Without one, pages are drawn from the API's own schema."""

    cli: str | None = None
    """Its command line, `my_package.cli:cli`: a Typer application in the module `cli` beside the manifest, where `tenantry <slug>`
    finds it without importing a server."""

    def __post_init__(self) -> None:
        names = [
            *self.permissions,
            *self.events,
            *(job.name for job in self.jobs),
            *(topic.name for topic in self.topics),
        ]
        if foreign := [name for name in names if name.split(".")[0] != self.slug]:
            raise ValueError(f"Everything of {self.slug} is named {self.slug}.…; not so: {', '.join(foreign)}.")
