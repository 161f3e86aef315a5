"""Filters typed in the search field, and what search finds with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import draft, index_agrees, maria, new_store

from ehr.chart.entry import Code
from ehr.chart.patient import Patient
from ehr.store.query import FILTERS, KINDS, STATES, Query, parse
from ehr.store.store import Store

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
_word = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("metformin", Query("metformin")),
        ("kind:medication metformin", Query("metformin", kinds=("medication",))),
        ("kind:med", Query(kinds=("medication",))),
        ("kind:labs kind:allergies", Query(kinds=("lab", "allergy"))),
        ("kind:family", Query(kinds=("family_history",))),
        ("state:entered-in-error", Query(states=("entered-in-error",))),
        ('patient:"Okafor, Maria" x', Query("x", patients=("Okafor, Maria",))),
        ("from:2026-01-01 to:2026-02", Query(since=date(2026, 1, 1), until=date(2026, 2, 28))),
        ("from:2025", Query(since=date(2025, 1, 1))),
        ("to:14.3.2026", Query(until=date(2026, 3, 14))),
        ("code:E11.9 CODE:6809", Query(codes=("E11.9", "6809"))),
        ("author:osei", Query(authors=("osei",))),
        ("kind:", Query()),
        ("120:80", Query("120:80")),
        ("knid:lab pain", Query("knid lab pain", unknown=("knid:lab",))),
        ("kind:banana", Query("kind banana", unknown=("kind:banana",))),
        ("from:3/4/2026", Query("from 3/4/2026", unknown=("from:3/4/2026",))),
        ("from:2026-13", Query("from 2026-13", unknown=("from:2026-13",))),
        ('"chest pain" x', Query("chest pain x")),
    ],
)
def test_filters_are_read(typed, query):
    """Known filters narrow; what looks like one and is none is named and looked for as words."""
    assert parse(typed) == query


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(':" kindfromtcode-'), max_size=40))
def test_any_text_is_a_query(typed):
    """Nothing raises, and every piece that is named as unknown was typed."""
    query = parse(typed)

    assert all(piece in typed for piece in query.unknown)


@given(
    st.lists(_word, max_size=3),
    st.lists(st.sampled_from(KINDS), max_size=2),
    st.lists(st.sampled_from(STATES), max_size=2),
    st.none() | st.dates(),
    st.lists(_word, max_size=2),
    st.randoms(),
)
def test_what_is_written_as_filters_is_read_back(words, kinds, states, since, patients, chance):
    """Whatever the order of the pieces, each filter's values come back in theirs."""
    pieces = [f"kind:{kind}" for kind in kinds] + [f"state:{state}" for state in states]
    pieces += [f"from:{since}"] if since else []
    pieces += [f'patient:"{patient}"' for patient in patients] + words
    chance.shuffle(pieces)

    query = parse(" ".join(pieces))

    assert sorted(query.kinds) == sorted(kinds)
    assert sorted(query.states) == sorted(states)
    assert sorted(query.patients) == sorted(patients)
    assert sorted(query.words.split()) == sorted(words)
    assert (query.since, query.unknown) == (since, ())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two patients with a drafted dictation each, a month apart; the first one's entries are accepted."""
    with new_store(tmp_path / "home") as opened:
        for at, patient in enumerate((maria(), Patient("MRN-2", "Lindqvist", "Per"))):
            started_at = NOON + timedelta(days=31 * at)
            encounter = opened.add_encounter(opened.add_patient(patient), started_at=started_at)
            opened.save_draft(encounter.id, draft())
        first = opened.encounters()[1]
        opened.accept(*(entry.id for entry in opened.encounter(first.id).draft.entries))
        yield opened


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("metformin", 4),
        ("kind:medication", 2),
        ("kind:note", 2),
        ("kind:lab", 0),
        ("kind:medication metformin state:accepted", 1),
        ("state:proposed", 2),
        ("state:draft", 2),
        ("state:final", 0),
        ("patient:okafor", 3),
        ("patient:MRN-2 metformin", 2),
        ("patient:1961-05-04 kind:symptom", 1),
        ("patient:nobody", 0),
        ("from:2026-02", 3),
        ("to:2026-01 metformin", 2),
        ("from:2026-01-16 to:2026-02-01", 0),
        ("code:6809", 2),
        ("code:680", 0),
        ("code:6809 kind:symptom", 0),
        ("author:pipe kind:note", 2),
        ("author:nobody", 0),
        ("kind:", 0),
    ],
)
def test_search_narrows_by_filters(store, typed, found):
    """Each filter alone, with words, and with each other."""
    assert len(store.search(typed)) == found


def test_filters_follow_every_change(store):
    """An edited kind and code, another author, a moved dictation, a rejected entry."""
    encounter = store.encounters()[1]
    symptom, drug = store.encounter(encounter.id).draft.entries
    store.edit(replace(drug, code=Code(ICD, "E11.65", "Type 2 diabetes")))
    assert [len(store.search(f"code:{code}")) for code in ("E11", "e11.6", "E11.65", "E11.9", "6809")] == [
        1,
        1,
        1,
        0,
        1,
    ]
    assert len(store.search("state:edited")) == 1

    store.edit_note(encounter.id, "Denies chest pain. Metformin twice daily.")
    assert len(store.search("author:owner")) == 3
    store.edit_note(encounter.id, "Denies chest pain. Metformin.")
    assert len(store.search("author:owner kind:note")) == 1

    target = store.patient_by_mrn("MRN-2")
    store.register.move(encounter.id, target.id, reason="Wrong chart.")
    assert (len(store.search("patient:MRN-1")), len(store.search("patient:MRN-2"))) == (0, 6)
    store.reject(symptom.id)
    assert len(store.search("patient:MRN-2")) == 5
    assert index_agrees(store)


def test_filters_cannot_be_typed_as_words(store):
    """The index's own words for filters stay out of reach, whole or begun."""
    assert store.search("\ue000kmedicationz") == []
    assert store.search("kmedicationz") == []
    assert store.search("kmed") == []


def test_a_find_by_filters_alone_shows_where_it_is(store):
    """Without typed words a note shows its beginning and an entry its name."""
    entry, note = store.search("patient:okafor", limit=2)[0], store.search("patient:okafor kind:note")[0]

    assert (entry.snippet, entry.matches) == ("metformin", ())
    assert note.snippet.startswith("Denies chest pain.")


def test_every_filter_says_what_it_takes():
    """Help and hint are made from this table."""
    assert all(FILTERS.values())
