import psycopg
from flask import Blueprint, Flask, current_app, jsonify, request

from notifications.messages import mark_opened, send

messages = Blueprint("messages", __name__, url_prefix="/messages")


def connect() -> psycopg.Connection:
    return psycopg.connect(current_app.config["DATABASE_URL"], autocommit=True)


@messages.get("/")
def list_messages():
    with connect() as connection:
        rows = connection.execute(
            "SELECT m.id, m.recipient, t.topic FROM sent_messages m JOIN message_templates t ON t.id = m.template_id"
        ).fetchall()
    return jsonify(rows)


@messages.post("/<int:message_id>/resend")
def resend(message_id: int):
    with connect() as connection:
        row = connection.execute("SELECT recipient, reference FROM sent_messages WHERE id = %s", (message_id,)).fetchone()
        send(connection, request.json["topic"], row[0], row[1])
    return "", 202


@messages.post("/<int:message_id>/opened")
def opened(message_id: int):
    with connect() as connection:
        mark_opened(connection, message_id)
    return "", 204


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["DATABASE_URL"] = "postgresql://shop@database/notifications"
    app.register_blueprint(messages)
    return app
