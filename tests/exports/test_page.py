"""The shortlist page in a real browser: filters, keyboard, marks that stay, export, print, and text that stays text."""

from __future__ import annotations

import base64
import csv
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from ranking.exports._rows import COLUMNS, safe_cell
from ranking.exports._view import GONE
from ranking.features import Signal
from ranking.shortlist.changes import compare
from ranking.shortlist.funnel import Funnel
from ranking.shortlist.prior_contact import PriorContact
from ranking.shortlist.shortlist import Match, Shortlist
from scrapers.records import Account
from scrapers.store import PastShortlist, Placing
from tests.exports.test_exports import shortlist, written
from tests.support.constants import NOON

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HOSTILE = (
    "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>",
    "[click](javascript:alert(1)) ![x](http://canary.example/beacon.png) | a |",
    "'\"></article><svg onload=document.title='run'>",
    "{{ 7*7 }} </script><script>document.title='run'</script>",
)
CELLS = (
    "=1+1",
    "'=1",
    "+1",
    "-1.5",
    "-x",
    "@x",
    "\u200b=1",
    "＝1",
    "a\nb\u2028c",
    "",
    "'",
    "|x",
    "%x",
    "- x",
    "\xa0+x",
    'a;"=1',
    "a; \"'@1",
    "٣",
)


def people(count: int, hostile: tuple[str, ...] = ()) -> Shortlist:
    """That many people: every second shows the must, places and first days differ, some carry hostile names."""
    one = shortlist().matches[0]

    def match(n: int) -> Any:
        name = hostile[n % len(hostile)] if hostile else f"Person {n}"
        place = ("Oslo", "Berlin", None)[n % 3]
        account = Account("devpost", f"p{n}", f"https://devpost.com/p{n}", name=name, location=place)
        met = (("retries",), ()) if n % 2 else ((), ("retries",))
        quotes = tuple(replace(quote, text=name) for quote in one.reasons) if hostile else one.reasons
        candidate = replace(one.candidate, id=f"c{n:05}", accounts=(account,))
        return replace(one, rank=n, candidate=candidate, must_met=met[0], must_unknown=met[1], reasons=quotes)

    return replace(shortlist(), matches=tuple(map(match, range(1, count + 1))), considered=2 * count, clearances={})


def a_week_later(listed: Shortlist) -> Shortlist:
    """The same list with what changed in a week: the second was first, one is new, one left, one was erased."""

    def place(rank: int, person: str | None, *points: int) -> Placing:
        terms = dict(zip(("must: retries - words", "must: retries - meaning", "recency"), points, strict=False))
        return Placing(rank, person, terms, frozenset("e"))

    def made(days: int, *places: Placing) -> PastShortlist:
        at = NOON + timedelta(days=days)
        return PastShortlist("AI engineer", "r", "m", "w", at.date(), at, 60, {}, places)

    first, second, *_ = (match.candidate.id for match in listed.matches)
    before = made(-7, place(1, second, 900_000, 250_001, -48_700), place(2, None), place(3, "c-left", 400_000))
    after = made(0, place(1, first, 1_000_000), place(2, second, 600_000, 250_002, -50_000))
    gone = {"c-left": place(9, "c-left", 390_000)}
    left = replace(listed.matches[0].candidate, id="c-left", accounts=(Account("devpost", "lea", name="Lea Left"),))
    return replace(listed, changes=compare(before, after, elsewhere=gone), left={"c-left": left})


def everything() -> Shortlist:
    """Two people of whom the page has something to say in each of its places."""
    listed, one = people(2), shortlist()
    signals = (Signal("product", 0.4, "tells who used it"), Signal("fault_first", None, ""))
    account = Account("web", "ada.example", "https://ada.example/", open_to_work=True, location="Oslo")

    def full(match: Match) -> Match:
        candidate = replace(match.candidate, accounts=(*match.candidate.accounts, account), joined=("They say so.",))
        return replace(
            match,
            candidate=candidate,
            must_met=("retries",),
            must_unknown=("evals",),
            never_hit=("slides",),
            flags=("hidden_text", "small_footprint"),
            reasons=tuple(replace(quote, share=0.62) for quote in match.reasons),
            upper=1.75,
            would_raise=("Evidence of evals.",),
            signals=signals,
            questions=("Who used it?",),
        )

    matches = tuple(map(full, listed.matches))
    return replace(
        a_week_later(listed),
        matches=matches,
        clearances={match.candidate.id: one.clearances["c0123"] for match in matches},
        warm={match.candidate.id: PriorContact("Entered our event", "https://ada.example/") for match in matches},
        notice="Controller: Example Ltd",
        funnel=Funnel(9, {"opted out": 2}, {"devpost": 7}),
    )


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(downloads: Path) -> Iterator[Any]:
    """Debian's Chromium without a window; the tests are skipped where there is none."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (binary and driver):
        pytest.skip("Debian's chromium and chromium-driver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def show(browser: Any, folder: Path, listed: Shortlist) -> None:
    """Open the page of that shortlist with nothing remembered."""
    file = folder / "list.html"
    file.write_text(written("page", listed), encoding="utf-8")
    browser.get(file.as_uri())
    browser.execute_script("localStorage.clear(); start()")


def shown(browser: Any) -> list[str]:
    return list(browser.execute_script("return cards.filter((card) => !card.hidden).map((card) => card.id)"))


def choose(browser: Any, name: str, value: str) -> None:
    browser.execute_script(
        "const box = byId(arguments[0]); box.value = arguments[1]; "
        "box.dispatchEvent(new Event('input', { bubbles: true }))",
        name,
        value,
    )


def test_filters_narrow_the_list_and_say_how_many_they_removed(browser: Any, tmp_path: Path) -> None:
    """Words, place, newness and requirement each take people out; clearing brings all back."""
    show(browser, tmp_path, people(12))
    assert len(shown(browser)) == 12
    choose(browser, "text", "person 12")
    assert shown(browser) == ["c00012"]
    choose(browser, "text", "")
    choose(browser, "place", "Oslo")
    assert shown(browser) == ["c00003", "c00006", "c00009", "c00012"]
    assert "Oslo: 8 removed" in browser.find_element("id", "removed").get_attribute("textContent")
    browser.execute_script("document.querySelector('[name=asked]').click()")
    assert shown(browser) == ["c00003", "c00009"]
    choose(browser, "new", "seen:7")
    assert shown(browser) == []
    assert browser.find_element("id", "none").is_displayed()
    browser.execute_script("clear()")
    assert len(shown(browser)) == 12


def test_marks_stay_after_a_reload_and_leave_as_csv(browser: Any, tmp_path: Path, downloads: Path) -> None:
    """By keyboard alone: star one, hide one, comment on one; the export has the shortlist's columns and the marks."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    show(browser, tmp_path, people(4))
    browser.execute_script("main.focus()")
    ActionChains(browser).send_keys("j", "s", "j", "h").perform()
    assert shown(browser) == ["c00001", "c00003", "c00004"]
    assert browser.switch_to.active_element.get_attribute("id") == "c00003"
    browser.execute_script("cards[2].focus()")
    ActionChains(browser).send_keys("c").perform()
    ActionChains(browser).send_keys("=HYPERLINK(1)", Keys.ESCAPE).perform()
    browser.refresh()
    assert shown(browser) == ["c00001", "c00003", "c00004"]
    assert browser.find_element("id", "starred").text == "1"
    browser.find_element("css selector", "[data-do=export]").send_keys(Keys.ENTER)
    deadline = time.monotonic() + 10
    while not (files := list(downloads.glob("reviewed-*.csv"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    rows = list(csv.DictReader(StringIO(files[0].read_text(encoding="utf-8"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["decision"] for row in rows] == ["star", "hide", "", ""]
    assert rows[2]["decision_reason"] == "'=HYPERLINK(1)"
    ours = list(csv.DictReader(StringIO(written("shortlist_csv", people(4)), newline="")))
    plain = {"decision": "", "decision_reason": ""}
    assert [row | plain for row in rows] == ours


def test_cells_are_made_as_in_python(browser: Any, tmp_path: Path) -> None:
    """The script's twin of safe_cell says the same."""
    show(browser, tmp_path, people(1))
    made = browser.execute_script("return arguments[0].map(safeCell)", list(CELLS))
    assert made == [safe_cell(cell) for cell in CELLS]


def test_shared_cells_are_made_as_in_python(browser: Any, tmp_path: Path, shared: Path) -> None:
    """Every hostile and benign cell of the shared abuse cases comes out as it does from Python."""
    import runpy

    cases = runpy.run_path(str(shared / "abuse" / "make_files.py"))
    cells = [str(cell) for cell in (*cases["CELLS"], *cases["BENIGN_CELLS"])]
    show(browser, tmp_path, people(1))
    assert browser.execute_script("return arguments[0].map(safeCell)", cells) == [safe_cell(cell) for cell in cells]


def test_injected_markup_and_scripts_are_inert(browser: Any, tmp_path: Path) -> None:
    """Hostile names and quotes are shown as text: no element, no title changed, no policy complaint, no script link."""
    show(browser, tmp_path, people(8, HOSTILE))
    assert browser.title == "Shortlist: AI engineer"
    assert browser.execute_script("return document.querySelectorAll('main img, main svg, main script').length") == 0
    assert browser.execute_script("return cards.length") == 8
    assert browser.execute_script("return document.querySelector('h2').textContent") == HOSTILE[1]
    wrong = "return [...document.links].filter((a) => !/^(https?|file):/.test(a.href)).length"
    assert browser.execute_script(wrong) == 0
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_sticks_out_at_any_width(browser: Any, tmp_path: Path, width: int) -> None:
    """The page never scrolls sideways, and every control has a name."""
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    show(browser, tmp_path, people(3, ("N" * 300, "Ada Example")))
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    nameless = (
        "return [...document.querySelectorAll('button, input, select, textarea, a')]"
        ".filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label'))).length"
    )
    assert browser.execute_script(nameless) == 0
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_print_drops_the_controls_and_shows_links(browser: Any, tmp_path: Path) -> None:
    """On paper there is no filter and no button, each link has its address once, and a PDF comes out."""
    show(browser, tmp_path, everything())
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    visible = "return [...document.querySelectorAll('button, .side')].filter((e) => e.checkVisibility()).length"
    assert browser.execute_script(visible) == 0
    after = "return getComputedStyle(document.querySelector('.source a'), '::after').content"
    assert "devpost.com" in browser.execute_script(after)
    bare = "return [...document.links].filter((a) => a.checkVisibility() && /^http/.test(a.href) && "
    bare += "(getComputedStyle(a, '::after').content.includes(a.href)) === a.textContent.includes(a.href))"
    assert browser.execute_script(f"{bare}.map((a) => a.outerHTML)") == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]).startswith(b"%PDF")


def test_who_has_met_us_can_be_looked_at_alone(browser: Any, tmp_path: Path) -> None:
    """Where somebody on the list has, a filter keeps them; where nobody has, there is none."""
    listed = people(4)
    show(browser, tmp_path, listed)
    assert browser.find_elements("id", "warm") == []
    show(browser, tmp_path, replace(listed, warm={"c00003": PriorContact("Entered our event", "https://ada.example/")}))
    browser.execute_script("byId('warm').click()")
    assert shown(browser) == ["c00003"]
    browser.execute_script("clear()")
    assert len(shown(browser)) == 4


def test_what_changed_since_the_last_list_is_told_and_adds_up(browser: Any, tmp_path: Path) -> None:
    """Who is new, moved and left, with links to their cards; the shares of the causes are the change of the score."""
    show(browser, tmp_path, people(2))
    assert browser.find_elements("id", "changes") == []
    show(browser, tmp_path, a_week_later(people(2)))
    panel = browser.find_element("css selector", ".changes summary")
    assert panel.text == "Since 2026-11-08 1 new, 1 moved, 2 left"
    panel.click()
    rows = [
        [cell.text for cell in row.find_elements("css selector", "th, td")]
        for row in browser.find_elements("css selector", ".changes tbody tr")
    ]
    assert [row[:2] for row in rows] == [
        ["Person 1 new", "1"], ["Person 2 moved", "1 → 2"], [f"{GONE} left", "2"], ["Lea Left left", "3 → 9"],
    ]  # fmt: skip
    assert rows[1][2:] == ["pool decay −0.0013, pool −0.299999", "−0.301299"]
    for _, _, why, score in rows:
        shares = [Decimal(share.replace("−", "-")) for share in re.findall(r"[+−][0-9.]+", why)]
        assert not shares or sum(shares) == Decimal(score.replace("−", "-"))
    browser.find_element("link text", "Person 2").click()
    assert browser.execute_script("return location.hash") == "#c00002"
    assert browser.find_element("id", "c00002").is_displayed()


def test_what_is_known_of_a_match_stands_on_its_card(browser: Any, tmp_path: Path) -> None:
    """Questions, signs, reach, shares, flags in words, who met us, the first message: each is read on the page."""
    show(browser, tmp_path, everything())
    said = browser.execute_script("return cards[0].textContent")
    for words in (
        "Who used it?",
        "What comes nearest",
        "product tells who used it",
        "unknown",
        "may reach +1.75 once more is seen",
        "62% of what was found",
        "Evidence of evals.",
        "little of theirs is in public",
        "Entered our event",
        "If you would rather not hear from us",
    ):
        assert words in said


SHADES = """
const rgba = (text) => {
  const [, space, inner] = text.match(/^(\\w+)\\((.*)\\)$/);
  const n = inner.replace('srgb', '').split(/[\\s,/]+/).filter(Boolean).map(Number);
  return (space === 'color' ? n.slice(0, 3).map((v) => 255 * v) : n.slice(0, 3)).concat(n[3] ?? 1);
};
const over = ([r, g, b, a], back) => [r, g, b].map((v, i) => v * a + back[i] * (1 - a)).concat(1);
const light = (c) => {
  const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const line = (e) => e ? [...line(e.parentElement), e] : [];
function shades(element, pseudo) {  // what is painted behind and in front, through every background and opacity
  let back = [255, 255, 255, 1], groups = [];
  for (const each of line(element)) {
    const style = getComputedStyle(each);
    if (style.opacity < 1) groups.push([Number(style.opacity), back]);
    back = over(rgba(style.backgroundColor), back);
  }
  let front = over(rgba(getComputedStyle(element, pseudo).color), back);
  for (const [opacity, behind] of groups.reverse())
    [front, back] = [front, back].map((c) => over([...c.slice(0, 3), opacity], behind));
  return [front, back].map(light).sort((a, b) => b - a);
}
const says = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
const seen = (e) => e.tagName !== 'SCRIPT' && e.checkVisibility() && says(e);
const texts = [...document.body.querySelectorAll('*')].filter(seen);
return texts.map((e) => [e]).concat([[byId('text'), '::placeholder']]).map(([e, pseudo]) => {
  const [high, low] = shades(e, pseudo);
  return [(high + 0.05) / (low + 0.05), e.className || e.tagName, e.textContent.trim().slice(0, 40)];
}).sort((a, b) => a[0] - b[0]);
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(browser: Any, tmp_path: Path, scheme: str) -> None:
    """All text, unfolded, starred and hidden, stands out from what lies behind it at 4.5 to 1 or more (WCAG AA)."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    show(browser, tmp_path, everything())
    browser.execute_script(
        "document.querySelectorAll('details').forEach((each) => (each.open = true));"
        "mark(cards[0], 'star'); mark(cards[1], 'hide')"
    )
    choose(browser, "mark", "all")
    measured = browser.execute_script(SHADES)
    dark = browser.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(243, 246, 247)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert dark is (scheme == "dark")
    assert len(measured) > 100
    assert [text for text in measured if text[0] < 4.5] == []


def test_without_a_place_to_keep_marks_the_page_works_and_says_so(browser: Any) -> None:
    """Where the browser refuses localStorage (here: a page without an origin) people are marked and exported alike."""
    from selenium.common.exceptions import WebDriverException

    browser.get(f"data:text/html;base64,{base64.b64encode(written('page', people(3)).encode()).decode()}")
    with pytest.raises(WebDriverException, match="Storage is disabled"):
        browser.execute_script("return localStorage.length")
    browser.execute_script(
        "cards[0].querySelector('[data-do=star]').click(); cards[1].querySelector('[data-do=hide]').click()"
    )
    assert shown(browser) == ["c00001", "c00003"]
    assert "refuses to keep them" in browser.find_element("id", "kept").text
    rows = csv.DictReader(StringIO(browser.execute_script("return reviewed()"), newline=""))
    assert [row["decision"] for row in rows] == ["star", "hide", ""]
    assert browser.get_log("browser") == []


def test_five_hundred_people_load_at_once(browser: Any, tmp_path: Path) -> None:
    """The page of 500 is there and filters within a few seconds on a busy machine (under one on an idle one)."""
    start = time.monotonic()
    show(browser, tmp_path, people(500))
    choose(browser, "place", "Berlin")
    assert len(shown(browser)) == 167
    assert time.monotonic() - start < 10
