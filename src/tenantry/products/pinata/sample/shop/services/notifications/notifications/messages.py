import psycopg
import requests

MAILER = "https://mail.example.com/v3"


def send(connection: psycopg.Connection, topic: str, recipient: str, reference: str) -> None:
    template = connection.execute(
        "SELECT id, subject, body FROM message_templates WHERE topic = %s", (topic,)
    ).fetchone()
    requests.post(f"{MAILER}/messages", json={"to": recipient, "subject": template[1], "text": template[2]}, timeout=10)
    connection.execute(
        "INSERT INTO sent_messages (template_id, recipient, reference) VALUES (%s, %s, %s)",
        (template[0], recipient, reference),
    )


def mark_opened(connection: psycopg.Connection, message_id: int) -> None:
    connection.execute("UPDATE sent_messages SET opened_at = now() WHERE id = %s", (message_id,))
