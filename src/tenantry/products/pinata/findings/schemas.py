"""Findings over the wire."""

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from tenantry.sdk import Page


class NodeFilters(BaseModel):
    """Which nodes: of a kind, with `q` in their name or file, of a service, in a folder and below."""

    kind: str | None = None
    q: str | None = None
    service: str | None = None
    folder: str | None = None

    @property
    def empty(self) -> bool:
        """Whether all nodes are meant."""
        return not any((self.kind, self.q, self.service, self.folder))


def _filters(
    kind: Annotated[
        str | None, Query(max_length=50, description="A kind, or several with commas between them.")
    ] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words in the name or the file.")] = None,
    service: Annotated[str | None, Query(max_length=300)] = None,
    folder: Annotated[str | None, Query(max_length=1000, description="A folder, with all below it.")] = None,
) -> NodeFilters:
    given = ((value or "").replace("\0", "") or None for value in (kind, q, service, (folder or "").strip("/")))
    return NodeFilters(**dict(zip(("kind", "q", "service", "folder"), given, strict=True)))


Filters = Annotated[NodeFilters, Depends(_filters)]


class NodeOut(BaseModel):
    """Something that was found. `file` is relative to the repository, lines count from 1; `confidence` is 0 to 1.

    `file` and `line` are null for what stands nowhere in the code, such as a service or an outside host.
    """

    id: str
    kind: str
    name: str
    file: str | None
    line: int | None
    end_line: int | None
    service: str | None
    language: str | None
    confidence: float
    detail: dict[str, Any]


class NodePage(Page[NodeOut]):
    """A page of nodes. `counts` by kind are of all that fit the other filters; `services` are all of the scan."""

    counts: dict[str, int]
    services: list[str]


class Place(BaseModel):
    """A line of a file."""

    file: str
    line: int


class EdgeOut(BaseModel):
    """How two nodes belong together, and where that shows in the code."""

    kind: str
    confidence: float
    evidence: list[Place]


class Neighbour(BaseModel):
    """A node at the other end of an edge."""

    node: NodeOut
    edge: EdgeOut


class SourceOut(BaseModel):
    """Lines of the file as they were scanned. `highlight`: the first and last line of the finding itself."""

    first_line: int
    lines: list[str]
    highlight: tuple[int, int]


class NodeDetail(NodeOut):
    """A node with its source and its neighbours, the first 200 on each side."""

    source: SourceOut | None
    incoming: list[Neighbour]
    outgoing: list[Neighbour]


class Paths(BaseModel):
    """Ways from a node to what it causes, the shortest first; each begins with the node itself."""

    paths: list[list[NodeOut]]


class Column(BaseModel):
    """A column of a table; `references` is the table it points to. Null is unknown."""

    name: str
    type: str | None = None
    nullable: bool | None = None
    primary_key: bool = False
    references: str | None = None


class TableOut(BaseModel):
    """A table: where it is declared, its columns, and how many places in the code read and write it."""

    name: str
    file: str | None
    line: int | None
    columns: list[Column]
    readers: int
    writers: int


class DiagnosticOut(BaseModel):
    """What could not be read or followed, and where."""

    file: str | None
    line: int | None
    code: str
    message: str


class Figures(BaseModel):
    """What was measured of one kind of node: how many facts had been read by hand, and the shares found and true, 0 to 1."""

    facts: int
    recall: float | None = None
    precision: float | None = None


class FrameworkOut(BaseModel):
    """A framework at work in the tree: how many nodes its rules gave, and how they did where facts had been read by hand."""

    name: str
    nodes: int
    measured: dict[str, Figures] | None


class Honesty(BaseModel):
    """How far the graph can be trusted. `unread`, `unfollowed` and `unmatched`: what → how often; `unsure`: how many of the `nodes`
    are less than certain; `measured`: the month of the figures."""

    unread: dict[str, int] = {}
    unfollowed: dict[str, int] = {}
    unmatched: dict[str, int] = {}
    unsure: int = 0
    nodes: int = 0
    frameworks: list[FrameworkOut] = []
    measured: str = ""


class Against(BaseModel):
    """The scan that was compared with."""

    id: str
    number: int


class ChangedNode(BaseModel):
    """A node then and now."""

    before: NodeOut
    after: NodeOut


class NodeChanges(BaseModel):
    """What came, went and changed."""

    added: list[NodeOut]
    removed: list[NodeOut]
    changed: list[ChangedNode]


class EdgeChanges(BaseModel):
    """How many edges came and went."""

    added: int
    removed: int


class TableChanges(BaseModel):
    """Names of tables that came, went, or have other columns."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class Changes(BaseModel):
    """What changed since another scan; `against` is null, and nothing has changed, when there is none."""

    against: Against | None = Field(
        description="The scan compared with: the last one before that succeeded, or the one asked for."
    )
    nodes: NodeChanges
    edges: EdgeChanges
    tables: TableChanges
