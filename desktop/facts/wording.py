"""An entry in words: its line, its chip, its group.

Owns how a fact reads on the screen. Knows nothing of Qt's widgets, of codes' meaning or of how entries are found.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.entry import ATTRIBUTES, Assertion, Entry, Flag, Kind, ReviewState

_CONTEXT = "facts"

GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (QT_TRANSLATE_NOOP("facts", "Problems"), (Kind.PROBLEM,)),
    (QT_TRANSLATE_NOOP("facts", "Medicines"), (Kind.MEDICATION,)),
    (QT_TRANSLATE_NOOP("facts", "Allergies"), (Kind.ALLERGY,)),
    (QT_TRANSLATE_NOOP("facts", "Symptoms"), (Kind.SYMPTOM,)),
    (QT_TRANSLATE_NOOP("facts", "Vitals and labs"), (Kind.VITAL, Kind.LAB)),
    (QT_TRANSLATE_NOOP("facts", "Procedures"), (Kind.PROCEDURE,)),
    (QT_TRANSLATE_NOOP("facts", "Immunizations"), (Kind.IMMUNIZATION,)),
    (QT_TRANSLATE_NOOP("facts", "Family history"), (Kind.FAMILY_HISTORY,)),
    (QT_TRANSLATE_NOOP("facts", "Social history"), (Kind.SOCIAL_HISTORY,)),
    (QT_TRANSLATE_NOOP("facts", "Orders"), (Kind.ORDER,)),
    (QT_TRANSLATE_NOOP("facts", "Follow-up"), (Kind.FOLLOW_UP,)),
)
"""Groups in the order a clinician reads a chart, each with the kinds in it."""

_FLAGS = {
    "low-probability": QT_TRANSLATE_NOOP("facts", "heard uncertainly"),
    "no-speech": QT_TRANSLATE_NOOP("facts", "no speech there"),
    "sound-alike": QT_TRANSLATE_NOOP("facts", "may be misheard"),
    "alike-name": QT_TRANSLATE_NOOP("facts", "sounds like another"),
    "dose-without-unit": QT_TRANSLATE_NOOP("facts", "no unit said"),
    "implausible-dose": QT_TRANSLATE_NOOP("facts", "unusual dose"),
    "implausible-value": QT_TRANSLATE_NOOP("facts", "unusual value"),
    "weekly-medicine": QT_TRANSLATE_NOOP("facts", "taken weekly"),
    "side-conflict": QT_TRANSLATE_NOOP("facts", "other side"),
    "auto-text": QT_TRANSLATE_NOOP("facts", "inserted, not said"),
    "open-field": QT_TRANSLATE_NOOP("facts", "field still open"),
    "boosted": QT_TRANSLATE_NOOP("facts", "from your word list"),
    "record-allergic": QT_TRANSLATE_NOOP("facts", "allergy listed"),
    "record-allergy-active": QT_TRANSLATE_NOOP("facts", "is being taken"),
    "record-allergy-denied": QT_TRANSLATE_NOOP("facts", "listed as allergy"),
    "record-no-known": QT_TRANSLATE_NOOP("facts", "allergies listed"),
    "record-was-none": QT_TRANSLATE_NOOP("facts", "none known before"),
    "record-stops-active": QT_TRANSLATE_NOOP("facts", "active on the list"),
    "record-not-listed": QT_TRANSLATE_NOOP("facts", "not on the list"),
    "record-no-longer": QT_TRANSLATE_NOOP("facts", "active on the list"),
    "record-dose": QT_TRANSLATE_NOOP("facts", "list says otherwise"),
    "record-resolved": QT_TRANSLATE_NOOP("facts", "was resolved"),
    "record-problem-denied": QT_TRANSLATE_NOOP("facts", "active on the list"),
    "words-removed": QT_TRANSLATE_NOOP("facts", "words removed"),
}

_KINDS = {
    Kind.PROBLEM: QT_TRANSLATE_NOOP("facts", "problem"),
    Kind.MEDICATION: QT_TRANSLATE_NOOP("facts", "medicine"),
    Kind.ALLERGY: QT_TRANSLATE_NOOP("facts", "allergy"),
    Kind.SYMPTOM: QT_TRANSLATE_NOOP("facts", "symptom"),
    Kind.VITAL: QT_TRANSLATE_NOOP("facts", "vital sign"),
    Kind.LAB: QT_TRANSLATE_NOOP("facts", "lab result"),
    Kind.PROCEDURE: QT_TRANSLATE_NOOP("facts", "procedure"),
    Kind.IMMUNIZATION: QT_TRANSLATE_NOOP("facts", "immunization"),
    Kind.FAMILY_HISTORY: QT_TRANSLATE_NOOP("facts", "family history"),
    Kind.SOCIAL_HISTORY: QT_TRANSLATE_NOOP("facts", "social history"),
    Kind.ORDER: QT_TRANSLATE_NOOP("facts", "order"),
    Kind.FOLLOW_UP: QT_TRANSLATE_NOOP("facts", "follow-up"),
}
_ASSERTIONS = {
    Assertion.PRESENT: (QT_TRANSLATE_NOOP("facts", "present"), "ok"),
    Assertion.ABSENT: (QT_TRANSLATE_NOOP("facts", "absent"), "plain"),
    Assertion.POSSIBLE: (QT_TRANSLATE_NOOP("facts", "possible"), "warn"),
    Assertion.HISTORICAL: (QT_TRANSLATE_NOOP("facts", "past"), "info"),
    Assertion.FAMILY: (QT_TRANSLATE_NOOP("facts", "family"), "info"),
    Assertion.HYPOTHETICAL: (QT_TRANSLATE_NOOP("facts", "if"), "info"),
}
_HARM = {"high", "low", "critical", "abnormal"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A word on a tinted ground. `look` is ok, warn, info, danger or plain."""

    text: str
    look: str


def tr(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def kind_word(kind: Kind) -> str:
    """A kind for people: "lab result"."""
    return tr(_KINDS[kind])


def assertion_word(assertion: Assertion) -> str:
    """An assertion for people: historical is "past"."""
    return tr(_ASSERTIONS[assertion][0])


def field_word(attribute: str) -> str:
    """An attribute for people: prn_reason is "PRN reason"."""
    words = attribute.replace("_", " ")
    return words.replace("prn", "PRN") if words.startswith("prn") else words.capitalize()


def flag_word(flag: Flag) -> str:
    """Why to look, in two or three words."""
    return tr(_FLAGS[flag.code]) if flag.code in _FLAGS else flag.code.replace("-", " ")


def title(entry: Entry) -> str:
    """A fact on one line: "Glipizide 5 mg oral every morning"."""
    given = {name: value for name, value in entry.attributes.items() if value not in ("", False, None)}
    parts = [_name(entry)]
    if entry.kind in {Kind.VITAL, Kind.LAB}:
        parts.append(" ".join(str(given[name]) for name in ("comparator", "value", "unit") if name in given))
    elif entry.kind is Kind.MEDICATION:
        parts.append(_sig(given))
    else:
        parts.append(_qualifiers(entry, given))
    return " ".join(part for part in parts if part)


def chips(entry: Entry) -> list[Chip]:
    """The words before a fact: what is done with a medicine, how another fact is asserted."""
    if entry.state is ReviewState.REJECTED:
        return [Chip(tr("rejected"), "plain")]
    action = entry.attributes.get("action")
    if entry.kind is Kind.MEDICATION and isinstance(action, str) and action and entry.assertion is Assertion.PRESENT:
        return [Chip(action, "plain" if action == "continue" else "info")]
    if entry.kind in {Kind.VITAL, Kind.LAB} and entry.assertion is Assertion.PRESENT:
        return []
    if entry.kind is Kind.FAMILY_HISTORY and isinstance(entry.attributes.get("relation"), str):
        return [Chip(str(entry.attributes["relation"]), "info")]
    return [Chip(assertion_word(entry.assertion), _ASSERTIONS[entry.assertion][1])]


def verdict(entry: Entry) -> Chip | None:
    """The interpretation that was dictated of a value: "high"."""
    said = entry.attributes.get("interpretation")
    if not isinstance(said, str) or not said or entry.kind not in {Kind.VITAL, Kind.LAB}:
        return None
    return Chip(said, "danger" if said in _HARM else "plain")


def state_word(entry: Entry) -> str:
    """What a person did with the entry; empty while it is proposed."""
    return {
        ReviewState.PROPOSED: "",
        ReviewState.ACCEPTED: tr("✓"),
        ReviewState.EDITED: tr("✓ edited"),
        ReviewState.REJECTED: "",
    }[entry.state]


def spoken(entry: Entry) -> str:
    """The whole row for a screen reader."""
    states = {
        ReviewState.PROPOSED: tr("to review"),
        ReviewState.ACCEPTED: tr("accepted"),
        ReviewState.EDITED: tr("edited"),
        ReviewState.REJECTED: tr("rejected"),
    }
    code = f", {entry.code.code}" if entry.code else ""
    return f"{assertion_word(entry.assertion)} {title(entry)}{code}, {states[entry.state]}"


def _name(entry: Entry) -> str:
    side = entry.attributes.get("laterality")
    name = f"{side} {entry.name}" if isinstance(side, str) and side and side not in entry.name else entry.name
    return name[:1].upper() + name[1:]


def _sig(given: dict[str, str | bool]) -> str:
    parts = [str(given[name]) for name in ("dose", "unit", "form", "route", "frequency") if name in given]
    if given.get("prn"):
        parts.append(tr("as needed"))
    if "prn_reason" in given:
        parts.append(tr("for {0}").format(given["prn_reason"]))
    if "duration" in given:
        parts.append(f"({given['duration']})")
    if "previous_dose" in given:
        parts.append(tr("(was {0})").format(given["previous_dose"]))
    return " ".join(parts)


def _qualifiers(entry: Entry, given: dict[str, str | bool]) -> str:
    skipped = {"laterality", "relation"} if entry.kind is Kind.FAMILY_HISTORY else {"laterality"}
    rest = [str(given[name]) for name in ATTRIBUTES[entry.kind] if name in given and name not in skipped]
    return f"· {', '.join(rest)}" if rest else ""
