"""Patients from a file: a FHIR R4 bundle, NDJSON of Patient, or CSV.

Owns telling the forms and encodings apart, the names that columns go by, and the small part of FHIR Patient that the
chart keeps. What is not understood is refused, never guessed. Knows no store.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from ehr.chart.patient import Patient
from ehr.importing.errors import EncodingUnclear, ListTooLarge, NotAPatientList
from ehr.importing.lines import Line, Refused, patient_of

LARGEST = 200 * 1024 * 1024
"""Bytes of the largest list."""

COLUMNS = {
    "mrn": {
        "mrn",
        "medicalrecordnumber",
        "recordnumber",
        "patientid",
        "patientnumber",
        "urno",
        "ur",
        "id",
        "chartnumber",
    },
    "family": {"family", "familyname", "lastname", "surname", "last", "name"},
    "given": {"given", "givenname", "firstname", "forename", "first", "givennames", "forenames"},
    "born": {"birthdate", "dateofbirth", "dob", "born", "birthday"},
    "gender": {"gender", "sex", "administrativegender"},
}
"""What the header of a CSV may call each column; case, spaces and marks do not count."""

_DELIMITERS = ",;\t|"
_MRN_TYPE = "MR"


def read_patients(data: bytes, *, today: date) -> list[Line]:
    """Every line of a list. Raises EncodingUnclear, ListTooLarge, NotAPatientList."""
    if len(data) > LARGEST:
        raise ListTooLarge
    text = _decoded(data)
    if text.lstrip()[:1] in ("{", "["):
        return list(_fhir(text, today))
    return list(_table(text, today))


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\0" in data:
        raise EncodingUnclear
    return _strictly(data, "utf-8")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise EncodingUnclear from error


def _fhir(text: str, today: date) -> Iterator[Line]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _ndjson(text, today)
        return
    if not isinstance(whole, dict):
        raise NotAPatientList
    if whole.get("resourceType") == "Patient":
        yield _line(1, whole, today)
        return
    entries = whole.get("entry")
    if whole.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise NotAPatientList
    for number, entry in enumerate(entries, start=1):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or resource.get("resourceType") in (None, "Patient"):
            yield _line(number, resource, today)


def _ndjson(text: str, today: date) -> Iterator[Line]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    read = [(number, _object(line)) for number, line in lines]
    if len(read) < 2 or not any(isinstance(found, dict) and found.get("resourceType") for _, found in read):
        raise NotAPatientList
    for number, found in read:
        if not isinstance(found, dict) or found.get("resourceType") in (None, "Patient"):
            yield _line(number, found, today)


def _object(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _line(number: int, resource: object, today: date) -> Line:
    try:
        return Line(number, _patient(resource, today))
    except Refused as refused:
        return Line(number, None, str(refused))


def _patient(resource: object, today: date) -> Patient:
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        raise Refused("it is no Patient resource")
    if resource.get("active") is False:
        raise Refused("the patient is marked as not active")
    name = _name(_objects(resource, "name"))
    family = name.get("family") or name.get("text") or ""
    given = name.get("given") or []
    born, gender = resource.get("birthDate") or "", resource.get("gender") or ""
    if not isinstance(given, list) or not all(isinstance(each, str) for each in (family, born, gender, *given)):
        raise Refused("a name, date or sex is not text")
    return patient_of(mrn=_mrn(resource), family=family, given=" ".join(given), born=born, gender=gender, today=today)


def _mrn(resource: dict[str, Any]) -> str:
    """The identifier of type MR, else the only one there is."""
    numbers = [each for each in _objects(resource, "identifier") if isinstance(each.get("value"), str)]
    typed = [each for each in numbers if any(code.get("code") == _MRN_TYPE for code in _codings(each))]
    current = [each for each in typed or numbers if each.get("use") != "old"]
    if len(current) != 1:
        raise Refused("it has no single record number (identifier of type MR)")
    return str(current[0]["value"])


def _codings(identifier: dict[str, Any]) -> list[dict[str, Any]]:
    kind = identifier.get("type")
    return _objects(kind, "coding") if isinstance(kind, dict) else []


def _objects(owner: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = owner.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refused(f"{name} is not a list of objects")
    return found


def _name(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The official name, else the usual one, else any that is in use."""
    current = [each for each in found if each.get("use") not in ("old", "maiden")]
    return min(current, key=lambda each: {"official": 0, "usual": 1}.get(str(each.get("use")), 2), default={})


def _table(text: str, today: date) -> Iterator[Line]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        places = _places(header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(reader.line_num, cells, len(header), places, today)
    except csv.Error:
        # After a quote that never ends no line can be told from the next.
        yield Line(reader.line_num, None, "a quotation mark is not closed; nothing after it was read")


def _places(header: list[str]) -> dict[str, int]:
    plain = ["".join(letter for letter in name.casefold() if letter.isalnum()) for name in header]
    places = {}
    for column, names in COLUMNS.items():
        found = [at for at, name in enumerate(plain) if name in names]
        if len(found) == 1:
            places[column] = found[0]
        elif found:
            raise NotAPatientList(next_step=f"The header names the column “{column}” more than once; keep one of them.")
    if not {"mrn", "family"} <= set(places):
        raise NotAPatientList
    return places


def _row(number: int, cells: list[str], columns: int, places: dict[str, int], today: date) -> Line:
    if len(cells) != columns:
        return Line(number, None, f"it has {len(cells)} cells where the header has {columns}")
    said = {name: cells[places[name]] if name in places else "" for name in COLUMNS}
    if "given" not in places and "," in said["family"]:
        said["family"], _, said["given"] = said["family"].partition(",")
    try:
        return Line(number, patient_of(**said, today=today))
    except Refused as refused:
        return Line(number, None, str(refused))
