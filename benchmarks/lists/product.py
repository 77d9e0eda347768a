"""A product with the same list read in the two ways we offer: `scope.rows` and the ORM. Mounted by the benchmark alone."""

from typing import Annotated

from sqlalchemy import select

from benchmarks.lists.rows import PAGE
from tenantry.sdk import OrgScope, Page, Product, Role, Router, needs
from tests.sample_product.models import Note
from tests.sample_product.schemas import NoteOut

Reader = Annotated[OrgScope, needs("bench.read")]

router = Router()
NEWEST = select(Note).order_by(Note.created_at.desc(), Note.id.desc()).limit(PAGE)


ROWS = (
    select(Note.id, Note.title, Note.body, Note.words, Note.created_at)
    .order_by(Note.created_at.desc(), Note.id.desc())
    .limit(PAGE)
)


@router.get("/rows")
async def list_by_rows(scope: Reader) -> Page[NoteOut]:
    """The newest notes, off the wire."""
    return Page[NoteOut].of(await scope.rows(ROWS))


@router.get("/orm")
async def list_by_orm(scope: Reader) -> Page[NoteOut]:
    """The newest notes, as entities."""
    notes = await scope.session.scalars(NEWEST)
    return Page[NoteOut].of(list(notes))


product = Product(
    slug="bench", name="Bench", summary="Reads lists.", routers=[router], permissions={"bench.read": Role.VIEWER}
)
