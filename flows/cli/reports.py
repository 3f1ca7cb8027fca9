"""Reports of `collect`: the yield of a run, the health of each source, what a run would ask. Readable in 60 columns."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rich.table import Table

from flows.cli.console import console
from scrapers.sources.watched import known_operator
from scrapers.text import counted

if TYPE_CHECKING:
    from scrapers.collect.reparse import ReparseResult
    from scrapers.collect.run import Plan, Report
    from scrapers.collect.source_result import SourceResult
    from scrapers.records import Refused
    from scrapers.settings.home import Home
    from scrapers.settings.operator import Operator
    from scrapers.sources import Source
    from scrapers.sources.watched import SourceSettings
    from scrapers.store import Store

WIDE = 90  # columns; below, a table becomes lines
A_YEAR = timedelta(days=365)
OF_A_KIND = 5  # failures of one source and code that are shown; the others are counted
_COLUMNS = ("pages", "unchanged", "accounts", "evidence", "credited", "held back", "refused")


def show_report(report: Report, now: datetime, quiet: bool, deleted: str | None = None) -> None:
    """The yield of each source, what each failure asks for, and how old the data of the missing ones is.

    `deleted` says whose time ran out last, which is why what they did before is held back.
    """
    if not quiet:
        _rows(("source", "outcome", *_COLUMNS), [(s.source, s.outcome, *_numbers(s)) for s in report.yields], words=2)
    if held := sum(seen.held_back for seen in report.yields):
        expired = f" or whose time ran out ({deleted})" if deleted else ""
        console.print(f"{counted(held, 'rows')} held back, of people who opted out{expired}", markup=False)
    for seen in report.yields:
        _say_all(seen.failures, "")
        _say_all(seen.notices, "note: ")
    for name, standing in report.standings.items():
        when = f" (last whole run {standing.last_whole:%Y-%m-%d %H:%M} UTC)" if standing.last_whole else ""
        console.print(f"{name}: incomplete; what is held of it is {standing.age(now)}{when}", markup=False)
    if report.not_archived:
        console.print(f"{counted(report.not_archived, 'requests')} had no answer in the archive (not_archived)")


def _numbers(seen: SourceResult) -> tuple[str, ...]:
    counts = (seen.fetched, seen.unchanged, seen.accounts, seen.evidence, seen.credited, seen.held_back)
    return (*map(str, counts), str(seen.refused.total()))


def _say_all(told: Sequence[Refused], kind: str) -> None:
    from scrapers.collect.hints import REMEDY

    shown: Counter[str] = Counter()
    for one in told:
        shown[one.code] += 1
        if shown[one.code] <= OF_A_KIND:
            line = f"{kind}{one.source}: {one.code.value}: {one.url} {one.detail}"
            remedy = REMEDY[one.code]
            console.print(f"{line}. {remedy[:1].upper()}{remedy[1:]}.", markup=False)
    for code, count in shown.items():
        if count > OF_A_KIND:
            console.print(f"{kind}{told[0].source}: {code}: {count - OF_A_KIND} more", markup=False)


def _rows(titles: Sequence[str], rows: Iterable[Sequence[str]], words: int) -> None:
    """A table where there is room, else a line a row; the first `words` columns are words, the others numbers."""
    if console.width >= WIDE:
        table = Table(box=None, pad_edge=False)
        for place, title in enumerate(titles):
            table.add_column(title, justify="left" if place < words else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        return
    for row in rows:
        numbers = ", ".join(counted(int(n), title) for title, n in zip(titles[words:], row[words:], strict=True))
        console.print(f"{' '.join(row[:words])}: {numbers}", markup=False)


def show_sources(home: Home, store: Store, today: date, now: datetime) -> None:
    """Show each source: what it watches, on which terms, whether its reading was verified, its last yield, how old."""
    from scrapers.collect.source_health import health_of
    from scrapers.sources import find_sources
    from scrapers.sources.watched import SourceSettings, read_sources

    operator = known_operator(home)
    shipped = read_sources()
    for name, source in find_sources().items():
        settings, standing = shipped.get(name, SourceSettings()), health_of(store, name)
        terms = settings.terms
        state, needs = state_of(source, settings, operator, today)
        basis = f"{terms.basis}, read {terms.checked_on}, {terms.terms_url}" if terms else "none written down"
        gave = f"{counted(standing.rows or 0, 'rows')}, {counted(standing.people or 0, 'accounts')}; "
        last = gave if standing.rows is not None else ""
        console.print(f"[bold]{name}[/bold]  {source.title}")
        for label, text in (
            ("state", f"{state}: {'; '.join(needs)}" if needs else state),
            ("watches", _watched(source, settings, today)),
            ("terms", basis),
            ("reading", "verified on real pages" if source.verified else "unverified: not yet held against real pages"),
            ("last", f"{last}{standing.age(now)}"),
        ):
            console.print(f"  {label:8} {text}", markup=False)


def show_states(operator: Operator, today: date) -> None:
    """Show whether each source runs, or what has to be written into which file, and what to know before that."""
    from scrapers.settings.home import packaged
    from scrapers.sources import source_named
    from scrapers.sources.watched import read_sources

    for name, settings in read_sources().items():
        source = source_named(name)
        state, needs = state_of(source, settings, operator, today)
        console.print(f"  {name}: {state}", markup=False)
        if needs and settings.terms and settings.terms.note:
            needs.append(f"note: {settings.terms.note}")
        if not needs and source.token and not os.environ.get(source.token):
            needs.append(f"{source.token} is not set: the site allows few requests an hour without it")
        for line in needs:
            console.print(f"    {line}", markup=False)
    console.print(f"sources.toml is {packaged('sources.toml')}", markup=False)
    console.print("After a change run `headwater init` again: it keeps operator.toml, and says what runs then.")


def state_of(source: Source, settings: SourceSettings, operator: Operator | None, today: date) -> tuple[str, list[str]]:
    """Return whether a source runs, is off, waits or is idle, and all that has to be written so that it runs."""
    from scrapers.sources.watched import terms_gate

    gate = terms_gate(source.name, settings.terms, operator, today) if operator else "run `headwater init` first"
    needs = {
        "off": "" if settings.enabled else f"set `enabled = true` under [{source.name}] in sources.toml",
        "waits": gate or "",
        "idle": "" if source.profiles else _to_name(source, settings, today),
    }
    wanted = {state: what for state, what in needs.items() if what}
    return next(iter(wanted), "runs"), list(wanted.values())


def _to_name(source: Source, settings: SourceSettings, today: date) -> str:
    """Return what has to be named for a source that would begin with no page; empty for one that has a start."""
    from scrapers.sources.watched import watch_of

    watch = watch_of(source.name, settings)
    try:
        if any(source.plan(watch, today - A_YEAR)):
            return ""
    except Exception as fault:  # one source that cannot plan stops no other
        return f"correct [{source.name}.watch] in sources.toml: its plan stopped with {fault!r}"
    unsaid = [key for key in source.watch.model_fields if getattr(watch, key) == ()]
    return f"name {' or '.join(unsaid)} under [{source.name}.watch] in sources.toml"


def _watched(source: Source, settings: SourceSettings, today: date) -> str:
    """Return what a source is told to watch; what could be named besides where others lead to it."""
    if told := ", ".join(f"{key}: {_briefly(value)}" for key, value in settings.watch.items()):
        return told
    if not (named := _to_name(source, settings, today)):
        return "its defaults"
    return f"only what profiles name; {named}" if source.profiles else "nothing yet"


def _briefly(value: object) -> str:
    if isinstance(value, list | tuple):
        more = f" and {len(value) - 3} more" if len(value) > 3 else ""
        return " ".join(map(str, value[:3])) + more
    return str(value)


def show_outlook(plan: Plan, home: Home) -> None:
    """Show what a run would ask of each source, the least that politeness makes it take, and what it still needs."""
    from scrapers.collect.estimate import estimate
    from scrapers.rights.contact import missing

    longest = 0.0
    for ahead in estimate(plan, os.environ):
        longest = max(longest, ahead.least_in_all)
        if not ahead.begins:
            console.print(f"{ahead.source}: begins with no page, since none is named; see `headwater collect --list`")
            continue
        begins = f"{ahead.source}: begins with {counted(len(ahead.begins), 'pages')} of {counted(ahead.sites, 'sites')}"
        budget = f"its whole budget of {counted(ahead.most_pages, 'pages')} at least {_time(ahead.least_in_all)}"
        console.print(f"{begins}, at least {_time(ahead.least_to_begin)}; {budget}", markup=False)
        for url in ahead.begins[:3]:
            console.print(f"  {url}", markup=False)
        if len(ahead.begins) > 3:
            console.print(f"  and {len(ahead.begins) - 3} more")
        if ahead.without:
            console.print(f"  {ahead.without} is not set: the site allows few requests an hour without it")
    _say_all(plan.gated, "")
    console.print(f"Sources are read side by side: at least {_time(longest)} in all. Nothing was asked.")
    if plan.live and (told := missing(home)):
        console.print(f"Before a real run: {told}", markup=False)


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def show_rereading(found: ReparseResult) -> None:
    """Show what reading the archive again changed."""
    rows = [(name, str(count), str(found.changed[name])) for name, count in sorted(found.pages.items())]
    _rows(("source", "pages", "changed"), rows, words=1)
    _say_all(found.refused.failures, "")
    if found.removed:
        console.print(f"Removed: {counted(found.removed, 'rows that these pages no longer say')}")
