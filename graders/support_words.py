"""Words that the claims of a text are told by: months, weekdays, numbers, and what is capitalised without being a name.

English, German and French are known; months and weekdays also in Spanish, Italian and Dutch. All words are folded:
lower case, no accents.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from graders.math_spelling import in_words

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "ʼ": "'"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
LONGEST = 100  # characters of what is still read as one word


def _list(words: str) -> list[str]:
    return words.split()


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


def one_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first. Where none of their letters begins, none of them is tried."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    initials = "".join(sorted({word[0] for word in longest_first}))
    return f"(?=[{initials}])(?:{'|'.join(map(re.escape, longest_first))})"


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case without accents: `Müller` and `MULLER` are one."""
    lower = text[:LONGEST].casefold().translate(_LETTERS)
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def spellings(text: str) -> tuple[str, ...]:
    """The folded word, and the one with umlauts written out: `Müller` is also `mueller`."""
    if text.isascii():
        return (fold(text),)
    return tuple(dict.fromkeys((fold(text), fold(text.casefold().translate(_UMLAUTS)))))


_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
_SHORT_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mrz apr mai jun jul aug sept okt nov dez",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
)
FULL_MONTHS = {word: n for words in _MONTHS for n, word in enumerate(words.split(), 1)} | {"maerz": 3, "janner": 1}
MONTHS = {word: n for words in _SHORT_MONTHS for n, word in enumerate(words.split(), 1)} | {"sept": 9} | FULL_MONTHS
ALSO_WORDS = _words("march may mar mai mars mei dec sept set")  # months only where they are capitalised

_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miercoles jueves viernes sabado domingo",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
WEEKDAYS = {word: n for words in _WEEKDAYS for n, word in enumerate(words.split(), 1)} | {"sonnabend": 6}

# Of what stands for a number in a source only: "half" supports 50%, "third" supports 3rd.
HINTS: dict[str, tuple[str, ...]] = {
    "half": ("0.5", "50"),
    "halb": ("0.5", "50"),
    "halfte": ("0.5", "50"),
    "moitie": ("0.5", "50"),
    "quarter": ("0.25", "25"),
    "viertel": ("0.25", "25"),
    "quart": ("0.25", "25"),
    "third": ("3", "100/3"),
    "thirds": ("3", "200/3"),
    "drittel": ("3", "100/3"),
    "tiers": ("3", "100/3"),
    "twice": ("2",),
    "double": ("2", "100"),
    "doubled": ("2", "100"),
    "both": ("2",),
    "pair": ("2",),
    "couple": ("2",),
    "beide": ("2",),
    "beiden": ("2",),
    "deux": ("2",),
    "dozen": ("12",),
    "dutzend": ("12",),
    "douzaine": ("12",),
    "fortnight": ("14", "2"),
    "noon": ("12",),
    "thrice": ("3",),
    "triple": ("3",),
    "tripled": ("3",),
}
_ORDINALS = (
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
HINTS = {word: (str(n),) for n, word in enumerate(_ORDINALS.split(), 2)} | HINTS
HINTS |= {
    f"{stem}{ending}": (str(n),)
    for n, stem in enumerate(_list("zweit dritt viert funft sechst siebt acht neunt zehnt"), 2)
    for ending in ("e", "er", "en", "es")
}
HINTS |= {f"{stem}ieme": (str(n),) for n, stem in enumerate(_list("deux trois quatr cinqu six sept huit neuv dix"), 2)}

ENGLISH_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
)


def _german() -> dict[str, int]:
    ones = _list("ein zwei drei vier funf sechs sieben acht neun")
    teens = _list("zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn")
    tens = _list("zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig")
    words = {word: n for n, word in enumerate(ones, 1)} | {word: n for n, word in enumerate(teens, 10)}
    for n, ten in enumerate(tens, 2):
        words[ten] = 10 * n
        words |= {f"{one}und{ten}": 10 * n + m for m, one in enumerate(ones, 1)}
    words |= {f"{one}hundert": 100 * n for n, one in enumerate(ones, 1)} | {"hundert": 100, "tausend": 1000}
    words |= {f"{word}tausend": 1000 * n for word, n in list(words.items()) if n < 100}
    return words


def _french() -> dict[str, int]:
    low = _list(
        "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
        " dix-huit dix-neuf"
    )
    words = {word: n for n, word in enumerate(low)}
    for ten, n, most in (
        ("vingt", 20, 9),
        ("trente", 30, 9),
        ("quarante", 40, 9),
        ("cinquante", 50, 9),
        ("soixante", 60, 19),
        ("quatre-vingt", 80, 19),
    ):
        words[ten] = n
        words |= {f"{ten}-{low[m]}": n + m for m in range(1, most + 1)}
        words |= {f"{ten}-et-{low[m]}": n + m for m in (1, 11) if m <= most}
    words["quatre-vingts"] = 80
    words |= {f"{low[n]}-{hundred}": 100 * n for n in range(2, 10) for hundred in ("cent", "cents")}
    return words | {"cent": 100, "mille": 1000} | {f"{low[n]}-mille": 1000 * n for n in range(2, 20)}


GERMAN_NUMBERS = _german()
FRENCH_NUMBERS = _french()
# Number words that are as often something else; they count in a source, and are no claims in a reply.
DOUBTFUL_NUMBERS = _words("neuf cent mille sept elf un une ein eine one zero million billion hundred thousand")


def spelled_number(text: str) -> int | None:
    """The whole number that words spell: `twelve hundred`, `einundzwanzig`, `vingt et un`; None for anything else."""
    words = fold(text).replace(" ", "-")
    for numbers in (GERMAN_NUMBERS, FRENCH_NUMBERS):
        if words in numbers:
            return numbers[words]
    left, hundred, right = words.partition("-hundred")
    if hundred and (many := in_words(left)) is not None and 11 <= many <= 99 and many % 10:
        rest = in_words(right) if right.strip("-") else 0
        return None if rest is None or rest > 99 else many * 100 + rest
    return in_words(words)


# What a writer counts without the source's help: "three key points".
COUNTED = _words(
    "point points reason reasons thing things part parts option options step steps section sections issue"
    " issues factor factors way ways bullet bullets sentence sentences topic topics category categories aspect"
    " aspects theme themes question questions example examples line lines word words paragraph paragraphs key"
    " main major different separate punkt punkte punkten grunde grunden schritte schritten satze satzen teile"
    " teilen themen raisons etapes phrases parties themes"
)
BEFORE_COUNTED = _words(
    "the these those all other its their both between or of die den diese diesen alle beide les ces autres"
)

TITLES = _words("mr mrs ms miss mx dr prof professor sir lord lady herr herrn frau hr fr monsieur madame mme mlle m")
PARTICLES = _words(
    "de der den del della di da do dos das du des la le les van von vom zu zum zur und and of the ter ten bin"
    " ibn al el y e et & for"
)
JOINING = _words("and und et y e &")  # particles that stand between two names rather than within one
# Capitalised, and yet no names: what opens sentences, forms of address, months and weekdays, languages, roles.
_COMMON = """
contact call ask reach email mail tell inform visit see send remind notify meet write reply add give keep use check
follow read try make take get set put say says inside outside above below about around between among except despite
unlike like near upon under over plus via per i a an the this that these those there here it its he she they we you
my our your his her their in on at by for from of to with without within after before during since until while when
where why how what which who whose if as so because although though however therefore moreover furthermore
additionally also finally first firstly second secondly third next then later meanwhile instead overall otherwise
according based both each every either neither all any some most many much more several few no not none nothing yes
ok okay and or but yet nor only just even still once today yesterday tomorrow tonight now currently recently please
thanks thank dear hello hi sorry regards sincerely best kind note notes key main summary answer total source sources
question result results conclusion overview context example customer customers client clients user users agent
manager director employee employees company team support service order orders invoice contract policy refund ticket
request case product products price date name address phone number status reason step steps point points section
part chapter page table figure appendix article amount payment delivery deadline let lets do does did is are was
were be been being has have had can could may might must shall should will would mr mrs ms miss dr prof professor
sir madam ceo cfo cto chair chairman president minister king queen captain doctor judge internet web god earth sun
christmas easter english german french spanish italian dutch portuguese chinese japanese russian arabic polish
turkish british american european swiss austrian indian canadian australian irish scottish belgian swedish danish
norwegian finnish greek mexican brazilian african asian latin pdf faq id ids am pm tv pc ai api ui url csv json html
sql cet est utc gmt usd eur gbp chf jpy vat tbd n/a na etc eg ie euro euros dollar dollars pound pounds cent cents
percent prozent million millions billion millionen milliarden mio mrd liter kilogramm kilo meter kilometer stunde
stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren uhr der die das den dem des ein eine
einen einem einer eines und oder aber auch nicht kein keine ist sind war waren wird werden wurde wurden hat haben
kann soll muss er sie es wir ihr ich man im um auf aus bei bis fur gegen mit nach seit uber unter von vor zu zum zur
wenn weil dass da wie wer wo warum jedoch daher deshalb ausserdem laut dies diese dieser dieses alle beide viele
heute gestern morgen bitte danke hallo sehr ja nein herr herrn frau kunde kunden kundin firma anfang ende mitte le
la les un une du de et ou mais il elle ils elles nous vous je ce cette ces son sa ses leur leurs en dans pour par
sur avec sans selon apres avant depuis pendant lors si quand comme car donc ainsi cependant toutefois enfin ensuite
aussi oui non aucun aucune tous toutes monsieur madame aujourd'hui hier demain bonjour merci
"""
COMMON = _words(_COMMON) | (frozenset(MONTHS) - {"mars"}) | frozenset(WEEKDAYS) | frozenset(HINTS)
