"""What somebody is answered who signs in, by whichever way."""

from uuid import UUID

from fastapi import Request, Response

from tenantry.chassis.identity.devices.actions import tell_of_new_device
from tenantry.chassis.identity.devices.cookie import device_cookie_of
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
    """The person, with the session in its cookie; somebody on a device that is new to the account is told by mail."""
    pending_cookie_of(request).clear(response)
    if not device_cookie_of(request).read(request).knows(done.scope.user_id):
        await tell_of_new_device(done.scope)
    carry_session(request, response, done.token, done.scope.user_id)
    return await queries.me(done.scope)


def carry_session(request: Request, response: Response, token: str, user_id: UUID) -> None:
    """Hand the session to the browser, and have the device known from now on."""
    request.app.state.session_cookie.set(response, token)
    device_cookie_of(request).read(request).remember(response, user_id)
