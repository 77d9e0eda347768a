"""The front door over HTTP."""

from typing import Annotated

from fastapi import Request, Response

from tenantry.chassis.access import Visitor, needs, signed_in, stranger
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.actions import sign_in
from tenantry.chassis.identity.devices.cookie import device_cookie_of
from tenantry.chassis.identity.passkeys.routes import party_of
from tenantry.chassis.identity.passkeys.schemas import PasskeyGiven
from tenantry.chassis.identity.passkeys.sign_in import finish_with_passkey, sign_in_with_passkey
from tenantry.chassis.identity.profile.actions import change_profile
from tenantry.chassis.identity.profile.schemas import ProfileChange
from tenantry.chassis.identity.schemas import Credentials
from tenantry.chassis.identity.second_factors.pending import finish_with_code
from tenantry.chassis.identity.second_factors.routes import keys_of, pending_cookie_of
from tenantry.chassis.identity.second_factors.schemas import Code, SecondStep
from tenantry.chassis.manifest import Product
from tenantry.chassis.onboarding import queries
from tenantry.chassis.onboarding.actions import sign_up
from tenantry.chassis.onboarding.answers import answer_sign_in, answer_signed_in, carry_session
from tenantry.chassis.onboarding.first_steps import routes as first_steps
from tenantry.chassis.onboarding.meta import meta_of
from tenantry.chassis.onboarding.schemas import Me, Meta, Registration, Sample
from tenantry.core.errors import NotFound
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.conditions import Conditional
from tenantry.infra.http.routing import Router

PERMISSIONS = {"samples.create": Role.MEMBER}

router = Router()


@router.get("/meta", tags=["meta"])
async def get_meta(request: Request, _: Annotated[Visitor, stranger()]) -> Meta:
    """What runs here: the version, who may sign up, and the products with their resources."""
    return meta_of(request.app)


@router.post("/auth/register", status_code=201, tags=["auth"])
async def register(
    request: Request, response: Response, new: Registration, visitor: Annotated[Visitor, stranger()]
) -> Me:
    """Create an account with an organization of its own, and sign in. This alone tells that an address is in use (409)."""
    person, token = await sign_up(visitor, new)
    carry_session(request, response, token, person.id)
    return person


@router.post("/auth/login", tags=["auth"], responses={202: {"model": SecondStep, "description": "Half the way."}})
async def login(
    request: Request, response: Response, credentials: Credentials, visitor: Annotated[Visitor, stranger()]
) -> Me | SecondStep:
    """Sign in. The session comes as a cookie that no script can read. Where a second factor is set up the answer is 202,
    with what can be given in the second step; nobody is signed in before that is taken."""
    device = device_cookie_of(request).read(request)
    outcome = await sign_in(visitor, device, credentials.email, credentials.password)
    return await answer_sign_in(request, response, outcome)


@router.post("/auth/second-factor", tags=["auth"])
async def take_second_step(
    request: Request, response: Response, given: Code, visitor: Annotated[Visitor, stranger()]
) -> Me:
    """Take the second step of a sign-in, with a code of the authenticator app or a recovery code."""
    done = await finish_with_code(visitor, keys_of(request), pending_cookie_of(request).token(request), given.code)
    return await answer_signed_in(request, response, done)


@router.post("/auth/second-factor/passkey", tags=["auth"])
async def take_second_step_with_passkey(
    request: Request, response: Response, given: PasskeyGiven, visitor: Annotated[Visitor, stranger()]
) -> Me:
    """Take the second step of a sign-in with a passkey."""
    token = pending_cookie_of(request).token(request)
    done = await finish_with_passkey(visitor, party_of(request), token, given.credential)
    return await answer_signed_in(request, response, done)


@router.post("/auth/passkey", tags=["auth"])
async def sign_in_by_passkey(
    request: Request, response: Response, given: PasskeyGiven, visitor: Annotated[Visitor, stranger()]
) -> Me:
    """Sign in with a passkey and nothing else: it says who you are, and has made sure that it is you."""
    done = await sign_in_with_passkey(visitor, party_of(request), given.credential)
    return await answer_signed_in(request, response, done)


@router.get("/me", tags=["me"])
async def get_me(scope: Annotated[UserScope, signed_in()], conditions: Conditional) -> Me:
    """Who you are, and where you are a member."""
    me = await queries.me(scope)
    conditions.tag(me)
    return me


@router.patch("/me", tags=["me"])
async def change_me(change: ProfileChange, scope: Annotated[UserScope, signed_in()], conditions: Conditional) -> Me:
    """Change your name, time zone, language, currency or theme. What is left out stays; `If-Match` takes the ETag of `GET /me`."""
    conditions.check(await queries.me(scope))
    await change_profile(scope, change)
    me = await queries.me(scope)
    conditions.tag(me)
    return me


@router.post("/orgs/{org}/samples/{product}", status_code=201, tags=["organizations"])
async def create_sample(request: Request, product: str, scope: Annotated[OrgScope, needs("samples.create")]) -> Sample:
    """Fill the organization with a product's sample, made through the product's own actions."""
    mounted: tuple[Product, ...] = request.app.state.products
    chosen = next((known for known in mounted if known.slug == product and known.sample), None)
    if chosen is None or chosen.sample is None:
        raise NotFound("sample.not_found", "There is no such sample.", hint="GET /api/v1/meta lists the products.")
    path = await chosen.sample(scope)
    await record(scope, "samples.created", subject=chosen.slug)
    return Sample(path=f"/{scope.organization.slug}/{chosen.slug}{path}")


router.include_router(first_steps.router)
