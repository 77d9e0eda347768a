"""Who may do what to whom: nobody touches those above them, nobody gives more than they have, an owner always remains."""

from tenantry.chassis.organizations.members.models import Membership
from tenantry.core.errors import Conflict, Forbidden
from tenantry.core.roles import Role


def refuse_above(acting: Role, member: Membership) -> None:
    """Somebody's membership is changed by those of the same role and above.

    Raises:
        Forbidden: `member.above`.
    """
    if Role.of(member.role) > acting:
        raise Forbidden(
            "member.above",
            f"You are {_a(acting)} here and cannot change {_a(Role.of(member.role))}.",
            hint=f"Ask {_a(Role.of(member.role))} to do it.",
        )


def refuse_giving(acting: Role, role: Role) -> None:
    """Nobody gives a role above their own.

    Raises:
        Forbidden: `role.above`.
    """
    if role > acting:
        raise Forbidden(
            "role.above",
            f"You are {_a(acting)} here and cannot make anybody {_a(role)}.",
            hint=f"Choose {acting.word} or less, or ask {_a(role)} to do it.",
            errors=[{"field": "role", "message": f"You can give {acting.word} or less."}],
        )


def last_owner() -> Conflict:
    """`member.last_owner`: without an owner nobody could ever do what only owners may."""
    return Conflict(
        "member.last_owner",
        "This is the only owner, and an organization always has one.",
        hint="Make somebody else an owner first, or delete the organization.",
    )


def _a(role: Role) -> str:
    return f"{'an' if role.word[0] in 'aeiou' else 'a'} {role.word}"
