"""What happens at the front door."""

from dataclasses import dataclass

from tenantry.chassis.access import Permissions, Visitor
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.actions import create_user, use_invitation
from tenantry.chassis.identity.emails import normalized
from tenantry.chassis.identity.passwords import hash_password, refuse_trivial
from tenantry.chassis.identity.profile.queries import own_profile
from tenantry.chassis.identity.sessions import begin_session
from tenantry.chassis.identity.verification.actions import send_verification
from tenantry.chassis.onboarding.first_steps.actions import begin
from tenantry.chassis.onboarding.first_steps.queries import present_step
from tenantry.chassis.onboarding.queries import me
from tenantry.chassis.onboarding.schemas import Me, Registration
from tenantry.chassis.organizations.directory.queries import entry_of
from tenantry.chassis.organizations.founding import create_organization
from tenantry.chassis.organizations.invitations.acceptance import accept, invitation_for
from tenantry.chassis.organizations.invitations.models import Invitation
from tenantry.chassis.organizations.members.queries import card_of
from tenantry.core.errors import Forbidden
from tenantry.core.settings import SignUp
from tenantry.infra.database.scopes import AnonymousScope, OrgScope, UserScope
from tenantry.infra.mail import compose, send


@dataclass(frozen=True)
class Arrival:
    """Somebody new: who they are, inside their own organization."""

    me: Me
    scope: OrgScope


async def sign_up(visitor: Visitor, new: Registration) -> tuple[Me, str]:
    """Create an account and its organization, and sign in; answers with the session's token as well.

    Raises:
        Forbidden: `sign_up.closed`, `invitation.required`, `invitation.invalid`, `invitation.other_address`,
            `invitation.other_domain`.
        Invalid: `email.invalid`, `password.weak`.
        Conflict: `email.in_use`.
    """
    email = normalized(new.email)
    policy = visitor.settings.sign_up
    _refuse_if_closed(policy)
    await refuse_trivial(new.password, email, new.name)
    password_hash = await hash_password(new.password)
    scope = await visitor.open()
    invitation = await _invitation(scope, new.invitation, email) if new.invitation else None
    if invitation is None and (policy == "invited" or new.invitation):
        await use_invitation(scope, new.invitation, email)
    person = await create_user(
        scope,
        email=email,
        name=new.name,
        password_hash=password_hash,
        time_zone=new.time_zone,
    )
    token = await begin_session(person, address=visitor.address, device=visitor.device)
    await record(person, "identity.account.created", after={"email": email})
    if invitation is None or invitation.email is None:  # one that was mailed proves the address as well
        await send_verification(person)
    if invitation is None:
        await begin(person)  # whoever is invited comes into what others have set up
    arrival = await settle(person, visitor.permissions)
    await welcome(arrival, visitor.settings.base_url)
    if new.invitation and invitation is not None and invitation.domain is None:
        # One that asks for a verified address is accepted once that is the case.
        await accept(await person.to_user(person.actor), new.invitation)
        return await me(await person.to_user(person.actor)), token
    return arrival.me, token


async def _invitation(scope: AnonymousScope, token: str, email: str) -> Invitation | None:
    """The invitation to an organization that the token is, if it is one, and good for this address."""
    await scope.present(secret_hash(token))
    return await invitation_for(scope, token, email)


async def create_owner(
    scope: AnonymousScope, permissions: Permissions, *, email: str, name: str, password: str
) -> Arrival:
    """Create an account and its organization from the terminal, whatever the policy of sign-up.

    Raises:
        Invalid: `email.invalid`, `password.weak`.
        Conflict: `email.in_use`.
    """
    email = normalized(email)
    await refuse_trivial(password, email, name)
    person = await create_user(scope, email=email, name=name, password_hash=await hash_password(password))
    return await settle(person, permissions)


def _refuse_if_closed(policy: SignUp) -> None:
    if policy == "closed":
        raise Forbidden(
            "sign_up.closed",
            "No new accounts can be created here.",
            hint="Ask whoever runs this server to create one for you.",
        )


async def settle(person: UserScope, permissions: Permissions) -> Arrival:
    """Everybody has an organization of their own from the start."""
    profile, step = await own_profile(person), await present_step(person)
    inside = await create_organization(person, permissions, name=person.actor.name)
    card = card_of(await entry_of(inside), inside.role.word)
    me = Me(**dict(profile), organizations=[card], first_step=step)
    return Arrival(me, inside)


async def welcome(arrival: Arrival, base_url: str) -> None:
    organization = arrival.scope.organization
    fields = {"name": arrival.me.name, "organization": organization.name, "link": f"{base_url}/{organization.slug}"}
    await send(arrival.scope, compose(__package__, "welcome", to=arrival.me.email, **fields))
