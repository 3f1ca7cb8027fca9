"""Requirements in one line of a role: level, graded skills, explicit alternatives, what lifts a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from string import whitespace

from ranking.role.model import Level
from ranking.role.search.words import BLANKS


@dataclass(frozen=True, slots=True)
class Wish:
    """A requirement before it has an id. Wishes of one `group` are alternatives."""

    text: str
    level: Level = "must"
    axis: str | None = None
    threshold: float | None = None
    group: str | None = None
    unless: str | None = None


# How good, as a share of the pool. The first table says so in numbers; the second counts only beside it.
_SHARES: tuple[tuple[str, float], ...] = (
    (r"(?:upper|top|better) half|above (?:the )?average|better than (?:average|most|half)", 0.5),
    (r"(?:upper|top) third", 0.67),
    (r"(?:upper|top) (?:quarter|quartile)", 0.75),
    (r"(?:upper|top) (?:fifth|quintile)", 0.8),
    (r"(?:upper|top) (?:tenth|decile)", 0.9),
)
_WORDS: tuple[tuple[str, float], ...] = (
    (r"expert|excellent|outstanding|exceptional", 0.9),
    (r"strong|deep|very good", 0.75),
    (r"solid|good", 0.5),
    (r"some|working|basic|a little|a bit of|any", 0.25),
)
_IN = r"(?:\s+(?:in|on|at|of|for|knowledge of|experience (?:in|with)))?\s+"
_AXIS = r"(?P<axis>[A-Za-z][\w/&+# -]{1,40}?)"
_SHARE = "|".join(pattern for pattern, _ in _SHARES) + r"|top \d{1,2} ?(?:%|per ?cent)"
_WORD = "|".join(pattern for pattern, _ in _WORDS)
_GRADED = re.compile(rf"(?:(?:in )?the )?(?P<grade>{_SHARE}|{_WORD}){_IN}{_AXIS}\s*\.?", re.IGNORECASE)
_AXIS_FIRST = re.compile(
    rf"{_AXIS}\s*(?::|>=|≥|=|at least)\s*(?P<grade>{_SHARE}|{_WORD}|0?\.\d+|1\.0|\d{{1,2}} ?%)\s*\.?", re.IGNORECASE
)
_EXPLICIT = re.compile(rf"\b(?:{_SHARE})|[>≥]", re.IGNORECASE)

_NICE_AFTER = (
    r"nice to have|optional|bonus|preferred|a plus|is a (?:big )?plus|would be (?:nice|great|a plus)|ideally|"
    r"(?:(?:ist|sind|wäre|wären) )?(?:von Vorteil|wünschenswert|ein (?:großes )?Plus|(?:gern|gerne) gesehen)|"
    r"(?:(?:est|sont|serait|seraient) )?(?:un (?:vrai )?(?:plus|atout)|souhaitée?s?|souhaitables?|appréciée?s?)|"
    r"(?:(?:es|será|sería) )?(?:un plus|deseables?|valorables?)|se valorará"
)
_NICE_BEFORE = (
    r"ideally|bonus(?: points)?(?: for| if)?|nice to have|optional(?:ly)?|preferably|"
    r"idealerweise|wünschenswert(?: (?:ist|sind|wäre|wären))?|von Vorteil(?: (?:ist|sind|wäre|wären))?|"
    r"idéalement|idealmente|deseables?|valorables?|se valora(?:rá)?"
)
_NICE = re.compile(rf"{BLANKS}[(\[]?\b(?:{_NICE_AFTER})\b[)\]]?\.?$|^(?:{_NICE_BEFORE})\b[:,]?\s*", re.IGNORECASE)
_ONE_OF = re.compile(
    r"^(?:at least )?(?:one|any) of(?: the following| these)?\s*+(?::\s*+)?(?P<list>.+)$"
    r"|^either\s++(?P<either>(?>.+\sor\s).+)$",
    re.IGNORECASE,
)
_SHORT_OR = re.compile(
    r"(?:[\w.+#/-]+(?: [\w.+#/-]+)?)(?:, (?:[\w.+#/-]++(?: [\w.+#/-]++)?+))*,? or [\w.+#/-]+(?: [\w.+#/-]+)?\.?"
)
_UNLESS = re.compile(
    r"(?:(?<![\s,;(–—-])[\s,;(–—-]++)?\b(?:unless|except(?:\s+(?:if|when|where|for|that))?|save for)\s++"
    r"(?:(?:they|he|she|it|you|the person|somebody|someone)(?:\s+(?:have|has|are|is)|['’](?:ve|s|"
    r"re))?\s++)?(?=\S)",
    re.IGNORECASE,
)
# "no" and "not" in these words refuse nobody.
_IDIOM = re.compile(
    r"(?:no|not)\s+(?:only|just|merely|necessarily|afraid|limited|least|sure|fear|matter|less|more than|need|"
    r"problem|code|stranger|nonsense|"
    r"longer|one|doubt|later|required|mandatory|essential|all\b|everything|yet|degree|phd|prior|previous|"
    r"experience|strict|formal)\b|no-code",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?:(?:please|sorry)[, ]+)?(?:(?:we|i|you|they|candidates?|this is|it is)(?:['’](?:re|m)|\s+are|\s+am)?\s+)?"
    r"(?:explicitly |definitely |really |certainly )?"
)
_WANTED_NOT = (
    r"not (?:looking for|interested in|searching for|hiring)|(?:do not|don['’]t) want(?! to\b)|"
    r"must not (?:be|have|come from)|must never (?:be|have)"
)
_SOMEBODY = r"(?:an?\b|another\b|someone\b|somebody\b|anyone\b|people\b|those\b|pure\b|purely\b)"
_SENTENCE = re.compile(
    rf"^{_SUBJECT}(?:(?P<plain>{_WANTED_NOT})|no\b(?!\s*[,.])|not(?=\s+{_SOMEBODY})|never(?=\s+(?:an?\b|"
    rf"been\b)))[:\s]+(?P<what>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_CLAUSE = re.compile(
    rf"[,;:(–—]\s*(?:but |and |so )?{_SUBJECT}"
    rf"(?:(?P<plain>{_WANTED_NOT})|no(?=\s\w)|not(?=\s+{_SOMEBODY})|never(?=\s+an?\b))\s+"
    rf"(?P<what>[^,;.()–—]+(?:,?\s*\(?(?:unless|except)\b[^;.)]+\)?)?(?:,? or [^,;.()–—]+)?)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    rf"^(?:{_SUBJECT}(?:{_WANTED_NOT}|no|not|never)\s+)?(?:(?:an?|any|another|the|just|purely)\s+)?", re.IGNORECASE
)
_END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n")


def wishes(text: str, level: Level, *, axes: bool = False) -> list[Wish]:
    """Return the requirements in a bullet or paragraph of a structured role; at least one for any text with a word in
    it.

    `axes` says that the heading announces graded skills, so that plain words ("some training") are grades too.
    """
    text = unmarked(text)
    if level == "never":
        return [refused(text)]
    if graded := _graded(text, level, axes=axes):
        return graded
    if _NICE.search(text) and (rest := _NICE.sub("", text).strip(" ,;–—-")):
        text, level = rest, "nice"
    kept, refusals = split_refusals(text)
    found = _alternatives(kept, level) if kept else []
    return found + [replace(wish) for wish in refusals]


def unmarked(text: str) -> str:
    """The text without Markdown's emphasis and link targets."""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^)\s\[]*\)", r"\1", text)
    return re.sub(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1", r"\2", text).strip()


def refused(text: str) -> Wish:
    """A "never", with what lifts it, from a line that says whom nobody wants."""
    unless = _UNLESS.search(text)
    what = text[: unless.start()] if unless else text
    bare = _LEAD.sub("", what.strip(), count=1).strip(" ,;:–—")
    lifts = text[unless.end() :].rstrip(f"{whitespace}).") if unless else None
    return Wish(bare or what.strip(), "never", unless=lifts)


def split_refusals(text: str, *, asks_for_somebody: bool = True) -> tuple[str, list[Wish]]:
    """The text without its refusals, and the refusals ("not looking for ...", ", not a ...", "no agencies").

    Only phrases that refuse people count. Where the text asks for nobody, "not looking for" alone does. A text
    without any comes back verbatim.
    """
    found: list[Wish] = []
    kept: list[str] = []
    for sentence, gap in _sentences(text):
        whole = _SENTENCE.match(sentence)
        if whole and _refuses(sentence[whole.start() :], whole, asks_for_somebody):
            found.append(refused(whole["what"].strip(" .!")))
            continue
        kept_to = 0
        for clause in _CLAUSE.finditer(sentence):
            if _refuses(clause.group().lstrip(",;:(–— "), clause, asks_for_somebody):
                found.append(refused(clause["what"].strip()))
                kept.append(sentence[kept_to : clause.start()].rstrip())
                kept_to = clause.end() + sentence.startswith(")", clause.end())
        kept.append(sentence[kept_to:])
        kept.append(gap)
    return ("".join(kept).strip() if found else text), found


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    start = 0
    for gap in _END_OF_SENTENCE.finditer(text):
        yield text[start : gap.start()], gap.group()
        start = gap.end()
    yield text[start:], ""


def _refuses(words: str, match: re.Match[str], asks_for_somebody: bool) -> bool:
    if not asks_for_somebody:
        return bool(match["plain"]) and "looking for" in match["plain"].casefold()
    return not _IDIOM.match(words) and not re.match(
        r"no\s+\w+\s+(?:required|needed|"
        r"necessary)\b",
        words,
        re.IGNORECASE,
    )


def _graded(text: str, level: Level, *, axes: bool) -> list[Wish]:
    """Graded skills, where the whole text, or all of it before a colon, is a list of them; else nothing."""
    if not (axes or _EXPLICIT.search(text)):
        return []
    if single := _AXIS_FIRST.fullmatch(text):
        return [_axis_wish(single, "", level)]
    head, colon, description = text.partition(":")
    parts = [part for part in re.split(rf"{BLANKS}[,;]\s*(?:and\s+)?|(?<!\s)\s++and\s+", head.strip()) if part]
    matches = [_GRADED.fullmatch(part) or _AXIS_FIRST.fullmatch(part) for part in parts]
    if not parts or not all(matches):
        return []
    described = description.strip() if colon and len(parts) == 1 else ""
    if colon and not described:
        return []
    return [_axis_wish(match, described, level) for match in matches if match]


def _axis_wish(match: re.Match[str], description: str, level: Level) -> Wish:
    axis = " ".join(match["axis"].casefold().split())
    return Wish(description or match["axis"].strip(), level, axis, _share(match["grade"].casefold()))


def _share(grade: str) -> float:
    if number := re.fullmatch(r"top (\d{1,2}) ?(?:%|per ?cent)", grade):
        return round(1 - int(number.group(1)) / 100, 2)
    if number := re.fullmatch(r"(\d{1,2}) ?%", grade):
        return int(number.group(1)) / 100
    if re.fullmatch(r"[\d.]+", grade):
        return float(grade)
    return next(share for pattern, share in _SHARES + _WORDS if re.fullmatch(pattern, grade))


def _alternatives(text: str, level: Level) -> list[Wish]:
    match = _ONE_OF.match(text)
    listed = (match["list"] or match["either"]) if match else text if _SHORT_OR.fullmatch(text) else None
    if listed is None or level != "must":
        return [Wish(text, level)]
    parts = [
        part.strip(" .")
        for part in re.split(rf"{BLANKS}(?:[,;]\s*(?:or\s+)?|\|\s*)|(?<!\s)\s++or\s+", listed)
        if part.strip(" .")
    ]
    return [Wish(part, "one_of", group=text) for part in parts] if len(parts) > 1 else [Wish(text, level)]
