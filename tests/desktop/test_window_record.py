"""The wrong-patient guard, the record over time and the search filters in the window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_samples import MARIA, PER, draft, entry, note, transcript

from desktop.patient.record_page import RecordPage
from ehr.chart.encounter import Draft
from ehr.chart.entry import Kind, ReviewState
from ehr.chart.note import Note, Span

SPOKEN = "Per Lindqvist is a 74-year-old male. He takes glipizide 5 mg every morning."


def doubtful() -> Draft:
    """A dictation about Per."""
    plain = Note(SPOKEN, SPOKEN, (), (), tuple(Span(at, at + 1) for at in range(len(SPOKEN))))
    start = SPOKEN.index("glipizide")
    found = entry(Kind.MEDICATION, "glipizide", "glipizide", dose="5", unit="mg")
    moved = type(found)(found.kind, found.name, found.assertion, Span(start, start + 9), attributes=found.attributes)
    return Draft(plain, (moved,), transcript(SPOKEN))


@pytest.fixture
def stored(program, qtbot):
    """Does something in the open store and waits for what comes of it."""

    def run(work):
        found = []
        program.chart.run(work, success=found.append, failure=found.append)
        qtbot.waitUntil(lambda: bool(found))
        assert not isinstance(found[0], BaseException), found[0]
        return found[0]

    return run


@pytest.fixture
def page(program, stored, qtbot):
    """The window with a dictation in Maria's chart that speaks of Per."""

    def fill(store):
        encounter = store.add_encounter(store.patient_by_mrn(MARIA.mrn))
        store.save_draft(encounter.id, doubtful())
        return encounter.id

    encounter_id = stored(fill)
    program.window.session.open(encounter_id)
    qtbot.waitUntil(lambda: bool(program.window.guard.doubts))
    return program.window


def test_the_guard_shows_both_readings_and_stops_acceptance(page, qtbot):
    """The card stands above the facts; Enter accepts nothing until somebody decides."""
    assert page.guard_card.isVisible()
    assert "Per Lindqvist, Okafor, Maria" in page.guard_card.accessibleName()
    assert not page.actions_by_id["entry.accept"].isEnabled()
    assert not page.actions_by_id["entry.edit"].isEnabled()
    assert page.actions_by_id["entry.reject"].isEnabled()
    assert page.actions_by_id["identity.hear"].isEnabled()


def test_one_key_confirms_the_patient(page, qtbot):
    """After Y the card is gone and Enter accepts."""
    page.facts.list.setFocus()
    page.actions_by_id["identity.confirm"].trigger()
    qtbot.waitUntil(lambda: not page.guard_card.isVisible())

    page.actions_by_id["entry.accept"].trigger()

    assert page.session.entries[0].state is ReviewState.ACCEPTED


def test_a_move_shows_the_dictation_in_the_other_chart(page, stored, qtbot):
    """The banner names Per, the doubt is settled and the reason is kept."""
    page.guard.move(PER.id, "Spoken name.")
    qtbot.waitUntil(lambda: page.session.patient is not None and page.session.patient.id == PER.id)
    qtbot.waitUntil(lambda: not page.guard.doubts)

    (move,) = stored(lambda store: store.register.moves(page.session.encounter.id))
    assert move.reason == "Spoken name."


def test_the_record_opens_the_fact_behind_a_line(page, stored, qtbot):
    """Ctrl+R lists what was accepted; Enter on a line opens its dictation with the fact in focus."""
    encounter_id = page.session.encounter.id
    stored(lambda store: store.identity.confirm(encounter_id))
    stored(lambda store: store.accept(*(each.id for each in store.encounter(encounter_id).draft.entries)))
    fact = page.session.entries[0].id
    page.session.choose_patient(page.session.patient)

    page.actions_by_id["patient.record"].trigger()
    qtbot.waitUntil(lambda: page.findChild(RecordPage) is not None)
    record = page.findChild(RecordPage)
    item = record.tree.currentItem()
    assert [item.text(column) for column in range(3)] == ["glipizide", "active", "5 mg"]
    QTest.keyClick(record.tree, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: page.session.encounter is not None and page.session.focus == fact)


def test_the_patient_is_frozen_when_recording_starts(program, stored):
    """A dictation is of whom it was begun for, whoever is chosen while it runs."""
    people = stored(lambda store: (store.patient_by_mrn(MARIA.mrn), store.patient_by_mrn(PER.mrn)))
    begun, _ = stored(lambda store: store.dictations.begin(people[0], device="test"))
    program.window.session.choose_patient(people[1])

    assert stored(lambda store: store.encounter(begun.id).patient) == MARIA


def test_search_takes_filters_and_names_what_is_none(page, qtbot):
    """The list follows each key; the hint below names the filters, or what is no filter."""
    search = page.rail.search
    QTest.keyClicks(search, "kind:medication")
    qtbot.waitUntil(lambda: {row.left for row in page.rail.model.rows[1:]} == {"glipizide"})
    assert "from:" in page.rail.hint.text()

    QTest.keyClicks(search, " knid:x")
    assert "knid:x" in page.rail.hint.text()
    search.clear()
    qtbot.waitUntil(lambda: "glipizide" not in [row.left for row in page.rail.model.rows])
    assert not page.rail.hint.isVisible()


def test_a_reopened_draft_is_compared_with_the_record(page, stored, qtbot):
    """What was accepted since in the patient's chart flags the open entries of a dictation when it is opened."""

    def fill(store):
        per = store.patient_by_mrn(PER.mrn)
        earlier = store.encounter(page.session.encounter.id).started_at - timedelta(days=3)
        first = store.add_encounter(per, started_at=earlier)
        listed = entry(Kind.MEDICATION, "glipizide", "glipizide", dose="10", unit="mg")
        store.save_draft(first.id, Draft(note(), (listed,), None))
        store.accept(listed.id)

    stored(fill)
    page.guard.move(PER.id, "Spoken name.")

    qtbot.waitUntil(lambda: bool(page.session.entries and page.session.entries[0].flags))
    assert page.session.entries[0].flags[0].code == "record-dose"
    assert draft().entries
