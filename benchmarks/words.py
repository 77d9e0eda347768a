"""Words and small decisions for generated code, from a fixed seed: the same code on every machine."""

import random

ENTITIES = (
    "account address approval article asset audit badge basket batch booking branch budget bundle campaign cart category channel "
    "claim comment contact contract coupon course customer deal delivery deposit device dispatch document draft employee event "
    "expense facility feature feedback fleet folder grant group holiday incident invoice item job journal label lead ledger lesson "
    "license listing location market meeting member merchant message milestone note notice offer order outlet package parcel "
    "partner patient payment payout permit phase pipeline plan policy portal post price product profile project quote rating "
    "receipt refund region release rental report request reservation review reward role route rule sample schedule season segment "
    "session shift shipment site slot sprint statement station stock store stream student subscription supplier survey task team "
    "template ticket timesheet topic trade transfer trip vehicle vendor venue voucher warehouse widget workflow workspace"
).split()
FIELDS = (
    "amount balance city code color count country created_by currency description discount due_at email external_id height "
    "is_active kind language length locale name notes number owner phone position priority quantity rank reference score size "
    "source starts_at state status street subtotal summary tax timezone title total unit version weight width zip_code"
).split()
VERBS = (
    "approve archive assign cancel close confirm merge notify publish rebuild refresh reject release renew settle split sync"
).split()


class Words:
    """Draws from the lists; `entity(3)` is always the same entity, whatever was drawn before."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    @staticmethod
    def entity(index: int) -> str:
        """`order`, `order_line` …: distinct for every index below 15,000."""
        count = len(ENTITIES)
        first, second = ENTITIES[index % count], index // count
        return (
            first
            if second == 0
            else f"{first}_{ENTITIES[(second * 11 + index) % count]}{second if second >= count else ''}"
        )

    def fields(self, count: int) -> list[str]:
        return self.random.sample(FIELDS, count)

    def verbs(self, count: int) -> list[str]:
        return self.random.sample(VERBS, count)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability


def camel(name: str) -> str:
    """`order_line` → `OrderLine`."""
    return "".join(part.capitalize() for part in name.split("_"))


def lower_camel(name: str) -> str:
    """`order_line` → `orderLine`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)
