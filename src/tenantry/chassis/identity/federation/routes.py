"""Signing in elsewhere, over HTTP. (Coming back is answered at the front door, which may have to make an account.)"""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast
from uuid import UUID

from fastapi import Request, Response

from tenantry.chassis.access import Visitor, signed_in, stranger
from tenantry.chassis.identity.federation import actions, queries
from tenantry.chassis.identity.federation.cookie import BrowserCookie
from tenantry.chassis.identity.federation.flow import Federation
from tenantry.chassis.identity.federation.providers import Provider
from tenantry.chassis.identity.federation.schemas import (
    Away,
    Departing,
    LinkedList,
    Linking,
    ProviderList,
    ProviderOut,
)
from tenantry.core.errors import Invalid, NotFound
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

FindProvider = Callable[[str], Awaitable[Provider | None]]
"""How a provider is found that isn't one of the installation's own."""

router = Router()


def federation_of(request: Request) -> Federation:
    """How the application takes people to issuers."""
    return cast(Federation, request.app.state.federation)


def browser_cookie_of(request: Request) -> BrowserCookie:
    """The cookie by which the application knows a browser again."""
    return cast(BrowserCookie, request.app.state.browser_cookie)


def providers_of(request: Request) -> dict[str, Provider]:
    """The providers of this installation."""
    return cast(dict[str, Provider], request.app.state.providers)


async def provider_of(request: Request, id: str) -> Provider:
    """One of them, or what an organization has connected.

    Raises:
        NotFound: `provider.not_found`.
    """
    found = providers_of(request).get(id) or await cast(FindProvider, request.app.state.find_provider)(id)
    if found is None:
        raise NotFound("provider.not_found", "One cannot sign in that way here.", hint="Choose another way.")
    return found


@router.get("/auth/providers", tags=["auth"])
async def list_providers(request: Request, _: Annotated[Visitor, stranger()]) -> ProviderList:
    """Where one can sign in beside here."""
    found = providers_of(request).values()
    return ProviderList(items=[ProviderOut(id=one.id, label=one.label, kind=one.kind) for one in found])


@router.post("/auth/federated/{provider}", tags=["auth"])
async def begin_federated_sign_in(
    request: Request, response: Response, provider: str, given: Departing, visitor: Annotated[Visitor, stranger()]
) -> Away:
    """Begin to sign in elsewhere: send the browser to the `url`. It comes back to `next`, or to the overview."""
    federation, chosen = federation_of(request), await provider_of(request, provider)
    metadata = await federation.endpoints(chosen)
    departure = await federation.depart(
        await visitor.open(), chosen, metadata, purpose="sign_in", next=given.next, user_id=None
    )
    browser_cookie_of(request).set(response, departure.browser)
    return Away(url=departure.url)


@router.get("/me/linked-identities", tags=["me"])
async def list_linked_identities(scope: Annotated[UserScope, signed_in()]) -> LinkedList:
    """The sign-ins elsewhere that open your account."""
    return LinkedList(items=await queries.linked_identities(scope))


@router.post("/me/linked-identities", tags=["me"])
async def begin_linking(
    request: Request,
    response: Response,
    given: Linking,
    scope: Annotated[UserScope, signed_in(recently_proved=True)],
) -> Away:
    """Begin to link a sign-in elsewhere: send the browser to the `url`. Needs a recent proof."""
    chosen = providers_of(request).get(given.provider)
    if chosen is None:
        message = "One cannot sign in that way here."
        raise Invalid("provider.unknown", message, errors=[{"field": "provider", "message": message}])
    federation = federation_of(request)
    departure = await federation.depart(
        scope,
        chosen,
        await federation.endpoints(chosen),
        purpose="link",
        next="/me/security",
        user_id=scope.user_id,
    )
    browser_cookie_of(request).set(response, departure.browser)
    return Away(url=departure.url)


@router.delete("/me/linked-identities/{id}", status_code=204, tags=["me"])
async def unlink(id: UUID, scope: Annotated[UserScope, signed_in(recently_proved=True)]) -> None:
    """Unlink a sign-in. The last way into your account can't be unlinked (409). Needs a recent proof."""
    await actions.unlink(scope, id)
