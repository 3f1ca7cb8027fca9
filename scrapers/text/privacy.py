"""Special categories of personal data in text (GDPR Art. 9; guardrail G4), minors (G7), and requests for silence (G10).

Rules, and shown as such: they read first-person statements and the clipped style of profiles, in English, and requests
not to be contacted in seven languages. Subjects of work stay: a healthcare project is no statement about health.
"""

# ruff: noqa: E501  # patterns are read as one line each
from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.records import Candidate
from scrapers.text.prefilter import Prefilter, folded

POSSIBLE_MINOR = "[possible minor]"  # stands in a biography for the words that said so
_ADULT = 18

_I = r"(?:I\s+am|I['\u2019]m|I\s+was\s+born|as\s+an?|being)\s+(?:(?:an?|also|openly|proudly|proud|devout)\s++)*"
_PROUD = r"(?:\A|[.;,|\u2022\n]\s{0,9})(?:proud|devout|practi[cs]ing|lifelong|openly)\s+"
_ILL_NAMES = (
    "adhd autism autistic asperger's anxiety arthritis asthma bipolar cancer leukemia chemotherapy crohn's depression "
    "diabetes diabetic disability disabled dyslexia dyslexic endometriosis epilepsy epileptic fibromyalgia hiv lupus "
    "migraines neurodivergent ocd parkinson's ptsd schizophrenia tourette's wheelchair deaf"
)
_FAITH_NAMES = (
    "anglican atheist baptist buddhist catholic christian evangelical hindu jew jewish lutheran methodist mormon muslim "
    "orthodox pentecostal protestant quaker sikh"
)
_LOVE_NAMES = "asexual bisexual gay lesbian nonbinary non-binary pansexual queer trans transgender transsexual"
_ORIGIN_NAMES = "african-american afro-american biracial hispanic indigenous latina latino latinx mixed-race romani"
_VIEW_NAMES = "anarchist communist democrat libertarian marxist republican socialist tory trotskyist"


def _any_of(names: str) -> str:
    return rf"(?:{'|'.join(map(re.escape, names.split()))})"


def _alone(names: str) -> str:
    """The names as needles that stand alone."""
    return " ".join(f"^{name}$" for name in names.split())


_TRAIT = _any_of(f"{_FAITH_NAMES} {_LOVE_NAMES} {_ORIGIN_NAMES} {_VIEW_NAMES}")
_ILL = _any_of(_ILL_NAMES)
_PRONOUNS = re.compile(
    r"(?:(?<!\s)\s++)?[(\[]?\b(?:she|he|they|xe|ze|sie|er|elle|il)\s?/\s?(?:her|him|them|they|she|he|hers|his|theirs|xem|zir|ihr|ihm|any)"
    r"(?:\s?/\s?\w+)?\b[)\]]?",
    re.IGNORECASE,
)
_HOW = r"(?:(?:with|from|type\s++\w++|a|an|my|some|severe|mild|chronic|bad|legally|on\s++the)\s++)*"
_OF_WORK = (
    r"(?!\s+(?:\w+\s+)?(?:detect|predict|screen|data|research|model|app|project|classif|tool|corpus|diagnos|study))"
)
_I_AM = frozenset(("i-am", "i'm", "i--"))  # signs are blanks: found all over, so that what follows is looked at too
_AGED = f"{' '.join(sorted(_I_AM))} yo$ y/o$ year-old years-old"
_AGED_WORDS = frozenset(_AGED.split())
# Needles, and patterns of which each needs one of them.
_PRIVATE_BY_WORD = tuple(
    (frozenset(words.split()), tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns))
    for words, patterns in (
        (
            _alone(f"{_FAITH_NAMES} {_LOVE_NAMES} {_ORIGIN_NAMES} {_VIEW_NAMES}"),
            (
                rf"\b{_I}{_TRAIT}\b(?![-\s]*(?:party|church|studies|style))",
                rf"{_PROUD}(?:\w+\s+)?{_TRAIT}\b",
                rf"{_PRONOUNS.pattern}[\s,;|]+{_TRAIT}\b",
            ),
        ),
        (
            "^black ^asian ^white ^arab",
            (
                r"\b(?:I\s+am|I['\u2019]m)\s+(?:an?\s+)?(?:black|asian|white|arab)(?=\s*(?:[.,;!]|$|and\b|wom[ae]n|m[ae]n\b|person|female|male))",
            ),
        ),
        (
            "^diagnosed$ ^diagnosis$",
            (
                r"\bI\s+(?:was|am|got|have\s+been|had\s+been|['\u2019]ve\s+been|\w+\s+was)\s+(?:\w+\s+)?diagnosed\b",
                r"\bmy\s+(?:own\s+)?(?:\w+\s+)?diagnosis\s+(?:of|with|came|was|as)\b",
            ),
        ),
        (
            _alone(_ILL_NAMES),
            (
                rf"\bI\s+(?:\w+ly\s+|also\s+|still\s+)?(?:live|lived|suffer|suffered|struggle|struggled|have|had|deal|cope)\s+{_HOW}{_ILL}\b{_OF_WORK}",
                rf"\b(?:I['\u2019]ve|I\s+am|I['\u2019]m)\s+(?:\w+ly\s+|also\s+|had\s+|got\s+|living\s+|born\s+)?{_HOW}{_ILL}\b{_OF_WORK}",
                rf"\bmy\s+(?:own\s+)?{_ILL}\b{_OF_WORK}",
            ),
        ),
        (
            "^union$ ^church$ ^mosque$ ^synagogue$ ^party$",
            (
                r"\b(?:I['\u2019]m|I\s+am|proud|as\s+a)\b[^.!?\n]{0,40}\b(?:trade[\s-]+)?union\s+(?:member|rep|steward|organi[sz]er)\b",
                r"\bI\s+(?:am\s+a\s+member\s+of|joined|belong\s+to)\s+(?:the\s+|a\s+|my\s+)?(?:\w+\s+){0,3}(?:trade\s+union|union|church|mosque|synagogue|party)\b",
            ),
        ),
        (
            "^vote$ ^voted$",
            (
                r"\bI\s+(?:always\s+|once\s+)?vote(?:d)?\s+(?:for\s+(?:the\s+)?[A-Z]|republican|democrat|labour|conservative|green)",
            ),
        ),
        (
            "born$",
            (r"\b(?:I\s+was\s+|\A|[.;,|\n]\s{0,9})born\s+(?:on\s+|in\s+)?(?:[\w.,]+\s+){0,3}(?:19|20)\d\d\b",),
        ),
        (
            _AGED,
            (
                r"\b(?:I\s+am|I['\u2019]m)\s+(?:now\s+|only\s+|just\s+|already\s+)?\d\d(?=\s*(?:[.,;!?)]|$|and\b|years?[\s-]old|y/?o\b))",
                r"\b(?:I\s+am|I['\u2019]m)\s+an?\s+\d\d[\s-]years?[\s-]old\b",
                r"(?:\A|[.;,|\n]\s{0,9})\d\d\s*(?:y/?o|years?[\s-]old)\b",
            ),
        ),
    )
)
_PRIVATE = tuple(pattern for _, patterns in _PRIVATE_BY_WORD for pattern in patterns)
_SCHOOL = r"(?:high|secondary|middle|grammar|junior\s+high)\s+school"
_PUPIL = re.compile(
    rf"\b(?:freshm[ae]n|sophomore|junior|senior|student|pupil)s?\s+(?:at|in|of)\s+(?:[\w.'-]+\s+){{0,4}}{_SCHOOL}\b"
    rf"|\b{_SCHOOL}\s+(?:student|pupil|freshman|sophomore|junior|senior)\b|\bhigh[\s-]?schooler\b"
    rf"|\b(?:I\s+am|I['\u2019]m|we\s+are|we['\u2019]re)\b[^.!?\n]{{0,40}}\bin\s+(?:{_SCHOOL}|(?:8|9|1[0-2])th\s+grade)\b"
    rf"|\bI\s+(?:still\s+|currently\s+)?(?:attend|go\s+to)\s+(?:[\w.'-]+\s+){{0,4}}{_SCHOOL}\b"
    r"|\b(?:8|9|10|11|12)th[\s-]grader\b|\b(?:ich\s+bin\s+)sch(?:ü|ue)ler(?:in)?\b|\bje\s+suis\s+(?:au\s+lycée|lycéen)",
    re.IGNORECASE,
)
_PUPIL_NAMES = "^school$ schooler$ ^grade$ ^grader$ ^sch\u00fcler$ ^sch\u00fclerin$ ^schueler$ ^schuelerin$ ^lyc\u00e9"
_PUPIL_WORDS = frozenset(_PUPIL_NAMES.split())  # each match of the above has one
_PAST = re.compile(
    r"\b(?:was|were|when|while|since|used\s+to|ago|former|formerly|alum\w*|teach\w*|taught|mentor\w*|tutor\w*|coach\w*"
    r"|for|with|help\w*|volunteer\w*|back\s+in)\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:I\s+am|I['\u2019]m)\s+(?:now\s+|only\s+|just\s+|a\s+|an\s+)?(\d\d)(?=\s*(?:[.,;!?)]|$|and\b|-?\s?years?[\s-]old|y/?o\b))"
    r"|(?:\A|[.;,|\n]\s{0,9})(\d\d)\s*(?:y/?o|years?[\s-]old)\b",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?:\bI\s+was\s+|\A|[.;,|\n]\s{0,9})born\s+(?:on\s+|in\s+)?(?:[\w.,]+\s+){0,3}(20\d\d)\b", re.IGNORECASE
)
_CLASS = re.compile(rf"\bclass\s+of\s+(20\d\d)\b[^.!?\n]{{0,60}}\b{_SCHOOL}\b", re.IGNORECASE)
# One sentence, or what of a line without an end to it is looked at in one go.
_SENTENCE = re.compile(r"[^.!?\n]{0,600}(?:[.!?]+(?!\S)|[.!?]+\S*|\n|\Z|(?<=.))[^\S\n]{0,100}", re.DOTALL)
_EDGE = re.compile(r"\n[^\S\n]{0,100}")
_SILENCE = re.compile(
    r"\b(?:do\s+not|don['\u2019]?t|never)\s+(?:contact|e-?mail|message|call|write(?:\s+to)?|approach)\s+(?:me|us)\b"
    r"|\b(?:please\s+do\s+not|please\s+don['\u2019]?t|do\s+not)\s+contact(?=\s*(?:[.!,;)\n]|\Z|about\b|regarding\b|for\s+jobs))"
    r"|(?:\A|[.!?;:,(|\n\u2013\u2014-]\s{0,9})(?:please,?\s+)?no\s+(?:more\s+)?(?:recruiters?|recruitment|recruiting|headhunters?)\b"
    r"|\b(?:recruiters|headhunters)[,:]?\s+(?:please\s+)?(?:do\s+not|don['\u2019]?t|stay\s+away|go\s+away)\b"
    r"|\bkeine\s+(?:recruiter|headhunter|personalvermittler|anfragen\s+von\s+(?:recruitern|headhuntern))"
    r"|\b(?:bitte\s+nicht|nicht\s+bitte)\s+(?:kontaktieren|anschreiben|anrufen)\b|\bkontaktieren\s+sie\s+mich\s+(?:bitte\s+)?nicht\b"
    r"|\bpas\s+de\s+(?:recruteurs?|chasseurs?\s+de\s+têtes)\b|\bne\s+(?:me\s+contactez\s+pas|pas\s+me\s+contacter)\b"
    r"|\bno\s+(?:reclutadores|me\s+contact(?:en|éis|ar|es))\b|\babstenerse\s+reclutadores\b"
    r"|\bsem\s+recrutadores\b|\bnão\s+(?:me\s+contat\w+|entrem?\s+em\s+contato)\b"
    r"|\bgeen\s+(?:recruiters|headhunters|acquisitie)\b|\bniente\s+recruiter\b|\bnon\s+contattatemi\b",
    re.IGNORECASE,
)
# What each of these needs: a word of the first, or one of the second that is denied.
_UNASKED = (
    "^recruit ^headhunter ^personalvermittler ^kontaktieren$ ^anschreiben$ ^anrufen$ ^recruteur ^chasseur ^contactez$ "
    "^contacter$ ^contacten$ ^contact\u00e9is$ ^contactar$ ^contactes$ ^contat ^reclutadores$ ^recrutadores$ "
    "^acquisitie$"
)
_FORBIDDEN = "^contact ^email$ ^e-mail$ ^message$ ^call$ ^write$ ^approach$"
_REACH = 80  # characters: none of these patterns begins or ends farther from its word, where blanks stand alone
_BLANKS = re.compile(r"\s{2,}")
_NOT = (b" not", b" dont", b" don t", b" never")

# What any pattern above needs; a text with none of these finds tells nothing private and asks for no silence.
_TELLING_WORDS = _PUPIL_WORDS.union(*(words for words, _ in _PRIVATE_BY_WORD))
_FORBIDDEN_WORDS = frozenset(_FORBIDDEN.split())
_ASKING_WORDS = _FORBIDDEN_WORDS.union(_UNASKED.split())
_NEEDLES = Prefilter(" ".join(sorted(_TELLING_WORDS | _ASKING_WORDS)))
_AGE_AFTER_I = re.compile(rb"i +a?m +(?:[^ ]+ +)?[\d ]{2}")  # folded, where digits of other scripts are blanks


def _finds(text: str) -> list[tuple[str, int]]:
    """Return the places where a text may state or ask something, by which of the words."""
    low = folded(text)
    return [find for find in _NEEDLES.finds(low) if _may_say(low, *find)]


def _may_say(low: bytes, word: str, place: int) -> bool:
    """True if what stands around a word that is found all over lets it count."""
    if word in _I_AM:
        return _AGE_AFTER_I.match(low, place) is not None
    return word not in _FORBIDDEN_WORDS or _is_denied(low, place)


def _is_denied(low: bytes, place: int) -> bool:
    """True if the word before a place says no, or may."""
    before = b" " + low[max(0, place - 40) : place].strip()
    return before.count(b" ") < 2 or before.endswith(_NOT)


def asks_for_silence(text: str) -> bool:
    """True if somebody asks in their own words not to be contacted, or for no recruiters."""
    return _asks(text, _finds(text))


def _asks(text: str, finds: list[tuple[str, int]]) -> bool:
    if _ASKING_WORDS.isdisjoint(word for word, _ in finds):
        return False
    flat = _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", text)
    places = [place for word, place in (finds if flat == text else _finds(flat)) if word in _ASKING_WORDS]
    around = ((place, _SILENCE.search(flat, max(0, place - _REACH), place + _REACH)) for place in places)
    # What begins behind the word belongs to another, and may be cut short here.
    return any(asked is not None and asked.start() <= place for place, asked in around)


def without_pronouns(text: str) -> str:
    """The text without pronouns given as such: "Ada Example (she/her)" is Ada Example."""
    return _PRONOUNS.sub("", re.sub(r"\s+", " ", text)) if "/" in text else text


def without_private(text: str, year: int) -> tuple[str, bool]:
    """The text without sentences in which its author tells health, faith, union, love, origin, politics or age.

    Also whether it tells that the author is a minor, or still at school, in the given year; such words go too.
    """
    return _cut(text, _finds(text), year)


def without_what_is_private(text: str, year: int) -> tuple[str, bool, bool]:
    """Return the text as `without_private` does, and whether the rest asks for silence: one look for most texts."""
    finds = _finds(text)
    if not finds:
        return text, False, False
    kept, minor = _cut(text, finds, year)
    return kept, minor, _asks(kept, finds if kept == text else _finds(kept))


def _cut(text: str, finds: list[tuple[str, int]], year: int) -> tuple[str, bool]:
    told = [(place, word) for word, place in finds if word in _TELLING_WORDS]
    if not told:
        return text, False
    kept, minor, at = [], False, 0
    for match in _sentences_at(sorted(place for place, _ in told), text):
        sentence, said = match[0], {word for place, word in told if match.start() <= place < match.end()}
        young = _is_of_minor(sentence, said, year)
        minor = minor or young
        if young or _is_private(sentence, said):
            kept += [text[at : match.start()], "\n" if sentence.endswith("\n") else ""]
            at = match.end()
    return ("".join(kept) + text[at:] if kept else text), minor


def _sentences_at(places: list[int], text: str) -> Iterator[re.Match[str]]:
    """The sentences in which these places lie; a line break, with the blanks after it, always ends a sentence."""
    at = 0
    for place in places:
        if (line := text.rfind("\n", at, place)) >= 0 and (edge := _EDGE.match(text, line)):
            at = max(at, edge.end())
        while at <= place and (match := _SENTENCE.match(text, at)):
            at = match.end()
            if at > place:
                yield match


def _is_private(sentence: str, said: set[str]) -> bool:
    return any(
        not said.isdisjoint(words) and any(pattern.search(sentence) for pattern in patterns)
        for words, patterns in _PRIVATE_BY_WORD
    )


def _is_of_minor(sentence: str, said: set[str], year: int) -> bool:
    ages = [] if said.isdisjoint(_AGED_WORDS) else [int(age[1] or age[2]) for age in _AGE.finditer(sentence)]
    if "born$" in said:
        ages += [year - int(born[1]) for born in _BORN.finditer(sentence)]
    if any(10 <= age < _ADULT for age in ages):
        return True
    if said.isdisjoint(_PUPIL_WORDS):
        return False
    if any(int(end[1]) >= year for end in _CLASS.finditer(sentence)):
        return True
    pupil = _PUPIL.search(sentence)
    return pupil is not None and not _PAST.search(sentence[: pupil.start()])


def is_held(candidate: Candidate) -> bool:
    """True if anything that this person says tells of a minor: held back, neither ranked nor exported."""
    return any(piece.details.get("minor") for piece in candidate.evidence) or any(
        POSSIBLE_MINOR in (account.bio or "") for account in candidate.accounts
    )


def wants_no_contact(candidate: Candidate) -> bool:
    """True if this person asked, on a page or in a biography, not to be contacted."""
    return any(piece.details.get("do_not_contact") for piece in candidate.evidence) or any(
        asks_for_silence(account.bio or "") for account in candidate.accounts
    )
