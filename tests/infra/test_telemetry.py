"""Logs tell what happened and no secret."""

import json
import logging

import structlog

from tenantry.core.settings import Settings
from tenantry.infra.telemetry import configure_logging, masked


def test_secrets_and_people_are_masked() -> None:
    event = {
        "password": "hunter2",
        "token_hash": "abc",
        "nested": {"Authorization": "Bearer x", "url": "https://user:pw@git.example/x", "list": ["ada@example.com"]},
        "event": "clone https://token@git.example for ada.lovelace@example.com",
        "slug": "ada",
        "path": "/invitation/Zk3vX9qLw2Rt7YbN4mPc6HsD8fGj1KaE5uTiOo0",
        "from": "203.0.113.77 by 127.0.0.1 and 2001:db8:85a3::8a2e:370:7334",
        "id": "01a20e05-49a0-75cf-a2bf-fc2b42b5947c",
        "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "at": "12:30:59",
    }
    assert masked(event) == {
        "password": "•••",
        "token_hash": "•••",
        "nested": {"Authorization": "•••", "url": "https://•••@git.example/x", "list": ["a•••@example.com"]},
        "event": "clone https://•••@git.example for a•••@example.com",
        "slug": "ada",
        "path": "/invitation/•••",
        "from": "203.0.•.• by 127.0.0.1 and 2001:db8:•",
        "id": "01a20e05-49a0-75cf-a2bf-fc2b42b5947c",
        "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "at": "12:30:59",
    }


def test_every_line_is_one_json_object(capsys, data_dir) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(Settings(_env_file=None, data_dir=data_dir, log_format="json"))
        structlog.get_logger("ours").info("Said %s", "so", password="x")
        try:
            raise ValueError("from postgresql://u:secret@h/d")
        except ValueError:
            logging.getLogger("theirs").exception("mail to ada@example.com")
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
    assert lines[0]["event"] == "Said so"
    assert lines[0]["password"] == "•••"
    assert lines[1]["event"] == "mail to a•••@example.com"
    assert "secret" not in json.dumps(lines[1])
    assert lines[1]["level"] == "error"
