"""Every recorded case of every source, read the way the product reads it.

A case is a folder `tests/cases/sources/<source>/<case>/` with two files:

`page.html`, `page.json`, `page.xml` ... (any suffix): the recorded answer, people swapped for invented ones on
reserved domains, trimmed to what the parser reads (aim under 30 KB). A source that reads no web page (git) may have
any `page.*` that its `parse` takes.

`case.json`:
    {"source": "devpost",                              the source that reads it
     "url": "https://devpost.com/software/x",          what was asked
     "final_url": "...",                               optional: where redirects ended
     "fetched_at": "2026-11-21T00:00:00+00:00",        the moment it was read
     "headers": {"content-type": "text/html"},         optional, names in lower case
     "landmarks": ["#app-title"],                      optional: what the page must have, see below
     "expect": [{"type": "account", ...}, ...]}        every record in order, exactly as `headwater parse` prints it

Landmarks: each is taken out of the page in turn and the page must then be refused. For HTML and XML a landmark is a
CSS selector (all elements that match are removed); for a JSON page it is a dotted path of keys, `*` for every item of a
list (`hackathons.*.url`).

To add a source: one file `scrapers/sources/x.py`, one case here. To write `expect`, run this file with the case's name
and read what it prints before you keep it:

    python tests/sources/test_sources.py tests/cases/sources/x/some-case          # print what the parser sees
    python tests/sources/test_sources.py tests/cases/sources/x/some-case --keep   # write it into case.json
"""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from scrapers import sources
from scrapers.reading.cleaning import read_page
from scrapers.records import Page, Record, Refused, Request, to_json
from scrapers.sources import Source, find_sources, source_named

FOLDER = Path(__file__).parents[1] / "cases" / "sources"
RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|users\.noreply\.github\.com)$")
ADDRESS = re.compile(rb"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """One recorded answer and what must be read from it."""

    folder: Path
    said: dict[str, Any]

    @classmethod
    def at(cls, folder: Path) -> Case:
        return cls(folder, json.loads((folder / "case.json").read_text(encoding="utf-8")))

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def source(self) -> Source:
        return source_named(self.said["source"])

    @property
    def file(self) -> Path:
        (file,) = self.folder.glob("page.*")
        return file

    def page(self, body: bytes | None = None) -> Page:
        return Page(
            source=self.said["source"],
            url=self.said["url"],
            final_url=self.said.get("final_url", self.said["url"]),
            body=self.file.read_bytes() if body is None else body,
            fetched_at=datetime.fromisoformat(self.said["fetched_at"]),
            headers=self.said.get("headers", {}),
        )

    def without(self, landmark: str) -> Page:
        """The page with one landmark taken out; fails where there was nothing to take out."""
        if self.file.suffix == ".json":
            tree = json.loads(self.file.read_bytes())
            assert _cut(tree, landmark.split(".")), f"{self}: no {landmark!r} to take out"
            return self.page(json.dumps(tree).encode())
        markup = BeautifulSoup(self.file.read_bytes(), "xml" if self.file.suffix == ".xml" else "lxml")
        found = markup.select(landmark)
        assert found, f"{self}: no {landmark!r} to take out"
        for tag in found:
            tag.extract()
        return self.page(str(markup).encode())


def _cut(tree: Any, path: list[str]) -> int:
    """Removes the key at the end of a path, `*` standing for every item of a list; returns how many were removed."""
    head, *rest = path
    if head == "*":
        return sum(_cut(item, rest) for item in tree)
    if not isinstance(tree, dict) or head not in tree:
        return 0
    if rest:
        return _cut(tree[head], rest)
    del tree[head]
    return 1


CASES = [Case.at(file.parent) for file in sorted(FOLDER.glob("*/*/case.json"))]
LANDMARKS = [(case, landmark) for case in CASES for landmark in case.said.get("landmarks", [])]


def as_lines(records: list[Record]) -> list[dict[str, Any]]:
    """The records as `headwater parse` prints them."""
    lines: list[dict[str, Any]] = json.loads(json.dumps([to_json(record) for record in records]))
    return lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_recorded_page_is_read_as_expected(case: Case) -> None:
    """Each record of a case comes out exactly as its case.json says, in that order."""
    assert as_lines(read_page(case.source, case.page())) == case.said["expect"]


@pytest.mark.parametrize(("case", "landmark"), LANDMARKS, ids=[f"{case}-{mark}" for case, mark in LANDMARKS])
def test_a_page_without_a_landmark_is_refused(case: Case, landmark: str) -> None:
    """A mandatory landmark that is gone is a loud refusal, never an empty or a shorter answer."""
    assert [type(record) for record in read_page(case.source, case.without(landmark))] == [Refused]


@pytest.mark.parametrize("name", find_sources())
def test_every_source_has_a_case(name: str) -> None:
    """No source is shipped without a recorded page that it reads."""
    assert any(case.said["source"] == name for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_source_asks_only_where_it_may(case: Case) -> None:
    """A follow-up request of a source goes to a host that it names, or is another source's to answer."""
    for record in read_page(case.source, case.page()):
        if isinstance(record, Request):
            hosts = source_named(record.source).follow
            host = record.url.split("/")[2].rsplit("@", 1)[-1].partition(":")[0]
            assert any(host == named or (named[:1] == "." and host.endswith(named)) for named in hosts), record.url


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_names_no_real_address(case: Case) -> None:
    """Recorded pages and expectations hold addresses of reserved domains only."""
    for file in case.folder.iterdir():
        for match in ADDRESS.finditer(file.read_bytes()):
            assert RESERVED.search(match.group(1).decode().lower()), f"{file}: {match.group().decode()}"


POND = """
from scrapers.records import Evidence, EvidenceKind, Request
from scrapers.sources import Source, Watch

def plan(watch, since):
    yield Request("pond", "https://pond.example/")

def parse(page):
    for line in page.body.decode().splitlines():
        yield Evidence(EvidenceKind.POST, None, line, line, page.url + line)

SOURCE = Source("pond", "A pond", plan, parse, Watch, follow=("pond.example",))
"""


def test_a_source_is_one_file_and_one_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the sources folder is a source and a case folder tests it; nothing else is touched."""
    folder = tmp_path / "cases" / "pond" / "two-lines"
    folder.mkdir(parents=True)
    (tmp_path / "pond.py").write_text(POND, encoding="utf-8")
    (folder / "page.txt").write_text("first\nsecond\n", encoding="utf-8")
    said = {"source": "pond", "url": "https://pond.example/", "fetched_at": "2026-11-21T00:00:00+00:00"}
    (folder / "case.json").write_text(json.dumps(said), encoding="utf-8")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    find_sources.cache_clear()
    try:
        case = Case.at(folder)
        assert [line["title"] for line in as_lines(read_page(case.source, case.page()))] == ["first", "second"]
    finally:
        sys.modules.pop("scrapers.sources.pond", None)
        monkeypatch.undo()
        find_sources.cache_clear()


def main(folder: Path, keep: bool) -> None:
    """Print what the parser sees in a case; with keep, write it into its case.json."""
    case = Case.at(folder)
    lines = as_lines(read_page(case.source, case.page()))
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    if keep:
        text = json.dumps(case.said | {"expect": lines}, ensure_ascii=False, indent=1)
        (folder / "case.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="write what the parser sees into case.json")
    main(**vars(parser.parse_args()))
