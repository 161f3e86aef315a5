"""Who sits at the window: first start, unlocking, the lock, roles, users, one-time codes and emergency access."""

from __future__ import annotations

import gc
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import Program
from keychains import file_keychain
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel
from shiboken6 import isValid
from window_samples import PASSPHRASE

from desktop.commands.table import COMMANDS
from desktop.palette import Palette
from desktop.parts import Opening, Parts, assemble
from desktop.people.emergency import EmergenciesPage, EmergencyDialog
from desktop.people.lock import IdleWatch
from desktop.people.own_account import CodeDialog, KeychainDialog, PassphraseDialog
from desktop.people.recovery_page import RecoveryPage
from desktop.people.rights import ALWAYS, RIGHT_OF, reason
from desktop.people.users_page import UsersPage
from desktop.theme.theme import follow_system
from ehr.chart.people import RIGHTS, Right, Role
from ehr.store import onetime
from ehr.store.keys import Unlocked
from ehr.store.store import Store

WORDS = "words of another"


def _dialog(program: Program, kind: type) -> object:
    return next(each for each in program.window.findChildren(kind) if isValid(each) and each.isVisible())


def _reopened(home: Path, qtbot, role: Role) -> Parts:
    """A window unlocked by a user of one role."""
    with Store.open(home, PASSPHRASE) as store:
        store.users.add(f"A {role.value}", {role}, role.value * 2)
    parts = assemble(home)
    parts.window.show()
    Opening(parts).begin(role.value * 2)
    qtbot.waitUntil(lambda: parts.chart.opened and parts.desk.workers is not None, timeout=20_000)
    return parts


def _closed(parts: Parts) -> None:
    parts.window.close()
    parts.window.deleteLater()


def _lock(program: Program, qtbot) -> None:
    program.run("people.lock")
    qtbot.waitUntil(program.settled, timeout=20_000)


def _unlock(program: Program, qtbot, passphrase: str = PASSPHRASE) -> None:
    form = program.window.people.screen.form
    form.passphrase.clear()
    qtbot.keyClicks(form.passphrase, passphrase)
    qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)


def _texts(program: Program) -> str:
    return " ".join(each.text() for each in program.window.findChildren(QLabel) if each.isVisible())


def test_the_first_start_shows_the_recovery_key_once(qapp, qtbot, tmp_path: Path) -> None:
    """Name and passphrase by keyboard; the key has to be typed back in part; then it opens the chart for its owner."""
    follow_system(qapp)
    home = tmp_path / "new"
    parts = assemble(home)
    parts.window.show()
    opening = Opening(parts)
    form = opening.ask().form
    qtbot.keyClicks(form.name, "Dr. Ada")
    qtbot.keyClicks(form.passphrase, PASSPHRASE)
    qtbot.keyClicks(form.again, PASSPHRASE)
    qtbot.keyClick(form.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opening.dialog.findChildren(RecoveryPage)), timeout=30_000)
    [page] = opening.dialog.findChildren(RecoveryPage)
    key, groups = page.key, [page.key.split("-")[number] for number in page.asked]
    qtbot.keyClicks(page.typed, "AAAAA AAAAA")
    assert not page.go.isEnabled()
    page.typed.clear()
    qtbot.keyClicks(page.typed, " ".join(groups).lower())
    qtbot.keyClick(page.typed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opening.dialog is None, timeout=20_000)
    assert parts.chart.user is not None
    assert (parts.chart.user.name, parts.chart.user.roles) == ("Dr. Ada", frozenset(Role))
    _closed(parts)
    assert key not in (home / "keyslots.json").read_text()

    with Store.recover(home, key, "new words") as store:
        assert store.users.current.name == "Dr. Ada"


def test_the_first_start_asks_for_a_name(qapp, qtbot, tmp_path: Path) -> None:
    """Without one there is nobody whom the audit log could name."""
    parts = assemble(tmp_path / "new")
    opening = Opening(parts)
    form = opening.ask().form
    form.passphrase.setText(PASSPHRASE)
    form.again.setText(PASSPHRASE)
    form.go.click()
    assert "name" in opening.dialog.problem
    assert not (tmp_path / "new" / "chart.db").exists()
    opening.dialog.reject()
    _closed(parts)


def test_the_recovery_key_is_saved_for_its_owner_only(qapp, tmp_path: Path) -> None:
    """Every group is in the file, and nobody else can read it."""
    page = RecoveryPage("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG-HHHHH")
    page.save_to(tmp_path / "key.txt")
    assert [line for line in (tmp_path / "key.txt").read_text().splitlines() if line in page.key.split("-")] == (
        page.key.split("-")
    )
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "key.txt").stat().st_mode) == 0o600


def test_the_unlock_page_asks_who(qapp, qtbot, home: Path) -> None:
    """With several users one is chosen; a colleague's passphrase does not open; a code is asked when needed."""
    secret = onetime.new_secret()
    with Store.open(home, PASSPHRASE) as store:
        store.users.add("A scribe", {Role.SCRIBE}, WORDS)
    with Store.open(home, WORDS) as store:
        store.users.set_up_code(secret, onetime.code_at(secret, int(time.time()) // 30 - 1))
    parts = assemble(home)
    opening = Opening(parts)
    form = opening.ask().form
    assert [form.user.itemText(row) for row in range(form.user.count())] == ["A scribe", "owner"]
    form.user.setCurrentIndex(0)
    form.passphrase.setText(PASSPHRASE)
    form.go.click()
    qtbot.waitUntil(lambda: "CW-E103" in opening.dialog.problem, timeout=20_000)
    assert form.totp.isHidden()
    form.passphrase.setText(WORDS)
    form.go.click()
    qtbot.waitUntil(lambda: "CW-E116" in opening.dialog.problem, timeout=20_000)
    assert not form.totp.isHidden()
    form.totp.setText(onetime.code_at(secret, int(time.time()) // 30))
    form.go.click()
    qtbot.waitUntil(lambda: opening.dialog is None, timeout=20_000)
    assert parts.chart.user.name == "A scribe"
    _closed(parts)


def test_a_lost_passphrase_is_replaced_by_the_recovery_key(qapp, qtbot, home: Path) -> None:
    """From the unlock page, with the typing error named first."""
    with Store.open(home, PASSPHRASE) as store:
        key = store.users.make_recovery_key()
    parts = assemble(home)
    opening = Opening(parts)
    opening.ask().form.lost.click()
    form = opening.dialog.form
    form.key.setText(key[1:] + "0")
    form.passphrase.setText(WORDS)
    form.again.setText(WORDS)
    form.go.click()
    qtbot.waitUntil(lambda: "CW-E118" in opening.dialog.problem, timeout=20_000)
    form.key.setText(key)
    form.go.click()
    qtbot.waitUntil(lambda: opening.dialog is None, timeout=20_000)
    assert parts.chart.opened
    _closed(parts)
    Store.open(home, WORDS).close()


def test_locking_blanks_the_window_and_drops_the_key(review: Program, qtbot) -> None:
    """Nothing of the patient can be seen or asked for, the store is closed to others no longer, no key is left."""
    assert "Okafor" in _texts(review) or "Maria" in _texts(review)
    _lock(review, qtbot)
    assert review.window.people.locked
    seen = _texts(review)
    assert not [word for word in ("Maria", "MARIA", "metformin") if word in seen]
    assert [each.id for each in COMMANDS if review.window.actions_by_id[each.id].isEnabled()] == sorted(ALWAYS)
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, Unlocked)] == []
    Store.open(review.chart.home, PASSPHRASE).close()

    _unlock(review, qtbot)
    qtbot.waitUntil(lambda: not review.window.people.locked, timeout=20_000)


def test_unlocking_brings_back_the_same_page(review: Program, qtbot) -> None:
    """The same dictation, the same fact in focus, what was decided, and the keyboard where it was."""
    review.run("entry.accept")
    qtbot.waitUntil(review.settled, timeout=20_000)
    before = review.session.encounter.id, review.session.focus, review.session.entries
    _lock(review, qtbot)
    _unlock(review, qtbot, "not it at all")
    qtbot.waitUntil(lambda: "CW-E103" in review.window.people.screen.form.problem, timeout=20_000)
    _unlock(review, qtbot)
    qtbot.waitUntil(lambda: not review.window.people.locked and review.settled(), timeout=20_000)

    assert (review.session.encounter.id, review.session.focus, review.session.entries) == before
    assert review.window.focusWidget() is review.window.facts.list
    assert review.session.can_undo
    review.run("entry.undo")
    qtbot.waitUntil(review.settled, timeout=20_000)
    assert review.session.entries != before[2]


def test_what_is_typed_when_it_locks_is_kept(review: Program, qtbot) -> None:
    """A note under the hands goes into the chart before it closes."""
    review.run("note.edit")
    editor = review.window.note.editor
    qtbot.keyClicks(editor, "Typed just now. ")
    _lock(review, qtbot)
    with Store.open(review.chart.home, PASSPHRASE) as store:
        [encounter] = store.encounters()
        assert "Typed just now." in store.encounter(encounter.id).draft.note.written
    _unlock(review, qtbot)
    qtbot.waitUntil(lambda: not review.window.people.locked, timeout=20_000)


def test_what_another_program_changed_meanwhile_is_shown(review: Program, qtbot) -> None:
    """The page is read anew where the chart has moved on."""
    _lock(review, qtbot)
    with Store.open(review.chart.home, PASSPHRASE) as store:
        [encounter] = store.encounters()
        store.edit_note(encounter.id, "Rewritten elsewhere.")
    _unlock(review, qtbot)
    qtbot.waitUntil(
        lambda: (
            review.session.reading is not None and review.session.reading.draft.note.written.startswith("Rewritten")
        ),
        timeout=20_000,
    )


def test_another_user_gets_an_empty_page(review: Program, qtbot) -> None:
    """What the first one had open is not shown to the second."""
    _lock(review, qtbot)
    with Store.open(review.chart.home, PASSPHRASE) as store:
        scribe = store.users.add("A scribe", {Role.SCRIBE}, WORDS)
    form = review.window.people.screen.form
    review.window.people._offer_users()
    form.user.setCurrentIndex(form.user.findData(scribe.id))
    _unlock(review, qtbot, WORDS)
    qtbot.waitUntil(lambda: not review.window.people.locked and bool(review.session.encounters), timeout=20_000)
    assert review.chart.user == scribe
    assert (review.session.encounter, review.session.patient, review.session.reading) == (None, None, None)


def test_work_under_way_waits_for_somebody_who_may_dictate(program: Program, qtbot) -> None:
    """What a recording has to keep is held while it is locked, and kept after unlocking, in its order."""
    done: list[str] = []
    _lock(program, qtbot)
    for name in ("first", "second"):
        program.chart.run(lambda store, name=name: (store.users.current.name, name), success=done.append, failure=print)
    assert (program.chart.waiting, done) == (2, [])
    program.desk.changed.emit()
    assert "goes on" in program.window.people.screen.recording.state.text()
    with Store.open(program.chart.home, PASSPHRASE) as store:
        store.users.add("An administrator", {Role.ADMINISTRATOR}, WORDS)
    program.window.people.screen.form.user.clear()
    _unlock(program, qtbot, WORDS)
    qtbot.waitUntil(lambda: not program.window.people.locked and program.settled(), timeout=20_000)
    assert (program.chart.waiting, done) == (2, [])
    _lock(program, qtbot)
    program.window.people.screen.form.user.clear()
    _unlock(program, qtbot)
    qtbot.waitUntil(lambda: len(done) == 2, timeout=20_000)
    assert done == [("owner", "first"), ("owner", "second")]


class _Hands:
    """A clock, and a player, that stand until they are moved."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.playing = False

    def __call__(self) -> float:
        return self.now


def test_it_locks_after_idle_minutes(program: Program, qtbot) -> None:
    """Not before, not while something is typed or played, not when the clock is set back, and never at 0."""
    hands, told = _Hands(), []
    watch = IdleWatch(hands, program.window, clock=hands)
    watch.idle.connect(lambda: told.append(hands.now))
    watch.start(10)
    hands.now += 599
    watch.look()
    watch.eventFilter(program.window, _key())
    hands.now += 599
    watch.look()
    hands.playing = True
    hands.now += 10_000
    watch.look()
    hands.playing = False
    hands.now -= 5_000
    watch.look()
    assert told == []
    hands.now += 600
    watch.look()
    assert told == [hands.now]
    watch.start(0)
    hands.now += 10_000
    watch.look()
    assert len(told) == 1
    watch.stop()

    program.window.people.watch.idle.emit()
    assert program.window.people.locked
    qtbot.waitUntil(program.settled, timeout=20_000)


def _key() -> object:
    return QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)


def test_every_command_is_decided_about() -> None:
    """A command either needs a right or is known to need none; every right has a sentence."""
    free = {
        *(each.id for each in COMMANDS if each.id.startswith(("player.", "view.", "help.", "program."))),
        *("dictation.stop", "dictation.microphone", "dictation.buttons", "entry.hear", "entry.next", "entry.previous"),
        *("worklist.next", "worklist.previous", "people.lock"),
    }
    assert {each.id for each in COMMANDS} - free == set(RIGHT_OF)
    assert all(reason(right) for right in Right)


@pytest.mark.parametrize("role", list(Role))
def test_commands_beyond_a_role_are_off_with_the_reason(qapp, qtbot, home: Path, role: Role) -> None:
    """Whatever else makes sense: nobody is offered what the chart would refuse, and the tooltip says why."""
    follow_system(qapp)
    parts = _reopened(home, qtbot, role)
    for command, right in RIGHT_OF.items():
        action = parts.window.actions_by_id[command]
        if role not in RIGHTS[right]:
            assert not action.isEnabled(), command
            assert action.toolTip() == reason(right)
        else:
            assert action.toolTip() != reason(right)
    parts.window.show_palette()
    [palette] = parts.window.findChildren(Palette)
    lines = [palette.list.model().index(row, 0).data() for row in range(palette.list.model().rowCount())]
    for right in Right:
        assert any(reason(right) in line for line in lines) == (
            right in RIGHT_OF.values() and role not in RIGHTS[right]
        )
    palette.reject()
    _closed(parts)


def test_emergency_access_lets_an_administrator_read(qapp, qtbot, home: Path) -> None:
    """Asked for with a reason; the worklist appears, nothing can be changed, and the officer is shown it."""
    follow_system(qapp)
    parts = _reopened(home, qtbot, Role.ADMINISTRATOR)
    assert parts.window.problems.shown.code == "CW-E114"
    assert parts.session.encounters == []
    parts.window.actions_by_id["people.emergency"].trigger()
    [dialog] = parts.window.findChildren(EmergencyDialog)
    dialog.go.click()
    qtbot.waitUntil(lambda: "CW-E125" in dialog.problem, timeout=20_000)
    qtbot.keyClicks(dialog.reason, "The doctor is away")
    qtbot.keyClick(dialog.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(parts.session.encounters), timeout=20_000)
    assert not parts.window.actions_by_id["dictation.record"].isEnabled()
    assert not parts.window.actions_by_id["people.emergency"].isEnabled()
    _closed(parts)

    officer = _reopened(home, qtbot, Role.RECORDS_OFFICER)
    qtbot.waitUntil(lambda: bool(officer.window.findChildren(EmergenciesPage)), timeout=20_000)
    [page] = officer.window.findChildren(EmergenciesPage)
    qtbot.waitUntil(lambda: bool(page.shown), timeout=20_000)
    assert [each.reason for each in page.shown] == ["The doctor is away"]
    page.go.click()
    qtbot.waitUntil(lambda: not isValid(page) or not page.isVisible(), timeout=20_000)
    _closed(officer)
    with Store.open(home, PASSPHRASE) as store:
        assert store.emergencies.all(unseen=True) == []


def test_an_administrator_keeps_the_users(program: Program, qtbot) -> None:
    """Add, rename, change roles, give a passphrase, disable: all by the page, the list following."""
    program.run("people.users")
    page = _dialog(program, UsersPage)
    qtbot.waitUntil(lambda: page.list.count() == 2, timeout=20_000)
    page.list.setCurrentRow(1)
    qtbot.keyClicks(page.name, "Nora Quill")
    page.save.click()
    assert "8 characters" in page.problem
    page.passphrase.setText(WORDS)
    page.again.setText(WORDS)
    page.save.click()
    assert "role" in page.problem
    page.roles[Role.SCRIBE].setChecked(True)
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.list.count() == 3, timeout=20_000)
    assert page.chosen.user.name == "Nora Quill"

    page.name.setText("Nora Quill-Ba")
    page.roles[Role.CLINICIAN].setChecked(True)
    page.save.click()
    qtbot.waitUntil(lambda: page.chosen is not None and page.chosen.user.name == "Nora Quill-Ba", timeout=20_000)
    assert page.chosen.user.roles == {Role.SCRIBE, Role.CLINICIAN}
    page.disable.click()
    qtbot.waitUntil(lambda: page.chosen is not None and page.chosen.disabled, timeout=20_000)
    page.list.setCurrentRow(1)
    page.disable.click()
    qtbot.waitUntil(lambda: "CW-E161" in page.problem, timeout=20_000)
    page.minutes.setValue(3)
    assert program.window.people.minutes == 3
    page.recovery.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(RecoveryPage)), timeout=20_000)
    page.findChildren(RecoveryPage)[0].done.emit()
    page.accept()


def test_a_user_changes_their_passphrase(program: Program, qtbot) -> None:
    """The present one is asked for first; afterwards the new one opens."""
    program.run("people.passphrase")
    dialog = _dialog(program, PassphraseDialog)
    dialog.old.setText("wrong one")
    dialog.new.setText(WORDS)
    dialog.again.setText(WORDS)
    dialog.go.click()
    qtbot.waitUntil(lambda: "CW-E103" in dialog.problem, timeout=20_000)
    dialog.old.setText(PASSPHRASE)
    dialog.go.click()
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
    _lock(program, qtbot)
    _unlock(program, qtbot, WORDS)
    qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)


def test_one_time_codes_begin_and_end(program: Program, qtbot) -> None:
    """They begin with a code of the authenticator and end with the passphrase."""
    program.run("people.code")
    dialog = _dialog(program, CodeDialog)
    qtbot.waitUntil(dialog.go.isEnabled, timeout=20_000)
    dialog.field.setText("12")
    dialog.go.click()
    qtbot.waitUntil(lambda: "CW-E117" in dialog.problem, timeout=20_000)
    dialog.field.setText(onetime.code_at(dialog.secret, int(time.time()) // 30))
    dialog.go.click()
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
    program.run("people.code")
    dialog = _dialog(program, CodeDialog)
    qtbot.waitUntil(lambda: dialog.has_code, timeout=20_000)
    dialog.field.setText(PASSPHRASE)
    dialog.go.click()
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)


def test_a_dialog_over_the_window_goes_when_it_locks(program: Program, qtbot) -> None:
    """A list of patients does not stay in front of the lock."""
    program.run("patient.choose")
    qtbot.waitUntil(program.settled, timeout=20_000)
    program.window.people.lock()
    assert program.window.people.locked
    assert not [each for each in program.window.findChildren(QDialog) if each.isVisible()]
    qtbot.waitUntil(program.settled, timeout=20_000)


def test_the_keychain_is_chosen_used_and_ended_by_keyboard(program: Program, qtbot, tmp_path: Path) -> None:
    """A wrong passphrase chooses nothing; chosen, Enter alone unlocks; locked, the passphrase does; then it ends."""
    with file_keychain(tmp_path / "keychain.json") as backend:
        program.run("people.keychain")
        dialog = _dialog(program, KeychainDialog)
        qtbot.waitUntil(dialog.passphrase.isVisible, timeout=20_000)
        qtbot.waitUntil(dialog.passphrase.hasFocus, timeout=20_000)
        assert not dialog.totp.isVisible()
        qtbot.keyClicks(dialog.passphrase, "not it")
        qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "CW-E103" in dialog.problem, timeout=20_000)
        dialog.passphrase.clear()
        qtbot.keyClicks(dialog.passphrase, PASSPHRASE)
        qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
        assert len(backend.entries()) == 1

        _lock(program, qtbot)
        assert "keychain" in _texts(program)
        backend.locked = True
        qtbot.keyClick(program.window.people.screen.form.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "CW-E200" in program.window.people.screen.form.problem, timeout=20_000)
        _unlock(program, qtbot)
        qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)
        backend.locked = False
        _lock(program, qtbot)
        qtbot.keyClick(program.window.people.screen.form.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)

        program.run("people.keychain")
        dialog = _dialog(program, KeychainDialog)
        qtbot.waitUntil(lambda: dialog.chosen, timeout=20_000)
        dialog.go.click()
        qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible(), timeout=20_000)
        assert backend.entries() == {}
    _lock(program, qtbot)
    assert "keychain" not in _texts(program)
    _unlock(program, qtbot)
    qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)


def test_the_unlock_page_knows_whose_keychain_it_is(qapp, qtbot, home: Path, tmp_path: Path) -> None:
    """Only for the user who chose it may the passphrase stay empty, and the page says so as users are chosen."""
    with file_keychain(tmp_path / "keychain.json"):
        with Store.open(home, PASSPHRASE) as store:
            store.users.add("A scribe", {Role.SCRIBE}, WORDS)
            store.keychain.choose(PASSPHRASE)
        parts = assemble(home)
        opening = Opening(parts)
        form = opening.ask().form
        assert form.user.currentText() == "A scribe"
        assert (form.by_keychain, form.typed()) == (False, None)
        form.user.setCurrentIndex(1)
        assert form.by_keychain
        assert "keychain" in form.explanation.text()
        qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: opening.dialog is None, timeout=20_000)
        assert parts.chart.user.name == "owner"
        _closed(parts)


def test_the_minutes_before_the_lock_can_be_read(program: Program, qtbot) -> None:
    """The field is as wide as what stands in it: a style once left it one pixel."""
    program.run("people.users")
    page = _dialog(program, UsersPage)
    qtbot.waitExposed(page)
    field = page.minutes.lineEdit()
    assert field.width() > field.fontMetrics().horizontalAdvance(page.minutes.text())
    page.reject()


def test_each_unlock_by_a_person_is_one_row(program: Program, qtbot) -> None:
    """The window's lanes and its search open nothing anew: one row for the start, one for lifting the lock."""
    program.session.search("thirst")
    qtbot.waitUntil(program.settled, timeout=20_000)
    _lock(program, qtbot)
    _unlock(program, qtbot)
    qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)
    program.session.search("thirst")
    _lock(program, qtbot)
    with Store.open(program.chart.home, PASSPHRASE) as store, store._session.read() as db:
        [found] = db.execute("SELECT count(*) FROM audit WHERE action = 'unlock.by_passphrase'").fetchone()
    assert found == len(["made", "started", "unlocked", "looked at here"])
    _unlock(program, qtbot)
    qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)


def test_a_silent_keychain_says_what_is_waited_for(program: Program, qtbot, tmp_path: Path, monkeypatch) -> None:
    """While the keychain is asked the page says so; without an answer it says that, and the passphrase opens."""
    monkeypatch.setattr("ehr.store.keychain.PATIENCE_S", 0.5)
    let_go = threading.Event()
    with file_keychain(tmp_path / "keychain.json") as backend:
        program.chart.run(lambda store: store.keychain.choose(PASSPHRASE), success=lambda _: None, failure=print)
        qtbot.waitUntil(lambda: program.settled() and bool(backend.entries()), timeout=20_000)
        _lock(program, qtbot)
        monkeypatch.setattr(backend, "get_password", lambda *_: let_go.wait(20))
        form = program.window.people.screen.form
        qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
        assert "is asked" in form.explanation.text()
        qtbot.waitUntil(lambda: "CW-E200" in form.problem, timeout=20_000)
        assert "Press Enter" in form.explanation.text()
        _unlock(program, qtbot)
        qtbot.waitUntil(lambda: not program.window.people.locked, timeout=20_000)
        let_go.set()
        for thread in [each for each in threading.enumerate() if each.name == "keychain"]:
            thread.join()
