"""Auto-texts, words and the list of what can be said, in the window, by keyboard."""

from __future__ import annotations

import json
from datetime import date

import pytest
import window_samples
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QComboBox, QDialog

from desktop.phrases.book import PhraseBookDialog
from desktop.phrases.form import offer_owners
from desktop.phrases.import_dialog import ImportDialog
from desktop.phrases.inserter import Inserter
from desktop.phrases.sayable_page import SayablePage
from desktop.settings import PUNCTUATION
from ehr import pipeline
from ehr.chart.entry import ReviewState
from ehr.chart.phrases import AutoText, ClinicTerm
from ehr.store.phrases import Owner
from ehr.store.store import Store

SAID = "We used the zandoflex brace on the left knee. Insert wound description. Go to plan. Rest for two days."


@pytest.fixture
def home(home):
    """The chart with one more dictation, the newest: it has an auto-text with open fields in it."""
    with Store.open(home, window_samples.PASSPHRASE) as store:
        encounter = store.add_encounter(window_samples.MARIA, title="Commands")
        transcript = window_samples.transcript(SAID, doubtful="")
        store.save_draft(encounter.id, pipeline.draft(transcript, window_samples.MARIA, on=date(2026, 3, 1)))
        store.phrases.put_autotexts(Owner.CLINIC, [AutoText(("return advice",), "Return for [fever|pain] or [other].")])
    return home


def dialog(program, qtbot, kind: type[QDialog]) -> QDialog:
    """The open dialog of a kind."""
    window = program.parts.window
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)), timeout=20_000)
    return next(each for each in window.findChildren(kind) if each.isVisible())


def read(program, ask):
    """What the store answers, when everything asked before is done."""
    found = []
    program.parts.chart.run(ask, success=found.append, failure=found.append)
    program.qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    return found[0]


def test_what_can_be_said_is_found_by_typing(review, qtbot):
    """The clinic's auto-texts are on the page; letters narrow it."""
    review.run("help.say")
    page = dialog(review, qtbot, SayablePage)
    everything = page.table.model().rowCount()
    qtbot.keyClicks(page.field, "return adv")

    assert everything > 50
    assert page.table.model().rowCount() == 1
    assert page.table.model().index(0, 1).data() == "“insert return advice”"
    qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_an_auto_text_is_inserted_at_the_cursor_and_its_fields_visited(review, qtbot):
    """Typed name, Enter, Tab to the fields, defaults by key; the note is kept as typed."""
    editor = review.parts.window.note.editor
    review.run("note.edit")
    editor.moveCursor(QTextCursor.MoveOperation.End)
    editor.insertPlainText("\n")
    review.run("note.autotext")
    inserter = dialog(review, qtbot, Inserter)
    qtbot.keyClicks(inserter.field, "return")
    assert inserter.preview.toPlainText() == "Return for [fever|pain] or [other]."
    qtbot.keyClick(inserter.field, Qt.Key.Key_Return)

    assert editor.toPlainText().endswith("\nReturn for [fever|pain] or [other].")
    assert editor.textCursor().selectedText() == "[fever|pain]"
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.textCursor().selectedText() == "[other]"
    qtbot.keyClicks(editor, "rash")
    review.run("note.defaults")
    assert editor.toPlainText().endswith("\nReturn for fever or rash.")
    editor.leave()
    id_ = review.parts.session.encounter.id
    assert read(review, lambda store: store.encounter(id_)).draft.note.written.endswith("Return for fever or rash.")


@pytest.mark.parametrize(
    ("text", "at", "after"),
    [("Rest.Fluids.", 5, "Rest. As always. Fluids."), ("Rest. ", 6, "Rest. As always."), ("", 0, "As always."),
     ("Rest.\n", 6, "Rest.\nAs always."), ("Well (), he says.", 6, "Well (As always.), he says.")],
)  # fmt: skip
def test_an_inserted_text_touches_no_word(review, text, at, after):
    """A blank stands where it would, and no second one where there is one."""
    editor = review.parts.window.note.editor
    review.run("note.edit")
    editor.setPlainText(text)
    cursor = editor.textCursor()
    cursor.setPosition(at)
    editor.setTextCursor(cursor)
    editor.insert("As always.")

    assert editor.toPlainText() == after


def test_an_auto_text_goes_to_the_end_of_a_note_that_is_only_read(review, qtbot):
    """On a line of its own, not into the words of the fact in focus."""
    before = review.parts.session.reading.draft.note.written
    review.run("note.autotext")
    inserter = dialog(review, qtbot, Inserter)
    qtbot.keyClicks(inserter.field, "return")
    qtbot.keyClick(inserter.field, Qt.Key.Key_Return)

    assert review.parts.window.note.editor.toPlainText() == f"{before}\nReturn for [fever|pain] or [other]."
    review.parts.window.note.editor.leave()
    qtbot.waitUntil(review.settled, timeout=20_000)


def test_next_field_goes_round_the_note(review, qtbot):
    """Forwards by F7 or Tab, backwards by Shift+Tab, past a character beyond the basic plane, round at the end."""
    review.run("note.field")
    editor = review.parts.window.note.editor
    assert editor.textCursor().selectedText() == "[location]"
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    editor.insertPlainText("\N{GRINNING FACE} ")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.textCursor().selectedText() == "[location]"
    qtbot.keyClick(editor, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert editor.textCursor().selectedText() == "[none|serous|purulent]"
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.textCursor().selectedText() == "[location]"


def test_a_note_without_fields_lets_tab_leave(review, qtbot):
    """As before."""
    older = review.parts.session.encounters[-1].id
    review.parts.session.open(older)
    qtbot.waitUntil(lambda: review.parts.session.encounter.id == older, timeout=20_000)
    review.run("note.edit")
    qtbot.keyClick(review.parts.window.note.editor, Qt.Key.Key_Tab)

    assert not review.parts.window.note.editor.active


def test_a_change_is_taken_back_from_the_list(review, qtbot):
    """Its row, one key; undo brings it back."""
    window, session = review.parts.window, review.parts.session
    review.run("view.changes")
    changes = window.note.changes
    model = changes.model()
    row = next(row for row in range(model.rowCount()) if model.index(row, 2).data() == "number")
    changes.setCurrentIndex(model.index(row, 0))
    before = session.reading.draft.note.written
    changes.setFocus()
    qtbot.keyClick(changes, Qt.Key.Key_Backspace)

    qtbot.waitUntil(lambda: "Rest for two days." in session.reading.draft.note.written, timeout=20_000)
    review.run("entry.undo")
    qtbot.waitUntil(lambda: session.reading.draft.note.written == before, timeout=20_000)


def opened_book(program, qtbot) -> PhraseBookDialog:
    """The dialog of auto-texts and words, filled."""
    program.run("program.phrases")
    book = dialog(program, qtbot, PhraseBookDialog)
    qtbot.waitUntil(lambda: book.autotexts.current() is not None, timeout=20_000)
    return book


def test_an_auto_text_is_written_changed_and_removed(review, qtbot):
    """By its form; what cannot be used is said and not kept."""
    book = opened_book(review, qtbot)
    shelf, form = book.autotexts, book.autotexts.form
    shelf.add()
    qtbot.keyClicks(form.names, "toes")
    qtbot.keyClicks(form.text, "Toes: [pink|blue].")
    form.save.click()
    assert "at least two words" in form.problem
    qtbot.keyClicks(form.names, " exam")
    form.save.click()
    qtbot.waitUntil(
        lambda: shelf.stack.currentIndex() == 0 and shelf.current().phrase.name == "toes exam", timeout=20_000
    )
    assert read(review, lambda store: store.phrases.autotexts(Owner.MINE)) == (
        AutoText(("toes exam",), "Toes: [pink|blue]."),
    )

    shelf.edit()
    form.names.setText("toe exam")
    form.save.click()
    qtbot.waitUntil(lambda: shelf.current().phrase.name == "toe exam", timeout=20_000)
    shelf.remove()
    qtbot.waitUntil(lambda: shelf.current().phrase.name != "toe exam", timeout=20_000)
    assert read(review, lambda store: store.phrases.autotexts(Owner.MINE)) == ()
    book.accept()


def write_lines(file, *lines):
    """A file of JSON lines; text stands as it is."""
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def rows_of(sheet):
    """The texts of a table."""
    columns = range(sheet.rows.columnCount())
    return [tuple(sheet.rows.item(row, column).text() for column in columns) for row in range(sheet.rows.rowCount())]


def test_a_file_is_looked_at_before_it_is_taken(review, qtbot, tmp_path):
    """What is new, replaced, the same, and left out with its reason, for the owner that is chosen; then it is kept."""
    book = opened_book(review, qtbot)
    keeper = review.parts.window.phrases
    toes, advice = {"say": ["toe exam"], "text": "Toes: fine."}, {"say": ["return advice"], "text": "Return."}
    keeper.read_file(book.autotexts, write_lines(tmp_path / "in.jsonl", toes, "nonsense", advice))
    asked = dialog(review, qtbot, ImportDialog)
    assert rows_of(asked.sheet) == [
        ("left out", "line 2", "it is not JSON (column 1)"), ("new", "toe exam", "Toes: fine."),
        ("new", "return advice", "Return."),
    ]  # fmt: skip
    assert not asked.attempt.isVisible()
    asked.owner.setCurrentIndex(asked.owner.findData("clinic"))
    assert asked.summary.text() == "New: 1, replaced: 1, as they are now: 0, left out: 1."
    assert read(review, lambda store: store.phrases.autotexts(Owner.MINE)) == ()
    qtbot.keyClick(asked.go, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: book.autotexts.told.text() == "2 taken.", timeout=20_000)

    kept = read(review, lambda store: store.phrases.autotexts(Owner.CLINIC))
    assert {each.name: each.text for each in kept} == {"toe exam": "Toes: fine.", "return advice": "Return."}
    keeper.write_file(book.autotexts, "clinic", tmp_path / "out.jsonl")
    qtbot.waitUntil(lambda: book.autotexts.told.text() == "2 written.", timeout=20_000)
    assert "toe exam" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    keeper.read_file(book.autotexts, tmp_path / "out.jsonl")
    again = dialog(review, qtbot, ImportDialog)
    again.owner.setCurrentIndex(again.owner.findData("clinic"))
    assert "as they are now: 2" in again.summary.text()
    assert not again.go.isEnabled()
    again.reject()
    keeper.read_file(book.terms, tmp_path / "absent.csv")
    qtbot.waitUntil(review.parts.window.problems.isVisible, timeout=20_000)
    book.accept()


def test_words_of_a_file_are_tried_before_they_go_live(review, qtbot, tmp_path):
    """From the dialog that shows what the file brings: what they fix and break in past dictations; nothing is kept."""
    book = opened_book(review, qtbot)
    (tmp_path / "words.csv").write_text("Xandoflex,zando flex\n77\n", encoding="utf-8")
    review.parts.window.phrases.read_file(book.terms, tmp_path / "words.csv")
    asked = dialog(review, qtbot, ImportDialog)
    assert [row[:2] for row in rows_of(asked.sheet)] == [("left out", "line 2"), ("new", "Xandoflex")]
    asked.attempt.click()
    qtbot.waitUntil(lambda: "Fixes 0, breaks 0" in asked.trial.outcome.text(), timeout=60_000)
    assert rows_of(asked.trial.table) == [("open", "zandoflex", "Xandoflex (only suggested)")]
    asked.reject()
    assert read(review, lambda store: store.phrases.terms(Owner.MINE)) == ()
    book.accept()


def test_who_may_not_change_the_clinics_is_not_offered_it(qtbot):
    """The choice is there and says why it cannot be taken; one who may only change the clinic's begins there."""
    for may, starts in ((["mine"], "mine"), (["clinic"], "clinic"), (["mine", "clinic"], "mine")):
        box = QComboBox()
        qtbot.addWidget(box)
        offer_owners(box, may)
        assert box.currentData() == starts
        enabled = {box.itemData(at) for at in range(2) if box.model().item(at).isEnabled()}
        assert enabled == set(may)


def test_a_word_is_tried_on_past_dictations_and_kept(review, qtbot):
    """The trial runs beside the window, says what would change and keeps nothing; Save does."""
    book = opened_book(review, qtbot)
    book.tabs.setCurrentIndex(1)
    shelf, form = book.terms, book.terms.terms_form
    shelf.add()
    qtbot.keyClicks(form.word, "Xandoflex")
    qtbot.keyClicks(form.sounds, "zando flex")
    form.tried.emit((form.written(),))
    qtbot.waitUntil(lambda: "Fixes 0, breaks 0" in shelf.trial.outcome.text(), timeout=60_000)
    assert rows_of(shelf.trial.table) == [("open", "zandoflex", "Xandoflex (only suggested)")]
    assert read(review, lambda store: store.phrases.terms(Owner.MINE)) == ()

    form.save.click()
    qtbot.waitUntil(lambda: shelf.current() is not None, timeout=20_000)
    assert read(review, lambda store: store.phrases.terms(Owner.MINE)) == (ClinicTerm("Xandoflex", ("zando flex",)),)
    book.accept()


def test_saying_every_mark_is_remembered(review, qtbot):
    """And holds from the next dictation on."""
    book = opened_book(review, qtbot)
    book.marks.click()

    assert review.parts.desk.says_marks
    assert review.parts.window._settings.text(PUNCTUATION) == "spoken"
    book.accept()


def test_an_entry_beside_an_open_field_is_not_accepted(review, qtbot):
    """Enter says why and where to go; filled, it is accepted, and its flag is gone."""
    session, window = review.parts.session, review.parts.window
    waiting = next(each for each in session.entries if each.waits)
    session.set_focus(waiting.id)
    review.run("entry.accept")
    assert window.problems.shown.code == "CW-E231"
    assert "F7" in window.problems.shown.next_step
    assert session.focused.state is ReviewState.PROPOSED

    review.run("note.field")
    for answer in ("shin", "4", "clean", "serous"):
        qtbot.keyClicks(window.note.editor, answer)
        review.run("note.field")
    window.note.editor.leave()
    qtbot.waitUntil(lambda: review.settled() and not session.focused.waits, timeout=20_000)
    session.set_focus(waiting.id)
    review.run("entry.accept")
    assert session.entries[[each.id for each in session.entries].index(waiting.id)].state is ReviewState.ACCEPTED


@pytest.mark.parametrize("command", ["record.review", "record.sign"])
def test_open_fields_stop_a_review_and_a_signature(review, qtbot, command):
    """Each is named, no passphrase is asked, and F7 goes to the next one; the badge says how many are left."""
    session, window = review.parts.session, review.parts.window
    for each in session.entries:
        session.set_focus(each.id)
        review.run("entry.reject")
    qtbot.waitUntil(review.settled)
    assert window.banner.state.text() == "Fields to fill · 4"
    review.run(command)
    qtbot.waitUntil(lambda: window.signing.dialog is not None)
    asked = window.signing.dialog
    qtbot.waitUntil(asked.isActiveWindow)
    assert asked.question.open_fields[0].startswith("Wound: [location], [size] cm")
    assert len(asked.question.open_fields) == 4
    assert not asked.passphrase.isVisible()
    assert not asked.go.isVisible()
    qtbot.keyClick(asked, Qt.Key.Key_F7)

    editor = window.note.editor
    assert editor.textCursor().selectedText() == "[location]"
    editor.setPlainText("Plan: rest.")
    editor.leave()
    qtbot.waitUntil(lambda: window.banner.state.text() == "Ready to sign", timeout=20_000)
