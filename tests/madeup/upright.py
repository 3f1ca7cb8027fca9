"""A second made-up source on the site of the first, so that two workers have one origin between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from scrapers.records import Request
from tests.madeup import honest


def plan(watch: honest.Watch, since: date) -> Iterator[Request]:
    for request in honest.plan(watch, since):
        yield replace(request, source="upright")


SOURCE = replace(honest.SOURCE, name="upright", title="A made-up source beside it", plan=plan)
