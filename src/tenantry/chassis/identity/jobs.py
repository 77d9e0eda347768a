"""The jobs of identity, in one list."""

from tenantry.chassis.identity.actions import note_failed_sign_in
from tenantry.chassis.identity.email_change.actions import send_change_links
from tenantry.chassis.identity.passwords.actions import send_reset_link

JOBS = (note_failed_sign_in, send_change_links, send_reset_link)
