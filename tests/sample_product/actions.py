"""What happens to notes."""

from uuid import UUID

from tenantry.sdk import JobContext, OrgScope, defer, emit, job, record, touch
from tests.sample_product.models import Note
from tests.sample_product.queries import find_note
from tests.sample_product.schemas import NoteChange, NoteNew


async def write_note(scope: OrgScope, new: NoteNew) -> Note:
    """Add a note; its words are counted later."""
    note = Note(title=new.title, body=new.body, created_by=scope.actor.id, created_at=scope.now())
    scope.session.add(note)
    await scope.session.flush()
    await emit(scope, "notes.note.written", note.id, {"title": note.title})
    await record(scope, "notes.note.written", subject=note.id)
    await defer(scope, count_words, note_id=note.id)
    return note


async def change_note(scope: OrgScope, note: Note, change: NoteChange) -> Note:
    """Change what was given of a note."""
    for field, value in change.model_dump(exclude_none=True).items():
        setattr(note, field, value)
    await scope.session.flush()
    await record(scope, "notes.note.changed", subject=note.id)
    await defer(scope, count_words, note_id=note.id)
    return note


async def delete_note(scope: OrgScope, note_id: UUID) -> None:
    """Throw a note away."""
    await scope.session.delete(await find_note(scope, note_id))
    await record(scope, "notes.note.deleted", subject=note_id)


@job("notes.count_words")
async def count_words(context: JobContext, *, note_id: UUID) -> None:
    """Count the words of a note. Running twice does no harm."""
    async with context.scope() as scope:
        note = await scope.session.get(Note, (scope.org_id, note_id))
        if note is not None:
            note.words = len(note.body.split())
            await touch(scope, f"notes.note:{note_id}")


async def fill_with_sample(scope: OrgScope) -> str:
    """Two notes, and the way to look at them."""
    for title, body in [("Welcome", "This is a sample note."), ("Ideas", "Mount a product of your own.")]:
        await write_note(scope, NoteNew(title=title, body=body))
    return "/notes"
