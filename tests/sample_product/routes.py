"""Notes over HTTP, below /api/v1/orgs/{org}/notes."""

from typing import Annotated
from uuid import UUID

from tenantry.sdk import Conditional, OrgScope, Page, Paging, Router, needs
from tests.sample_product import actions, queries
from tests.sample_product.schemas import NoteChange, NoteNew, NoteOut

Reader = Annotated[OrgScope, needs("notes.read")]
Writer = Annotated[OrgScope, needs("notes.write")]

router = Router()


@router.get("/notes")
async def list_notes(scope: Reader, asked: Paging) -> Page[NoteOut]:
    """All notes, the newest first."""
    return await queries.list_notes(scope, asked)


@router.post("/notes", status_code=201)
async def write_note(scope: Writer, new: NoteNew) -> NoteOut:
    """Write a note."""
    return NoteOut.model_validate(await actions.write_note(scope, new))


@router.get("/notes/{note_id}")
async def get_note(scope: Reader, note_id: UUID, conditions: Conditional) -> NoteOut:
    """One note."""
    note = NoteOut.model_validate(await queries.find_note(scope, note_id))
    conditions.tag(note)
    return note


@router.patch("/notes/{note_id}")
async def change_note(scope: Writer, note_id: UUID, change: NoteChange, conditions: Conditional) -> NoteOut:
    """Change a note. With `If-Match`, only if nobody else has changed it meanwhile."""
    note = await queries.find_note(scope, note_id)
    conditions.check(NoteOut.model_validate(note))
    changed = NoteOut.model_validate(await actions.change_note(scope, note, change))
    conditions.tag(changed)
    return changed


@router.delete("/notes/{note_id}", status_code=204)
async def delete_note(scope: Writer, note_id: UUID) -> None:
    """Throw a note away."""
    await actions.delete_note(scope, note_id)
