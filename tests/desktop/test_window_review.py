"""Reviewing in the window: focus, highlights, decisions, undo, and that each is in the store at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from window_samples import PASSPHRASE, WRITTEN

from desktop.facts.wording import title
from ehr.chart.entry import Kind, ReviewState
from ehr.store.store import Store


def entry_of(program, kind):
    """The entry of a kind as the session holds it."""
    return next(entry for entry in program.session.entries if entry.kind is kind)


def stored(home: Path):
    """The dictation as the store holds it, read after the window is closed."""
    with Store.open(home, PASSPHRASE) as store:
        return store.encounter(store.encounters()[0].id)


def test_the_flagged_entry_comes_first(review) -> None:
    """Opening a dictation puts the flagged dose in focus, underlined in the note and marked in the transcript."""
    window = review.window
    assert title(review.session.focused) == "Glipizide 5 mg oral every morning"
    assert "start glipizide 5 mg by mouth every morning" in window.note.note.marked_texts()
    marked = [review.session.reading.words[at].text for at in window.transcript.view.marked]
    assert marked == ["start", "glipizide", "five", "milligrams", "by", "mouth", "every", "morning"]
    assert window.banner.state.text() == "Needs review · 4"


def test_enter_accepts_and_goes_on(review, qtbot) -> None:
    """Enter accepts the entry in focus and moves to the next one that waits."""
    before = review.session.focus
    qtbot.keyClick(review.window.facts.list, Qt.Key.Key_Return)
    assert entry_of(review, Kind.MEDICATION).state is ReviewState.ACCEPTED
    assert review.session.focus != before
    assert review.window.banner.state.text() == "Needs review · 3"


def test_every_decision_is_kept(review, qtbot, home: Path) -> None:
    """Accept, edit and reject by keyboard alone; a store opened afterwards holds all three."""
    window = review.window
    qtbot.keyClick(window.facts.list, Qt.Key.Key_Return)
    review.session.set_focus(entry_of(review, Kind.ALLERGY).id)
    qtbot.keyClick(window.facts.list, Qt.Key.Key_E)
    form = window.facts.form
    form.fields["reaction"].setText("hives")
    qtbot.keyClick(form.fields["reaction"], Qt.Key.Key_Return)
    assert not window.facts.editing
    absent = next(entry for entry in review.session.entries if entry.name == "chest pain")
    review.session.set_focus(absent.id)
    qtbot.keyClick(window.facts.list, Qt.Key.Key_X)
    window.close()
    kept = {entry.name: entry for entry in stored(home).draft.entries}
    assert kept["glipizide"].state is ReviewState.ACCEPTED
    assert kept["penicillin"].state is ReviewState.EDITED
    assert kept["penicillin"].attributes == {"reaction": "hives"}
    assert kept["chest pain"].state is ReviewState.REJECTED


def test_undo_takes_back_one_decision_at_a_time(review, qtbot, home: Path) -> None:
    """Ctrl+Z brings back an accepted entry after a rejected one, in the page and in the store."""
    before = entry_of(review, Kind.MEDICATION)
    review.run("entry.accept")
    review.session.set_focus(before.id)
    review.run("entry.reject")
    review.run("entry.undo")
    qtbot.waitUntil(review.settled)
    assert entry_of(review, Kind.MEDICATION).state is ReviewState.ACCEPTED
    review.run("entry.undo")
    qtbot.waitUntil(review.settled)
    assert entry_of(review, Kind.MEDICATION) == before
    assert not review.window.actions_by_id["entry.undo"].isEnabled()
    qtbot.waitUntil(review.settled)
    review.window.close()
    assert all(entry.state is ReviewState.PROPOSED for entry in stored(home).draft.entries)


def test_an_edit_with_another_name_loses_its_code(review) -> None:
    """The code named the old finding; the new name is not filed under it."""
    symptom = next(entry for entry in review.session.entries if entry.code is not None)
    review.session.set_focus(symptom.id)
    review.run("entry.edit")
    form = review.window.facts.form
    form.name.setText("dry mouth")
    assert form.edited().code is None
    form.name.setText(symptom.name)
    assert form.edited().code == symptom.code
    review.run("dictation.stop")
    assert not review.window.facts.editing


def test_letters_typed_in_the_form_are_letters(review, qtbot) -> None:
    """X in the form's field writes an x; it does not reject."""
    review.run("entry.edit")
    field = review.window.facts.form.name
    field.setFocus()
    field.clear()
    qtbot.keyClicks(field, "xjk")
    assert field.text() == "xjk"
    assert entry_of(review, Kind.MEDICATION).state is ReviewState.PROPOSED


def test_j_and_k_walk_the_facts(review, qtbot) -> None:
    """J and K move the focus to the neighbouring entries, over the headings."""
    facts = review.window.facts.list
    seen = [review.session.focus]
    for _ in range(4):
        qtbot.keyClick(facts, Qt.Key.Key_J)
        seen.append(review.session.focus)
    assert len(set(seen)) == 4
    qtbot.keyClick(facts, Qt.Key.Key_K)
    assert review.session.focus == seen[-2]


def test_the_note_shows_titles_for_headings(review) -> None:
    """The page shows each section's title once and the text without the words that opened it."""
    lines = review.window.note.note.toPlainText().split("\n")
    assert lines[0] == "Subjective"
    assert lines[1] == WRITTEN[12 : WRITTEN.index("Plan:")].strip()
    assert lines[2] == "Plan"


def test_a_rule_made_change_names_its_rule(review) -> None:
    """The changed words carry a tooltip with what was said and the rule's name."""
    note = review.window.note.note
    cursor = note.document().find("5 mg")
    assert cursor.charFormat().toolTip() == "“five milligrams” · numbers"


def test_a_click_on_the_note_focuses_its_entry(review, qtbot) -> None:
    """Pointing at a word of a fact in the note brings the fact into focus."""
    note = review.window.note.note
    place = note.cursorRect(note.document().find("penicillin")).center()
    qtbot.mouseClick(note.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert review.session.focused.name == "penicillin"


def test_said_and_written_lists_every_change(review) -> None:
    """The second tab has a row for each change with both texts."""
    review.run("view.changes")
    model = review.window.note.changes.model()
    rows = [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]
    assert ("five milligrams", "5 mg") in rows
    assert len(rows) == len(review.session.reading.draft.note.changes)


def test_search_finds_facts_and_opens_them(review, qtbot) -> None:
    """Typing in the rail lists finds; choosing one opens its dictation with the fact in focus; Escape goes back."""
    rail = review.window.rail
    review.run("worklist.search")
    qtbot.keyClicks(rail.search, "penicil")
    qtbot.waitUntil(lambda: any(row.entry_id for row in rail.model.rows))
    assert rail.model.rows[0].heading == "Found"
    row = next(at for at, row in enumerate(rail.model.rows) if row.entry_id)
    rail.list.setCurrentIndex(rail.model.index(row))
    qtbot.keyClick(rail.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: review.session.focused is not None and review.session.focused.name == "penicillin")
    review.run("dictation.stop")
    qtbot.waitUntil(lambda: rail.model.rows[0].heading == "Needs review")


def test_the_title_names_nobody(review) -> None:
    """The window's title, which stands in task bars, holds no patient text."""
    assert review.window.windowTitle() == "Chartwright"
