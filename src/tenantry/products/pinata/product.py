"""The manifest of Pinata Code: everything the chassis must know about it."""

from tenantry.products.pinata.exports import routes as exports
from tenantry.products.pinata.findings import routes as findings
from tenantry.products.pinata.repositories import routes as repositories
from tenantry.products.pinata.repositories.erasure import erase_files
from tenantry.products.pinata.repositories.tidying import HOURLY, forget_uploads
from tenantry.products.pinata.sample.fill import fill_with_sample
from tenantry.products.pinata.scans import queries as scans
from tenantry.products.pinata.scans import routes as scan_routes
from tenantry.products.pinata.scans.job import run_scan
from tenantry.sdk import Product, Role, Topic

product = Product(
    slug="pinata",
    name="Pinata Code",
    summary="Shows how data flows through a system: routes, calls, tables, queues, files, and the paths between them.",
    hue=42,
    icon="code",
    routers=[repositories.router, scan_routes.router, findings.router, exports.router],
    jobs=[run_scan, erase_files, forget_uploads],
    schedules=[HOURLY],
    permissions={
        "pinata.repositories.read": Role.VIEWER,
        "pinata.repositories.write": Role.MEMBER,
        "pinata.scans.read": Role.VIEWER,
        "pinata.scans.write": Role.MEMBER,
    },
    events={
        "pinata.scan.finished": "pinata.scans.read",
        "pinata.scan.failed": "pinata.scans.read",
        "pinata.scan.cancelled": "pinata.scans.read",
    },
    topics=[
        Topic("pinata.scan", load=scans.watch_scan, permission="pinata.scans.read"),
        Topic("pinata.scans", load=scans.watch_scans, permission="pinata.scans.read"),
    ],
    sample=fill_with_sample,
    interface="web/app/products/pinata",
    cli="tenantry.products.pinata.cli:cli",
)
