"""Since when work counts, in the words that say so: "since March 2026", "in the last 6 months", "last year"."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from ranking.role.search.titles import is_person

RECENTLY = timedelta(days=365)
_MONTHS = tuple(month.casefold() for month in calendar.month_name[1:])
_MONTH = "|".join([*_MONTHS, *(month[:3] for month in _MONTHS)])
_SINCE = re.compile(
    rf"\b(?:since|after)\s+(?:(?P<word>{_MONTH})\.?\s+)?"
    r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "couple of": 2,
    "two": 2,
    "few": 3,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "twelve": 12,
    "eighteen": 18,
}
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_LATELY = re.compile(
    rf"\b(?:(?:in|within|over|during|from|of) the (?:last|past)\s+(?:(?P<number>{_NUMBER})\s+)?|"
    rf"(?<!for )(?<!for the )(?:last|past)\s+(?P<bare>{_NUMBER})\s+)(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}
# A time that counts only where something is said to have been done then.
_THEN = re.compile(
    rf"\b(?:(?:in|during|of|from)\s+(?:(?P<word>{_MONTH})\.?\s+)?(?P<year>20[1-4]\d)|"
    r"(?:since\s+)?(?P<which>this|last) (?P<unit>year|quarter|month|week)(?:['’]s)?|"
    r"(?P<recently>recently|lately)(?!\s+(?:funded|founded|acquired|raised)))\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?!(?:based|needed|required|located|related|used|wanted|interested|experienced|skilled)$)\w{2,}ed|"
    r"won|built|made|wrote|gave|spoke|ran|led|taught|held|active"
)
_RELATIVE = re.compile(r"\bwho\b|\b(?P<noun>\w+) that\b")
_PLANNED = re.compile(r"\b(?:will|can|would|we)\b|(?<!ed )\bto\b")
_OURS = re.compile(r"\b(?:our|us|needs?|needed|hir(?:e|ing)|start\w*|join\w*|available|found(?:ed|ing)|funded)\b")
_END = re.compile(r"[.;:!?\n]")
_NEAR = 5  # words between somebody, or what they did, and the time


def since_of(text: str, as_of: date | None, *, asked: bool = True) -> tuple[date | None, str | None]:
    """The day from which work counts; and the words that need a today to be understood, where none was given.

    `asked` says that the text is what is asked for. In prose around it only a clause about somebody tells a time.
    """
    if match := _SINCE.search(text):
        try:
            return date(
                int(match["year"]), _month(match["word"]) or int(match["month"] or 1), int(match["day"] or 1)
            ), None
        except ValueError:
            return None, match.group()
    if match := _LATELY.search(text):
        number = (match["number"] or match["bare"] or "1").casefold()
        days = (_NUMBERS.get(number) or int(number)) * _UNIT_DAYS[match["unit"].casefold()]
        return _before(as_of, timedelta(round(days))), None if as_of else match.group()
    for match in _THEN.finditer(text):
        if _is_told(text, match, asked):
            day = _begin(match, as_of)
            return day, None if day or as_of else match.group()
    return None, None


def without_times(text: str) -> str:
    """The text without the times in it, which are no part of a title; itself where nothing else is there."""
    rest = " ".join(_THEN.sub(" ", _LATELY.sub(" ", text)).split())
    return rest if re.search(r"\w", rest) and rest != " ".join(text.split()) else text


def _is_told(text: str, time: re.Match[str], asked: bool) -> bool:
    """True if somebody did something then; what a company did or plans says nothing of anybody."""
    if time.group().casefold().startswith("since"):
        return True
    clause = _END.split(text[: time.start()].casefold())[-1]
    for relative in _RELATIVE.finditer(clause):
        if not relative["noun"] or is_person(relative["noun"]):
            return not _PLANNED.search(clause[relative.end() :])
    after = _END.split(text[time.end() :].casefold())[0]
    if not asked or _PLANNED.search(clause) or _OURS.search(clause + after):
        return False
    near = [*re.findall(r"[\w-]+", clause)[-_NEAR:], *re.findall(r"[\w-]+", after)[:2]]
    return any(map(_DONE.fullmatch, near)) or ("for" not in near and any(map(is_person, near)))


def _begin(time: re.Match[str], as_of: date | None) -> date | None:
    """The day on which that time begins; None for one that is yet to come, or that needs a today."""
    if time["year"]:
        day = date(int(time["year"]), _month(time["word"]) or 1, 1)
        return day if as_of is None or day <= as_of else None
    if as_of is None or time["recently"]:
        return _before(as_of, RECENTLY)
    unit = time["unit"].casefold()
    day = _begin_of(unit, as_of)
    return day if time["which"].casefold() == "this" else _begin_of(unit, day - timedelta(days=1))


def _month(word: str | None) -> int | None:
    """The number of a month that is named in full or by three letters."""
    return next(
        (number for number, name in enumerate(_MONTHS, 1) if word and name.startswith(word.casefold()[:3])), None
    )


def _before(day: date | None, span: timedelta) -> date | None:
    """Return the day that long before another, or the first day there is; None where no day is given."""
    return date.fromordinal(max(1, day.toordinal() - span.days)) if day else None


def _begin_of(unit: str, day: date) -> date:
    """The first day of that day's year, quarter, month or week."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    month = {"year": 1, "quarter": day.month - (day.month - 1) % 3, "month": day.month}[unit]
    return day.replace(month=month, day=1)
