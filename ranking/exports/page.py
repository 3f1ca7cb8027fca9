"""The shortlist as one self-contained HTML page: nothing is loaded, every text is escaped, one script of our own runs.

The content security policy allows exactly that script and that style, by their SHA-256.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ranking.exports._rows import COLUMNS
from ranking.exports._view import account_name, changed, person, weblink
from ranking.shortlist.shortlist import Shortlist

SUFFIX = ".html"
MOST_PLACES = 60


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the funnel; `share` is its part of everybody, in percent."""

    name: str
    people: int
    share: float
    taken: bool = False


def write(shortlist: Shortlist, out: TextIO) -> None:
    """Write the page."""
    title = shortlist.role.title or shortlist.role.name or "Shortlist"
    asked = _asked(shortlist)
    number = {text: place for place, (text, _) in enumerate(asked)}
    people = [person(match, shortlist, [number[text] for text in match.must_met]) for match in shortlist.matches]
    places = Counter(str(each.row["location"]) for each in people)
    unplaced = places.pop("", 0)
    style, script = _asset("page.css"), _asset("page.js")
    page = _environment().get_template("page.html.j2")
    out.write(
        page.render(
            shortlist=shortlist,
            title=title,
            key=title,
            people=people,
            asked=asked,
            places=places.most_common(MOST_PLACES),
            unplaced=unplaced,
            met_us=sum(each.warm is not None for each in people),
            columns=COLUMNS,
            changes=(changes := changed(shortlist)),
            changed=Counter(each.kind for each in changes),
            steps=list(_steps(shortlist)),
            sites=list(shortlist.funnel.sites.items()) if shortlist.funnel else [],
            shown_on=Counter(site for match in shortlist for site in {a.site for a in match.candidate.accounts}),
            policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
            "base-uri 'none'; form-action 'none'",
            css=Markup(style),  # noqa: S704  # nosec B704 - our own file
            script=Markup(script),  # noqa: S704  # nosec B704 - our own file
        )
    )


def _asked(shortlist: Shortlist) -> list[tuple[str, int]]:
    """Return the role's musts, in its order, and how many of those shown show each."""
    met = Counter(text for match in shortlist for text in match.must_met)
    asked = dict.fromkeys(text for match in shortlist for text in (*match.must_met, *match.must_unknown))
    order = {requirement.text: place for place, requirement in enumerate(shortlist.role.requirements)}
    return [(text, met[text]) for text in sorted(asked, key=lambda text: order.get(text, len(order)))]


def _steps(shortlist: Shortlist) -> Iterator[Step]:
    """Collected, what each reason took out, considered, shown."""
    funnel, shown = shortlist.funnel, len(shortlist)
    whole = max(funnel.collected if funnel else shortlist.considered, 1)

    def step(name: str, people: int, taken: bool = False) -> Step:
        return Step(name, people, round(100 * people / whole, 1), taken)

    if funnel:
        yield step("collected", funnel.collected)
        yield from (step(reason, count, True) for reason, count in funnel.taken_out.items())
        if funnel.rankable > shortlist.considered:
            yield step("ruled out by the role itself", funnel.rankable - shortlist.considered, True)
    yield step("ranked", shortlist.considered)
    yield step("ranked lower, not looked at here", shortlist.considered - shown, True)
    yield step("shown", shown)


@cache
def _asset(name: str) -> str:
    return (files("ranking.exports") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ranking.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"weblink": weblink, "account_name": account_name}
    return environment
