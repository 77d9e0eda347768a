"""What can be chosen for a profile: time zones, languages, currencies, themes."""

import re
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

Theme = Literal["light", "dark", "system"]

CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD
    XOF XPF YER ZAR ZMW ZWG""".split()
)
"""Money that people pay with (ISO 4217)."""

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_time_zone(value: str | None) -> str | None:
    """The time zone, if it is one that we know too."""
    return value if value in _zones() else None


def _time_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("This is no time zone we know; give a name such as Europe/Berlin.")
    return value


def _locale(value: str) -> str:
    if not _LOCALE.fullmatch(value):
        raise ValueError("This is no language tag; give one such as en-GB or de.")
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("This is no currency we know; give a code such as EUR.")
    return value


TimeZone = Annotated[
    str,
    Field(max_length=64, description="A name from the time zone database.", examples=["Europe/Berlin"]),
    AfterValidator(_time_zone),
]
Locale = Annotated[
    str,
    Field(max_length=20, description="A language tag; it decides how numbers and times look.", examples=["en-GB"]),
    AfterValidator(_locale),
]
Currency = Annotated[
    str,
    Field(max_length=3, description="A code of ISO 4217, in which sums are shown.", examples=["EUR"]),
    AfterValidator(_currency),
]
