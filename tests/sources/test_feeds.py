"""Feeds and articles: what is kept, and above all who is not credited."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parse.bylines import host_is_named_after, is_full_name, names_in, slug
from scrapers.parse.pages import NobodyThere, NotThisPage, PageChanged
from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Code, Evidence, Page, Record, Refused, Request
from scrapers.sources.feeds import SOURCE, Watch, parse, plan
from scrapers.sources.feeds.credit import home_handle
from scrapers.sources.feeds.feed import MOST_ENTRIES, without_tracking
from scrapers.text.hosts import same_site

READ_AT = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = "The queue itself says when it is full, and the producer waits or gets an error that a person understands. " * 3


def page(body: str | bytes, url: str = "https://pond.example/feed.xml", content_type: str = "") -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page("feeds", url, raw, READ_AT, headers={"content-type": content_type} if content_type else {})


def item(number: int, author: str = "", host: str = "pond.example", more: str = "") -> str:
    by = f"<dc:creator>{author}</dc:creator>" if author else ""
    return f"<item><title>Post {number}</title><link>https://{host}/{number}</link>{by}{more}</item>"


def rss(*items: str, title: str = "Pond notes", head: str = "", link: str = "https://pond.example/") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><link>{link}</link>{''.join(items)}</channel></rss>"
    )


def posts(records: Sequence[Record]) -> list[Evidence]:
    return [record for record in records if isinstance(record, Evidence)]


def handles(body: str, url: str = "https://pond.example/feed.xml") -> list[str | None]:
    return [post.account.handle if post.account else None for post in posts(list(parse(page(body, url))))]


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("ada@example.com (Ada Example)", ("Ada Example",)),
        ("Ada Example <ada@example.com>", ("Ada Example",)),
        ("noreply@blogger.example", ()),
        ("noreply@blogger.example (Unknown)", ()),
        ("View all posts by Ada Example", ("Ada Example",)),
        ("Posted by Ada Example on March 3, 2026", ("Ada Example",)),
        ("Ada Example (she/her)", ("Ada Example",)),
        ("Ada Example, Jun Sample and Kim Beispiel", ("Ada Example", "Jun Sample", "Kim Beispiel")),
        ("Ada Example, PhD", ("Ada Example",)),
        ("https://social.example/ada", ()),
        (None, ()),
    ],
)
def test_a_byline_names_people_without_addresses(byline: str | None, names: tuple[str, ...]) -> None:
    """Addresses, lead-ins, pronouns and dates fall away; several authors stay several."""
    assert names_in(byline) == names


@pytest.mark.parametrize(
    "name", ["The Pond Team", "Pond Inc", "admin", "Ada", "Engineering Blog", "pond.example", "ada example", "Ada 99"]
)
def test_what_is_no_full_name_credits_nobody(name: str) -> None:
    """Teams, firms, nicks and hosts are not full names of people, however often they sign."""
    assert not is_full_name(name)
    assert handles(rss(item(1, name), item(2, name), title=f"{name} notes")) == [None, None]


def test_a_feed_by_one_author_credits_the_site() -> None:
    """Two entries or more, all by the same full name, are a blog of one person."""
    assert handles(rss(item(1, "Ada Example"), item(2, "Ada Example"))) == ["pond.example", "pond.example"]


def test_one_entry_is_no_second_cue() -> None:
    """A single entry only repeats its own claim; the site's title, about text or host must agree."""
    assert handles(rss(item(1, "Ada Example"))) == [None]
    assert handles(rss(item(1, "Ada Example"), title="Ada Example's log")) == ["pond.example"]
    named = rss(item(1, "Ada Example", "adaexample.test"), link="https://adaexample.test")
    assert handles(named, "https://adaexample.test/feed") == ["adaexample.test"]


def test_guests_of_a_named_blog_are_not_its_owner() -> None:
    """In a blog that is named after one author, an entry by another is credited to nobody."""
    assert handles(rss(item(1, "Ada Example"), item(2, "Jun Sample"), title="Ada Example")) == ["pond.example", None]


def test_co_written_posts_credit_nobody() -> None:
    """An entry with two authors is shown with both and credited to neither."""
    feed = rss(item(1, "Ada Example, Jun Sample"), item(2, "Ada Example, Jun Sample"), title="Ada Example, Jun Sample")
    (first, _) = posts(list(parse(page(feed))))
    assert (first.account, first.details["author"]) == (None, "Ada Example, Jun Sample")


def test_a_feed_speaks_for_its_own_site_only() -> None:
    """A feed that claims another site's home, or links other sites' pages, credits nobody with them."""
    by = "Ada Example"
    assert handles(rss(item(1, by), item(2, by)), "https://thief.test/feed") == [None, None]
    assert handles(rss(item(1, by), item(2, by)), "https://feeds.feedburner.com/pond") == ["pond.example"] * 2
    assert handles(rss(item(1, by), item(2, by, "elsewhere.test"))) == ["pond.example", None]


def test_platforms_are_nobodys_site() -> None:
    """On a host of many people only a person's own path is a site of theirs."""
    by, there = "Ada Example", "medium.com"
    feed = rss(item(1, by, there), item(2, by, there), link="https://medium.com/pond")
    assert handles(feed, "https://medium.com/feed/pond") == [None, None]
    own = feed.replace("https://medium.com/pond<", "https://medium.com/@ada?source=rss-1<")
    assert handles(own, "https://medium.com/feed/@ada") == ["medium.com/@ada"] * 2


def test_entries_above_the_limit_are_left_out_and_said() -> None:
    """The first thousand entries are read and the rest is counted, in under two seconds."""
    started = time.process_time()
    records = list(parse(page(rss(*(item(number) for number in range(20_000))))))
    assert time.process_time() - started <= 2.0
    assert len(posts(records)) == MOST_ENTRIES
    (limit,) = [record for record in records if isinstance(record, Refused)]
    assert limit.code is Code.LIMIT
    assert "19000" in limit.detail


def test_nothing_before_the_feed_reaches_a_parser() -> None:
    """A document type with entities is cut off: no file is read, nothing grows."""
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY l0 "lol">{bomb}]>'
    (post,) = posts(list(parse(page(rss(item(1).replace("Post 1", "&x; &l9;"), head=head)))))
    assert post.title == "&x; &l9;"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", NotThisPage),
        ("<html><body>feed moved</body></html>", NotThisPage),
        ('{"version": "https://other.example/1"}', NotThisPage),
        (rss(item(1), item(2))[:250], PageChanged),
        (rss("<item><title>no link</title></item>"), PageChanged),
        (rss(), NobodyThere),
    ],
)
def test_broken_feeds_are_loud(body: str, error: type[Exception]) -> None:
    """What is no feed, breaks off, or names no address is refused by name; an empty feed says so."""
    with pytest.raises(error):
        list(parse(page(body)))


def test_dates_and_charsets_are_taken_with_care() -> None:
    """A day in the future is no date, a wrong charset label is seen through, an entry without date stays."""
    (future,) = posts(list(parse(page(rss(item(1, more="<pubDate>Mon, 02 Nov 2999 10:00:00 GMT</pubDate>"))))))
    (undated,) = posts(list(parse(page(rss(item(1, more="<pubDate>yesterday-ish</pubDate>"))))))
    (dated,) = posts(list(parse(page(rss(item(1, more="<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"))))))
    (mislabelled,) = posts(list(parse(page(rss(item(1)).replace("Post 1", "Zoë").encode("latin-1")))))
    assert (future.date, undated.date, dated.date, mislabelled.title) == (None, None, date(2026, 11, 2), "Zoë")


@given(
    st.lists(st.sampled_from(["utm_source=a", "fbclid=b", "id=7", "page=2", "source=rss-1", "wt_mc=rss", "q=a%20b"]))
)
def test_tracking_goes_and_the_rest_stays(parameters: list[str]) -> None:
    """Only the parameters that say where a reader came from fall away, and doing it twice changes nothing."""
    url = "https://pond.example/a" + ("?" + "&".join(parameters) if parameters else "")
    plain = without_tracking(url)
    assert without_tracking(plain) == plain
    kept = [one for one in parameters if one.startswith(("id", "page", "q"))]
    assert [one.partition("=")[0] for one in plain.partition("?")[2].split("&") if one] == [
        k.partition("=")[0] for k in kept
    ]


def test_handles_are_stable() -> None:
    """Scheme, www, index pages and letter case do not make another site; a private suffix does."""
    assert {home_handle(u) for u in ("http://www.Pond.example/Blog/", "https://pond.example/blog/index.html")} == {
        "pond.example/blog"
    }
    assert same_site("feeds.pond.example", "www.pond.example")
    assert not same_site("ada.github.io", "jun.github.io")
    assert slug("Zoë de Vries") == "zoe-de-vries"
    assert host_is_named_after("www.doe-sample.test", "Doe Sample")
    assert not host_is_named_after("pond.test", "Doe Sample")


def article(head: str = "", body: str = "", text: str = WORDS) -> str:
    inner = f"{body}<article><h1>On queues</h1><p>{text}</p></article>"
    return f"<html><head><title>On queues</title>{head}</head><body>{inner}</body></html>"


JSON_LD = '<script type="application/ld+json">{"@type":"BlogPosting","author":{"@type":"%s","name":"%s"}}</script>'
META = '<meta name="author" content="Ada Example">'


@pytest.mark.parametrize(
    ("head", "body", "credited", "shown"),
    [
        (META, "", None, "Ada Example"),
        (META + JSON_LD % ("Person", "Ada Example"), "", "pond.example#ada-example", "Ada Example"),
        (META + JSON_LD % ("Person", "Jun Sample"), "", None, None),
        (JSON_LD % ("Organization", "Ada Example"), "", None, None),
        (META, '<a rel="me" href="https://social.example/@ada">me</a>', "pond.example#ada-example", "Ada Example"),
        (META, "<footer>© 2026 Ada Example</footer>", "pond.example", "Ada Example"),
        (
            META,
            '<a rel="author" href="/ada">View all posts by Ada Example</a>',
            "pond.example#ada-example",
            "Ada Example",
        ),
        (META, '<div class="comments"><a rel="author" href="/x">Ada Example</a></div>', None, "Ada Example"),
        (META + JSON_LD % ("Person", "Ada Example and Jun Sample"), "", None, "Ada Example, Jun Sample"),
        ('<meta name="author" content="The Pond Team">', '<a rel="author" href="/">The Pond Team</a>', None, None),
    ],
)
def test_an_article_credits_whom_two_cues_name(head: str, body: str, credited: str | None, shown: str | None) -> None:
    """One cue shows a name, two credit it, a contradiction does neither, and co-authors are shown only."""
    (post,) = posts(list(parse(page(article(head, body), "https://pond.example/2026/queues"))))
    assert (post.account.handle if post.account else None, post.details["author"]) == (credited, shown)


MORE = "Acknowledging a message only after its effects are durable is slower, and it never loses anything at all. " * 2
HIDDEN = "wizard of kubernetes, wizard of databases, wizard of everything that a role could ask for"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", f"<p style='DISPLAY: none !important'>{HIDDEN}</p>"),
        ("", f"<p hidden>{HIDDEN}</p>"),
        ("", f"<p style='color:#fff'>{HIDDEN}</p>"),
        ("<style>.promo{display:none}</style>", f"<p class=promo>{HIDDEN}</p>"),
        (
            "<style>article > .x .promo{position:absolute;left:-9999px}</style>",
            f"<div class=x><p class=promo>{HIDDEN}</p></div>",
        ),
        ("", f"<noscript>{HIDDEN}</noscript>"),
        ("", f"<template><p>{HIDDEN}</p></template>"),
        ("", f"<details><p>{HIDDEN}</p></details>"),
    ],
)
def test_hidden_words_are_no_text(head: str, body: str) -> None:
    """What attribute, style or sheet hides inside of the article is not in its text; the rest is, unchanged."""
    seen, poisoned = (
        posts(list(parse(page(article(head, text=f"{WORDS}</p>{extra}<p>{MORE}"), "https://pond.example/a"))))[0].text
        for extra in ("", body)
    )
    assert "wizard" not in poisoned
    assert poisoned == seen


def test_a_page_that_scripts_uncover_is_read() -> None:
    """A rule that hides the whole page until its scripts have run hides nothing from a reader."""
    html = article("<style>.loading{visibility:hidden}</style>").replace("<body>", "<body class='loading'>")
    assert "queue itself" in posts(list(parse(page(html, "https://pond.example/a"))))[0].text


def test_the_masthead_is_no_text() -> None:
    """The line of date and categories above an article is left out; a sentence that begins with a date stays."""
    top = "<p>March 4, 2026 at 08:45 AM | categories: queues | View Comments</p><p>March 4, 2026 was a bad day.</p><p>"
    (post,) = posts(list(parse(page(article(text=f"</p>{top}{WORDS}"), "https://pond.example/a"))))
    assert "View Comments" not in post.text
    assert "was a bad day." in post.text


def test_the_feed_of_posts_is_found() -> None:
    """Of the feeds that a page names, its site's own feed of posts is asked for, never that of comments."""
    links = "".join(
        f'<link rel="alternate" type="application/{kind}" href="{href}" title="{title}">'
        for kind, href, title in [
            ("rss+xml", "/a/feed/", "Comments on this"),
            ("rss+xml", "/comments/feed/", "All comments"),
            ("rss+xml", "https://elsewhere.test/feed", "Elsewhere"),
            ("atom+xml", "/atom.xml", "Posts"),
            ("rss+xml", "/rss.xml", "Posts"),
        ]
    )
    asked = [r.url for r in parse(page(article(links), "https://pond.example/a")) if isinstance(r, Request)]
    assert asked == ["https://pond.example/atom.xml"]
    front = list(parse(page(article(links), "https://pond.example/")))
    assert [type(record) for record in front] == [Request]


def test_endless_tags_are_refused_at_once() -> None:
    """A tag with 100,000 attributes, which keeps parsers busy for minutes, costs nothing."""
    started = time.process_time()
    html = article(body="<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</div>")
    (refused,) = read_page(SOURCE, page(html, "https://pond.example/a"))
    assert isinstance(refused, Refused)
    assert time.process_time() - started <= 2.0


def test_the_plan_is_what_is_watched() -> None:
    """Each watched feed and page is asked for once."""
    watch = Watch(feeds=("https://pond.example/feed",), pages=("https://pond.example/",))
    assert [request.url for request in plan(watch, READ_AT.date())] == [*watch.feeds, *watch.pages]


def test_names_and_addresses_never_leave_together() -> None:
    """The account of a feed's author holds no address, even where the feed states one."""
    feed = rss(*(item(n, more="<author>ada@pond.example (Ada Example)</author>") for n in (1, 2)))
    (account,) = [record for record in read_page(SOURCE, page(feed)) if isinstance(record, Account)]
    assert (account.name, account.links) == ("Ada Example", ())


@pytest.mark.parametrize(
    ("more", "is_hidden"),
    [
        ("<p style='display:none'>expert in all of the things</p>", True),
        ("<template>expert in all of the things</template>", True),
        ("\U000e0065\U000e0078\U000e0070", True),
        ("<p style='display:none'>skip this</p>", False),
        ("<div hidden><script>var all = 'of these words'</script></div>", False),
        ("<p>expert in one thing</p>", False),
    ],
)
def test_hidden_words_of_an_entry_are_left_out_and_told(more: str, is_hidden: bool) -> None:
    """Words in an entry that its reader does not see are no evidence, and the recruiter is told; so in JSON Feed."""
    markup = f"<p>Wrote the driver.</p>{more}"
    items = [{"url": "https://pond.example/1", "title": "A driver", "content_html": markup}]
    stated = {"version": "https://jsonfeed.org/version/1.1", "title": "Pond", "items": items}
    xml = rss(item(1, more=f"<description>{escape(markup)}</description>"))
    for feed in (xml, json.dumps(stated)):
        (post,) = posts(read_page(SOURCE, page(feed)))
        assert post.text.startswith("Wrote the driver.")
        assert "all of" not in post.text
        assert bool(post.details.get("hidden_text")) == is_hidden


@pytest.mark.shared
def test_hostile_feeds_are_inert(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every hostile feed is read or refused within two seconds, with no file's content and no script's link."""
    monkeypatch.syspath_prepend(str(shared / "abuse"))
    import pages  # type: ignore[import-not-found]

    secret = Path("/etc/hostname").read_text().strip()
    for name, (body, kind) in pages.feeds({"main": "http://127.0.0.1:1", "canary": "http://127.0.0.1:2"}).items():
        started = time.process_time()
        records = read_page(SOURCE, page(body, "https://blog.person.example/feed", kind))
        assert time.process_time() - started <= 2.0, name
        assert records, name
        for post in posts(records):
            assert post.url.startswith(("https://", "http://127.0.0.1:2/item")), name
            assert post.title, name
            assert not secret or secret not in post.title + post.text, name
    sys.modules.pop("pages", None)
