import json

import psycopg
from kafka import KafkaConsumer

from notifications.messages import send


def run() -> None:
    consumer = KafkaConsumer("order.placed", "stock.low", bootstrap_servers="broker:9092", group_id="notifications")
    with psycopg.connect("postgresql://shop@database/notifications", autocommit=True) as connection:
        for message in consumer:
            fact = json.loads(message.value)
            send(connection, message.topic, fact.get("email", "buyers@juniper.example"), str(fact.get("id", "")))


if __name__ == "__main__":
    run()
