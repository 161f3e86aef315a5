"""Typing in the note: kept at every pause and on the way out, tinted, undone, and not in the way of the review."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from window_samples import MARIA, PASSPHRASE, WRITTEN

from desktop.review.note_editor import PAUSE_MS
from ehr.chart.entry import Kind
from ehr.store.store import Store

TYPED = "mild "


def written(program) -> str:
    """The note as the page has it."""
    return program.session.reading.draft.note.written


def stored(home: Path):
    """The dictation and its versions as the store holds them, read after the window is closed."""
    with Store.open(home, PASSPHRASE) as store:
        encounter = store.encounter(store.encounters()[0].id)
        return encounter.draft, store.note_versions(encounter.id)


@pytest.fixture
def typing(review, qtbot):
    """The note open for typing, the cursor before the chest pain."""
    review.session.set_focus(next(each for each in review.session.entries if each.name == "chest pain").id)
    qtbot.keyClick(review.window.facts.list, Qt.Key.Key_F2)
    editor = review.window.note.editor
    assert editor.hasFocus()
    assert editor.toPlainText()[editor.textCursor().position() :].startswith("denies chest pain")
    return review


def test_a_pause_keeps_what_was_typed(typing, qtbot, home: Path) -> None:
    """Within a second after the last key the words are in the store, while typing goes on; J, X and 1 are letters."""
    editor = typing.window.note.editor
    with qtbot.waitSignal(typing.session.note_changed, timeout=1000):
        qtbot.keyClicks(editor, "jx 1 ")
    assert PAUSE_MS < 1000
    assert editor.active
    assert "she jx 1 denies chest pain" in written(typing)
    typing.window.close()
    draft, versions = stored(home)
    assert "she jx 1 denies chest pain" in draft.note.written
    assert len(versions) == 2
    assert all(entry.evidence.of(draft.note.written) for entry in draft.entries)


def test_escape_goes_back_with_what_was_typed(typing, qtbot) -> None:
    """Escape keeps the words without waiting for the pause, and the page shows them tinted, named as typed."""
    qtbot.keyClicks(typing.window.note.editor, TYPED)
    qtbot.keyClick(typing.window.note.editor, Qt.Key.Key_Escape)
    assert not typing.window.note.editor.active
    assert typing.window.facts.list.hasFocus()
    qtbot.waitUntil(typing.settled)
    found = typing.window.note.note.document().find("mild")
    assert found.charFormat().toolTip() == "typed"
    assert found.charFormat().background().style() is not Qt.BrushStyle.NoBrush


def test_closing_the_window_keeps_what_was_typed(typing, qtbot, home: Path) -> None:
    """No pause is needed: the last keys before the window closes are in the store."""
    qtbot.keyClicks(typing.window.note.editor, TYPED)
    typing.window.close()
    assert "she mild denies chest pain" in stored(home)[0].note.written


def test_another_dictation_does_not_get_the_words(typing, qtbot, home: Path) -> None:
    """Typing and opening another page at once: the words go to the note they were typed in."""
    qtbot.keyClicks(typing.window.note.editor, TYPED)
    typing.session.choose_patient(MARIA)
    assert not typing.window.note.editor.active
    typing.window.close()
    assert "she mild denies chest pain" in stored(home)[0].note.written


def test_what_waits_its_turn_is_kept(typing, qtbot, home: Path) -> None:
    """A second pause while the first is still being stored, and the page gone at once: the second is in the store."""
    editor = typing.window.note.editor
    qtbot.keyClicks(editor, TYPED)
    editor.hand_over()
    qtbot.keyClicks(editor, "dull ")
    editor.hand_over()
    typing.session.choose_patient(MARIA)
    typing.window.close()
    assert "she mild dull denies chest pain" in stored(home)[0].note.written


def test_undo_takes_the_typing_back(typing, qtbot) -> None:
    """Back on the page Ctrl+Z brings the note of before."""
    qtbot.keyClicks(typing.window.note.editor, TYPED)
    typing.run("note.edit")
    qtbot.waitUntil(typing.settled)
    assert written(typing) != WRITTEN
    typing.run("entry.undo")
    qtbot.waitUntil(typing.settled)
    assert written(typing) == WRITTEN


def test_removed_words_flag_their_entry(typing, qtbot) -> None:
    """An entry whose words are taken out of the note stays, and is to be looked at."""
    editor = typing.window.note.editor
    cursor = editor.document().find("she is allergic to penicillin")
    cursor.removeSelectedText()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    typing.run("note.edit")
    qtbot.waitUntil(typing.settled)
    allergy = next(entry for entry in typing.session.entries if entry.kind is Kind.ALLERGY)
    assert [flag.code for flag in allergy.flags] == ["words-removed"]
    assert typing.window.facts._left.text().startswith("2 to check")
