"""Headings of role descriptions in English, German, French and Spanish: must, nice to have, never, context."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Kind = Literal["must", "nice", "never", "one_of", "axes", "context", "slot", "unknown", "intro"]

# Each heading is tried in this order against its folded words; the first kind that matches holds. A foreign "not"
# stands among the English ones, since it must come before every wish.
_ENGLISH: tuple[tuple[Kind, str], ...] = (
    (
        "nice",
        r"nicht (?:zwingend|erforderlich|notwendig)\b.*|keine? (?:muss|pflicht|bedingung|voraussetzung)|"
        r"pas (?:obligatoire|indispensable|necessaire|requis)\b.*|"
        r"no (?:es |son )?(?:imprescindible|obligatorio|necesario|excluyente)s?\b.*|"
        r"not (?:required|essential|necessary|a must|needed)\b.*|.*\b(?:but not (?:required|essential|"
        r"necessary|needed))",
    ),
    (
        "never",
        r"(?=.*\b(?:not|never|no gos?|no go s|nogos?|deal ?breakers?|red flags?|exclu(?:de|ded|des|sions?|"
        r"ding)|avoid|don t|"
        r"isn t|aren t|won t|mustn t|cannot|anti profile|unwanted|"
        r"nicht|keine?[nrs]?|pas|niet|geen|no buscamos)\b).*",  # a foreign "not" must never read as a wish
    ),
    (
        "nice",
        r"nice(?: to haves?)?|nice if.*|bonus(?: points?)?(?: for)?|plus(?:es)?|a (?:big )?plus|"
        r"preferred(?: \w+)?|desirable(?: \w+)?|"
        r"desired(?: \w+)?|good to have|great to have|optional|ideally|would be (?:nice|great|lovely|good)|"
        r"extra credit|even better.*|"
        r"we d love.*|we would love.*|extras?|should haves?|could haves?|also welcome|advantageous|an advantage|"
        r"(?:your |key |main )?(?:responsibilities|duties|tasks)|what you (?:ll|will) (?:do|build|work on|own).*|"
        r"(?:about )?the (?:work|job)|the day to day|day to day|your (?:mission|work|day)|you will|"
        r"in your first .*",
    ),
    ("one_of", r"(?:at least )?one of(?: these| the following)?|any of(?: these| the following)?|either(?: of)?"),
    (
        "axes",
        r"axes|thresholds?|levels?|strengths?|how (?:strong|good).*|where (?:strong|you are strong).*|"
        r"skill levels?|the bar",
    ),
    (
        "must",
        r"must(?: haves?)?|musts|must bring|(?:key |core |main |hard |minimum |basic |the |our |"
        r"job )*requirements?(?: for \w+)?|"
        r"(?:minimum |basic |required |key )*(?:qualifications?|skills?|experience|competenc(?:y|"
        r"ies))(?: and \w+)?|required|"
        r"(?:what|who|whom) (?:we|i) (?:are |re |am |m )?(?:look(?:ing)?(?: for)?|need|expect|require|want|"
        r"hire|seek(?:ing)?)|"
        r"(?:we|i) (?:are |re |am |m )?(?:looking for|need|expect|require|want|seek(?:ing)?)|looking for|"
        r"wanted|who you are|about you|"
        r"you have|you are|you re|you bring|you should(?: have)?|you must(?: have)?|you need|what you (?:ll |"
        r"will )?(?:bring|have|need)|"
        r"essentials?|essential \w+|your (?:profile|background|experience|skills)|the (?:person|candidate|"
        r"profile)|profile|"
        r"(?:the )?(?:ideal )?candidate|needs?|skills and experience|experience and skills|what counts|"
        r"what matters",
    ),
    ("slot", r"title|location|locations|where|based|place|places|remote|seniority|stage|themes?|languages?|since"),
    (
        "context",
        r"about(?: us| the .*| this .*)?|the (?:company|team|role|position|offer)|(?:our|the) (?:company|"
        r"team|stack|values|mission|process)|"
        r"(?:perks|benefits|compensation|salary|pay|process|offer)(?: (?:and|&) \w+)?|what (?:we|you get|"
        r"you ll get).*|why .*|"
        r"how (?:we|to) .*|apply(?:ing)?|application|interview.*|tech stack|stack|equal opportunit.*|"
        r"diversity.*|who we are|contact|"
        r"background|summary|overview|introduction|notes?",
    ),
)
_YOUR = r"(?:(?:das )?(?:dein|ihr|euer|eure)e?)"
_GERMAN: tuple[tuple[Kind, str], ...] = (
    (
        "nice",
        r"(?:das |es |was )?(?:ist |sind |ware |waren )?(?:noch )?(?:von vorteil|wunschenswert|ideal|toll|schon|"
        r"super|ein (?:grosses )?plus|ein bonus|(?:gern|gerne) gesehen)(?: (?:ist|sind|ware|waren))?|"
        r"idealerweise.*|bestenfalls|im idealfall|optimalerweise|gern[e]?|pluspunkte?(?: .*)?|bonuspunkte?(?: .*)?|"
        r"kann(?: anforderungen| kriterien)?|soll(?: anforderungen| kriterien)?|das bringt (?:dir|ihnen) pluspunkte|"
        rf"(?:{_YOUR} |die )?(?:haupt)?aufgaben(?:gebiet|bereich)?(?: bei uns)?|tatigkeiten|{_YOUR} (?:job|rolle|"
        r"mission|tag|verantwortung|tatigkeiten?|herausforderung(?:en)?)|"
        r"(?:(?:das|was) )?(?:(?:dich|sie) )?erwartet(?: (?:dich|sie))?(?: bei uns)?|was du (?:machst|tust|"
        r"machen wirst|tun wirst)|das machst du(?: bei uns)?|was sie tun",
    ),
    (
        "must",
        r"(?:(?:das|was) )?(?:(?:du|sie|ihr) )?bring(?:st|en|t)(?: (?:du|sie|ihr))?(?: unbedingt)? mit|"
        r"(?:das|was)(?: soll\w+)? (?:du|sie|ihr)(?: unbedingt)? (?:mitbring\w+|konnen|brauch\w+)(?: soll\w+)?|"
        rf"{_YOUR} (?:profil|qualifikation(?:en)?|erfahrung(?:en)?|kenntnisse|fahigkeiten|kompetenzen|skills|"
        r"hintergrund|voraussetzungen|know how)|"
        r"(?:mindest|muss |fachliche |zwingende |unsere |die )?(?:anforderungen|anforderungsprofil|voraussetzungen|"
        r"qualifikation(?:en)?|kenntnisse|kriterien)(?: an (?:dich|sie))?|erforderlich|zwingend(?: erforderlich)?|"
        r"unbedingt|unverzichtbar|pflicht|muss|(?:das |was )?(?:wir )?(?:suchen|erwarten|brauchen)(?: wir)?"
        r"(?: von (?:dir|ihnen))?|(?:wen|wonach) (?:wir suchen|suchen wir)|(?:das |was )(?:zeichnet (?:dich|sie) aus|"
        r"(?:dich|sie) auszeichnet)|(?:das bist|wer bist|wer) du(?: bist)?|du (?:bist|hast|passt zu uns.*)|"
        r"uber dich|gesucht(?: wird)?|damit (?:uberzeugst du|uberzeugen sie)(?: uns)?",
    ),
    ("never", r"ausschlusskriterien|ausgeschlossen|unerwunscht"),
    (
        "context",
        r"uber uns|wer wir sind|wir uber uns|(?:das |was )?(?:wir )?bieten(?: wir)?(?: (?:dir|ihnen))?|wir bieten.*|"
        rf"unser (?:angebot|team|unternehmen|stack)|das (?:unternehmen|team)|{_YOUR} vorteile|(?:deine )?benefits|"
        r"kontakt|(?:deine |ihre )?bewerbung|so bewirbst du dich|(?:das )?gehalt|warum .*|ansprechpartner(?:in)?",
    ),
)
_FRENCH: tuple[tuple[Kind, str], ...] = (
    (
        "nice",
        r"(?:(?:ce )?serait |c est |est )?(?:un|les|des) (?:vrais? |petits? )?(?:plus|atouts?)|atouts?|bonus|"
        r"(?:les )?(?:competences |qualites |experiences? )?(?:souhaite|apprecie)e?s?|(?:competences |qualites )?"
        r"souhaitables?|idealement|de preference|facultatif|optionnel|"
        r"(?:(?:vos|tes|les|la|votre|ta) )?(?:principales )?(?:missions?|responsabilites|taches|fonctions)|"
        r"(?:votre|ton) (?:role|quotidien|poste)|le poste|ce que (?:vous ferez|tu feras)",
    ),
    (
        "must",
        r"(?:(?:le|votre|ton|notre) )?profil(?: (?:recherche|souhaite|attendu|requis|ideal))?|"
        r"(?:(?:vos|tes|les|votre|ton) )?(?:competences|qualifications|qualites|connaissances|experiences?|aptitudes)"
        r"(?: (?:requise?s?|attendues?|indispensables?|techniques?|necessaires?|recherchees?|cles))?|"
        r"(?:nos |les )?(?:exigences|prerequis|pre requis|criteres)|requis|obligatoires?|indispensables?|"
        r"imperatif|necessaires?|(?:ce que |qui )?(?:nous (?:re)?cherchons|(?:re)?cherchons nous|on recherche|"
        r"nous attendons(?: de (?:vous|toi))?)|qui (?:etes vous|es tu)|(?:vous|tu) (?:etes|avez|es|as)|"
        r"a propos de (?:vous|toi)|ce que (?:vous apportez|tu apportes)|ce qu il (?:vous |te )?faut",
    ),
    ("never", r"redhibitoires?|criteres? d exclusion|eliminatoires?"),
    (
        "context",
        r"a propos(?: de nous)?|qui sommes nous|ce que nous (?:offrons|proposons)|(?:nous|on) (?:offrons|proposons|"
        r"offre|propose)|(?:(?:les|vos|nos) )?avantages|(?:l |notre )(?:entreprise|equipe|stack)|la societe|"
        r"(?:le )?processus(?: de recrutement)?|postuler|(?:comment )?candidater|remuneration|salaire|pourquoi .*",
    ),
)
_SPANISH: tuple[tuple[Kind, str], ...] = (
    (
        "nice",
        r"(?:(?:requisitos|conocimientos|experiencia|habilidades) )?(?:deseables?|valorables?|opcional(?:es)?)|"
        r"(?:se )?valora(?:ra|remos|mos|n)?(?: .*)?|(?:seria |sera |es )?(?:un )?plus|puntos extra|idealmente|"
        r"(?:nos )?gustaria.*|(?:(?:tus|las|principales) )?(?:responsabilidades|funciones|tareas)"
        r"(?: principales)?|(?:lo )?que haras|tu (?:mision|dia a dia|rol)|el puesto",
    ),
    (
        "must",
        r"(?:(?:los|tus) )?requisitos(?: (?:minimos|imprescindibles|obligatorios|excluyentes|indispensables|"
        r"del puesto))?|imprescindibles?|indispensables?|obligatorios?|excluyentes?|necesarios?|"
        r"(?:(?:tu|el|nuestro) )?perfil(?: (?:buscado|requerido|ideal|del candidato))?|"
        r"(?:(?:tus|las) )?(?:competencias|habilidades|conocimientos|experiencia|aptitudes)(?: (?:requerid[oa]s?|"
        r"necesari[oa]s?|tecnic[oa]s|minim[oa]s?))?|(?:(?:lo |a )?(?:que|quien) )?(?:buscamos|necesitamos|esperamos)"
        r"(?: de ti)?|(?:lo )?que (?:aportas|necesitas|debes tener)|quien eres|sobre ti|eres|tienes",
    ),
    ("never", r"abstenerse .*|criterios de exclusion"),
    (
        "context",
        r"sobre nosotros|quienes somos|(?:lo )?(?:que )?(?:te )?ofrecemos|beneficios|ventajas|(?:la|nuestra) "
        r"empresa|(?:el|nuestro) (?:equipo|stack)|salario|contacto|como aplicar|proceso(?: de seleccion)?|por que .*",
    ),
)
_HEADINGS = tuple(
    (kind, re.compile(rf"\A(?:{pattern})\Z")) for kind, pattern in (*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH)
)


@lru_cache(maxsize=1_000)
def kind_of(heading: str) -> Kind:
    """Return the kind of section that a heading announces; "unknown" where no rule knows it. Accents, cases and marks
    make no difference.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", heading.casefold()) if not unicodedata.combining(c))
    words = " ".join(re.sub(r"[^a-z ]", " ", bare).split())
    return next((kind for kind, pattern in _HEADINGS if pattern.fullmatch(words)), "unknown")
