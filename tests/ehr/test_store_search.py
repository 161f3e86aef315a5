"""Search: newest first, typed words only, and never the index's own query language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import draft, index_agrees, maria, new_store

from ehr.store.search import HitKind
from ehr.store.store import Store

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one drafted encounter."""
    with new_store(tmp_path / "home") as opened:
        encounter = opened.add_encounter(opened.add_patient(maria()), started_at=NOON, title="Diabetes clinic")
        opened.save_draft(encounter.id, draft())
        yield opened


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("metformin", [HitKind.ENTRY, HitKind.NOTE]),
        ("METFOR", [HitKind.ENTRY, HitKind.NOTE]),
        ("pain chest", [HitKind.ENTRY, HitKind.NOTE]),
        ("1.10", [HitKind.NOTE]),
        ("maria", [HitKind.PATIENT]),
        ("Okafor metformin", [HitKind.NOTE]),
        ("MRN-1", [HitKind.PATIENT]),
        ("clinic", [HitKind.TITLE]),
        ("deny", [HitKind.NOTE]),
        ("metformin !!!", [HitKind.ENTRY, HitKind.NOTE]),
        ("met pain", []),
        ("insulin", []),
        ("", []),
        ("?!", []),
    ],
)
def test_words_find_names_titles_notes_and_entries(store, typed, kinds):
    """All words must occur; the last may be unfinished; case, diacritics and endings do not matter."""
    assert [hit.kind for hit in store.search(typed)] == kinds


def test_a_hit_says_where_and_marks_the_words(store):
    """The snippet's spans are the words found; the hit leads to encounter, patient and entry."""
    entry, note = store.search("metformin")

    assert [match.of(note.snippet) for match in note.matches] == ["Metformin"]
    assert note.encounter_id == entry.encounter_id == store.encounters()[0].id
    assert entry.entry_id == store.encounter(entry.encounter_id).draft.entries[1].id
    assert (note.patient.mrn, note.started_at) == ("MRN-1", NOON)


def test_newest_encounters_come_first(store):
    """By when they took place, not by when they were written down, also within one second and before 1970."""
    patient = store.patients()[0]
    starts = [NOON + timedelta(hours=2), NOON - timedelta(days=2), NOON + timedelta(hours=1), NOON.replace(year=1969)]
    for start in starts:
        store.save_draft(store.add_encounter(patient, started_at=start).id, draft())

    found = [hit.started_at for hit in store.search("chest pain")]

    assert found == sorted(found, reverse=True)
    assert len(found) == 10
    assert [hit.started_at for hit in store.search("chest pain", limit=3)] == found[:3]


def test_many_documents_of_one_second_all_fit(store):
    """Encounters that started in the same second do not collide."""
    patient = store.patients()[0]
    for _ in range(5):
        store.save_draft(store.add_encounter(patient, started_at=NOON).id, draft())

    assert len(store.search("metformin", limit=100)) == 12


def test_search_follows_every_change(store):
    """A renamed patient, an edited entry, a rejected one, a reopened one, a new wording."""
    encounter = store.encounters()[0]
    _, drug = store.encounter(encounter.id).draft.entries
    store.update_patient(replace(encounter.patient, family_name="Whitfield"))
    assert (len(store.search("okafor")), len(store.search("whitfield"))) == (0, 1)

    store.edit(replace(drug, name="glipizide"))
    assert [hit.entry_id for hit in store.search("glipizide")] == [drug.id]
    store.reject(drug.id)
    assert store.search("glipizide") == []
    store.reopen(drug.id)
    assert [hit.kind for hit in store.search("metformin")] == [HitKind.ENTRY, HitKind.NOTE]

    store.edit_note(encounter.id, "Denies chest pain.")
    assert [hit.kind for hit in store.search("metformin")] == [HitKind.ENTRY]
    assert index_agrees(store)


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "'", '" OR "', "who : okafor", "{who title}: x", "NEAR(a b)", "a AND NOT b", "-x", "^x", "x*", "*", "(",
     ")", "a + b", "\0", "'; DROP TABLE entry; --", "\x02", "\x03 \x02", "日本", "😀", "a" * 5000, "% _ \\"],
)  # fmt: skip
def test_the_query_language_cannot_be_typed(store, typed):
    """Whatever is typed is looked for as words; nothing raises and nothing is changed."""
    store.search(typed)

    assert len(store.search("metformin")) == 2


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"*^:(){}+-,'), max_size=30))
def test_no_typed_text_breaks_search(store, typed):
    """Any text is a search."""
    assert isinstance(store.search(typed), list)


def test_operators_are_words(store):
    """OR and NOT are looked for, not obeyed."""
    assert store.search("metformin OR insulin") == []
    assert store.search("NOT metformin") == []


def test_a_note_with_marker_characters_is_found(store):
    """Control characters in a text do not disturb its snippet's spans."""
    encounter = store.encounters()[0]
    store.edit_note(encounter.id, "Odd \x03 text \x02 with metformin.")

    note = store.search("metformin")[-1]

    assert note.kind is HitKind.NOTE
    assert all(0 <= match.start <= match.end <= len(note.snippet) for match in note.matches)
