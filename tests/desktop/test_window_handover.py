"""Handing a dictation over and taking one in, by the window: what is asked, what goes wrong, what is there then."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from conftest import CHEAP, Program
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid
from window_samples import MARIA, PASSPHRASE, draft

from desktop.handover.dialogs import HandOverDialog, TakeInDialog
from desktop.handover.files import write_encounter
from desktop.people.rights import RIGHT_OF
from ehr.chart.people import Role
from ehr.store.store import Store

WORDS = "swan lantern gravel"


def _dialog(program: Program, command: str, kind: type, qtbot):
    program.run(command)
    dialog = next(each for each in program.window.findChildren(kind) if isValid(each) and each.isVisible())
    qtbot.waitExposed(dialog)
    return dialog


def _gone(dialog) -> bool:
    return not isValid(dialog) or not dialog.isVisible()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    """Another computer's store."""
    with Store.create(tmp_path / "elsewhere", PASSPHRASE, holder="Dr. Else", cost=CHEAP) as store:
        yield store


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    """A colleague's encounter file of a dictation that the program does not have."""
    other = tmp_path / "colleague"
    with Store.create(other, PASSPHRASE, holder="Dr. B", cost=CHEAP) as store:
        encounter = store.add_encounter(store.add_patient(MARIA), title="From a colleague")
        store.save_draft(encounter.id, draft())
        write_encounter(store, encounter.id, tmp_path / "visit.encounter", WORDS)
    return tmp_path / "visit.encounter"


def test_the_dictation_on_the_page_goes_to_a_colleague(
    review: Program, qtbot, tmp_path: Path, elsewhere: Store
) -> None:
    """By keyboard: two passphrases that agree, a place that is free; what was just typed goes along."""
    review.run("note.edit")
    qtbot.keyClicks(review.window.note.editor, "Typed just now. ")
    dialog = _dialog(review, "handover.send", HandOverDialog, qtbot)
    assert "Okafor" not in Path(dialog.place.text()).name
    out, taken = tmp_path / "out.encounter", tmp_path / "taken.encounter"
    taken.write_text("mine")
    qtbot.waitUntil(dialog.passphrase.hasFocus)
    qtbot.keyClicks(dialog.passphrase, WORDS)
    qtbot.keyClicks(dialog.again, "other words")
    qtbot.keyClick(dialog.again, Qt.Key.Key_Return)
    assert "not the same" in dialog.problem
    dialog.again.setText(WORDS)
    dialog.place.setText(str(taken))
    dialog.on_go()
    assert "already" in dialog.problem
    dialog.place.setText(str(tmp_path / "no such folder" / "x.encounter"))
    dialog.on_go()
    qtbot.waitUntil(lambda: "CW-" in dialog.problem, timeout=20_000)
    dialog.place.setText(str(out))
    qtbot.keyClick(dialog.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.done_with, timeout=20_000)
    assert str(out) in dialog.told.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert _gone(dialog)
    assert taken.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.glob("*.encounter")) == ["out.encounter", "taken.encounter"]
    with out.open("rb") as file:
        received = elsewhere.handover.receive(file, WORDS)
    assert "Typed just now." in elsewhere.encounter(received.encounter_id).draft.note.written


def test_a_handed_over_dictation_comes_in(program: Program, qtbot, visit: Path) -> None:
    """A wrong passphrase, a file that is none and a damaged one are told apart; then it is here, and opens by Enter."""
    before = len(program.session.encounters)
    dialog = _dialog(program, "handover.receive", TakeInDialog, qtbot)
    dialog.on_go()
    assert "Choose the file" in dialog.problem
    damaged, plain = visit.with_name("damaged.encounter"), visit.with_name("plain.txt")
    damaged.write_bytes(visit.read_bytes()[:-1])
    plain.write_text("no encounter")
    for file, passphrase, code in (
        (visit.with_name("missing"), WORDS, "CW-D10"),
        (plain, WORDS, "CW-E202"),
        (visit, "other words", "CW-E203"),
        (damaged, WORDS, "CW-E204"),
    ):
        dialog.place.setText(str(file))
        dialog.passphrase.setText(passphrase)
        qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda code=code: code in dialog.problem, timeout=20_000)
    qtbot.waitUntil(dialog.passphrase.hasFocus)
    dialog.place.setText(str(visit))
    qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.taken is not None, timeout=20_000)
    assert "Taken in." in dialog.told.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(program.session.encounters) == before + 1 and program.settled(), timeout=20_000)
    assert program.session.encounter.title == "From a colleague"

    before = len(program.session.encounters)
    again = _dialog(program, "handover.receive", TakeInDialog, qtbot)
    again.place.setText(str(visit))
    again.passphrase.setText(WORDS)
    again.on_go()
    qtbot.waitUntil(lambda: again.taken is not None, timeout=20_000)
    assert "here already" in again.told.text()
    again.reject()
    qtbot.waitUntil(program.settled, timeout=20_000)
    assert len(program.session.encounters) == before


def test_what_came_in_is_listed_though_it_is_not_opened(review: Program, qtbot, visit: Path) -> None:
    """Closed instead of opened, it stands in the worklist, and the page is still the one that was open."""
    page, before = review.session.encounter.id, len(review.session.encounters)
    dialog = _dialog(review, "handover.receive", TakeInDialog, qtbot)
    dialog.place.setText(str(visit))
    dialog.passphrase.setText(WORDS)
    dialog.on_go()
    qtbot.waitUntil(lambda: dialog.taken is not None, timeout=20_000)
    dialog.reject()
    qtbot.waitUntil(lambda: len(review.session.encounters) == before + 1, timeout=20_000)
    assert review.session.encounter.id == page


def test_a_dialog_that_is_closed_meanwhile_stops_the_work(program: Program, qtbot, visit: Path) -> None:
    """Nothing is taken in, nothing is left beside the recordings, and the chart works on; so does the lock."""
    before = len(program.session.encounters)
    gate = threading.Event()
    dialog = _dialog(program, "handover.receive", TakeInDialog, qtbot)
    dialog.place.setText(str(visit))
    dialog.passphrase.setText(WORDS)
    program.chart.run(lambda _: gate.wait(20), success=lambda _: None, failure=print)
    dialog.on_go()
    assert not dialog.go.isEnabled()
    dialog.reject()
    gate.set()
    qtbot.waitUntil(program.settled, timeout=20_000)
    program.session.refresh()
    qtbot.waitUntil(program.settled, timeout=20_000)
    assert len(program.session.encounters) == before
    assert list((program.chart.home / "recordings").iterdir()) == []


def test_the_system_asks_for_the_file(program: Program, qtbot, visit: Path, monkeypatch) -> None:
    """The button opens the system's dialog; what is chosen there stands in the field."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(visit), ""))
    dialog = _dialog(program, "handover.receive", TakeInDialog, qtbot)
    dialog.choose.click()
    assert dialog.place.text() == str(visit)
    dialog.reject()


def test_who_may_not_export_does_not_hand_over(home: Path) -> None:
    """A scribe takes a dictation in, and does not send one away."""
    with Store.open(home, PASSPHRASE) as store:
        scribe = store.users.add("Nora", {Role.SCRIBE}, "nora words")
    assert not scribe.may(RIGHT_OF["handover.send"])
    assert scribe.may(RIGHT_OF["handover.receive"])
