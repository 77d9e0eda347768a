"""What runs in a heavy process stays light: a server imported there would cost seconds and memory for each of them."""

import subprocess
import sys

MODULES = ("results.compute", "results.compare", "results.export", "sources.archive")
SERVER = ("fastapi", "sqlalchemy", "psycopg", "pydantic", "procrastinate")


def test_no_server_is_imported() -> None:
    imports = "; ".join(f"import tenantry.products.pinata.{module}" for module in MODULES)
    code = f"import sys; {imports}; print([name for name in {SERVER!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
