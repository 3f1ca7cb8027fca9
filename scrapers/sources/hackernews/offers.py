"""A comment in which somebody offers their work, read line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from scrapers.parse.bylines import fold
from scrapers.parse.prose import Unreadable, tree_of, tree_text, unspelled
from scrapers.text import absolute, split_outside, squeeze

# What a label at the start of a line means. A label is compared folded, without its punctuation.
_FIELDS = (
    ("location", r"(?:current )?(?:location|city|based(?: in)?)s?(?: timezone)?"),
    ("relocate", r"(?:willing|open|able|able and willing)? ?(?:to )?(?:relocat\w+)(?: ok)?"),
    ("remote", r"(?:work )?remote(?:ly)?(?: (?:ok|work|only|preference))?|remote onsite|onsite remote"),
    ("technologies", r"(?:\w+ )?(?:technolog\w+|tech(?: stack)?|stack)(?: (?:and |& )?\w+)?"),
    ("skills", r"(?:\w+ )?(?:skills?(?: \w+)?|tools|(?:programming )?languages|expertise|frameworks)"),
    ("resume", r"(?=(?:.* )?(?:resume|cv|curriculum vitae|lebenslauf)(?: |\Z)).*"),
    (
        "contact",
        r"(?:e ?mails?|contacts?(?: \w+)?|mail|phone|tel(?:ephone)?|mobile|whatsapp|telegram|skype|signal"
        r"|reach me(?: at)?)(?: (?:address|me|info|number))?",
    ),
    ("agency", r"agency"),
    (
        "profile",
        r"(?:my |personal )?(?:github|gitlab|linkedin|linked in|website|site|web ?page|home ?page|blog|portfolio"
        r"|twitter|mastodon|stack ?overflow|kaggle|web|profile)s?(?: (?:url|profile|page|and \w+|\w+))?",
    ),
)
_LABELS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _FIELDS))
_LABELLED = re.compile(r"^[\s*>•·#–—-]*([^\W\d][^:|\n]{1,44}?)\s*:\s*(?!//)(.*)$", re.DOTALL)
_DASHED = re.compile(r"^[\s*>•·#]*([^\W\d][^:|\n-]{1,30}?)\s+[-–—]\s+(.*)$", re.DOTALL)
_SEEKING_WORK = re.compile(
    r"\W*(?:seeking\s+(?:(?:freelance|contract|remote|part[- ]time|full[- ]time|consulting)\s++)*"
    r"(?:work|job|gig|contract|role)|available\s+for\s+(?:work|hire))\b",
    re.IGNORECASE,
)
_SEEKING_OTHERS = re.compile(
    r"\W*(?:seeking\s++(?:a\s++)?\w*\s*(?:freelancers?|developer|designer|engineer)|hiring)\b", re.IGNORECASE
)
_NO = re.compile(
    r"(?:no(?! (?:preference|problem|issue|matter))|nope|not|never|none|onsite only|on site only|in office only)\b"
)
_YES = re.compile(
    r"(?:yes|yep|yeah|sure|ok|okay|absolutely|definitely|of course|happy|willing|open to relocat\w+|true|y)\b"
)
_UNDECIDED = re.compile(
    r"(?:no preference|n a|na|maybe|possibly|negotiable|depends|unknown|unsure|not sure|tbd|perhaps)\b"
)
_PROFILE_HOSTS = re.compile(r"(?:^|\.)(?:github|gitlab|linkedin|stackoverflow|kaggle)\.com$|(?:^|\.)codeberg\.org$")
_BARE = re.compile(r"(?<![\w/@.:-])(?:(https?://)[^\s<>\"|]+|(?:www\.)?(?:github|gitlab|linkedin)\.com/[\w./-]+)")
_BETWEEN = re.compile(r"(?<!\s)\s++[|•]\s+")
_WORD = re.compile(r"[^\W_]+")
_HANDLE = re.compile(r"[a-zA-Z\d-]{1,39}")
LONGEST_TECHNOLOGY = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer to work by field. `remote` and `relocate` are None where it does not say, or says "negotiable"."""

    text: str
    location: str | None
    remote: bool | None
    relocate: bool | None
    technologies: tuple[str, ...]
    resume_url: str | None
    agency: bool
    links: tuple[str, ...]
    own_links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comment: its field, or None for free text; its value; the links that stand in it."""

    field: str | None
    value: str
    text: str
    links: tuple[str, ...]


def read_offer(markup: str, *, freelancer: bool = False) -> Offer | None:
    """The offer in a comment, or None where the comment is a remark, a question, or seeks somebody else."""
    try:
        tree = tree_of(f"<body>{markup}</body>")
    except Unreadable:
        return None
    if tree is None:
        return None
    lines = _lines(tree)
    said = {line.field for line in lines if line.field}
    first = lines[0].text if lines else ""
    if _SEEKING_OTHERS.match(first) or not (_SEEKING_WORK.match(first) or _is_form(said, freelancer)):
        return None
    values = {line.field: line.value for line in reversed(lines) if line.field}
    return Offer(
        text=unspelled("\n".join(line.text for line in lines if line.field != "contact")),
        location=values.get("location") or None,
        remote=_remote(values.get("remote"), values.get("location"), first),
        relocate=_relocate(values.get("relocate")),
        technologies=_technologies(lines),
        resume_url=next((line.links[0] for line in lines if line.field == "resume" and line.links), None),
        agency=bool(_YES.match(_plain(values.get("agency", "")))),
        links=tuple(dict.fromkeys(link for line in lines for link in line.links)),
        own_links=tuple(dict.fromkeys(link for line in lines for link in line.links if _is_own(line, link))),
    )


def _is_form(said: set[str], freelancer: bool) -> bool:
    """True if enough fields of the usual form are filled in; the freelancer thread asks for its keyword besides."""
    form = said & {"location", "remote", "relocate", "technologies", "skills", "resume", "contact"}
    return len(form) >= (4 if freelancer else 2) and bool(form - {"contact", "resume"})


def _lines(tree: HtmlElement) -> list[Line]:
    """The comment line by line, several fields on one line taken apart, values that go on below put together."""
    hrefs = {squeeze(a.text_content()): link for a in tree.iter("a") if (link := absolute("", a.get("href")))}
    lines: list[Line] = []
    for raw in (part for line in tree_text(tree).split("\n") for part in _parts(line)):
        text, field, value = squeeze(raw), *_field(raw)
        links = _links(text, hrefs, value if field == "profile" else "")
        if lines and _goes_on(lines[-1], field, raw, bool(links)):
            last = lines[-1]
            separator = ", " if last.field in {"technologies", "skills"} and not last.value.endswith(",") else " "
            value = f"{last.value}{separator}{_bullet(text)}" if last.value else _bullet(text)
            lines[-1] = Line(last.field, value, f"{last.text}\n{text}", last.links + links)
        elif text:
            lines.append(Line(field, squeeze(value), text, links))
    return lines


def _parts(line: str) -> list[str]:
    """ "Location: X | Remote: Yes" as two lines; a line with fewer than two fields stays whole."""
    parts = _BETWEEN.split(line) if "|" in line or "•" in line else [line]
    return parts if len(parts) > 1 and sum(_field(part)[0] is not None for part in parts) > 1 else [line]


def _field(line: str) -> tuple[str | None, str]:
    """Return the field that a line fills, and its value; None for free text. A dash stands for the colon after a known
    label.
    """
    for form in (_LABELLED, _DASHED):
        if match := form.match(line):
            label = _plain(match[1])
            if known := _LABELS.fullmatch(label):
                return known.lastgroup, match[2].strip().removeprefix("*").strip()
    return None, line


def _plain(text: str) -> str:
    """Folded words only: "Résumé/CV" gives "resume cv"."""
    return " ".join(_WORD.findall(fold(text)))


def _goes_on(last: Line, field: str | None, raw: str, has_link: bool) -> bool:
    """True if a line belongs to the field above: a list of skills, an indented rest, a link to the CV."""
    lists = last.field in {"technologies", "skills"}
    bullet = bool(re.match(r"\s*[-*•]\s", raw))
    if lists and bullet and field in {None, "technologies", "skills"}:
        return True
    if last.field is None or field is not None:
        return False
    if not last.value:
        return has_link if last.field == "resume" else lists or last.field == "location"
    return raw.startswith((" ", "\t"))


def _bullet(text: str) -> str:
    """A list's item without its sign and heading: "- Frontend: ReactJS, Angular" gives "ReactJS, Angular"."""
    return re.sub(r"^[-*•·]+\s*", "", re.sub(r"^([-*•·]\s*)[^:,]{2,30}:\s+", r"\1", text)).strip()


def _links(text: str, hrefs: dict[str, str], handle: str) -> tuple[str, ...]:
    """The links of a line, in order: those marked up, bare addresses, and a GitHub handle where its label says so."""
    marked = [(text.find(shown), link) for shown, link in hrefs.items() if shown and shown in text]
    bare = [
        (match.start(), match[0].rstrip(".,;)") if match[1] else f"https://{match[0].rstrip('.,;)')}")
        for match in (_BARE.finditer(text) if "://" in text or ".com/" in text else ())
        if not any(shown in text and match[0].rstrip(".…") in shown for shown in hrefs)
    ]
    found = [link for _, link in sorted(marked + bare)]
    handle = handle.strip().lstrip("@")
    if not found and re.match(r"\W*(?:my )?github\b", text, re.IGNORECASE) and _HANDLE.fullmatch(handle):
        found = [f"https://github.com/{handle}"]
    return tuple(dict.fromkeys(found))


def _is_own(line: Line, link: str) -> bool:
    """True if a link is the person's own: on a line for it, or a profile page of a site for developers."""
    if line.field in {"resume", "profile"}:
        return True
    parts = urlsplit(link)
    names = [part for part in parts.path.split("/") if part]
    return bool(_PROFILE_HOSTS.search(parts.hostname or "")) and (len(names) == 1 or names[:1] in (["in"], ["users"]))


def _remote(stated: str | None, location: str | None, first: str) -> bool | None:
    """Return the statement on remote work: the field, else the word in the place or the headline."""
    if stated and _UNDECIDED.match(_plain(stated)) and not _plain(stated).startswith("no preference"):
        return None
    if stated:
        return not _NO.match(_plain(stated))
    headline = first if _SEEKING_WORK.match(first) else ""
    return True if re.search(r"\bremote\b", f"{location} {headline}", re.IGNORECASE) else None


def _relocate(stated: str | None) -> bool | None:
    plain = _plain(stated or "")
    if _UNDECIDED.match(plain):
        return None
    return False if _NO.match(plain) else True if _YES.match(plain) else None


def _technologies(lines: list[Line]) -> tuple[str, ...]:
    """The technologies named, in order; skills stand in where no technologies are."""
    values = [line.value for line in lines if line.field == "technologies"]
    values = values or [line.value for line in lines if line.field == "skills"]
    return tuple(dict.fromkeys(name for value in values for name in technologies(value)))


_SENTENCE_AFTER = re.compile(r"(?<=[\w)+#])\.\s+(?=[A-Z]).*", re.DOTALL)
_AND_MORE = re.compile(
    r"(?:[,;]\s*+|(?<![\s,;])\s++)?\b(?:and|&)\s+(?:much |many )?(?:more|others?|so on)\b.*"
    r"|(?:,\s*+|(?<![\s,])\s++)?\betc\b.*",
    re.IGNORECASE | re.DOTALL,
)
_MORE = re.compile(r"more|other|so\s+on|etc", re.IGNORECASE)  # what "and more" has in any case
_GROUP = re.compile(r"(?<!\s)\s++\(([^()]*)\)(?!\w)")
_COMMA = re.compile(r"[,;|•]\s*")
_SLASH = re.compile(r"(?<!\s)\s++/\s+")
_LED_IN = re.compile(r"^(?:and|&|[\w /&]{2,30}:)\s+")
_LETTER = re.compile(r"[^\W\d_]")
_AND = re.compile(r"(?<!\s)\s++(?:and|&)\s+")


def technologies(value: str) -> list[str]:
    """A list in prose as its items: "Go (golang), AWS (EC2, S3) and more." gives Go, AWS, EC2, S3."""
    value = _SENTENCE_AFTER.sub("", value) if "." in value else value
    value = _AND_MORE.sub("", value) if _MORE.search(value) else value
    groups = _GROUP.sub(lambda inner: f", {inner[1]}" if "," in inner[1] or "/" in inner[1] else "", value)
    parts = (part for listed in split_outside(groups, _COMMA) for part in _SLASH.split(listed))
    items = [item for part in parts for item in _last_two(part)]
    named = (_LED_IN.sub("", item).lstrip(" :*-–•").rstrip(" .:*-–•") for item in items)
    short = (name for name in named if len(name) <= LONGEST_TECHNOLOGY and len(name.split()) <= 6)
    return [name for name in short if _LETTER.search(name)]


def _last_two(part: str) -> list[str]:
    """ "Docker and Kubernetes" as two items, where both sides are short."""
    sides = _AND.split(part)
    return sides if all(1 <= len(side.split()) <= 2 for side in sides) else [part]
