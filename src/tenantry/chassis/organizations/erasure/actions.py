"""Deleting an organization and restoring it. Nothing is lost yet: it can only not be entered."""

from datetime import timedelta

from tenantry.chassis.audit.actions import record
from tenantry.chassis.organizations.directory.actions import alone_with
from tenantry.chassis.organizations.erasure.schemas import Deletion
from tenantry.chassis.organizations.members.actions import acting_role, refuse_unconfirmed
from tenantry.chassis.organizations.members.queries import addresses_of_owners
from tenantry.core.errors import Conflict
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.events import emit, everybody_changed
from tenantry.infra.mail import compose, send

GRACE = timedelta(days=30)


async def delete_organization(scope: OrgScope, confirm: str, base_url: str) -> Deletion:
    """Close the organization to everybody, at once; after the time of grace it is gone for good. Its owners get a mail.

    Raises:
        Invalid: `confirmation.wrong`.
        Forbidden: the actor's role has just been changed.
    """
    refuse_unconfirmed(scope, confirm)
    entry = await alone_with(scope)
    await acting_role(scope)
    deletion = Deletion(deleted_at=scope.now(), erase_at=scope.now() + GRACE)
    entry.deleted_at, entry.erase_at = deletion.deleted_at, deletion.erase_at
    await scope.session.flush()
    await _tell(scope, "deleted", base_url, until=f"{deletion.erase_at:%-d %B %Y}")
    return deletion


async def restore_organization(scope: OrgScope, base_url: str) -> None:
    """Open it again, as it was.

    Raises:
        Conflict: `organization.not_deleted`.
    """
    entry = await alone_with(scope)
    if entry.deleted_at is None:
        raise Conflict(
            "organization.not_deleted", "This organization is not being deleted.", hint="There is nothing to restore."
        )
    entry.deleted_at = entry.erase_at = None
    await scope.session.flush()
    await _tell(scope, "restored", base_url)


async def _tell(scope: OrgScope, how: str, base_url: str, **fields: str) -> None:
    await everybody_changed(scope)
    name = f"organizations.organization.{how}"
    await record(scope, name, subject=scope.org_id)
    await emit(scope, name, scope.org_id)
    organization = scope.organization
    for address in await addresses_of_owners(scope):
        mail = compose(
            __package__,
            how,
            to=address,
            organization=organization.name,
            who=scope.actor.name,
            link=f"{base_url}/{organization.slug}",
            **fields,
        )
        await send(scope, mail)
