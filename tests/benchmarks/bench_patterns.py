"""Regular expressions whose time grows faster than the text, each with the text that shows it.

    python -m tests.benchmarks.bench_patterns

The patterns are found in the syntax tree, also where one is written inside a call, and among the attributes of every
module. Each is searched through texts made to be its worst: what its own unbounded repeats take, after what must stand
before them, and before what does not fit.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import flows
import ranking
import scrapers
from tests.arguments import arguments

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
GROWTH, RATIO, FLOOR = 4, 8.0, 0.002  # text 4 times as long: at most 8 times the seconds; below 2 ms nobody waits
LONG = 4_000  # characters of the longer text
UNBOUNDED = 1_000  # a repeat that may go on as often as this counts as unbounded


Found = tuple[str, int]  # a pattern and its flags


def modules() -> Iterator[ModuleType]:
    """Every module of the three packages; entry points of Prefect and migrations among them."""
    for package in (scrapers, ranking, flows):
        yield package
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations." not in module.name:
                yield importlib.import_module(module.name)


@cache
def patterns() -> tuple[Mapping[Found, frozenset[str]], tuple[str, ...]]:
    """Each pattern with the ways it is used (search, match, fullmatch) and a place, and what could not be resolved."""
    used: dict[Found, set[str]] = defaultdict(set)
    unresolved = []
    for module in modules():
        file = Path(str(module.__file__))
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _is_of_re(node.func) and node.args):
                continue
            assert isinstance(node.func, ast.Attribute)
            try:
                pattern = _value(node.args[0], module)
                place = {"match": 2, "search": 2, "fullmatch": 2, "compile": 1, "findall": 2, "finditer": 2}
                flags = _flags(node, place.get(node.func.attr, 4), module)
            except Exception:
                unresolved.append(f"{file.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.args[0])[:60]}")
                continue
            if isinstance(pattern, re.Pattern):
                pattern, flags = pattern.pattern, pattern.flags
            if isinstance(pattern, str):
                way = node.func.attr
                used[pattern, flags].add(way if way in {"match", "fullmatch"} else "" if way == "compile" else "search")
        names = {id(each): name for name, each in vars(module).items() if isinstance(each, re.Pattern)}
        ways = _ways(tree)
        for each in _held(vars(module).values()):
            if isinstance(each.pattern, str):
                used[each.pattern, each.flags] |= ways.get(names.get(id(each), ""), {"search"})
    return {found: frozenset(ways - {""} or {"search"}) for found, ways in used.items()}, tuple(unresolved)


def _is_of_re(function: ast.expr) -> bool:
    named = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
    return named and function.attr in FUNCTIONS  # type: ignore[attr-defined]


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "pattern", "eval"), dict(vars(module)))


def _flags(node: ast.Call, place: int, module: ModuleType) -> int:
    named = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    given = named or node.args[place : place + 1]
    return int(_value(given[0], module)) if given else 0


def _ways(tree: ast.Module) -> dict[str, set[str]]:
    """How the patterns of a module are used, by name; one that is handed on counts as searched."""
    ways: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            ways[node.value.id].add(node.attr if node.attr in {"match", "fullmatch"} else "search")
    return ways


def _held(values: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    """The patterns among these values, also in tuples, lists, dicts and classes."""
    for value in list(values):
        if isinstance(value, re.Pattern):
            yield value
        elif depth and isinstance(value, list | tuple | set | frozenset):
            yield from _held(value, depth - 1)
        elif depth and isinstance(value, dict):
            yield from _held(value.values(), depth - 1)
        elif depth and isinstance(value, type) and value.__module__.startswith(("scrapers", "ranking", "flows")):
            yield from _held(vars(value).values(), depth - 1)


# ---- worst cases


CANDIDATES = "a1 \n.-_/@:,;<>()[]{}'\"`*#&=+|~!?$%^\\Aé\t\u200b"


def letters_of(items: list[Any], ignore: int) -> str:
    """Up to four different characters that a class takes."""
    taken = []
    for letter in CANDIDATES:
        if _takes(items, ord(letter)):
            taken.append(letter)
    if not taken:
        taken = [
            chr(value if kind is op.LITERAL else value[0]) for kind, value in items if kind in {op.LITERAL, op.RANGE}
        ]
    return "".join(taken[:4]) or "a"


def _takes(items: list[Any], code: int) -> bool:
    negated = bool(items) and items[0][0] is op.NEGATE
    inside = any(_is_in(kind, value, code) for kind, value in items if kind is not op.NEGATE)
    return inside != negated


def _is_in(kind: Any, value: Any, code: int) -> bool:
    if kind is op.LITERAL:
        return bool(value == code)
    if kind is op.RANGE:
        return bool(value[0] <= code <= value[1])
    if kind is op.CATEGORY:
        letter = chr(code)
        name = str(value)
        truth = letter.isdigit() if "DIGIT" in name else letter.isspace() if "SPACE" in name else (
            letter.isalnum() or letter == "_"
        )  # fmt: skip
        return truth != ("NOT" in name)
    return False


def sample(sequence: Any, pick: int = 0) -> str:
    """A short text that a part of a pattern takes."""
    return "".join(_sample(kind, value, pick) for kind, value in sequence)


def _sample(kind: Any, value: Any, pick: int) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is op.ANY:
        return "a"
    if kind is op.IN:
        letters = letters_of(value, 0)
        return letters[pick % len(letters)]
    if kind is op.BRANCH:
        branches = value[1]
        return sample(branches[pick % len(branches)], pick)
    if kind is op.SUBPATTERN:
        return sample(value[3], pick)
    if kind is op.ATOMIC_GROUP:
        return sample(value, pick)
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        return sample(value[2], pick) * max(1, min(int(value[0]), 3))
    return ""


def repeats(sequence: Any, before: str = "", pick: int = 0) -> Iterator[tuple[str, Any, Any]]:
    """Every unbounded repeat of a pattern, with a text that stands before it: (before, body, kind)."""
    for kind, value in sequence:
        if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            if value[1] is op.MAXREPEAT or int(value[1]) >= UNBOUNDED:
                yield before, value[2], kind
            yield from repeats(value[2], before, pick)
        elif kind is op.SUBPATTERN:
            yield from repeats(value[3], before, pick)
        elif kind is op.ATOMIC_GROUP:
            yield from repeats(value, before, pick)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, before, pick)
        elif kind in {op.ASSERT, op.ASSERT_NOT}:
            yield from repeats(value[1], before, pick)
        before += _sample(kind, value, pick)


TAILS = ("", "\x01", "!", "\n")
GENERIC = (
    "a", "1", " ", "\n", "a.", "a-", "a/", "a@", "a ", "[", "(", "<a", "**", "`", '"', ",a", "- ", ". ", "#", "{%",
    "<!--", "/*", "a:", "A a",
)  # fmt: skip


def worst(pattern: str, flags: int) -> Iterator[Callable[[int], str]]:
    """Texts of any length that this pattern takes longest for, as far as they can be told from the pattern itself."""
    seen = set()
    for pick in range(2):
        for before, body, _ in repeats(parser.parse(pattern, flags), "", pick):
            unit = sample(body, pick) or "a"
            for head, part, tail in (
                *((before, unit, tail) for tail in TAILS),
                *(("", before + unit, tail) for tail in TAILS[:2]),
                *(("", unit, tail) for tail in TAILS[:2]),
                ("", before or unit, ""),
                (before, unit + " ", "\x01"),
            ):
                if (head, part, tail) not in seen:
                    seen.add((head, part, tail))
                    yield lambda n, head=head, part=part, tail=tail: head + part * (n // len(part)) + tail
    for part in GENERIC:
        yield lambda n, part=part: part * (n // len(part)) + "\x01"


def seconds(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


def growth(work: Callable[[str], object], text: Callable[[int], str]) -> float | None:
    """How many times as long a text 4 times as long takes, least of five; None where nobody waits for it."""
    length = 24
    while length < LONG:  # what grows beyond all bounds shows in short texts
        if seconds(work, text(length)) > 0.25:
            return float("inf")
        length *= GROWTH
    if min(seconds(work, text(LONG)) for _ in range(2)) < FLOOR:
        return None
    short = max(min(seconds(work, text(LONG // GROWTH)) for _ in range(5)), 1e-6)
    return min(seconds(work, text(LONG)) for _ in range(5)) / short


def works(found: Found, ways: frozenset[str]) -> Iterator[Callable[[str], object]]:
    compiled = re.compile(*found)
    for way in ways:
        if way == "search":
            yield lambda text: sum(1 for _ in compiled.finditer(text))
        else:
            yield getattr(compiled, way)


def stalling(found: Found, ways: frozenset[str]) -> str | None:
    """The text and the growth by which a pattern takes more than its share, or None."""
    for work in works(found, ways):
        for text in worst(*found):
            if (times := growth(work, text)) is not None and times > RATIO:
                return f"{found[0][:90]!r}: {times:.0f} times the time for {text(48)[:60]!r}..."
    return None


def nested(sequence: Any, inside: bool = False) -> bool:
    """Whether an unbounded repeat stands directly within another one that may give back what it took."""
    for kind, value in sequence:
        if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
            unbounded = value[1] is op.MAXREPEAT or int(value[1]) >= UNBOUNDED
            if (unbounded and inside and _is_all(sequence)) or nested(value[2], inside or unbounded):
                return True
        elif kind is op.SUBPATTERN:
            if nested(value[3], inside):
                return True
        elif kind is op.BRANCH and any(nested(branch, inside) for branch in value[1]):
            return True
    return False


def _is_all(sequence: Any) -> bool:
    """Whether nothing that must be there stands beside the repeat: then the two can share a text in many ways."""
    return all(
        (kind in {op.MAX_REPEAT, op.MIN_REPEAT} and int(value[0]) == 0) or len(sequence) == 1
        for kind, value in sequence
    )


def main() -> None:
    """Print what could not be resolved, repeats within repeats, and every pattern that takes more than its share."""
    arguments(__doc__)
    found, unresolved = patterns()
    sys.stdout.write(f"{len(found)} patterns; made where the syntax tree does not show them: {len(unresolved)}\n")
    for place in unresolved:
        sys.stdout.write(f"  {place}\n")
    for pattern, flags in found:
        if nested(parser.parse(pattern, flags)):
            sys.stdout.write(f"repeat within a repeat: {pattern[:90]!r}\n")
    for each, ways in found.items():
        if told := stalling(each, ways):
            sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
