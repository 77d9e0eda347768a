"""The manifest: mount it with TENANTRY_PRODUCTS=pinata,tests.sample_product.product:product."""

from tenantry.sdk import Product, Role, Topic
from tests.sample_product import actions, queries, routes

product = Product(
    slug="notes",
    name="Notes",
    summary="Keeps what is worth remembering.",
    hue=200,
    icon="notebook-pen",
    routers=[routes.router],
    permissions={"notes.read": Role.VIEWER, "notes.write": Role.MEMBER},
    jobs=[actions.count_words],
    events={"notes.note.written": "notes.read"},
    topics=[Topic("notes.note", load=queries.load_note, permission="notes.read")],
    sample=actions.fill_with_sample,
)
