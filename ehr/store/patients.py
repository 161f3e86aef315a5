"""Patients in the store.

Owns the patient table and how a few typed letters find a person. Every function takes the database of the caller's
transaction or read.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from ehr.chart.patient import Patient
from ehr.store.codec import patient_from_row, patient_to_row
from ehr.store.errors import DuplicateMrn, NotInStore
from ehr.store.sqlcipher import Database


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
    """The patient with exactly this record number, None where there is none."""
    found = _query(db, "mrn = ?", [mrn])
    return found[0] if found else None


def matching(db: Database, typed: str, *, limit: int) -> list[Patient]:
    """Patients for whom every typed word begins a name or the record number, by name.

    Case and diacritics do not matter: "nun" finds Núñez. Nothing typed finds everybody.
    """
    words = _folded(typed).split()
    where = " AND ".join(["search_key LIKE ? ESCAPE '\\'"] * len(words)) or "1"
    return _query(db, where, [f"% {_literal(word)}%" for word in words], limit=limit)


def _query(db: Database, where: str, values: list[str], *, limit: int = 1) -> list[Patient]:
    found = db.table("patient").rows_where(where, values, order_by="family_name, given_name, mrn", limit=limit)
    return [patient_from_row(row) for row in found]


def _refuse_taken_mrn(db: Database, patient: Patient) -> None:
    holder = by_mrn(db, patient.mrn)
    if holder is not None and holder.id != patient.id:
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
