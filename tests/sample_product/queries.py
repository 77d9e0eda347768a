"""What can be asked about notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_

from tenantry.sdk import Cursor, NotFound, OrgScope, Page, PageParams
from tests.sample_product.models import Note
from tests.sample_product.schemas import NoteOut


async def find_note(scope: OrgScope, note_id: UUID) -> Note:
    """The note, or NotFound: also when it is another organization's, since nobody here can see that one."""
    note = await scope.session.get(Note, (scope.org_id, note_id))
    if note is None:
        raise NotFound("notes.note.not_found", "There is no such note here.", hint="It may have been deleted.")
    return note


NEWEST = (
    select(Note.id, Note.title, Note.body, Note.words, Note.created_at)
    .order_by(Note.created_at.desc(), Note.id.desc())
    .limit(bindparam("limit"))
)
BEFORE = NEWEST.where(tuple_(Note.created_at, Note.id) < tuple_(bindparam("at"), bindparam("id")))


async def list_notes(scope: OrgScope, asked: PageParams) -> Page[NoteOut]:
    """The newest first. `rows` reads columns at a third of what entities cost, and lists are asked for often."""
    if asked.after:
        at, id = Cursor.decode(asked.after, datetime, UUID)
        notes = await scope.rows(BEFORE, limit=asked.limit + 1, at=at, id=id)
    else:
        notes = await scope.rows(NEWEST, limit=asked.limit + 1)
    shown, more = notes[: asked.limit], len(notes) > asked.limit
    cursor = Cursor.encode(shown[-1].created_at, shown[-1].id) if more else None
    return Page[NoteOut].of(shown, next=cursor)


async def load_note(scope: OrgScope, id: str) -> dict[str, object] | None:
    """What somebody looking at the live topic `notes.note:{id}` sees."""
    try:
        note = await scope.session.get(Note, (scope.org_id, UUID(id)))
    except ValueError:
        return None
    return NoteOut.model_validate(note).model_dump(mode="json") if note else None
