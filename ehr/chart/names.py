"""A person's name in a dictated text, and whether it is a patient's.

Owns how a name is read from the words before a statement, and what counts as the same name although it was shortened
or misheard. Knows nothing of ages, charts or stores.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from ehr.chart.note import Span
from ehr.chart.patient import Patient

KIN = frozenset(
    "mother father mom mum dad brother sister son daughter wife husband spouse partner aunt uncle cousin niece nephew "
    "grandmother grandfather grandma grandpa grandson granddaughter grandchild grandchildren parent parents fiance "
    "fiancee boyfriend girlfriend friend roommate neighbor neighbour caregiver guardian twin sibling siblings child's "
    "stepmother stepfather stepson stepdaughter in-law donor coworker colleague".split()
)
"""Words for people who are not the patient."""

TITLES = frozenset("mr mister mrs missus misses ms miss".split())
_CLINICIANS = frozenset("dr doctor doctors professor prof nurse pa np md rn physician surgeon".split())
_PARTICLES = frozenset("van von der den de la le del di da dos el al bin ibn st ter ten".split())
_SUFFIXES = frozenset("jr sr ii iii iv junior senior".split())
_OPENING = frozenset("this is on for seeing saw see patient name patient's re regarding today i'm i am here".split())
_NOT_NAMES = frozenset(
    "a an the he she they it this that these those who whom which what and or but so if when while since because with "
    "without of in at by from to into is was are were be been has have had do does did not no now then there here her "
    "his their its my our your i we you me him them us patient pt client subject person individual infant child baby "
    "boy girl man woman male female gentleman lady currently also otherwise pleasant very as year old day month week "
    "later again additionally furthermore moreover meanwhile finally next first second okay ok "
    "history note visit diagnosis today yesterday tomorrow age aged only just still left right one two three".split()
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*\.?")
_LONGEST = 5
_ALIKE = 0.75
_SHORTEST_ALIKE = 4
_SPLIT_SLACK = 2
"""Letters more or fewer where one name was heard as several words."""

_NICKNAMES = """
robert bob rob bobby bert, william bill will billy liam, richard dick rick rich ricky, james jim jimmy jamie,
john jack johnny jon, michael mike mick mikey, thomas tom tommy, charles charlie chuck, edward ed eddie ted,
joseph joe joey, daniel dan danny, david dave, matthew matt, christopher chris, anthony tony, steven stephen steve,
andrew andy drew, kenneth ken kenny, ronald ron ronnie, donald don donnie, gerald gerard jerry gerry,
lawrence larry, raymond ray, samuel sam, benjamin ben, nicholas nick, alexander alex al sandy, patrick pat paddy,
peter pete, philip phillip phil, timothy tim, walter walt, harold harry hal, henry hank harry,
frederick fred freddie, francis frank, leonard len lenny, elizabeth liz beth betty eliza lizzie betsy,
margaret maggie peggy meg marge greta, katherine catherine kathryn kate kathy cathy katie kathleen,
patricia pat patty trish tricia, jennifer jen jenny, susan sue susie suzanne, deborah debra deb debbie,
barbara barb, rebecca becky becca, victoria vicky tori, christina christine chris tina chrissy, jacqueline jackie,
judith judy, pamela pam, sandra sandy, theresa teresa terry tess, dorothy dot dottie, frances fran, virginia ginny,
alexandra alex sandra, samantha sam, cynthia cindy, abigail abby, amanda mandy, angela angie, anna ann anne annie,
mary maria, eleanor ellie nora, isabella isabel bella, josephine josie jo, nathaniel nathan nate, joshua josh,
zachary zach, gregory greg, jeffrey geoffrey jeff, douglas doug, vincent vince, eugene gene, albert al bert
"""
"""Given names with their short forms, of general knowledge."""


@dataclass(frozen=True, slots=True)
class NameSaid:
    """A name as it stands in a text. `title` is lower case, empty without one; `others` says that it is a relative's or
    a clinician's.
    """

    title: str
    words: tuple[str, ...]
    span: Span
    text: str
    others: bool = False


def read_name_before(text: str, end: int, *, floor: int = 0) -> NameSaid | None:
    """The name whose last letter stands just before `end`, not beginning before `floor`; None for other words."""
    start = max(floor, end - 120)
    clause = re.split(r"[.!?;:\n,](?=\s)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bMrs\.)", text[start:end])[-1]
    clause_at = end - len(clause)
    words = list(_WORD.finditer(clause))
    if not words or words[-1].end() != len(clause.rstrip()):
        return None
    taken = _taken(words, re.search(r"[A-Z]", text) is not None)
    if not taken:
        return None
    before = plain_name(words[len(words) - len(taken) - 1][0]) if len(words) > len(taken) else ""
    plain = [plain_name(each[0]) for each in taken]
    title = plain[0] if plain[0] in TITLES else ""
    names = tuple(word for word in plain[bool(title) :] if word)
    if not names:
        return None
    span = Span(clause_at + taken[0].start(), clause_at + taken[-1].end())
    return NameSaid(title, names, span, span.of(text), others=before in KIN or before in _CLINICIANS)


def _taken(words: list[re.Match[str]], cased: bool) -> list[re.Match[str]]:  # noqa: FBT001 - one caller
    """The last words that make a name: capitalised ones, or in a text without capitals those up to an opening."""
    taken: list[re.Match[str]] = []
    for word in reversed(words):
        plain = plain_name(word[0])
        stops = plain in _NOT_NAMES or plain in KIN or plain in _CLINICIANS or len(taken) == _LONGEST
        if stops or plain.endswith(("'s", "’s")) or (plain in _OPENING and plain not in TITLES):
            break
        taken.insert(0, word)
        if plain in TITLES:
            return taken
    if any(word[0][0].isupper() for word in taken[-1:]):
        while taken and not (taken[0][0][0].isupper() or plain_name(taken[0][0]) in _PARTICLES):
            taken.pop(0)
        return taken
    return taken if _opens(words[: len(words) - len(taken)]) and (not cased or len(taken) > 1) else []


def _opens(before: list[re.Match[str]]) -> bool:
    """Whether nothing but an opening ("this is") stands before."""
    return all(plain_name(word[0]) in _OPENING | {"dictating", "dictation", "note"} for word in before)


def names_agree(said: NameSaid, patient: Patient) -> bool:
    """Whether the words of the name can be the patient's: shortened, misheard or split into other words.

    A patient without a name agrees with every name.
    """
    family, given = _parts(patient.family_name), _parts(patient.given_name)
    charted = family | given
    heard = [word for word in said.words if word not in _SUFFIXES | _PARTICLES and len(word) > 1]
    if not charted or not heard:
        return True
    whole = "".join(heard)
    if any(spelt_alike(whole, each) and abs(len(whole) - len(each)) <= _SPLIT_SLACK for each in charted):
        return True
    if len(heard) == 1:
        return _matches(heard[0], family if said.title and family else charted)
    return _matches(heard[0], charted) and _matches(heard[-1], charted)


def _parts(name: str) -> frozenset[str]:
    return frozenset(word for word in re.split(r"[\s-]+", plain_name(name)) if word and word not in _PARTICLES)


def _matches(word: str, charted: Iterable[str]) -> bool:
    return any(spelt_alike(piece, each) for each in charted for piece in {word, *word.split("-")})


def spelt_alike(one: str, other: str) -> bool:
    """Whether two words, as `plain_name` gives them, can be one name: short forms, one sound, a misspelling."""
    if one == other or other in _SHORT_FORMS.get(one, ()) or _skeleton(one) == _skeleton(other):
        return True
    shorter, both = min(len(one), len(other)), len(one) + len(other)
    if shorter < _SHORTEST_ALIKE or 2 * shorter < _ALIKE * both:
        return False
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.quick_ratio() >= _ALIKE and match.ratio() >= _ALIKE


_UNHEARD = re.compile(r"^k(?=n)|^g(?=n)|^w(?=r)|^p(?=s)|(?<!^)gh")
"""Letters that English writes and does not say: Knight, Wright, Leighton."""
_ONE_SOUND = (("ph", "f"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("c", "k"), ("z", "s"), ("v", "f"), ("x", "ks"))


@lru_cache(maxsize=8192)
def _skeleton(word: str) -> str:
    """What is left of a name when spellings of one sound fall together; unique where that is too little to compare."""
    word = _UNHEARD.sub("", word)
    for letters, sound in _ONE_SOUND:
        word = word.replace(letters, sound)
    bones = word[:1] + re.sub(r"[aeiouyhw]", "", word[1:])
    bones = re.sub(r"(.)\1+", r"\1", bones)
    return bones if len(bones) > 2 else word


def plain_name(word: str) -> str:
    """A name in lower case, without diacritics and the marks around it."""
    parts = unicodedata.normalize("NFKD", word.casefold().strip(".,"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _short_forms() -> dict[str, frozenset[str]]:
    known: dict[str, frozenset[str]] = {}
    for group in _NICKNAMES.split(","):
        names = frozenset(group.split())
        for name in names:
            known[name] = known.get(name, frozenset()) | names
    return known


_SHORT_FORMS = _short_forms()
