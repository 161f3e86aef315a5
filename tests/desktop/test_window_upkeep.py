"""Backup, retention and salvage in the window: by keyboard, and nothing deleted that was not shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from window_samples import MARIA, PASSPHRASE, draft

from desktop.people.forms import UnlockForm
from desktop.unlock import UnlockDialog
from desktop.upkeep.page import Reminding, UpkeepPage
from desktop.upkeep.run import BackupRun
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


@pytest.fixture
def remembered() -> list[int]:
    """The days that the page has kept."""
    return []


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
def page(store, qtbot, qapp, remembered):
    """The page over that chart."""
    asking, chosen = Asking(store), store.patients()[0]
    made = UpkeepPage(asking, BackupRun(asking, qapp), Reminding(7, remembered.append), lambda _, then: then(chosen))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_backup_is_made_by_one_button(page, store, qtbot, tmp_path):
    """Without a place it asks for one; with one it makes a backup, verifies it, and says when."""
    assert "no verified backup" in page.backup.last.text()
    page.backup.go.click()
    assert "Choose a folder" in page.problem

    page.backup.place.setText(str(tmp_path / "usb"))
    page.backup.go.click()
    qtbot.waitUntil(page.backup.go.isEnabled, timeout=20_000)

    assert page.problem == ""
    assert page.backup.last.text().startswith("Last backup verified by restoring it")
    assert len(backups_in(tmp_path / "usb")) == 1
    assert store.backups.last is not None


def test_what_is_due_is_deleted_only_once_it_was_read(page, store):
    """No rule, nothing due; with rules the list says what and why; the button waits for the tick."""
    assert page.retention.summary.text() == "Nothing is due."
    for matter in (Matter.TRANSCRIPT, Matter.AUDIO, Matter.NOTE):
        page.retention.days[matter].setText("365")
        page.retention.days[matter].editingFinished.emit()
    assert page.retention.due.count() == 2
    assert "kept 365 days" in page.retention.due.item(0).text()
    page.retention.shred.click()
    assert store.search("glipizide") != []

    page.retention.read.setChecked(True)
    page.retention.shred.click()

    assert store.search("glipizide") == []
    assert page.retention.summary.text().startswith("Nothing is due.")
    assert not page.retention.shred.isEnabled()


def test_a_rule_that_is_refused_says_why_and_goes_back(page, store):
    """The note cannot go before what explains it."""
    page.retention.days[Matter.NOTE].setText("365")
    page.retention.days[Matter.NOTE].editingFinished.emit()

    assert "CW-E141" in page.problem
    assert page.retention.days[Matter.NOTE].text() == ""
    assert store.retention.rules() == {}


def test_a_note_that_was_not_sent_is_listed_as_kept(page, store):
    """With its reason; it is due only once somebody says why it need not be sent."""
    store.signatures.amend(store.encounters()[0].id, "Dose corrected.")
    store.signatures.sign(store.encounters()[0].id, Seal(PASSPHRASE, "I answer for this."))
    for matter in (Matter.TRANSCRIPT, Matter.AUDIO, Matter.NOTE):
        store.retention.set_rule(matter, 1)
    store.retention._ledger.now = lambda: datetime.now(UTC) + timedelta(days=3)
    page.retention.reload()
    part = page.retention
    assert part.kept.item(0).text().endswith("its note was not sent yet")
    assert "Note" not in part.due.item(0).text()
    part.waive.click()
    assert "CW-E125" in page.problem

    part.reason.setText("There is no server.")
    part.waive.click()

    assert page.problem == ""
    assert not part.kept.isVisible()
    assert any(part.due.item(row).text().startswith("Note") for row in range(part.due.count()))


def test_a_hold_is_set_and_lifted_with_a_reason(page, store, qtbot):
    """Neither goes without one; the list says who, since when and why; the preview follows at once."""
    for matter in (Matter.TRANSCRIPT, Matter.AUDIO, Matter.NOTE):
        store.retention.set_rule(matter, 365)
    page.retention.reload()
    assert page.retention.due.count() == 2
    page.tabs.setCurrentWidget(page.holds)
    holds = page.holds
    assert holds.none.isVisible()
    assert not holds.lift.isEnabled()
    holds.place.click()
    assert "reason first" in page.problem

    qtbot.keyClicks(holds.reason, "Letter of 3 May")
    holds.place.click()

    assert page.problem == ""
    assert holds.holds.item(0).text().splitlines()[1] == "Letter of 3 May"
    assert MARIA.display_name in holds.holds.item(0).text()
    assert page.retention.due.count() == 0
    assert page.retention.kept.item(0).text().endswith("under a legal hold")
    holds.lift.click()
    assert "reason first" in page.problem
    qtbot.keyClicks(holds.reason, "Settled on 9 June")
    holds.lift.click()
    assert store.retention.holds() == []
    assert page.retention.due.count() == 2


def test_the_days_of_the_reminder_are_kept(page, remembered):
    """What is typed is remembered; nothing typed means never."""
    for typed in ("14", ""):
        page.backup.days.setText(typed)
        page.backup.days.editingFinished.emit()
    assert remembered == [14, 0]


def test_a_backup_is_reminded_of_quietly_and_made_with_one_key(program, tmp_path, qtbot):
    """At the start, in a line above the page and in no dialog; the key makes it where the last one lies."""
    window = program.parts.window
    bar = window.upkeep._bar
    qtbot.waitUntil(lambda: bar.text != "", timeout=20_000)
    assert "no verified backup" in bar.text
    assert QApplication.activeModalWidget() is None
    assert window.problems.shown is None
    bar.later.click()
    assert bar.text == ""
    window.upkeep.run.start(tmp_path / "usb")
    qtbot.waitUntil(lambda: not window.upkeep.run.busy, timeout=20_000)

    window.actions_by_id["upkeep.back_up"].trigger()
    assert "being made" in bar.text
    qtbot.waitUntil(lambda: "was made" in bar.text, timeout=20_000)

    assert len(backups_in(tmp_path / "usb")) >= 1
    window.upkeep.welcome()
    qtbot.waitUntil(lambda: not program.parts.chart.busy, timeout=20_000)
    assert "was made" in bar.text


def test_the_key_asks_for_a_place_where_there_was_no_backup(program, qtbot):
    """It opens the page, with the place still to be chosen."""
    window = program.parts.window
    window.actions_by_id["upkeep.back_up"].trigger()
    qtbot.waitUntil(lambda: window.findChild(UpkeepPage) is not None, timeout=20_000)
    page = window.findChild(UpkeepPage)
    assert page.backup.place.text() == ""
    page.reject()


def test_who_may_only_back_up_sees_no_retention(store, qtbot, qapp):
    """An administrator has no list of dictations on the page."""
    asking = Asking(store)
    page = UpkeepPage(asking, BackupRun(asking, qapp), Reminding(7, lambda _: None), None)
    qtbot.addWidget(page)
    page.show()

    assert page.backup.go.isVisible()
    assert page.tabs.count() == 0


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
