"""Identity over HTTP: its slices, in one router."""

from tenantry.chassis.identity.email_change import routes as email_change
from tenantry.chassis.identity.passwords import routes as passwords
from tenantry.chassis.identity.profile import routes as profile
from tenantry.chassis.identity.sessions import routes as sessions
from tenantry.chassis.identity.verification import routes as verification
from tenantry.infra.http.routing import Router

router = Router()
for slice in (sessions, passwords, verification, email_change, profile):
    router.include_router(slice.router)
