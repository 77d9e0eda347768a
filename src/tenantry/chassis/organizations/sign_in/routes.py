"""How an organization's people sign in, over HTTP."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Query, Request, Response

from tenantry.chassis.access import Visitor, needs, stranger
from tenantry.chassis.identity.emails import normalized
from tenantry.chassis.identity.federation.routes import browser_cookie_of, federation_of, provider_of
from tenantry.chassis.identity.federation.schemas import Away
from tenantry.chassis.organizations.sign_in import actions, queries
from tenantry.chassis.organizations.sign_in.dns import TxtOf
from tenantry.chassis.organizations.sign_in.schemas import (
    AddressGiven,
    ConnectionNew,
    Discovered,
    DomainList,
    DomainNew,
    DomainOut,
    SignInChange,
    SignInOut,
)
from tenantry.core.errors import NotFound
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.http.routing import Router
from tenantry.infra.secrets import Sealer

PERMISSIONS = {"organization.sign_in.read": Role.ADMIN, "organization.sign_in.write": Role.ADMIN}

Reader = Annotated[OrgScope, needs("organization.sign_in.read")]
Writer = Annotated[OrgScope, needs("organization.sign_in.write", recently_proved=True, session_only=True)]

router = Router(tags=["sign-in"])


def _base_url(request: Request) -> str:
    return cast(str, request.app.state.settings.base_url)


def _sealer(request: Request) -> Sealer:
    return cast(Sealer, request.app.state.sealer)


@router.get("/orgs/{org}/sign-in")
async def get_sign_in(request: Request, scope: Reader) -> SignInOut:
    """What is required of members when they sign in, and the organization's own issuer."""
    return await queries.sign_in_out(scope, _base_url(request))


@router.patch("/orgs/{org}/sign-in")
async def change_sign_in(request: Request, scope: Writer, change: SignInChange) -> SignInOut:
    """Require a second factor of everybody, or single sign-on of those with an address of your domains. Needs a recent proof.

    Members without a second factor are kept out from now on (403 `second_factor.required`) until they have set one up.
    """
    await actions.change_sign_in(scope, change)
    return await queries.sign_in_out(scope, _base_url(request))


@router.put("/orgs/{org}/sign-in/connection")
async def connect(request: Request, scope: Writer, new: ConnectionNew) -> SignInOut:
    """Connect an issuer of OpenID Connect, or change it. Needs a recent proof."""
    await actions.connect(scope, _sealer(request), new)
    return await queries.sign_in_out(scope, _base_url(request))


@router.delete("/orgs/{org}/sign-in/connection", status_code=204)
async def disconnect(scope: Writer) -> None:
    """Let nobody come from the issuer any more. Needs a recent proof."""
    await actions.disconnect(scope)


@router.get("/orgs/{org}/sign-in/domains")
async def list_domains(scope: Reader) -> DomainList:
    """The organization's e-mail domains, each with the TXT record that shows whose it is."""
    return DomainList(items=await queries.domains(scope))


@router.post("/orgs/{org}/sign-in/domains", status_code=201)
async def add_domain(scope: Writer, new: DomainNew) -> DomainOut:
    """Begin to show that a domain is yours: add the TXT record, then verify. Needs a recent proof."""
    return await actions.add_domain(scope, new.domain)


@router.post("/orgs/{org}/sign-in/domains/{domain_id}/verify")
async def verify_domain(request: Request, scope: Writer, domain_id: UUID) -> DomainOut:
    """Look for the TXT record; 409 `domain.unproven` while it isn't there."""
    return await actions.verify_domain(scope, domain_id, cast(TxtOf, request.app.state.txt_of))


@router.delete("/orgs/{org}/sign-in/domains/{domain_id}", status_code=204)
async def remove_domain(scope: Writer, domain_id: UUID) -> None:
    """Give a domain up. Needs a recent proof."""
    await actions.remove_domain(scope, domain_id)


@router.post("/orgs/{org}/sign-in/link")
async def begin_linking_single_sign_on(
    request: Request,
    response: Response,
    scope: Annotated[OrgScope, needs("organization.read", recently_proved=True, session_only=True)],
) -> Away:
    """Begin to link who you are at the organization's own issuer to your account. Needs a recent proof."""
    federation, provider = federation_of(request), await queries.own_provider(scope, _sealer(request))
    departure = await federation.depart(
        scope,
        provider,
        await federation.endpoints(provider),
        purpose="link",
        next="/me/security",
        user_id=scope.actor.id,
    )
    browser_cookie_of(request).set(response, departure.browser)
    return Away(url=departure.url)


@router.get("/auth/discover", tags=["auth"])
async def discover(
    visitor: Annotated[Visitor, stranger()],
    domain: Annotated[str, Query(max_length=253, description="What stands behind the @ of an address.")],
) -> Discovered:
    """Whether the addresses of a domain belong to an organization with single sign-on. Nothing is said about accounts."""
    found = await queries.organization_of_domain(visitor.database, f"@{domain.lower()}")
    return Discovered(organization=found and found.name)


@router.post("/auth/single-sign-on", tags=["auth"])
async def begin_single_sign_on(
    request: Request, response: Response, given: AddressGiven, visitor: Annotated[Visitor, stranger()]
) -> Away:
    """Begin to sign in at the issuer of the organization that an address belongs to by its domain."""
    found = await queries.organization_of_domain(visitor.database, normalized(given.email))
    if found is None:
        raise NotFound(
            "single_sign_on.not_found",
            "There is no single sign-on for addresses of this domain.",
            hint="Sign in another way.",
        )
    federation, provider = federation_of(request), await provider_of(request, queries.provider_id(found.id))
    metadata = await federation.endpoints(provider)
    departure = await federation.depart(
        await visitor.open(), provider, metadata, purpose="sign_in", next=given.next, user_id=None
    )
    browser_cookie_of(request).set(response, departure.browser)
    return Away(url=departure.url)
