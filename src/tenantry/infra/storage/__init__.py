"""Files of organizations.

size = await storage.of(scope).put("uploads/018f….zip", chunks, max_bytes=100_000_000)
url = storage.of(scope).signed_url("exports/018f….json", filename="graph.json")
"""

from tenantry.infra.storage.routes import files_router
from tenantry.infra.storage.storage import Files, Storage, Stored

__all__ = ["Files", "Storage", "Stored", "files_router"]
