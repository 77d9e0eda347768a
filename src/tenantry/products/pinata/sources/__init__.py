"""Where code comes from: a git address, an archive or a folder becomes a work tree which the engine can read.

Everything here is written for input by strangers: addresses that point inwards, archives that reach outwards,
servers that never answer. What goes wrong leaves as a `Problem` whose code begins with `pinata.source.`.
"""

from tenantry.products.pinata.sources.archive import unpack
from tenantry.products.pinata.sources.branches import check_branch
from tenantry.products.pinata.sources.folder import folder_name, open_folder
from tenantry.products.pinata.sources.git import Checkout, GitSource, fetch
from tenantry.products.pinata.sources.limits import Limits
from tenantry.products.pinata.sources.locations import Credentials, Location, parse_location
from tenantry.products.pinata.sources.progress import Report, Step

__all__ = [
    "Checkout",
    "Credentials",
    "GitSource",
    "Limits",
    "Location",
    "Report",
    "Step",
    "check_branch",
    "fetch",
    "folder_name",
    "open_folder",
    "parse_location",
    "unpack",
]
