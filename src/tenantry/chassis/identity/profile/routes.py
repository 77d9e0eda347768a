"""One's own picture over HTTP."""

from typing import Annotated

from tenantry.chassis.access import signed_in
from tenantry.chassis.identity.profile import avatars
from tenantry.chassis.identity.profile.schemas import AvatarChange, AvatarUpload
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router(tags=["me"])


@router.post("/me/avatar/uploads", status_code=201)
async def announce_avatar(scope: Annotated[UserScope, signed_in()]) -> AvatarUpload:
    """Where to send a picture of you: PUT it to `url`, then name its `id` to `PUT /api/v1/me/avatar`. At most 1 MB, for fifteen
    minutes."""
    return await avatars.announce_upload(scope)


@router.put("/me/avatar", status_code=204)
async def change_avatar(change: AvatarChange, scope: Annotated[UserScope, signed_in()]) -> None:
    """Show the picture that was sent, if it is a PNG, JPEG or WebP by its content. It is square best; others see it too."""
    await avatars.set_avatar(scope, change.upload)


@router.delete("/me/avatar", status_code=204)
async def remove_avatar(scope: Annotated[UserScope, signed_in()]) -> None:
    """Show your initials again."""
    await avatars.remove_avatar(scope)
