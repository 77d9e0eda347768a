"""What git says when it fails, in words that help."""

import re
from collections.abc import Iterable, Sequence

from tenantry.core.errors import Problem, TooLarge
from tenantry.products.pinata.sources.limits import Limits, in_words

RULES: Sequence[tuple[str, str, str, str]] = (
    (
        r"cannot run ssh|ssh: (command )?not found",
        "ssh_missing",
        "This server has no ssh program, which ssh addresses need.",
        "Install openssh-client, or use the https address.",
    ),
    (
        r"host key verification failed|remote host identification has changed|host key for .* has changed",
        "host_key_changed",
        "The server shows another key than it did the first time, so nothing was fetched from it.",
        "If the server was set up anew, remove the repository and add it again. Otherwise ask its administrator.",
    ),
    (
        (
            r"could not read (username|password)|terminal prompts disabled|authentication failed|permission denied"
            r"|invalid username or (password|token)|returned error: 40[13]|http basic: access denied|load key .*: "
        ),
        "authentication_needed",
        "The server did not let us in.",
        "Check the address. A private repository needs an access token (https) or a private key (ssh).",
    ),
    (
        r"redirect|returned error: 30[12378]",
        "redirected",
        "The address leads on to another one, and redirects are not followed.",
        "Open the address in a browser and paste the one it ends at.",
    ),
    (
        r"certificate|ssl (peer|routines)|gnutls_handshake|tls connect error",
        "certificate_invalid",
        "The server's certificate cannot be trusted.",
        "Check the address. A certificate authority of your own is set with TENANTRY_PINATA_GIT_CA_FILE.",
    ),
    (
        r"couldn't find remote ref|remote branch .* not found",
        "branch_missing",
        "The repository has no such branch or tag.",
        "Leave the branch out to scan the default one.",
    ),
    (
        r"could not resolve host|name or service not known|temporary failure in name resolution",
        "host_unknown",
        "There is no host of that name.",
        "Check the spelling of the address.",
    ),
    (
        (
            r"failed to connect|couldn't connect|connection (refused|timed out|reset)|no route to host"
            r"|network is unreachable|operation timed out|connection closed by|kex_exchange_identification"
        ),
        "unreachable",
        "The server does not answer at that address.",
        "Check the host and port, and try again later.",
    ),
    (
        r"dubious ownership",
        "path_unreadable",
        "That repository belongs to another account of this machine.",
        "Scan it as a folder, or run Tenantry as the account that owns it.",
    ),
    (
        r"transport '.*' not allowed",
        "scheme_refused",
        "Addresses of that kind are not fetched from here.",
        "Use the https:// or ssh address which your git server shows under “Clone”.",
    ),
    (
        r"early eof|unexpected disconnect|rpc failed|hung up unexpectedly while|operation too slow|non-properly terminated|transfer closed",
        "interrupted",
        "The connection broke while the code was being fetched.",
        "Start the scan again.",
    ),
    (
        (
            r"not found|does not appear to be a git repository|not a git repository|is this a git repository"
            r"|returned error: (404|410|400|405|406)|invalid (server )?response|repository .* does not exist|no such file"
            r"|expected flush|protocol error|could not read from remote repository|unable to access"
        ),
        "not_a_repository",
        "There is no git repository at that address.",
        "Check the address: it is the one your git server shows under “Clone”.",
    ),
)


CHATTER = ("remote: Counting", "remote: Compressing", "remote: Enumerating", "hint:", "warning: ")


def explain(lines: Iterable[str], secrets: Iterable[str]) -> Problem:
    """The problem that fits what git wrote. Its words are repeated only if no rule fits, and then without secrets."""
    said = [
        line
        for line in lines
        if not line.startswith(("remote: Counting", "remote: Compressing", "hint:", "warning: adding"))
    ]
    text = "\n".join(said)
    for pattern, code, detail, hint in RULES:
        if re.search(pattern, text, re.IGNORECASE):
            return Problem(f"pinata.source.{code}", detail, hint=hint, status=422)
    last = said[-1] if said else "no reason given"
    for secret in secrets:
        last = last.replace(secret, "…")
    return Problem(
        "pinata.source.git_failed",
        f"git could not fetch the code: {last[:300]}",
        hint="Try the same address with git on your own machine; if it works there, start the scan again.",
        status=422,
    )


def branch_missing(branch: str) -> Problem:
    """The branch is not among the server's."""
    return Problem(
        "pinata.source.branch_missing",
        f"The repository has no branch or tag named {branch}.",
        hint="Check the spelling, or leave the branch out to scan the default one.",
        status=422,
    )


def empty() -> Problem:
    """There is a repository and nothing in it."""
    return Problem(
        "pinata.source.empty",
        "The repository is empty: nothing was ever pushed to it.",
        hint="Push a branch and start the scan again.",
        status=422,
    )


def too_large(limits: Limits, what: str) -> TooLarge:
    """It goes over a limit: `what` is `download`, `tree`, `files` or `depth`."""
    bound = {
        "download": f"more than {in_words(limits.download_bytes)} to fetch",
        "tree": f"more than {in_words(limits.tree_bytes)} of files",
        "files": f"more than {limits.files:,} files",
        "depth": f"folders more than {limits.depth} deep",
    }[what]
    return TooLarge(
        "pinata.source.too_large",
        f"The repository is over the limit: {bound}.",
        hint="Upload an archive of the folders you want to see, or raise the limits in the settings.",
    )


def timed_out(seconds: float) -> Problem:
    """The server took too long."""
    return Problem(
        "pinata.source.timed_out",
        f"The server took longer than {seconds:.0f} seconds.",
        hint="Try again later, or upload an archive of the code.",
        status=422,
    )
