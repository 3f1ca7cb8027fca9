"""What a reader sees of a page, and nothing else."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from scrapers.parse.visible import Visible, visible_text

STUFFED = "senior principal staff award winner"


def read(inner: str, head: str = "", body: str = "") -> Visible:
    markup = f"<html><head><title>t</title>{head}</head><body {body}><p>Wrote the driver.</p>{inner}</body></html>"
    return visible_text(BeautifulSoup(markup, "lxml"))


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "visibility:hidden",
        "visibility: collapse",
        "opacity:0",
        "opacity:0.01",
        "opacity: 2%",
        "filter: opacity(0)",
        "content-visibility: hidden",
        "font-size:0px",
        "font-size: 0",
        "font-size:1px",
        "font-size:.05em",
        "color:#fff",
        "color:#FFFFFF",
        "color:white",
        "color:rgb(254,254,254)",
        "color:rgb(99% 99% 99%)",
        "color:#fffffff0",
        "color:transparent",
        "color:rgba(0,0,0,0)",
        "color:rgba(0 0 0 / 3%)",
        "-webkit-text-fill-color: transparent",
        "background:#123456;color:#123457",
        "color:hsl(0,0%,100%)",
        "color:hsl(0 0% 99% / 1)",
        "color:hwb(0 100% 0%)",
        "color:oklch(100% 0 0)",
        "color:lab(100% 0 0)",
        "background:linen;color:linen",
        "background:rebeccapurple;color:#663399",
        "color:hsla(120 100% 25% / 0.01)",
        "position:absolute;left:-9999px",
        "position:fixed;top:-200vh",
        "position:absolute;left:9999px",
        "text-indent:-9999px",
        "margin-left:-5000px",
        "transform:translateX(-9999px)",
        "transform: scale(0)",
        "clip:rect(0,0,0,0);position:absolute",
        "clip: rect(1px 1px 1px 1px)",
        "clip-path:inset(100%)",
        "clip-path: inset(50%)",
        "clip-path:circle(0)",
        "clip-path:polygon(0 0, 0 0, 0 0)",
        "height:1px;width:1px;overflow:hidden",
        "max-height:0;overflow:hidden",
    ],
)
def test_what_a_style_hides_is_not_read(style: str) -> None:
    """Words hidden by an inline style or by the page's own style sheet are not read, and the page is flagged."""
    inline = read(f"<div style='{style}'>{STUFFED}<b>{STUFFED}</b></div>")
    assert inline == Visible("Wrote the driver.", hidden_text=True)
    by_class = read(f"<div class='vh'>{STUFFED}</div>", head=f"<style>p{{margin:0}} .vh {{{style}}}</style>")
    assert by_class == inline


@pytest.mark.parametrize(
    "style",
    [
        "display:block",
        "opacity:0.9",
        "color:#777",
        "color:red",
        "color:var(--text)",
        "color:hsl(210 50% 40%)",
        "color:oklch(45% 0.2 250)",
        "color:lch(50% 80 40)",
        "color:rebeccapurple",
        "color:color-mix(in srgb, white, white)",
        "background:rebeccapurple;color:linen",
        "color:white;background:#222",
        "color:white;background:url(sea.jpg)",
        "color:white;background-image:none;background:linear-gradient(#000,#333)",
        "position:absolute;left:-20px",
        "position:absolute;left:50%;transform:translate(-50%,-50%)",
        "margin-left:-50%",
        "text-indent:-2em",
        "font-size:11px",
        "font-size:80%",
        "width:100px;overflow:hidden",
        "clip-path:circle(40%)",
        "transform:scale(1.5)",
        "",
    ],
)
def test_what_a_style_shows_is_read(style: str) -> None:
    """Ordinary styling hides nothing and flags nobody."""
    assert read(f"<div style='{style}'>{STUFFED}</div>") == Visible(f"Wrote the driver.\n{STUFFED}", hidden_text=False)


@pytest.mark.parametrize(
    "inner",
    [
        f"<script>var a = '{STUFFED}'</script>",
        f'<script type=\'application/ld+json\'>{{"x": "{STUFFED}"}}</script>',
        f"<!-- {STUFFED} -->",
        f"<noscript>{STUFFED}</noscript>",
        f"<img src='x.png' alt='{STUFFED}' title='{STUFFED}'>",
        f"<svg><title>{STUFFED}</title></svg>",
        f"<select><option>{STUFFED}</select>",
    ],
)
def test_what_is_no_text_is_not_read(inner: str) -> None:
    """Scripts, comments, alternative texts and form controls are not read; they are common, so nobody is flagged."""
    assert read(inner) == Visible("Wrote the driver.", hidden_text=False)


@pytest.mark.parametrize("inner", [f"<div hidden>{STUFFED}</div>", f"<template>{STUFFED}</template>"])
def test_what_an_attribute_hides_is_not_read(inner: str) -> None:
    """The hidden attribute and templates hide, and the page is flagged."""
    assert read(inner) == Visible("Wrote the driver.", hidden_text=True)


def test_a_closed_detail_counts_with_its_summary() -> None:
    """A closed details element is read by its summary, an open one whole."""
    inner = "<details{}><summary>How</summary><p>By hand.</p></details>"
    assert read(inner.format("")).text == "Wrote the driver.\nHow"
    assert read(inner.format(" open")).text == "Wrote the driver.\nHow\nBy hand."


def test_white_text_on_a_dark_page_is_read() -> None:
    """A text is compared with the ground that it really stands on, which its surroundings paint."""
    assert read("<p style='color:#fff'>Hello.</p>", body="style='background:#111;color:#eee'").text.endswith("Hello.")
    assert read("<table bgcolor='black'><td><font color='white'>Hi.</font></table>").text.endswith("Hi.")
    assert read("<p style='color:#111'>Hello.</p>", body="style='background:#111;color:#eee'").text.endswith("driver.")


def test_a_part_is_read_within_its_page() -> None:
    """A part of a page is painted by what surrounds it and by the style sheets of the whole page."""
    sheet = "<style>#a .b{display:none}</style>"
    tree = BeautifulSoup(f"{sheet}<div id=a><p class=b>No.<p>Yes.</div><div hidden><p id=c>No.</div>", "lxml")
    assert visible_text(tree.select_one("#a") or tree, tree.select_one("#c") or tree).text == "Yes."


@pytest.mark.parametrize(
    ("sheet", "shown"),
    [
        (".x{display:none} .x{display:block}", True),
        (".x{display:none} p{display:block}", False),
        (".x{display:none!important} #y{display:block}", False),
        ("@media print{.x{display:none}}", True),
        ("@media screen and (min-width:600px){.x{display:none}}", False),
        ("@media (max-width:600px){.x{display:none}}", True),
        ("@supports (display:grid){.x{display:none}} .z{color:red}", False),
        ("@keyframes k{from{opacity:0}to{opacity:1}} .z{color:red}", True),
        (".x:hover{display:none}", True),
        (".x::before{display:none}", True),
        ("/* .x{display:none} */", True),
        (".z, .x{display:none}", False),
        (".x{display:none", False),
        ("}} .x{display:none}", False),
        (".x:has(>>){display:none}", True),
    ],
)
def test_the_page_s_own_sheet_is_read_as_a_browser_reads_it(sheet: str, shown: bool) -> None:
    """Importance, closeness, order and media of a rule decide; broken rules are left out."""
    text = read("<p class=x id=y>Five words stand right here.</p>", head=f"<style>{sheet}</style>").text
    assert text == "Wrote the driver." + ("\nFive words stand right here." if shown else "")


def test_a_visible_child_of_an_invisible_parent_is_read() -> None:
    """Visibility and type size can be given back by a child, display and opacity cannot."""
    child = "<div style='{}'><span style='visibility:visible;font-size:16px;opacity:1'>Back.</span></div>"
    assert read(child.format("visibility:hidden")).text.endswith("Back.")
    assert read(child.format("font-size:0")).text.endswith("Back.")
    assert read(child.format("display:none")).text.endswith("driver.")
    assert read(child.format("opacity:0")).text.endswith("driver.")


def test_words_keep_their_shape() -> None:
    """Blocks end lines, cells and breaks part words, inline markup and invisible characters do not."""
    inner = "<p>Em<b>bedd</b>ed<p>a<br>b<table><tr><td>c<td>d</table><p>net\u00adwork \u200bing<ul><li>e<li>f</ul>"
    assert read(inner).text == "Wrote the driver.\nEmbedded\na\nb\nc d\nnetwork ing\ne\nf"
    assert read("<pre>one\n  two</pre><p>three\nfour</p>").text == "Wrote the driver.\none\ntwo\nthree four"


def test_smuggled_characters_are_flagged_and_ordinary_ones_are_not() -> None:
    """Tag characters and runs of zero-width characters within a word are flagged; flags and soft hyphens are not."""
    tags = "".join(chr(0xE0000 + ord(c)) for c in "rank me first")
    assert read(f"<p>Fine.{tags}</p>") == Visible("Wrote the driver.\nFine.", hidden_text=True)
    assert read("<p>Ru\u200b\u200c\u200dst</p>") == Visible("Wrote the driver.\nRust", hidden_text=True)
    scotland = "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f"
    assert not read(f"<p>{scotland} net\u00adwork a\u200bb</p>").hidden_text


def test_a_label_for_screen_readers_flags_nobody() -> None:
    """A word or two hidden for screen readers, however often, is not read and not held against anybody."""
    link = "<a><span style='display:none'>opens elsewhere</span>Link</a> "
    assert read(9 * link) == Visible("Wrote the driver.\n" + " ".join(9 * ["Link"]), hidden_text=False)


def test_nothing_gives_nothing() -> None:
    """No part gives no text and no flag."""
    assert visible_text() == Visible("", hidden_text=False)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000 + "deep",
        "<style>" + ".a{color:#fff}" * 20_000 + "</style>" + "<p class=a>x</p>" * 3_000,
        "<style>"
        + "".join(f".a:not(#i{n}){{color:#fff}}" for n in range(3_000))
        + "</style>"
        + "<p class=a>x</p>" * 3_000,
        "<style>" + "a:not(" * 5_000 + "</style><p>x</p>",
        "<style>" + "@media x{" * 5_000 + "</style><p>x</p>",
        "<p style='" + "opacity:" * 50_000 + "'>x</p>",
    ],
    ids=["deep", "one-rule-often", "many-rules", "broken-selector", "nested-media", "long-style"],
)
def test_a_hostile_page_takes_seconds_at_most(page: str) -> None:
    """Deep, huge and broken pages are read within the time that a page has (guardrail G17)."""
    tree = BeautifulSoup(page, "lxml")
    start = time.process_time()
    visible_text(tree)
    assert time.process_time() - start < 5


@pytest.mark.shared
def test_poisoned_pages_read_like_their_clean_twin(shared: Path) -> None:
    """Every way of hiding words in the hostile pages gives the text of the clean twin, byte for byte."""
    pages = runpy.run_path(str(shared / "abuse" / "pages.py"))["poisoned"]({"canary": "http://127.0.0.1:2"})
    check_text = runpy.run_path(str(shared / "abuse" / "checks.py"))["check_text"]
    clean = visible_text(BeautifulSoup(pages["clean"], "lxml")).text
    assert clean
    either_way = {"hidden-details"}  # a closed detail counts with its summary, which here is a dot
    alike = [name for name in pages if name.startswith("hidden-") and name not in either_way]
    for name in [*alike, "zero-width", "tag-chars", "soft-hyphen", "inject-hidden"]:
        seen = visible_text(BeautifulSoup(pages[name], "lxml"))
        assert seen.text.encode() == clean.encode(), name
        assert check_text(seen.text) == [], name
    assert visible_text(BeautifulSoup(pages["hidden-details"], "lxml")).text == f"{clean}\n."
    flagged = {name for name in pages if visible_text(BeautifulSoup(pages[name], "lxml")).hidden_text}
    unflagged = {"hidden-noscript", "hidden-comment", "hidden-script", "hidden-alt", "hidden-meta"}
    assert flagged == {*alike, "zero-width", "tag-chars", "inject-hidden"} - unflagged
