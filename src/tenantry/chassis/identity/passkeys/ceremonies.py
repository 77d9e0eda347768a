"""The two ceremonies of WebAuthn: making a passkey, and signing with one. What the library refuses becomes a problem."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog

from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.core.errors import Invalid

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

# Each function loads the library when a passkey is used for the first time: it is seven megabytes, and a fifth of a second at the start.

log = structlog.get_logger(__name__)

T = TypeVar("T")


def creation_options(
    party: RelyingParty, challenge: bytes, *, user_id: UUID, email: str, name: str, existing: Sequence[bytes]
) -> dict[str, Any]:
    """What a browser needs to make a passkey that can be found without a user name, and is none of those there are."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=_descriptors(existing),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return _json(webauthn.options_to_json(options))


def request_options(
    party: RelyingParty, challenge: bytes, *, allowed: Sequence[bytes] = (), verified: bool
) -> dict[str, Any]:
    """What a browser needs to sign: with one of the passkeys `allowed`, or with whichever the person chooses."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    need = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, allow_credentials=_descriptors(allowed), user_verification=need
    )
    return _json(webauthn.options_to_json(options))


def challenge_of(credential: dict[str, Any]) -> bytes:
    """Which challenge was signed.

    Raises:
        Invalid: `passkey.invalid`.
    """
    from webauthn import base64url_to_bytes
    from webauthn.helpers import parse_client_data_json

    data = checked(lambda: credential["response"]["clientDataJSON"])
    return checked(lambda: parse_client_data_json(base64url_to_bytes(data)).challenge)


def credential_id_of(credential: dict[str, Any]) -> bytes:
    """Which passkey has signed.

    Raises:
        Invalid: `passkey.invalid`.
    """
    from webauthn.helpers import parse_authentication_credential_json

    return checked(lambda: parse_authentication_credential_json(credential).raw_id)


def user_handle_of(credential: dict[str, Any]) -> bytes | None:
    """Whose the passkey says it is, where it says so.

    Raises:
        Invalid: `passkey.invalid`.
    """
    from webauthn.helpers import parse_authentication_credential_json

    return checked(lambda: parse_authentication_credential_json(credential).response.user_handle)


def verify_creation(party: RelyingParty, credential: dict[str, Any], challenge: bytes) -> "VerifiedRegistration":
    """The passkey that was made.

    Raises:
        Invalid: `passkey.invalid`.
    """
    import webauthn

    return checked(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    )


def transports_of(credential: dict[str, Any]) -> list[str]:
    """How the browser reaches the passkey: `internal`, `hybrid`, `usb`…"""
    from webauthn.helpers import parse_registration_credential_json

    parsed = checked(lambda: parse_registration_credential_json(credential))
    return [transport.value for transport in parsed.response.transports or ()]


def verify_signature(
    party: RelyingParty, credential: dict[str, Any], challenge: bytes, *, public_key: bytes, verified: bool
) -> "VerifiedAuthentication":
    """What the passkey said. Its counter is for the caller to judge.

    Raises:
        Invalid: `passkey.invalid`; another challenge, origin or party, a signature that isn't its own, or nobody made sure of.
    """
    import webauthn

    return checked(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=verified,
        )
    )


def checked(work: Callable[[], T]) -> T:
    """What it answers; whatever is wrong with what a browser sent is a problem of whoever sent it."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return work()
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        log.info("passkey.refused", reason=str(error))
        raise invalid() from error


def invalid() -> Invalid:
    """The passkey's answer doesn't hold."""
    return Invalid(
        "passkey.invalid",
        "The passkey’s answer could not be accepted.",
        hint="Begin again. If it stays, use another way.",
        errors=[{"field": "credential", "message": "Not accepted."}],
    )


def _descriptors(ids: Sequence[bytes]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=id) for id in ids]


def _json(options: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(options)
    return document
