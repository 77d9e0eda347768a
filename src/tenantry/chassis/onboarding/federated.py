"""Coming back from an issuer: to the account that is linked, to a link that was wanted, or to a new account."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Request, Response

from tenantry.chassis.access import Visitor, access_of, stranger
from tenantry.chassis.identity.actions import create_user, has_account
from tenantry.chassis.identity.devices.actions import tell_of_new_device
from tenantry.chassis.identity.devices.cookie import device_cookie_of
from tenantry.chassis.identity.emails import normalized
from tenantry.chassis.identity.federation.actions import link, note_use, whose
from tenantry.chassis.identity.federation.flow import Returned
from tenantry.chassis.identity.federation.routes import browser_cookie_of, federation_of, provider_of
from tenantry.chassis.identity.second_factors.pending import HalfWay, SignedIn, enter
from tenantry.chassis.identity.second_factors.routes import pending_cookie_of
from tenantry.chassis.identity.verification.actions import set_verified
from tenantry.chassis.onboarding.actions import settle, welcome
from tenantry.chassis.onboarding.answers import carry_session
from tenantry.chassis.onboarding.queries import me
from tenantry.chassis.organizations.sign_in.joining import join, vouched
from tenantry.chassis.organizations.sign_in.queries import PREFIX
from tenantry.core.errors import Conflict, Forbidden, Problem, Unauthenticated
from tenantry.infra.database.scopes import AnonymousScope, OrganizationRef, UserScope
from tenantry.infra.http.routing import Router

router = Router()


@router.get("/auth/federated/{provider}/callback", tags=["auth"], status_code=303, response_class=Response)
async def come_back(request: Request, provider: str, visitor: Annotated[Visitor, stranger()]) -> Response:
    """Where an issuer sends people back to. Leads on into the interface; a failure leads to the page where it was begun, with
    its code in `failed`."""
    response = Response(status_code=303)
    begun_at = "/sign-in"
    try:
        federation, chosen = federation_of(request), await provider_of(request, provider)
        query, browser = dict(request.query_params), browser_cookie_of(request).read(request)
        attempt = await federation.take(visitor.database, chosen, query, browser)
        begun_at = "/me/security" if attempt.purpose == "link" else begun_at
        returned = await federation.arrive(chosen, attempt, query)
        if returned.purpose == "link":
            leads_to = await _link(request, returned)
        else:
            leads_to = await _sign_in(request, response, visitor, returned)
    except Problem as problem:
        leads_to = f"{begun_at}?{urlencode({'failed': problem.code, 'provider': provider})}"
        if problem.status >= 500:
            raise
    browser_cookie_of(request).clear(response)
    response.headers["Location"] = leads_to
    return response


async def _link(request: Request, returned: Returned) -> str:
    async with access_of(request).as_user(request, recently_proved=True) as scope:
        if scope.user_id != returned.user_id:
            raise Unauthenticated("federation.expired", "Somebody else is signed in by now.", hint="Begin again.")
        await link(scope, returned.provider.id, returned.asserted)
    return "/me/security?" + urlencode({"linked": returned.provider.id})


async def _sign_in(request: Request, response: Response, visitor: Visitor, returned: Returned) -> str:
    organization = await _organization(visitor, returned)
    known = await whose(visitor.database, returned.asserted.issuer, returned.asserted.subject)
    email = "" if known else await _address_of_newcomer(visitor, returned, organization)
    # A scope of its own, and not the visitor's: a refusal becomes a redirect here, and must still undo what was done.
    async with visitor.database.anonymous_scope(origin=visitor.origin) as opened:
        if known:
            scope = await opened.to_user(known)
            await note_use(scope, returned.asserted)
        else:
            scope = await _arrive(opened, visitor, returned, email, settles=organization is None)
        if organization is not None:
            scope = await join(scope, organization)
        entered = await enter(scope, first=returned.provider.id, address=visitor.address, device=visitor.device)
        if isinstance(entered, SignedIn) and known and not device_cookie_of(request).read(request).knows(scope.user_id):
            await tell_of_new_device(scope)
        organizations = (await me(entered.scope)).organizations if isinstance(entered, SignedIn) else []
    if isinstance(entered, HalfWay):
        pending_cookie_of(request).set(response, entered.token)
        return "/sign-in/second-factor" + (f"?{urlencode({'next': returned.next})}" if returned.next else "")
    carry_session(request, response, entered.token, entered.scope.user_id)
    if organization is not None and not returned.next:
        return f"/{organization.slug}"
    return returned.next or (f"/{organizations[0].slug}" if organizations else "/start")


async def _organization(visitor: Visitor, returned: Returned) -> OrganizationRef | None:
    """The organization whose single sign-on it is, if it is one's."""
    if not returned.provider.id.startswith(PREFIX):
        return None
    asserted = returned.asserted
    return await vouched(visitor.database, returned.provider.id, asserted, normalized(asserted.email or ""))


async def _address_of_newcomer(visitor: Visitor, returned: Returned, organization: OrganizationRef | None) -> str:
    """The address of somebody whom nobody knows yet, if they may have an account. One that has this address already is theirs
    only if they can sign in to it.

    Raises:
        Forbidden: `federation.email_unverified`, `sign_up.closed`, `invitation.required`.
        Conflict: `federation.account_exists`.
    """
    asserted = returned.asserted
    # An organization vouches for the addresses of its own domains, which `vouched` has made sure of.
    if not asserted.email or not (asserted.email_verified or organization):
        raise Forbidden(
            "federation.email_unverified",
            f"{returned.provider.label} does not vouch for your e-mail address.",
            hint="Verify it there, or create an account with a password here.",
        )
    email = normalized(asserted.email)
    if await has_account(visitor.database, email):
        raise Conflict(
            "federation.account_exists",
            "There is an account with this e-mail address already.",
            hint=f"Sign in to it the way you always do, then link {returned.provider.label} under Security.",
        )
    policy = visitor.settings.sign_up
    if policy == "closed" or (policy == "invited" and organization is None):
        code = "sign_up.closed" if policy == "closed" else "invitation.required"
        raise Forbidden(code, "No new accounts can be created this way.", hint="Ask for an invitation.")
    return email


async def _arrive(
    opened: AnonymousScope, visitor: Visitor, returned: Returned, email: str, *, settles: bool
) -> UserScope:
    """A new account, with an organization of its own unless the person comes into another."""
    asserted = returned.asserted
    name = " ".join((asserted.name or email.partition("@")[0]).split())[:80]
    person = await create_user(opened, email=email, name=name, password_hash=None)
    await set_verified(person)
    await link(person, returned.provider.id, asserted, tells=False)
    if settles:
        arrival = await settle(person, visitor.permissions)
        await welcome(arrival, visitor.settings.base_url)
        return await person.to_user(person.actor)
    return person
