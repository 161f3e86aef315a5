"""Backup, retention and salvage in the window: by keyboard, and nothing deleted that was not shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from window_samples import MARIA, PASSPHRASE, draft

from desktop.people.forms import UnlockForm
from desktop.unlock import UnlockDialog
from desktop.upkeep.page import UpkeepPage
from desktop.upkeep.salvage_form import SalvageForm
from ehr.chart.retention import Matter
from ehr.store.backups import backups_in
from ehr.store.keys import Argon2Cost
from ehr.store.signatures import Seal
from ehr.store.store import Store

CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)


@pytest.fixture
def store(tmp_path: Path):
    """A chart with one dictation that was signed long ago."""
    now = [datetime.now(UTC) - timedelta(days=400)]
    with Store.create(tmp_path / "home", PASSPHRASE, cost=CHEAP, clock=lambda: now[0]) as made:
        encounter = made.add_encounter(made.add_patient(MARIA))
        made.save_draft(encounter.id, draft())
        made.accept(*(entry.id for entry in made.encounter(encounter.id).draft.entries))
        made.signatures.sign(encounter.id, Seal(PASSPHRASE, "I answer for this."))
        made.outbox.delivered(1, "DocumentReference/1")
        now[0] += timedelta(days=400)
        yield made


class Asking:
    """Asks the store at once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Do it and say how it went."""
        try:
            found = work(self._store)
        except Exception as error:  # noqa: BLE001  (as a lane does)
            assert failure is not None
            failure(error)
        else:
            success(found)


@pytest.fixture
def page(store, qtbot):
    """The page over that chart."""
    made = UpkeepPage(Asking(store), may_shred=True)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_backup_is_made_by_one_button(page, store, qtbot, tmp_path):
    """Without a place it asks for one; with one it makes a backup, verifies it, and says when."""
    assert "no verified backup" in page.last.text()
    page.go.click()
    assert "Choose a folder" in page.problem

    page.place.setText(str(tmp_path / "usb"))
    page.go.click()
    qtbot.waitUntil(page.go.isEnabled, timeout=20_000)

    assert page.problem == ""
    assert page.last.text().startswith("Last backup verified by restoring it")
    assert len(backups_in(tmp_path / "usb")) == 1
    assert store.backups.last is not None


def test_what_is_due_is_deleted_only_once_it_was_read(page, store):
    """No rule, nothing due; with rules the list says what and why; the button waits for the tick."""
    assert page.summary.text() == "Nothing is due."
    for matter in (Matter.TRANSCRIPT, Matter.AUDIO, Matter.NOTE):
        page.days[matter].setText("365")
        page.days[matter].editingFinished.emit()
    assert page.due.count() == 2
    assert "kept 365 days" in page.due.item(0).text()
    page.shred.click()
    assert store.search("glipizide") != []

    page.read.setChecked(True)
    page.shred.click()

    assert store.search("glipizide") == []
    assert page.summary.text().startswith("Nothing is due.")
    assert not page.shred.isEnabled()


def test_a_rule_that_is_refused_says_why_and_goes_back(page, store):
    """The note cannot go before what explains it."""
    page.days[Matter.NOTE].setText("365")
    page.days[Matter.NOTE].editingFinished.emit()

    assert "CW-E141" in page.problem
    assert page.days[Matter.NOTE].text() == ""
    assert store.retention.rules() == {}


def test_who_may_only_back_up_sees_no_retention(store, qtbot):
    """An administrator has no list of dictations on the page."""
    page = UpkeepPage(Asking(store), may_shred=False)
    qtbot.addWidget(page)
    page.show()

    assert page.go.isVisible()
    assert not page.due.isVisible()


def test_a_damaged_chart_leads_to_its_rebuilding_by_keyboard(store, qtbot, tmp_path):
    """From the error by Enter to the form, from the passphrase by Enter to the report, and back to unlocking."""
    store.backups.make(tmp_path / "usb")
    store.close()
    home = tmp_path / "home"
    content = bytearray((home / "chart.db").read_bytes())
    content[100] ^= 1
    (home / "chart.db").write_bytes(content)
    dialog = UnlockDialog(home)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_problem("The chart store is damaged.", "CW-E105")
    assert dialog.salvage is not None
    assert dialog.focusWidget() is dialog.salvage
    qtbot.keyClick(dialog.salvage, Qt.Key.Key_Space)
    form = dialog.form
    assert isinstance(form, SalvageForm)
    assert form.place.text() == str(tmp_path / "usb")

    qtbot.keyClicks(form.secret, "wrong words")
    qtbot.keyClick(form.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "CW-E103" in form.problem, timeout=20_000)
    form.secret.clear()
    qtbot.keyClicks(form.secret, PASSPHRASE)
    qtbot.keyClick(form.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(form.report.isVisible, timeout=20_000)

    assert "The ground is the backup" in form.report.toPlainText()
    assert "erase" not in form.report.toPlainText()
    qtbot.keyClick(form.back, Qt.Key.Key_Space)
    assert isinstance(dialog.form, UnlockForm)
    with Store.open(home, PASSPHRASE) as again:
        assert again.check() == []
