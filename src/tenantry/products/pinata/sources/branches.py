"""Names of branches and tags, checked before git sees them (the rules of `git check-ref-format`)."""

import re

from tenantry.core.errors import Invalid

FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|\.lock(/|$)|[/.]$|^@$")


def check_branch(name: str) -> str:
    """The name of a branch or tag, as git would accept it.

    Raises:
        Invalid: `pinata.source.branch_invalid`.
    """
    name = name.strip().removeprefix("refs/heads/").removeprefix("refs/tags/")
    if not name or len(name) > 250 or FORBIDDEN.search(name):
        raise Invalid(
            "pinata.source.branch_invalid",
            "That is not a name a branch can have.",
            hint="Use the name as git shows it, such as main or release/1.2.",
            errors=[{"field": "branch", "message": "Not a name a branch can have."}],
        )
    return name
