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
    }
    assert masked(event) == {
        "password": "•••",
        "token_hash": "•••",
        "nested": {"Authorization": "•••", "url": "https://•••@git.example/x", "list": ["a•••@example.com"]},
        "event": "clone https://•••@git.example for a•••@example.com",
        "slug": "ada",
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
