"""Every regular expression of the code takes time in proportion to its text, whatever the text holds.

The patterns are found in the syntax tree, so a new one is measured without being named here. Repeats without a bound
inside of repeats without a bound are refused by construction; what else may be slow is fed texts made to be slow.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from re import _compiler
from re import _parser as sre
from types import ModuleType
from typing import Any

import pytest

from ranking.corpus import passages as _passages
from ranking.features import _cues, _openness
from ranking.role import headings as _headings
from ranking.role import protected as _protected
from ranking.role import requirements as _requirements
from ranking.shortlist import outreach as _draft
from scrapers.reading import pseudonyms as _cast
from scrapers.sources import gharchive as _gharchive
from scrapers.sources import github as _github
from scrapers.sources import gitlab as _gitlab
from scrapers.text import privacy as _privacy

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "ranking", "scrapers")
FLAGS_AT = {
    "compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4, "subn": 4
}  # fmt: skip
ANCHORED = {"match", "fullmatch"}
MOST_RATIO = 8.0  # of the time of four times the text: four where time is linear, sixteen where it is quadratic
NOISE = 0.002  # seconds below which a clock tells nothing

AnyPattern = re.Pattern[str] | re.Pattern[bytes]


@dataclass(frozen=True)
class Place:
    """A regular expression, where it stands, and which of its methods are called; none where that is not known."""

    where: str
    pattern: AnyPattern
    methods: frozenset[str] = frozenset()


# Patterns made of local data, by the file and the function that makes them: one each, made as the code makes it.
MADE_OF_DATA: dict[str, Callable[[], Iterable[AnyPattern]]] = {
    "ranking/shortlist/outreach.py _pattern": lambda: [
        _draft._pattern("“{title}” of {date}[, with “{event}”]: {url}.")
    ],
    "ranking/features/_cues.py _words": lambda: [_cues._hype(), *_held(_cues.tables())],
    "ranking/features/_openness.py together": lambda: _held(_openness._phrases()),
    "ranking/corpus/passages.py _naming": lambda: [
        _passages._naming({"ada-example#2"}, {"Ada Example", "Ada B. Example"})
    ],
    "ranking/role/front_matter.py _line_of": lambda: [re.compile(r"(?:^|[\s{,-])must\s*:")],
    "ranking/role/headings.py <module>": lambda: [pattern for _, pattern in _headings._HEADINGS],
    "ranking/role/protected.py _pattern": lambda: _held(_protected._TRAITS),
    "ranking/role/requirements.py _share": lambda: [
        re.compile(pattern) for pattern, _ in _requirements._SHARES + _requirements._WORDS
    ],
    "ranking/upkeep/references.py rewritten_rows": lambda: [re.compile("ada-example|ada example|ada", re.IGNORECASE)],
    "scrapers/reading/pseudonyms.py _pattern": lambda: [
        _cast.Pseudonyms({"ada": "eve", "ada example": "eve example"})._pattern
    ],
    "scrapers/identity/train/recombine.py handle": lambda: [re.compile("ada|example")],
    "scrapers/text/privacy.py <module>": lambda: _held(_privacy._PRIVATE_BY_WORD),
    "scrapers/sources/gharchive.py _pattern": lambda: [_gharchive._pattern("https://x.example/#ada/queue,ada")],
    "scrapers/sources/github/__init__.py parse": lambda: [re.compile(p, re.IGNORECASE) for p, _ in _github._PAGES],
    "scrapers/sources/gitlab.py parse": lambda: [re.compile(f"/api/v4{p}") for p, _ in _gitlab._PAGES],
}


# ---------------------------------------------------------------- finding


def _modules(root: Path = ROOT) -> Iterator[tuple[str, ModuleType, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            file = path.relative_to(root)
            name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
            if "migrations" in file.parts and path.stem != "__init__":
                continue  # steps of the database, which only its migrations import
            yield file.as_posix(), importlib.import_module(name), ast.parse(path.read_text("utf-8"))


@dataclass(frozen=True)
class _Use:
    """A `re.<function>` in the code: its call, if it is called at once, the function around it, and local names."""

    name: ast.Attribute
    call: ast.Call | None
    function: str
    local: frozenset[str]


_SCOPES = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
)


def _uses(
    node: ast.AST, call: ast.Call | None = None, function: str = "<module>", local: frozenset[str] = frozenset()
) -> Iterator[_Use]:
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "re"
        and node.attr in FLAGS_AT
    ):
        yield _Use(node, call, function, local)
    if isinstance(node, _SCOPES):
        local |= _bound(node)
        function = getattr(node, "name", function)
    for child in ast.iter_child_nodes(node):
        called = node if isinstance(node, ast.Call) and child is node.func else None
        yield from _uses(child, called, function, local)


def _bound(scope: ast.AST) -> set[str]:
    stored = {n.id for n in ast.walk(scope) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in ast.walk(scope) if isinstance(n, ast.arg)}


def _resolved(use: _Use, names: dict[str, Any]) -> AnyPattern:
    """The pattern of one use; raises LookupError where it is made of local data."""
    if use.call is None:
        raise LookupError("not called where it stands")
    keywords = {keyword.arg: keyword.value for keyword in use.call.keywords}
    at = FLAGS_AT[use.name.attr]
    pattern = use.call.args[0] if use.call.args else keywords["pattern"]
    flags = use.call.args[at] if len(use.call.args) > at else keywords.get("flags", ast.Constant(0))
    read = {node.id for part in (pattern, flags) for node in ast.walk(part) if isinstance(node, ast.Name)}
    if read & use.local - _bound(pattern):
        raise LookupError("made of local data")
    try:
        value, flag = (eval(ast.unparse(part), names) for part in (pattern, flags))
    except NameError as missing:
        raise LookupError(str(missing)) from missing
    return value if isinstance(value, re.Pattern) else re.compile(value, flag)


def _held(value: object, depth: int = 0) -> Iterator[AnyPattern]:
    """The patterns in an attribute: itself, or inside of tuples, mappings and our own objects."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 5:
        inner: Iterable[object] = ()
        if isinstance(value, Mapping):
            inner = [*value.keys(), *value.values()] if len(value) < 2_000 else ()
        elif isinstance(value, tuple | list | set | frozenset):
            inner = value if len(value) < 2_000 else ()
        elif type(value).__module__.split(".")[0] in PACKAGES:
            fields = getattr(type(value), "__dataclass_fields__", {})
            inner = [getattr(value, name, None) for name in fields]
        elif isinstance(value, type) and value.__module__.split(".")[0] in PACKAGES:
            inner = list(vars(value).values())
        for each in inner:
            yield from _held(each, depth + 1)


def _how_used(trees: Iterable[tuple[str, ast.Module]]) -> dict[tuple[str, str], set[str]]:
    """The methods called on each name, by file for private names; "value" where it is handed on."""
    uses: dict[tuple[str, str], set[str]] = {}
    for file, tree in trees:
        called: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                inner = node.value
                called.add(inner)
                name = inner.id if isinstance(inner, ast.Name) else inner.attr
                uses.setdefault((file if name.startswith("_") else "", name), set()).add(node.attr)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in called:
                uses.setdefault((file if node.id.startswith("_") else "", node.id), set()).add("value")
    return uses


def find(modules: Iterable[tuple[str, ModuleType, ast.Module]]) -> tuple[list[Place], list[str]]:
    """All patterns of these modules, and the functions that make patterns of data that only they know."""
    modules = list(modules)
    how = _how_used((file, tree) for file, _, tree in modules)
    places, unresolved = [], []
    for file, module, tree in modules:
        assert not any(isinstance(node, ast.ImportFrom) and node.module == "re" for node in ast.walk(tree)), (
            f"{file}: write `import re`, so that its patterns are found"
        )
        for name, value in vars(module).items():
            methods = frozenset(how.get((file if name.startswith("_") else "", name), ()))
            places += [Place(f"{file}: {name}", each, methods) for each in _held(value) if not name.startswith("__")]
        named = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        for use in _uses(tree):
            if use.name.attr == "compile" and use.call in named:
                continue  # an attribute of the module, taken from there
            try:
                places.append(
                    Place(f"{file}:{use.name.lineno}", _resolved(use, vars(module)), frozenset({use.name.attr}))
                )
            except LookupError:
                unresolved.append(f"{file} {use.function}")
    return places, unresolved


# ---------------------------------------------------------------- judging

_UNBOUNDED = {sre.MAX_REPEAT, sre.MIN_REPEAT}
_SEALED = {sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP, sre.ASSERT, sre.ASSERT_NOT}  # what gives nothing back
_RUNS = [
    "a", "A", "1", " ", "\n", "\t", ".", ",", "-", "_", "@", "/", ":", ";", "<", ">", "(", "[", "{", "'", '"', "*", "`",
    "#", "|", "=", "&", "+", "!", "é", "中", "a ", "A ", "a.", "a-", "a,", "a@", "1.", "1 ", " \n", "a\n", "- ", ". ",
    "[](", "<a ", "</", "a'", "A. ", "//", "http://",
]  # fmt: skip
_TAIL = "\n\x00"  # nothing that matches a run of anything else matches on


def _parsed(pattern: AnyPattern) -> Any:
    return sre.parse(pattern.pattern, pattern.flags & ~re.DEBUG)


def _children(operator: Any, value: Any) -> list[Any]:
    """The parts of a node of a parsed pattern, each a sequence of nodes."""
    if operator in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
        return [value[2]]
    if operator is sre.SUBPATTERN:
        return [value[3]]
    if operator is sre.BRANCH:
        return list(value[1])
    if operator in {sre.ASSERT, sre.ASSERT_NOT}:
        return [value[1]]
    if operator is sre.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return [value] if operator is sre.ATOMIC_GROUP else []


def nested(nodes: Any, inside: bool = False) -> bool:
    """Whether a repeat without a bound stands in another, where both may give back what they took."""
    for operator, value in nodes:
        endless = operator in _UNBOUNDED and value[1] == sre.MAXREPEAT
        if endless and inside:
            return True
        within = (inside or endless) and operator not in _SEALED
        if any(nested(part, within) for part in _children(operator, value)):
            return True
    return False


def _characters(operator: Any, value: Any, flags: int) -> list[str]:
    """Some of the characters that a node of one character takes, or nothing for other nodes."""
    if operator is sre.LITERAL:
        return [chr(value)]
    if operator not in {sre.IN, sre.ANY, sre.NOT_LITERAL}:
        return []
    listed = (
        [chr(v) if o is sre.LITERAL else chr(v[0]) for o, v in value if o in {sre.LITERAL, sre.RANGE}]
        if operator is sre.IN
        else []
    )
    one = _one(operator, value, flags)
    return [c for c in dict.fromkeys([*"a1 .-\n_A/\"'<[({,:*@", *listed, "\x01"]) if one.fullmatch(c)][:8]


def _one(operator: Any, value: Any, flags: int) -> re.Pattern[str]:
    state = sre.State()
    state.flags = (flags & ~re.LOCALE) | (0 if flags & re.ASCII else re.UNICODE)
    return _compiler.compile(sre.SubPattern(state, [(operator, value)]), state.flags)


def _sample(nodes: Any, flags: int) -> str:
    """A text that these nodes match, as a rule: what look-arounds and references ask for is not heeded."""
    text = ""
    for operator, value in nodes:
        if operator in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            text += _sample(value[2], flags) * min(max(value[0], 1 if value[1] == sre.MAXREPEAT else 0), 20)
        elif operator is sre.BRANCH:
            text += _sample(value[1][0], flags)
        elif operator in {sre.SUBPATTERN, sre.ATOMIC_GROUP}:
            text += _sample(_children(operator, value)[0], flags)
        elif operator not in {sre.ASSERT, sre.ASSERT_NOT}:
            text += next(iter(_characters(operator, value, flags)), "")
    return text


def _bodies(nodes: Any, flags: int) -> list[str]:
    """Texts whose repetition a repeat of these nodes takes."""
    if len(nodes) == 1 and nodes[0][0] is sre.BRANCH:
        return [body for part in nodes[0][1][1] for body in _bodies(part, flags)][:8]
    if len(nodes) == 1 and nodes[0][0] in {sre.SUBPATTERN, sre.ATOMIC_GROUP}:
        return _bodies(_children(*nodes[0])[0], flags)
    one = _characters(*nodes[0], flags) if len(nodes) == 1 else []
    return one or [_sample(nodes, flags)]


def _poisons(nodes: Any, flags: int, before: str = "") -> Iterator[tuple[str, str]]:
    """A start and a text to repeat, for each repeat without a bound: many after one start, and many starts."""
    for place, (operator, value) in enumerate(nodes):
        start = before + _sample(nodes[:place], flags)
        if operator in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT} and value[1] == sre.MAXREPEAT:
            for body in _bodies(value[2], flags):
                yield start, body
                yield "", start + body
            yield "", start
        for part in _children(operator, value):
            yield from _poisons(part, flags, start)


def _texts(pattern: AnyPattern) -> list[tuple[str, str]]:
    """What a text begins with, and what it then repeats."""
    made = islice(_poisons(_parsed(pattern), pattern.flags), 200)
    return [pair for pair in dict.fromkeys([*(("", run) for run in _RUNS), *made]) if pair[1]]


def _seconds(run: Callable[[Any], Any], text: str | bytes) -> float:
    began = time.process_time()
    run(text)
    return time.process_time() - began


def slow(pattern: AnyPattern, methods: frozenset[str] = frozenset()) -> str | None:
    """The text for which a pattern's time grows faster than the text, and by how much; None where there is none."""

    def run(text: Any) -> None:
        if not methods or methods - ANCHORED:
            for _ in pattern.finditer(text):
                pass
        if "match" in methods:
            pattern.match(text)
        if "fullmatch" in methods:
            pattern.fullmatch(text)

    for start, unit in _texts(pattern):
        times = max(500, 2_000 // len(unit))
        texts: list[Any] = [start + unit * size + _TAIL for size in (times // 16, times // 4, times, 4 * times)]
        if isinstance(pattern.pattern, bytes):
            texts = [text.encode() for text in texts]
        for less, more in pairwise(texts):
            seconds = _seconds(run, more)
            if seconds < NOISE or seconds <= MOST_RATIO * _seconds(run, less):
                continue
            small, large = (min(_seconds(run, text) for _ in range(5)) for text in (less, more))
            if large >= NOISE and large > MOST_RATIO * small:
                return f"{start!r} + {unit!r} * n: {small:.4f} s for {len(less)}, {large:.4f} s for {len(more)}"
    return None


# ---------------------------------------------------------------- the tests


def _everything(tree: Iterable[tuple[str, ModuleType, ast.Module]]) -> tuple[dict[AnyPattern, Place], list[str]]:
    """The patterns by themselves, with all methods by which they are tried, and those that nothing is known of."""
    places, makers = find(tree)
    places += [Place(maker, each) for maker, made in MADE_OF_DATA.items() if maker in makers for each in made()]
    found: dict[AnyPattern, Place] = {}
    for place in places:
        same = found.get(place.pattern, place)
        methods = same.methods | place.methods if same.methods and place.methods else frozenset[str]()
        found[place.pattern] = Place(same.where, place.pattern, methods)
    return found, makers


def _faults(patterns: Iterable[Place]) -> list[str]:
    """A line for each pattern that may take longer than its text is long."""
    faults = []
    for place in patterns:
        if nested(_parsed(place.pattern)):
            faults.append(f"{place.where}: {place.pattern.pattern!r} repeats without a bound what repeats without one")
        elif text := slow(place.pattern, place.methods):
            faults.append(f"{place.where}: {place.pattern.pattern!r} is slow on {text}")
    return faults


def test_no_text_makes_a_pattern_slow() -> None:
    patterns, makers = _everything(_modules())
    assert len(patterns) > 400  # else they are no longer found
    assert sorted(makers) == sorted(MADE_OF_DATA), "say in MADE_OF_DATA how these patterns are made, one a function"
    assert _faults(patterns.values()) == []


@pytest.mark.parametrize(
    "source",
    [
        r"WORD = re.compile(r'\w+@')",
        r"WORDS = {'address': (re.compile(r'\w+@'), 1)}",
        r"def f(text): return re.sub(r'\s+$', '', text)",
        r"def f(text): return [len(w) for w in sorted(re.findall(pattern=r'(?:\w+\s*)+@', string=text))]",
        r"SIGN = '@'" + "\n" + r"def f(text): return re.split(rf'\w+{SIGN}', text, flags=re.I)",
        r"class Reader:" + "\n" + r"    word = re.compile(r'\w+' + '@')",
        r"def f(text): return (lambda: re.match(r'\s*,?\s*;', text))()",
    ],
)
def test_a_slow_pattern_is_found_wherever_it_is_written(source: str) -> None:
    module = ModuleType("scrapers.new")
    exec(f"import re\n{source}", vars(module))
    patterns, makers = _everything([("scrapers/new.py", module, ast.parse(source))])
    assert makers == []
    assert len(_faults(patterns.values())) == 1


@pytest.mark.parametrize(
    "source",
    ["def f(text, word): return re.search(rf'{word}+@', text)", "def f(words): return list(map(re.compile, words))"],
)
def test_a_pattern_made_of_data_must_be_explained(source: str) -> None:
    module = ModuleType("scrapers.new")
    assert find([("scrapers/new.py", module, ast.parse(source))])[1] == ["scrapers/new.py f"]


def test_re_is_imported_by_its_name_alone() -> None:
    with pytest.raises(AssertionError, match=r"scrapers/new\.py: write `import re`"):
        find([("scrapers/new.py", ModuleType("new"), ast.parse("from re import compile"))])
