"""What can be asked about notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from tenantry.sdk import Cursor, NotFound, OrgScope, Page, PageParams
from tests.sample_product.models import Note
from tests.sample_product.schemas import NoteOut


async def find_note(scope: OrgScope, note_id: UUID) -> Note:
    """The note, or NotFound: also when it is another organization's, since nobody here can see that one."""
    note = await scope.session.get(Note, (scope.org_id, note_id))
    if note is None:
        raise NotFound("notes.note.not_found", "There is no such note here.", hint="It may have been deleted.")
    return note


async def list_notes(scope: OrgScope, asked: PageParams) -> Page[NoteOut]:
    """The newest first."""
    statement = select(Note).order_by(Note.created_at.desc(), Note.id.desc()).limit(asked.limit + 1)
    if asked.after:
        statement = statement.where(tuple_(Note.created_at, Note.id) < Cursor.decode(asked.after, datetime, UUID))
    notes = list(await scope.session.scalars(statement))
    shown, more = notes[: asked.limit], len(notes) > asked.limit
    cursor = Cursor.encode(shown[-1].created_at, shown[-1].id) if more else None
    return Page(items=[NoteOut.model_validate(note) for note in shown], next=cursor)


async def load_note(scope: OrgScope, id: str) -> dict[str, object] | None:
    """What somebody looking at the live topic `notes.note:{id}` sees."""
    try:
        note = await scope.session.get(Note, (scope.org_id, UUID(id)))
    except ValueError:
        return None
    return NoteOut.model_validate(note).model_dump(mode="json") if note else None
