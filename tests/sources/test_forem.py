"""Forem articles: who wrote them, and who only owns the site."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.records import Account, Evidence, Page, Record
from scrapers.sources.forem import Watch, parse, plan

ADA = {"name": "Ada Example", "username": "ada"}
CREW = {"name": "The Crew", "username": "crew", "slug": "crew"}


def article(user: Any = ADA, **more: Any) -> dict[str, Any]:
    return {
        "title": "Post",
        "url": "https://dev.to/ada/post",
        "published_at": "2026-06-08T00:00:00Z",
        "user": user,
    } | more


def read(said: Any, url: str = "https://dev.to/api/articles") -> list[Record]:
    return list(parse(Page("forem", url, json.dumps(said).encode(), datetime(2026, 11, 21, tzinfo=UTC))))


def credited(said: Any) -> list[str | None]:
    return [r.account.handle if r.account else None for r in read(said) if isinstance(r, Evidence)]


@pytest.mark.parametrize(
    ("user", "organization"),
    [
        ({"name": "The Crew", "username": "thecrew"}, CREW),
        ({"name": "Crew", "username": "crew"}, CREW),
        ({"name": "dev.to staff", "username": "someone"}, None),
        ({"name": "Dev To", "username": "devto"}, None),
        ({"name": "Ada", "username": "ada", "website_url": "https://dev.to"}, None),
    ],
)
def test_house_accounts_are_nobody(user: dict[str, str], organization: dict[str, str] | None) -> None:
    """An account that is its organization's, a team's or the site's own is credited with nothing."""
    assert credited([article(user, organization=organization)]) == [None]


def test_a_person_posts_for_an_organization() -> None:
    """A post below an organization is its author's."""
    assert credited([article(organization=CREW)]) == ["ada"]


@pytest.mark.parametrize(
    "tags",
    [
        {"tag_list": ["python", "ai"], "tags": "python, ai"},
        {"tag_list": "python, ai", "tags": ["python", "ai"]},
        {"tags": "python, ai"},
        {"tag_list": [], "tags": ["python", "ai"]},
    ],
)
def test_tags_are_read_from_list_or_text(tags: dict[str, Any]) -> None:
    """The two endpoints swap the types of the two tag fields."""
    (post,) = [r for r in read(article() | tags) if isinstance(r, Evidence)]
    assert post.tags == ("python", "ai")


def test_the_links_lead_to_the_author() -> None:
    """The GitHub name becomes a link, the original of a cross-post a link of the post; no address is made up."""
    user = ADA | {"github_username": "ada-example", "website_url": "", "twitter_username": None}
    account, post = read(article(user, canonical_url="https://ada.example/post"))
    assert isinstance(account, Account)
    assert isinstance(post, Evidence)
    assert account.links == ("https://github.com/ada-example",)
    assert post.links == ("https://ada.example/post",)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ([], NobodyThere),
        ([article(None)], PageChanged),
        ([article(url=None)], PageChanged),
        ("x", PageChanged),
        ([article({})], PageChanged),
    ],
)
def test_what_lacks_its_fields_is_refused(said: Any, error: type[Exception]) -> None:
    """Articles without user, title or address are a changed page; no articles are a page past the end."""
    with pytest.raises(error):
        read(said)


def test_no_json_is_another_page() -> None:
    """A login page in place of an answer is refused as such."""
    with pytest.raises(NotThisPage):
        list(parse(Page("forem", "https://dev.to/api/articles", b"<html>", datetime(2026, 11, 21, tzinfo=UTC))))


def test_the_whole_text_is_taken_where_it_is() -> None:
    """The body is read as a reader sees it, without Liquid tags and marks; a list has only the description."""
    markdown = "---\ntitle: x\n---\n## Why\n{% embed x %}\nSee [the **paper**](https://p.example)."
    texts = [
        r.text
        for body in (
            {"body_markdown": markdown},
            {"body_html": "<p>Why</p><script>x()</script>"},
            {"description": "Short"},
        )
        for r in read(article() | body)
        if isinstance(r, Evidence)
    ]
    assert texts == ["Why\n\nSee the paper.", "Why", "Short"]


def test_the_plan_asks_per_tag_and_author() -> None:
    """Every tag and author is asked for, page by page."""
    urls = [request.url for request in plan(Watch(tags=("python",), authors=("ada",), pages=2), date(2026, 1, 1))]
    assert len(urls) == len(set(urls)) == 4
    assert all("per_page=100" in url for url in urls)
