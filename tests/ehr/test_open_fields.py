"""Fields that nobody filled in: what waits for them, what they stop, and the ways out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import PASSPHRASE, maria, new_store

from ehr import pipeline
from ehr.chart.entry import OPEN_FIELD, Entry, ReviewState
from ehr.chart.fields import around, fields, filled, open_fields
from ehr.chart.phrases import AutoText, Phrases
from ehr.store.faults import EntryWaits, FieldsOpen
from ehr.store.signatures import Seal
from ehr.store.store import Store

EXAM = AutoText(("my lung exam",), "Lungs with no rales, [wheezes|crackles] and [count] breaths. No edema.")
SAID = "He has asthma. Insert my lung exam."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A chart with one dictation, whose auto-text has two open fields."""
    with new_store(tmp_path / "home") as store:
        encounter = store.add_encounter(store.add_patient(maria()))
        draft = pipeline.draft_text(SAID, on=date(2026, 3, 1), phrases=Phrases((EXAM,)))
        store.save_draft(encounter.id, draft)
        yield store


def entry(store: Store, name: str) -> Entry:
    """The entry of that name, as it is stored."""
    return next(each for each in store.encounter(id_of(store)).draft.entries if each.name == name)


def id_of(store: Store) -> str:
    """The dictation."""
    return store.encounters()[0].id


def fill(store: Store, *answers: str) -> None:
    """Fill the first fields of the note."""
    for answer in answers:
        text = store.encounter(id_of(store)).draft.note.written
        store.edit_note(id_of(store), filled(text, fields(text)[0], answer))


def test_an_entry_waits_for_the_field_in_its_sentence(store):
    """It is not accepted, and none beside it; one in another sentence is; it can be edited or rejected."""
    assert [each.name for each in store.encounter(id_of(store)).draft.entries if each.waits] == ["rale"]
    with pytest.raises(EntryWaits, match="not accepted"):
        store.accept(entry(store, "edema").id, entry(store, "rale").id)
    assert entry(store, "edema").state is ReviewState.PROPOSED
    store.accept(entry(store, "edema").id)
    store.edit(replace(entry(store, "rale"), name="rales"))
    store.accept(entry(store, "rales").id)

    assert entry(store, "rales").state is ReviewState.EDITED


def test_a_filled_field_lets_its_entry_go(store):
    """The flag is gone once the last field of the sentence is filled, and there again when that is undone."""
    fill(store, "wheezes")
    assert OPEN_FIELD in entry(store, "rale").flags
    fill(store, "16")
    assert OPEN_FIELD not in entry(store, "rale").flags
    store.take_back(id_of(store))
    assert OPEN_FIELD in entry(store, "rale").flags
    with pytest.raises(EntryWaits):
        store.accept(entry(store, "rale").id)
    fill(store, "16")
    store.accept(entry(store, "rale").id)
    assert entry(store, "rale").state is ReviewState.ACCEPTED


def test_a_note_with_open_fields_is_neither_reviewed_nor_signed(store):
    """Though all is decided; the message counts the fields and does not name them. Filled or taken out, it goes."""
    id_ = id_of(store)
    store.reject(entry(store, "rale").id)
    store.accept(*(each.id for each in store.encounter(id_).draft.entries if each.name != "rale"))
    assert len(store.signatures.readiness(id_).open_fields) == 2
    assert not store.signatures.readiness(id_).ready
    for act in (store.signatures.mark_reviewed, lambda id_: store.signatures.sign(id_, Seal(PASSPHRASE))):
        with pytest.raises(FieldsOpen, match="2 fields of the note are still open") as refused:
            act(id_)
        assert "wheezes" not in str(refused.value)
    fill(store, "wheezes", "")
    assert store.signatures.readiness(id_).ready
    store.signatures.mark_reviewed(id_)
    store.signatures.sign(id_, Seal(PASSPHRASE))


def test_a_field_typed_beside_a_fact_makes_it_wait(store):
    """As one that an auto-text brought; what was decided before stays decided."""
    store.accept(entry(store, "edema").id)
    text = store.encounter(id_of(store)).draft.note.written
    store.edit_note(id_of(store), text.replace("asthma", "asthma for [how long]").replace("edema", "[pitting] edema"))

    assert entry(store, "asthma").waits
    assert OPEN_FIELD not in entry(store, "edema").flags


def test_a_field_is_shown_with_its_line():
    """The words around it, cut at words, none of another line."""
    text = "One line.\nWound: left shin, a little above the ankle joint, [size] cm, edges clean, drainage serous now."
    (field,) = fields(text)

    assert around(text, field) == "… above the ankle joint, [size] cm, edges clean, drainage …"
    assert around("[size]", fields("[size]")[0]) == "[size]"


@given(st.text("ab [|]\n.", max_size=30), st.text("xy", max_size=3))
def test_filling_fields_leaves_the_rest(text, answer):
    """Any text: the answer stands in the field's place, blanks beside a field that is taken out go with it."""
    for field in fields(text):
        after = filled(text, field, answer)
        before, behind = text[: field.span.start], text[field.span.end :]
        assert after.endswith(behind)
        assert after.startswith(before if answer else before.rstrip(" "))
        assert around(text, field).count("\n") == 0
        assert text[field.span.start : field.span.end].strip() in around(text, field)


def test_brackets_that_were_heard_are_no_fields():
    """Only inserted and typed ones wait."""
    assert open_fields(pipeline.draft_text("He has [sic] asthma.", on=date(2026, 3, 1)).note) == ()
