"""Hacker News: people who say in the monthly threads that they can be hired.

Read from Algolia's search and item answers and from the official (Firebase) items. Only comments right below a
thread count, and only those that offer work; addresses are left out of everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged, json_of
from scrapers.records import Account, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.sources.hackernews.offers import Offer, read_offer
from scrapers.text import day

ALGOLIA = "https://hn.algolia.com/api/v1"
FIREBASE = "https://hacker-news.firebaseio.com/v0"
HIRED, FREELANCER = "wants_to_be_hired", "freelancer"
_THREADS = {
    HIRED: re.compile(r"Ask HN: Who wants to be hired\?(?: \([A-Z][a-z]+ \d{4}\))?"),
    FREELANCER: re.compile(r"Ask HN: Freelancer\? Seeking freelancer\?(?: \([A-Z][a-z]+ \d{4}\))?"),
}
_WORDS = {HIRED: "Who wants to be hired", FREELANCER: "Seeking freelancer"}
_MANY = 10  # so many comments of a thread without one readable offer mean that the form changed
_MONTH = timedelta(days=31)


class Watch(AnyWatch):
    """Monthly threads to read."""

    threads: tuple[str, ...] = (HIRED, FREELANCER)


class Comment(NamedTuple):
    """A comment in whichever form it came. `parent` is 0 where the answer does not say."""

    id: str
    author: str
    markup: str
    on: date | None
    story: int
    parent: int
    title: str | None


def plan(watch: Watch, since: date) -> Iterator[Request]:
    """The threads since a month before `since`: a thread is opened on the first day of its month."""
    after = int(datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp() - _MONTH.total_seconds())
    for thread in watch.threads:
        query = {"query": _WORDS[thread], "tags": "story,author_whoishiring", "hitsPerPage": 100}
        yield _search(query | {"numericFilters": f"created_at_i>{after}"})


def parse(page: Page) -> Iterator[Record]:
    """The offers of work on a page, their authors, and the threads or further pages to ask for."""
    said = json_of(page)
    if said is None and page.url.startswith(FIREBASE):
        raise NobodyThere(page.url, "null: no such item")
    if not isinstance(said, dict):
        raise NotThisPage(page.url, "an answer about Hacker News")
    if "hits" in said:
        return _search_page(said, page)
    if "children" in said:
        return _item_page(said, page)
    if "id" in said and ("kids" in said or "type" in said):
        return _firebase_page(said, page)
    raise PageChanged(page.url, "hits, children or an item")


def _search_page(said: Mapping[str, Any], page: Page) -> Iterator[Record]:
    hits = said["hits"]
    if not isinstance(hits, list) or not all(isinstance(hit, dict) and "objectID" in hit for hit in hits):
        raise PageChanged(page.url, "hits with an objectID")
    if not hits:
        raise NobodyThere(page.url, f"no hits on page {said.get('page', 0)}")
    onward = [_comments_of(hit["objectID"]) for hit in hits if _is_thread(hit)]
    if isinstance(said.get("page"), int) and said["page"] + 1 < int(said.get("nbPages") or 0):
        onward.append(_next_page(page.url, said["page"] + 1))
    yield from _offers([_comment_of_hit(hit) for hit in hits if hit.get("comment_text")], page, onward)


def _comment_of_hit(hit: Mapping[str, Any]) -> Comment:
    return Comment(
        id=str(hit["objectID"]),
        author=str(hit.get("author") or ""),
        markup=str(hit["comment_text"]),
        on=day(hit.get("created_at")),
        story=int(hit.get("story_id") or 0),
        parent=int(hit.get("parent_id") or 0),
        title=hit.get("story_title"),
    )


def _is_thread(hit: Mapping[str, Any]) -> bool:
    return hit.get("author") == "whoishiring" and not hit.get("comment_text") and bool(_thread(hit.get("title")))


def _item_page(said: Mapping[str, Any], page: Page) -> Iterator[Record]:
    """An Algolia item: a thread with its comments below it, or one comment."""
    if said.get("type") == "comment":
        found = [_comment_of_item(said, said.get("title"), int(said.get("story_id") or 0))]
    else:
        if not _thread(said.get("title")):
            raise NobodyThere(page.url, "not a thread in which people offer work")
        children = [child for child in said["children"] if isinstance(child, dict)]
        found = [_comment_of_item(child, said.get("title"), int(said.get("id") or 0)) for child in children]
        if not found:
            raise NobodyThere(page.url, "no comments yet")
    yield from _offers(found, page, [])


def _comment_of_item(item: Mapping[str, Any], title: str | None, story: int) -> Comment:
    return Comment(
        id=str(item.get("id") or ""),
        author=str(item.get("author") or ""),
        markup=str(item.get("text") or ""),
        on=day(item.get("created_at")),
        story=story,
        parent=int(item.get("parent_id") or 0),
        title=title,
    )


def _firebase_page(said: Mapping[str, Any], page: Page) -> Iterator[Record]:
    """An official item: a thread gives its comments to ask for; a comment does not say which thread it stands in."""
    if said.get("deleted") or said.get("dead"):
        raise NobodyThere(page.url, "deleted or dead")
    if said.get("type") == "comment":
        written = datetime.fromtimestamp(int(said["time"]), UTC).date() if said.get("time") else None
        found = Comment(str(said["id"]), str(said.get("by") or ""), str(said.get("text") or ""), written, 0, 0, None)
        yield from _offers([found], page, [])
    elif _thread(said.get("title")):
        kids = said.get("kids") or []
        if not kids:
            raise NobodyThere(page.url, "no comments yet")
        yield from (Request("hackernews", f"{FIREBASE}/item/{int(kid)}.json") for kid in kids)
    else:
        raise NobodyThere(page.url, "not a thread in which people offer work")


def _offers(comments: list[Comment], page: Page, onward: list[Request]) -> Iterator[Record]:
    """Account and availability of each comment that offers work, then what to ask next."""
    told: set[str] = set()
    offers = 0
    top = [comment for comment in comments if comment.author and comment.markup and _may_offer(comment)]
    for comment in top:
        offer = read_offer(comment.markup, freelancer=_thread(comment.title) == FREELANCER)
        if offer is None:
            continue
        offers += 1
        account = _account(comment, offer)
        if comment.author not in told:
            told.add(comment.author)
            yield account
        yield _evidence(comment, offer, account)
    if not offers and sum(comment.title is not None for comment in top) >= _MANY:
        raise PageChanged(page.url, f"offers of work among {len(top)} comments of a thread")
    if not offers and not onward:
        raise NobodyThere(page.url, "none of the comments offers work")
    yield from onward


def _may_offer(comment: Comment) -> bool:
    """A comment right below a thread for offers; where the answer names no thread, its form alone decides."""
    return comment.parent == comment.story and (comment.title is None or _thread(comment.title) is not None)


def _thread(title: object) -> str | None:
    """Return the monthly thread with exactly this title, or None."""
    return next(
        (kind for kind, form in _THREADS.items() if isinstance(title, str) and form.fullmatch(title.strip())), None
    )


def _account(comment: Comment, offer: Offer) -> Account:
    return Account(
        site="hackernews",
        handle=comment.author,
        url=f"https://news.ycombinator.com/user?id={quote(comment.author)}",
        location=offer.location,
        links=() if offer.agency else offer.own_links,
        open_to_work=True,
    )


def _evidence(comment: Comment, offer: Offer, account: Account) -> Evidence:
    return Evidence(
        kind=EvidenceKind.AVAILABILITY,
        account=account.key,
        title=(comment.title or "Available for work").removeprefix("Ask HN: "),
        text=offer.text,
        url=f"https://news.ycombinator.com/item?id={comment.id}",
        date=comment.on,
        tags=offer.technologies,
        links=offer.links,
        details={
            "id": comment.id,
            "location": offer.location,
            "remote": offer.remote,
            "relocate": offer.relocate,
            "technologies": list(offer.technologies),
            "resume_url": offer.resume_url,
            "agency": offer.agency,
            "thread": _thread(comment.title),
        },
    )


def _comments_of(story: str) -> Request:
    return _search({"tags": f"comment,story_{int(story)}", "hitsPerPage": 1000, "page": 0})


def _search(query: Mapping[str, object]) -> Request:
    return Request("hackernews", f"{ALGOLIA}/search_by_date?{urlencode(query)}")


def _next_page(url: str, number: int) -> Request:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"] + [("page", str(number))]
    return Request("hackernews", urlunsplit(parts._replace(query=urlencode(query))))


SOURCE = Source(
    name="hackernews",
    title="Hacker News: who wants to be hired",
    plan=plan,
    parse=parse,
    watch=Watch,
    follow=("hn.algolia.com", "hacker-news.firebaseio.com"),
    timeless=True,
)
