"""What somebody is answered who signs in, by whichever way."""

from fastapi import Request, Response

from tenantry.chassis.identity.second_factors.pending import HalfWay, SignedIn
from tenantry.chassis.identity.second_factors.routes import pending_cookie_of
from tenantry.chassis.identity.second_factors.schemas import SecondStep
from tenantry.chassis.onboarding import queries
from tenantry.chassis.onboarding.schemas import Me


async def answer_sign_in(request: Request, response: Response, outcome: SignedIn | HalfWay) -> Me | SecondStep:
    """The person with their session, or 202 with what is wanted as the second step."""
    if isinstance(outcome, SignedIn):
        return await answer_signed_in(request, response, outcome)
    response.status_code = 202
    pending_cookie_of(request).set(response, outcome.token)
    return outcome.step


async def answer_signed_in(request: Request, response: Response, done: SignedIn) -> Me:
    """The person, with the session in its cookie."""
    request.app.state.session_cookie.set(response, done.token)
    pending_cookie_of(request).clear(response)
    return await queries.me(done.scope)
