"""Reviewing and signing by key: what is asked, what is refused, what the page, the worklist and the history show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Program
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from window_samples import PASSPHRASE, draft

from desktop.parts import Opening, assemble
from desktop.theme.theme import follow_system
from ehr.chart.entry import Kind, ReviewState
from ehr.chart.people import Role
from ehr.chart.signing import Status
from ehr.store.signatures import Seal
from ehr.store.store import Store


def decide_all(program, qtbot) -> None:
    """Accept everything that is proposed."""
    while any(entry.state is ReviewState.PROPOSED for entry in program.session.entries):
        waiting = next(entry for entry in program.session.entries if entry.state is ReviewState.PROPOSED)
        program.session.set_focus(waiting.id)
        program.run("entry.accept")
    qtbot.waitUntil(program.settled)


def ask(program, qtbot, command: str):
    """The dialog that a command opens."""
    program.run(command)
    qtbot.waitUntil(lambda: program.window.signing.dialog is not None)
    dialog = program.window.signing.dialog
    qtbot.waitExposed(dialog)
    return dialog


def sign(program, qtbot, *, reason: str = "", command: str = "record.sign") -> None:
    """Sign with the passphrase, and wait for the page."""
    dialog = ask(program, qtbot, command)
    QTest.keyClicks(dialog.reason, reason)
    QTest.keyClicks(dialog.passphrase, PASSPHRASE)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.window.signing.dialog is None, timeout=10_000)
    qtbot.waitUntil(program.settled)


def badge(program) -> str:
    """What the header says of the state."""
    return program.window.banner.state.text()


def test_signing_names_what_is_undecided_and_leads_there(review, qtbot) -> None:
    """With undecided facts there is no passphrase to type: they are named, and one key goes to the first."""
    dialog = ask(review, qtbot, "record.sign")
    assert len(dialog.question.undecided) == 4
    assert not dialog.passphrase.isVisible()
    assert not dialog.go.isVisible()
    review.session.set_focus(review.session.entries[-1].id)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert review.session.focus == review.session.entries[0].id
    assert not review.window.actions_by_id["record.review"].isEnabled()


def test_the_rest_can_be_rejected_from_the_dialog(review, qtbot) -> None:
    """Rejected facts are kept, and what was undecided no longer stands in the way."""
    dialog = ask(review, qtbot, "record.sign")
    dialog.reject_all.emit()
    dialog.reject()
    qtbot.waitUntil(lambda: all(each.state is ReviewState.REJECTED for each in review.session.entries))


def test_reviewed_then_signed(review, qtbot, home: Path) -> None:
    """The header and the worklist follow; signed, no key changes the page; the history shows it."""
    decide_all(review, qtbot)
    assert badge(review) == "Ready to sign"
    review.run("record.review")
    qtbot.waitUntil(lambda: badge(review) == "Reviewed by owner")
    dialog = ask(review, qtbot, "record.sign")
    assert "Okafor" in dialog.question.facts[0] or dialog.question.facts[0]
    QTest.keyClicks(dialog.passphrase, "wrong")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "CW-E103" in dialog.problem)
    dialog.passphrase.clear()
    QTest.keyClicks(dialog.passphrase, PASSPHRASE)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: badge(review).startswith("Signed by owner"), timeout=10_000)
    qtbot.waitUntil(review.settled)

    enabled = review.window.actions_by_id
    for command in ("entry.accept", "entry.reject", "entry.edit", "note.edit", "entry.undo", "record.sign"):
        assert not enabled[command].isEnabled(), command
    assert enabled["entry.hear"].isEnabled()
    rows = review.window.rail.model.rows
    assert [row.heading for row in rows if row.heading] == ["Signed"]
    assert [row.right for row in rows if row.encounter_id] == ["Signed"]
    review.run("view.history")
    qtbot.waitUntil(review.settled)
    history = review.window.note.history
    assert history.list.model().rowCount() == 2
    assert "Signed by owner" in history.list.currentIndex().data()
    assert "I have read this note" in history.about.text()
    review.window.close()
    with Store.open(home, PASSPHRASE) as store:
        id_ = store.encounters()[0].id
        assert store.signatures.verify(id_) == []
        with store._session.read() as db:
            openings = db.execute("SELECT count(*) FROM audit WHERE action = 'chart.opened'").fetchone()[0]
    assert openings == 1


def test_a_change_after_the_review_is_shown_at_once(review, qtbot) -> None:
    """Undoing a decision of a reviewed page makes it one to review again."""
    decide_all(review, qtbot)
    review.run("record.review")
    qtbot.waitUntil(lambda: badge(review) == "Reviewed by owner")
    review.run("entry.undo")
    qtbot.waitUntil(lambda: badge(review) == "Needs review · 1")
    assert review.session.standing.status is Status.PRELIMINARY


def test_an_amendment_shows_struck_and_added_words(review, qtbot) -> None:
    """Amended with a reason, edited and signed again: the history crosses out the old words and underlines the new."""
    decide_all(review, qtbot)
    sign(review, qtbot)
    dialog = ask(review, qtbot, "record.amend")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "an amendment needs a reason"
    QTest.keyClicks(dialog.reason, "dose corrected")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: badge(review) == "Amendment to sign")
    written = review.session.reading.draft.note.written
    review.session.rewrite(review.session.encounter.id, written.replace("glipizide 5 mg", "glipizide 10 mg"))
    qtbot.waitUntil(review.settled)
    drug = next(entry for entry in review.session.entries if entry.kind is Kind.MEDICATION)
    review.session.edit(replace(drug, attributes={**drug.attributes, "dose": "10"}))
    sign(review, qtbot)
    assert badge(review).startswith("Amended by owner")
    review.run("view.history")
    qtbot.waitUntil(review.settled)
    history = review.window.note.history
    titles = [
        history.list.model().index(row, 0).data().split("\n")[0] for row in range(history.list.model().rowCount())
    ]
    assert titles == [
        "Drafted from what was said", "Signed by owner", "Edited by owner", "Amended and signed by owner",
    ]  # fmt: skip
    assert "Reason: dose corrected" in history.about.text()
    QTest.keyClick(history.list, Qt.Key.Key_Up)
    assert history.struck_and_added() == (["5"], ["10"])
    select = QItemSelectionModel.SelectionFlag.ClearAndSelect
    history.list.selectionModel().select(history.list.model().index(1, 0), select)
    QTest.keyClick(history.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "compared with" in history.summary.text() or history.struck_and_added() == (["5"], ["10"])


def test_an_abandoned_amendment_brings_the_signed_page_back(review, qtbot) -> None:
    """What was changed in it is gone from the page, and the page is signed."""
    decide_all(review, qtbot)
    sign(review, qtbot)
    before = review.session.reading.draft.note.written
    dialog = ask(review, qtbot, "record.amend")
    QTest.keyClicks(dialog.reason, "x")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: badge(review) == "Amendment to sign")
    review.session.rewrite(review.session.encounter.id, "Other.")
    qtbot.waitUntil(review.settled)
    review.run("record.abandon")
    qtbot.waitUntil(lambda: badge(review).startswith("Signed by owner"))
    assert review.session.reading.draft.note.written == before


def test_entered_in_error_asks_why(review, qtbot) -> None:
    """The page is marked; nothing of it can be changed or signed."""
    sign(review, qtbot, reason="wrong patient", command="record.retract")
    assert badge(review) == "Entered in error"
    assert not [
        name
        for name, action in review.window.actions_by_id.items()
        if name.startswith("record.") and action.isEnabled()
    ]


def test_undo_goes_on_after_a_restart(review, qtbot, home: Path) -> None:
    """Decisions and edits of a closed window are taken back by Ctrl+Z in the next one."""
    proposed = review.session.entries
    note = review.session.reading.draft.note.written
    review.run("entry.accept")
    review.session.rewrite(review.session.encounter.id, note.replace("denies", "really denies"))
    review.run("entry.reject")
    qtbot.waitUntil(review.settled)
    review.window.close()

    again = assemble(home)
    again.window.show()
    Opening(again).begin(PASSPHRASE)
    qtbot.waitUntil(lambda: bool(again.session.encounters), timeout=20_000)
    again.session.open(again.session.encounters[0].id)
    qtbot.waitUntil(lambda: again.session.reading is not None, timeout=20_000)
    for _ in range(3):
        assert again.window.actions_by_id["entry.undo"].isEnabled()
        again.window.actions_by_id["entry.undo"].trigger()
        qtbot.waitUntil(lambda: not again.chart.busy)
    assert again.session.entries == proposed
    assert again.session.reading.draft.note.written == note
    assert not again.window.actions_by_id["entry.undo"].isEnabled()
    again.window.close()
    again.window.deleteLater()


@pytest.mark.parametrize("keys", ["steady typing without a rest "])
def test_typing_without_a_rest_is_kept_within_a_second(review, qtbot, keys: str) -> None:
    """The pause never comes, and the words are in the store all the same."""
    review.run("note.edit")
    editor = review.window.note.editor
    kept: list[str] = []
    editor.paused.connect(lambda _, text: kept.append(text))
    for key in keys * 2:
        QTest.keyClick(editor, key)
        QTest.qWait(25)
    assert kept
    assert editor._pause.isActive() or editor._latest.isActive()
    editor.leave()
    qtbot.waitUntil(review.settled)


def test_what_one_is_asked_to_sign_comes_first(qapp, qtbot, home: Path) -> None:
    """A group of its own with its count above all others, one key away; signed beside, it is gone."""
    follow_system(qapp)
    with Store.open(home, PASSPHRASE) as store:
        doctor = store.users.add("Dr. B", {Role.CLINICIAN}, "words of b")
        [old] = store.encounters()
        store.accept(*(entry.id for entry in store.encounter(old.id).draft.entries))
        store.signatures.sign(old.id, Seal(PASSPHRASE))
        store.signatures.ask_cosign(old.id, doctor)
        for _ in range(2):
            store.save_draft(store.add_encounter(old.patient).id, draft())
    parts = assemble(home)
    program = Program(parts, Opening(parts), qtbot)
    parts.window.show()
    qtbot.waitExposed(parts.window)
    program.opening.begin("words of b")
    qtbot.waitUntil(lambda: bool(parts.session.encounters), timeout=20_000)
    first, second = parts.window.rail.model.rows[:2]
    assert (first.heading, first.count) == ("Asked to sign", 1)
    assert (second.encounter_id, second.left) == (old.id, "by owner")
    program.run("worklist.asked")
    qtbot.waitUntil(lambda: parts.session.encounter is not None and program.settled(), timeout=20_000)
    assert parts.session.encounter.id == old.id
    dialog = ask(program, qtbot, "record.cosign")
    QTest.keyClicks(dialog.passphrase, "words of b")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not any(each.asked_by for each in parts.session.encounters), timeout=20_000)
    qtbot.waitUntil(program.settled)
    assert [row.heading for row in parts.window.rail.model.rows if row.heading] == ["Needs review", "Signed"]
    assert not parts.window.actions_by_id["worklist.asked"].isEnabled()
    parts.window.close()
    parts.window.deleteLater()
