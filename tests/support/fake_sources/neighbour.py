"""A second made-up source on the site of the first, so that two workers have one origin between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from scrapers.records import Request
from tests.support.fake_sources import paged


def plan(watch: paged.Watch, since: date) -> Iterator[Request]:
    for request in paged.plan(watch, since):
        yield replace(request, source="neighbour")


SOURCE = replace(paged.SOURCE, name="neighbour", title="A made-up source beside it", plan=plan)
