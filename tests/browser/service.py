"""The real service, started as people start it, and a real repository for it to scan."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTS = "pinata,tests.sample_product.product:product"

MAIN = """
from fastapi import FastAPI
from shop import orders, payouts

app = FastAPI()
app.include_router(orders.router, prefix="/v1/orders")
app.include_router(payouts.router, prefix="/v1/payouts")
"""

MODELS = """
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    state: Mapped[str | None] = mapped_column(String(20))
"""

ORDERS = """
from fastapi import APIRouter
from sqlalchemy import select
from shop.models import Customer, Order

router = APIRouter()


@router.get("/{order_id}")
def read_order(order_id: int, session):
    return session.scalar(select(Order).where(Order.id == order_id))


@router.post("/")
def place_order(customer_id: int, session):
    customer = session.get(Customer, customer_id)
    return store(session, Order(customer_id=customer.id))


def store(session, order: Order):
    session.add(order)
    session.commit()
    return order
"""

PAYOUTS = """
import httpx
from fastapi import APIRouter

router = APIRouter()


@router.post("/{payout_id}/settle")
def settle(payout_id: int):
    return httpx.post("https://bank.example.com/transfers", json={"payout": payout_id})
"""

REFUNDS = """
from fastapi import APIRouter

router = APIRouter()


@router.post("/v1/refunds")
def refund():
    return {"ok": True}
"""


def git(folder: Path, *words: str) -> None:
    """Run git with an identity of its own, whatever this machine is set to."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def make_repository(folder: Path, *, fillers: int = 0) -> Path:
    """A small web shop in git. `fillers` more files give a scan something to be busy with."""
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier try of the same test left
    package = folder / "shop"
    package.mkdir(parents=True)
    texts = {"__init__": "", "main": MAIN, "models": MODELS, "orders": ORDERS, "payouts": PAYOUTS}
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text.lstrip())
    for number in range(fillers):
        group = package / f"part{number % 40}"
        group.mkdir(exist_ok=True)
        functions = "\n\n".join(
            f"def step_{number}_{i}(value, other=None):\n"
            f"    total = [value + {i} for _ in range(3)]\n"
            f"    return step_{number}_{max(0, i - 1)}(sum(total), other) if value else other"
            for i in range(25)
        )
        (group / f"module_{number}.py").write_text(functions + "\n")
    git(folder, "init", "--quiet")
    commit(folder, "The shop opens")
    return folder


def commit(folder: Path, message: str) -> None:
    """Commit all there is."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def add_refunds(folder: Path) -> None:
    """A change that a second scan must show: a route that wasn't there."""
    (folder / "shop" / "refunds.py").write_text(REFUNDS.lstrip())
    commit(folder, "Refunds")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def running_service(data_dir: Path, products: str = PRODUCTS) -> Iterator[str]:
    """`tenantry up` on a data directory of its own; answers its address, and stops it as Ctrl-C does.

    Raises:
        RuntimeError: it ended by itself or took longer than three minutes; with all it said.
    """
    port = free_port()
    log = data_dir / "up.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENANTRY_")} | {
        "TENANTRY_DATA_DIR": str(data_dir / "data"),
        "TENANTRY_PORT": str(port),
        "TENANTRY_PRODUCTS": products,
        "TENANTRY_HEAVY_PROCESSES": "1",
    }
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tenantry.cli", "up"], cwd=ROOT, env=environment, stdout=said, stderr=said
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 180
        while not answers(f"{address}/health/ready"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"tenantry up did not come up:\n{log.read_text()}")
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    """Whether something answers there with success."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
