"""Fields of GitHub's objects: the allow-list of what is read. No address, picture or count of fame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from scrapers.parse.pages import NobodyThere, PageChanged
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Request
from scrapers.text import day, squeeze

Kind = Literal["person", "organization", "bot"]
API = "https://api.github.com"
FULL_PAGE = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """A JSON object of a page, read field by field. Texts come squeezed, blank ones as None."""

    page: Page
    fields: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not isinstance(self.fields, Mapping):
            raise PageChanged(self.page.url, f"an object, found {type(self.fields).__name__}")

    def get(self, name: str) -> Any:
        return self.fields.get(name)

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        return squeeze(value) or None if isinstance(value, str) else None

    def must(self, name: str) -> str:
        """A text that is always there; raises PageChanged without it."""
        value = self.text(name)
        if value is None:
            raise PageChanged(self.page.url, f"a text {name!r}")
        return value

    def count(self, name: str) -> int:
        """A whole number that is always there; raises PageChanged without it."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise PageChanged(self.page.url, f"a number {name!r}")
        return value

    def listed(self, name: str) -> list[Any]:
        """The list below that name, empty where there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, list) else []

    def part(self, name: str) -> Facts | None:
        """The object below that name, or None where GitHub says null or `{}`."""
        value = self.fields.get(name)
        return Facts(self.page, value) if value else None


def items_of(page: Page, told: Any) -> list[Facts]:
    """The objects of a list; raises PageChanged for anything but a list of objects."""
    if not isinstance(told, list):
        raise PageChanged(page.url, f"a list, found {type(told).__name__}")
    return [Facts(page, item) for item in told]


def kind_of(person: Facts) -> Kind:
    """Person, organization or bot. Recordings before 2013 name no type; they knew no bots."""
    said = person.text("type") or person.text("__typename")
    if said == "Bot" or (person.text("login") or "").endswith("[bot]"):
        return "bot"
    return "person" if said in {None, "User"} else "organization"


def is_credited(person: Facts) -> bool:
    return kind_of(person) == "person"


def account_of(person: Facts, **more: Any) -> Account:
    """The account; its id survives a change of login."""
    login = person.must("login")
    number = person.get("id") if isinstance(person.get("id"), int) else person.get("databaseId")
    return Account(
        "github",
        login,
        url=f"https://github.com/{login}",
        kind=kind_of(person),
        id=str(number) if isinstance(number, int) else None,
        **more,
    )


def shown(person: Facts) -> list[Account]:
    """The account as a list shows it; none for a bot, which is nobody."""
    return [] if kind_of(person) == "bot" else [account_of(person)]


def owner_of(repository: Facts) -> list[Account]:
    """The account of the repository's owner, where the page names one."""
    owner = repository.part("owner")
    return shown(owner) if owner is not None and owner.text("login") else []


def profile_links(*declared: str | None, handle: str | None = None) -> tuple[str, ...]:
    """Return the links that the person declares: web sites, with the scheme they left out, and the account at X."""
    sites = (link for text in declared if text and (link := _web_site(text)))
    at_x = (
        f"https://x.com/{name}" for name in [(handle or "").strip().removeprefix("@")] if re.fullmatch(r"\w+", name)
    )
    return tuple(dict.fromkeys((*sites, *at_x)))


def _web_site(text: str) -> str | None:
    """A web address, or None for a mail address or mere words."""
    link = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    named = "." in parts.netloc and "@" not in parts.netloc and not re.search(r"\s", link) and ":/" not in parts.path
    return link if named else None


def repository_name(url: str) -> str:
    """ "owner/name" out of an API URL, or out of the fragment that we put there when GitHub gave a bare number."""
    parts = urlsplit(url)
    match = re.match(r"/repos/([^/]+/[^/]+)", parts.path, re.IGNORECASE)
    name = unquote(match[1] if match else parts.fragment)
    if not name and parts.path.startswith("/repositories/"):
        raise NobodyThere(url, "a repository by its number alone: it is read after the page that names it")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise PageChanged(url, "the repository's name in the URL")
    return name


def web_page(repository: str) -> str:
    return f"https://github.com/{repository}"


def repository_evidence(repository: Facts) -> Evidence | None:
    """Return a repository's description as evidence of its owner; None for a private one.

    A fork or mirror is nobody's evidence, nor is a repository of an organisation: `account` is None, and `details`
    say `fork` or `mirror`.
    """
    if repository.get("private") or repository.get("isPrivate"):
        return None
    name = repository.text("full_name") or repository.must("nameWithOwner")
    owner = repository.part("owner")
    fork = bool(repository.get("fork") or repository.get("isFork"))
    mirror = bool(repository.get("mirror_url") or repository.get("mirrorUrl"))
    in_organisation = repository.get("organization") or owner is None or not is_credited(owner)
    account = AccountKey("github", owner.must("login")) if owner and not (fork or mirror or in_organisation) else None
    title = name.rpartition("/")[2]
    language = repository.text("language")
    created = day(repository.text("created_at") or repository.text("createdAt"))
    flags = {
        "fork": fork,
        "mirror": mirror,
        "archived": bool(repository.get("archived") or repository.get("isArchived")),
    }
    topics = repository.get("topics")
    return Evidence(
        kind=EvidenceKind.REPOSITORY,
        account=account,
        title=title,
        text=repository.text("description") or title,
        url=web_page(name),
        date=day(repository.text("pushed_at") or repository.text("pushedAt")),
        tags=tuple(t for t in (*(topics if isinstance(topics, list) else ()), language) if isinstance(t, str)),
        details={"repository": name, "created": created.isoformat() if created else None}
        | {flag: True for flag, holds in flags.items() if holds},
    )


def ask(path: str, **query: str | int) -> Request:
    """A request to the API; the path comes quoted."""
    return Request("github", f"{API}{path}{'?' + urlencode(query) if query else ''}")


def next_page(page: Page) -> Iterator[Request]:
    """The page that the Link header names as next, exactly as given; none where the request itself set a bound.

    Where GitHub goes on under a repository's number, the name goes along as a fragment, which is never sent.
    """
    asked = parse_qs(urlsplit(page.url).query).get("per_page", [""])[0]
    if asked.isdigit() and int(asked) < FULL_PAGE:
        return
    for url in re.findall(r'<([^<>]+)>\s*;[^,<]*\brel="?next"?', page.headers.get("link", "")):
        numbered = urlsplit(url).path.startswith("/repositories/")
        yield Request("github", f"{url}#{repository_name(page.url)}" if numbered else url)
