"""The picture of a person: uploaded to a signed address, looked at, and only then shown."""

import time
from uuid import UUID

from sqlalchemy import select, update

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.models import Person
from tenantry.chassis.identity.profile.schemas import AvatarUpload
from tenantry.core.errors import Invalid, NotFound
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import Scope, UserScope
from tenantry.infra.storage import Files, Storage
from tenantry.infra.storage.pictures import LARGEST, MEDIA_TYPES, Kind, kind_of_picture
from tenantry.infra.storage.signatures import Grant

_DAY = 86_400


async def announce_upload(scope: UserScope) -> AvatarUpload:
    """An address to which the picture can be sent. What was sent before and never used is gone."""
    files = _files(scope, scope.user_id)
    await files.delete_all("avatar-arriving")
    id = new_id()
    url = files.signed_url(f"avatar-arriving/{id}", "PUT", max_bytes=LARGEST)
    return AvatarUpload(id=id, method="PUT", url=url, max_bytes=LARGEST)


async def set_avatar(scope: UserScope, upload: UUID) -> None:
    """Show the picture that was sent. Only its content says what it is, and it is stored under a name of ours.

    Raises:
        Invalid: `avatar.missing`, nothing has arrived; `picture.unknown`.
    """
    files = _files(scope, scope.user_id)
    try:
        content = await files.get(f"avatar-arriving/{upload}", max_bytes=LARGEST)
    except NotFound:
        message = "The picture has not arrived; send it to its address first."
        raise Invalid("avatar.missing", message, errors=[{"field": "upload", "message": message}]) from None
    name = f"avatar/{new_id()}.{kind_of_picture(content)}"
    await files.put(name, content, max_bytes=LARGEST)
    await files.delete(f"avatar-arriving/{upload}")
    await _show(scope, files, name)


async def remove_avatar(scope: UserScope) -> None:
    """Show initials again."""
    await _show(scope, _files(scope, scope.user_id), None)


async def _show(scope: UserScope, files: Files, name: str | None) -> None:
    before = await scope.session.scalar(select(Person.avatar).where(Person.id == scope.user_id))
    await scope.session.execute(update(Person).where(Person.id == scope.user_id).values(avatar=name))
    scope.session.expire_all()
    if before != name:
        await record(scope, "identity.avatar.changed" if name else "identity.avatar.removed")
    if before:
        scope.after_commit(lambda: files.delete(before))  # not before it is certain that nothing shows it


def avatar_address(scope: Scope, person: UUID, avatar: str | None) -> str | None:
    """Where browsers find somebody's picture: signed, the same all day, and good for a day more."""
    if avatar is None:
        return None
    kind: Kind = avatar.rpartition(".")[2]  # type: ignore[assignment]
    expires = (int(time.time()) // _DAY + 2) * _DAY
    grant = Grant(person, avatar, "GET", expires, content_type=MEDIA_TYPES[kind])
    return grant.address(scope.part(Storage).signer)


def _files(scope: Scope, person: UUID) -> Files:
    # A person's files lie beside those of organizations, under the person's own id, which is no organization's.
    return scope.part(Storage).of_organization(person)
