"""Patients from FHIR bundles, NDJSON and CSV: good lines taken, bad ones refused with a reason, nothing guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.patient import Gender, Patient
from ehr.errors import ChartError
from ehr.importing.errors import EncodingUnclear, NotAPatientList
from ehr.importing.lines import Fate, Planned, plan
from ehr.importing.patients import read_patients

TODAY = date(2026, 3, 2)


def resource(mrn: str = "10042", **other: object) -> dict[str, object]:
    """A FHIR R4 Patient."""
    number = {"use": "usual", "type": {"coding": [{"code": "MR"}]}, "value": mrn}
    insurance = {"type": {"coding": [{"code": "NIIP"}]}, "value": "I-1"}
    name = [{"use": "old", "family": "Before"}, {"use": "official", "family": "Núñez", "given": ["Ana", "María"]}]
    return {
        "resourceType": "Patient", "identifier": [insurance, number], "name": name, "birthDate": "1964-03-14",
        "gender": "female", **other,
    }  # fmt: skip


ANA = ("10042", "Núñez", "Ana María", date(1964, 3, 14), Gender.FEMALE)


def told(patient: Patient) -> tuple[object, ...]:
    """What a line says of the patient."""
    return (patient.mrn, patient.family_name, patient.given_name, patient.birth_date, patient.gender)


def test_a_bundle_gives_its_patients():
    """Other resources are passed over; each patient that cannot be taken says why."""
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": resource()},
            {"resource": {"resourceType": "Organization"}},
            {"resource": resource(identifier=[])},
            {"resource": resource(birthDate="1964-13-01")},
            {"resource": resource(active=False)},
            {"resource": resource(name=[])},
            {"resource": resource(name="x")},
            {},
        ],
    }

    lines = read_patients(json.dumps(bundle).encode(), today=TODAY)

    assert told(lines[0].patient) == ANA
    assert [line.number for line in lines] == [1, 3, 4, 5, 6, 7, 8]
    assert [line.reason for line in lines[1:]] == [
        "it has no single record number (identifier of type MR)",
        "the birth date is not a date",
        "the patient is marked as not active",
        "the family name is missing",
        "name is not a list of objects",
        "it is no Patient resource",
    ]


def test_ndjson_refuses_single_lines():
    """A broken line does not take the others with it."""
    text = "\n".join([json.dumps(resource()), "{broken", "", json.dumps(resource("10043"))])

    lines = read_patients(text.encode(), today=TODAY)

    assert [(line.number, line.patient is not None) for line in lines] == [(1, True), (2, False), (4, True)]


@pytest.mark.parametrize(
    "text",
    [
        "MRN,Last Name,First Name,DOB,Sex\r\n10042,Núñez,Ana María,1964-03-14,F\r\n",
        "dob;sex;medical record number;surname;forename\n14.03.1964;female;10042;Núñez;Ana María\n",
        'mrn\tname\tdate of birth\tgender\n10042\t"Núñez, Ana María"\t14 Mar 1964\tw\n',
        'MRN,family,given,birth_date,gender,ward\n10042, Núñez ,Ana  María,"March 14, 1964",Female,"3\nNorth"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_by_its_header(text, encoding):
    """Column names, delimiters, dates and Unicode encodings as spreadsheets write them."""
    (line,) = read_patients(text.encode(encoding), today=TODAY)

    assert told(line.patient) == ANA


def test_each_bad_line_says_why():
    """By its number in the file, without the patient's text."""
    rows = [
        "mrn,family,given,born,sex", "1,A,,,", ",B,,,", "2,,x,,", "3,C,,31.02.1964,", "4,D,,3/4/1964,",
        "5,E,,2030-01-01,", "6,F,,,q", "7,G,,", "8,H\x07,,,", '9,"I',
    ]  # fmt: skip

    lines = read_patients("\n".join(rows).encode(), today=TODAY)

    assert [line.number for line in lines if line.patient is not None] == [2]
    assert {line.number: line.reason for line in lines if line.patient is None} == {
        3: "the record number is missing",
        4: "the family name is missing",
        5: "the birth date is not a date",
        6: "the birth date may be two days; write it as 1964-03-14",
        7: "the birth date is in the future or too long ago",
        8: "the sex is none of male, female, other, unknown",
        9: "it has 4 cells where the header has 5",
        10: "the family name is too long or holds control characters",
        11: "a quotation mark is not closed; nothing after it was read",
    }


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("mrn,name\n1,Núñez".encode("latin-1"), EncodingUnclear),
        ("mrn,name\n1,A".encode("utf-16-le"), EncodingUnclear),
        (b"", NotAPatientList),
        (b"hello", NotAPatientList),
        (b"name,born\nA,1964-01-01", NotAPatientList),
        (b"mrn,family,surname\n1,A,B", NotAPatientList),
        (b'{"resourceType": "Observation"}', NotAPatientList),
        (b"[1, 2]", NotAPatientList),
        (b"[" * 100_000, NotAPatientList),
        (b"{broken", NotAPatientList),
    ],
)
def test_what_is_no_list_is_refused_whole(data, error):
    """Encoding unclear, no header, another resource: a sentence and nothing imported."""
    with pytest.raises(error):
        read_patients(data, today=TODAY)


def planned(text: str, *on_file: Patient) -> list[Planned]:
    """What importing a table would do where these are on file."""
    by_mrn = {each.mrn: each for each in on_file}
    return list(plan(read_patients(text.encode(), today=TODAY), by_mrn.get, on_file))


def test_the_plan_knows_who_is_on_file():
    """Added, known, different on file, twice in the list, refused."""
    text = "mrn,family\n1,New\n2,Same\n3,Changed\n1,New\n,Nobody\n"

    found = planned(text, Patient("2", "Same", ""), Patient("3", "Other", ""))

    assert [each.fate for each in found] == [Fate.ADD, Fate.KNOWN, Fate.DIFFERS, Fate.REPEATED, Fate.REFUSED]


def test_a_line_that_differs_changes_only_what_it_says():
    """An empty cell erases nothing, and says nothing that would differ."""
    on_file = Patient("3", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE)

    (same,) = planned("mrn,family,given,born,sex\n3,Okafor,,,\n", on_file)
    (other,) = planned("mrn,family,given,born,sex\n3,Okafor-Bell,,,\n", on_file)

    assert (same.fate, same.changed) == (Fate.KNOWN, None)
    assert other.changed == replace(on_file, family_name="Okafor-Bell")


def test_a_number_that_leads_to_a_survivor_changes_nobody():
    """What a list says under a retired number is not written over the record that survived."""
    survivor = Patient("1", "Okafor", "Maria")

    (found,) = plan(read_patients(b"mrn,family\n9,Bell\n", today=TODAY), {"9": survivor}.get, [survivor])

    assert (found.fate, found.changed) == (Fate.KNOWN, None)


def test_who_may_be_on_file_under_another_number_is_told_apart():
    """Somebody on file, and somebody of a line before."""
    on_file = Patient("1", "Okafor", "Maria", date(1964, 3, 14))
    text = "mrn,family,given,born\n7,Okafor,Mary,1964-03-14\n8,Bell,Ann,1990-01-02\n9,Bell,Anne,1990-01-02\n"

    found = planned(text, on_file)

    assert [each.fate for each in found] == [Fate.ALIKE, Fate.ADD, Fate.ALIKE]
    assert [each.known and each.known.mrn for each in found] == ["1", None, "8"]


@given(st.binary(max_size=200) | st.text(st.sampled_from('mrn,family\n";{}[]1A:\t'), max_size=80).map(str.encode))
def test_any_file_is_read_or_refused(data):
    """No bytes do more than that."""
    try:
        lines = read_patients(data, today=TODAY)
    except ChartError:
        return
    assert all((line.patient is None) == bool(line.reason) for line in lines)
