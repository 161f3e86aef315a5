"""Patients in the store.

Owns the patient table, how a few typed letters or a birth date find a person, and that whoever was merged into another
record is found as that one. Every function takes the database of the caller's transaction or read.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from ehr.chart.birth_dates import typed_dates
from ehr.chart.likeness import may_be_one
from ehr.chart.patient import Patient
from ehr.store.codec import patient_from_row, patient_to_row
from ehr.store.errors import DuplicateMrn, NotInStore
from ehr.store.sqlcipher import Database

_DATE_WORDS = 4
"""Words of the longest way to type a date: "14th of March 1964"."""

_SURVIVOR = """
    WITH RECURSIVE led(id) AS (
        SELECT id FROM patient WHERE id = :id
        UNION SELECT merged_into FROM patient JOIN led ON patient.id = led.id WHERE merged_into IS NOT NULL
    ) SELECT patient.id FROM patient JOIN led ON patient.id = led.id WHERE merged_into IS NULL
"""
_MRNS = """
    WITH RECURSIVE led(id, depth) AS (
        SELECT :id, 0 UNION SELECT patient.id, depth + 1 FROM patient JOIN led ON merged_into = led.id
    ) SELECT mrn FROM patient JOIN led ON patient.id = led.id ORDER BY depth, mrn
"""


def insert(db: Database, patient: Patient) -> None:
    """Add a patient. Raises DuplicateMrn."""
    _refuse_taken_mrn(db, patient)
    db.table("patient").insert(_row(patient))


def update(db: Database, patient: Patient) -> None:
    """Replace the patient with this id. Raises NotInStore, DuplicateMrn."""
    by_id(db, patient.id)
    _refuse_taken_mrn(db, patient)
    db.table("patient").update(patient.id, _row(patient))


def by_id(db: Database, patient_id: str) -> Patient:
    """The patient with this id. Raises NotInStore."""
    found = _query(db, "id = ?", [patient_id])
    if not found:
        raise NotInStore
    return found[0]


def by_mrn(db: Database, mrn: str) -> Patient | None:
    """The patient whom this record number leads to, None where there is none."""
    found = _query(db, "mrn = ?", [mrn])
    return survivor(db, found[0].id) if found else None


def survivor(db: Database, patient_id: str) -> Patient:
    """The patient with this id, or whom the record was merged into. Raises NotInStore."""
    row = db.execute(_SURVIVOR, {"id": patient_id}).fetchone()
    if row is None:
        raise NotInStore
    return by_id(db, row[0])


def mrns(db: Database, patient_id: str) -> tuple[str, ...]:
    """Every record number that leads to the patient: their own, then those of records merged into theirs."""
    return tuple(row[0] for row in db.execute(_MRNS, {"id": patient_id}))


def matching(db: Database, typed: str, *, limit: int) -> list[Patient]:
    """Patients for whom every typed word begins a name or the record number, or says the birth date, by name.

    Case and diacritics do not matter: "nun" finds Núñez. Nothing typed finds everybody.
    """
    words, born = _without_date(typed.split())
    wanted = [f"% {_literal(word)}%" for word in _folded(" ".join(words)).split()]
    where = ["search_key LIKE ? ESCAPE '\\'"] * len(wanted)
    if born:
        where.append(f"birth_date IN ({', '.join('?' * len(born))})")
    found = _query(db, " AND ".join(where) or "merged_into IS NULL", [*wanted, *sorted(born)], limit=limit)
    return list({each.id: each for each in (survivor(db, each.id) for each in found)}.values())


def everyone(db: Database) -> list[Patient]:
    """Every patient who was not merged into another record, in no order."""
    return [patient_from_row(row) for row in db.table("patient").rows_where("merged_into IS NULL")]


def lookalikes(db: Database, patient: Patient) -> list[Patient]:
    """Who else on file may be this person (`ehr.chart.likeness`), by name."""
    name = _folded(f"{patient.family_name} {patient.given_name}")
    where = "merged_into IS NULL AND (birth_date = ? OR search_key LIKE ? ESCAPE '\\')"
    born = patient.birth_date.isoformat() if patient.birth_date else ""
    found = db.table("patient").rows_where(
        where, [born, f" {_literal(name)} %"], order_by="family_name, given_name, mrn"
    )
    people = map(patient_from_row, found)
    return [each for each in people if each.id != patient.id and may_be_one(patient, each)]


def _without_date(words: list[str]) -> tuple[list[str], set[str]]:
    """The typed words without the birth date among them, and the days that it may be."""
    for size in range(_DATE_WORDS, 0, -1):
        for at in range(len(words) - size + 1):
            days = typed_dates(" ".join(words[at : at + size]))
            if days:
                return words[:at] + words[at + size :], {day.isoformat() for day in days}
    return words, set()


def _query(db: Database, where: str, values: list[str], *, limit: int = 1) -> list[Patient]:
    found = db.table("patient").rows_where(where, values, order_by="family_name, given_name, mrn", limit=limit)
    return [patient_from_row(row) for row in found]


def _refuse_taken_mrn(db: Database, patient: Patient) -> None:
    holder = _query(db, "mrn = ?", [patient.mrn])
    if holder and holder[0].id != patient.id:
        raise DuplicateMrn


def _row(patient: Patient) -> dict[str, Any]:
    key = f" {patient.family_name} {patient.given_name} {patient.mrn}"
    return {**patient_to_row(patient), "search_key": _folded(key)}


def _folded(text: str) -> str:
    """Lower case without diacritics."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
