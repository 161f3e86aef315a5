"""Unlocking the chart and choosing whose dictation it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from window_samples import MARIA, PASSPHRASE

from desktop.parts import Opening, assemble
from desktop.patient.chooser import PatientChooser
from desktop.theme.theme import follow_system
from desktop.unlock import chart_exists
from ehr.chart.patient import Gender


def chooser_of(program) -> PatientChooser:
    """The dialog over the window."""
    return next(each for each in program.window.findChildren(PatientChooser) if each.isVisible())


def test_a_wrong_passphrase_is_told_and_can_be_tried_again(qapp, qtbot, home: Path) -> None:
    """The dialog stays, says so with the code, and opens with the right one."""
    follow_system(qapp)
    parts = assemble(home)
    parts.window.show()
    opening = Opening(parts)
    opening.ask()
    qtbot.keyClicks(opening.dialog.form.passphrase, "not the passphrase")
    qtbot.keyClick(opening.dialog.form.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "CW-E103" in opening.dialog.problem, timeout=20_000)
    opening.dialog.form.passphrase.clear()
    qtbot.keyClicks(opening.dialog.form.passphrase, PASSPHRASE)
    qtbot.keyClick(opening.dialog.form.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(parts.session.encounters), timeout=20_000)
    assert opening.dialog is None
    parts.window.close()
    parts.window.deleteLater()


def test_the_first_start_makes_a_chart(qapp, qtbot, tmp_path: Path) -> None:
    """The passphrase is chosen twice; a short one or a slip is refused; then the chart is there."""
    follow_system(qapp)
    parts = assemble(tmp_path / "new")
    parts.window.show()
    opening = Opening(parts)
    opening.ask()
    dialog = opening.dialog
    dialog.form.name.setText("Dr. Ada")
    for first, second in (("short", "short"), ("long enough", "another one")):
        dialog.form.passphrase.setText(first)
        dialog.form.again.setText(second)
        dialog.form.go.click()
        assert dialog.problem
        assert not chart_exists(tmp_path / "new")
    dialog.form.passphrase.setText(PASSPHRASE)
    dialog.form.again.setText(PASSPHRASE)
    dialog.form.go.click()
    qtbot.waitUntil(lambda: parts.chart.opened and chart_exists(tmp_path / "new"), timeout=30_000)
    parts.window.close()
    parts.window.deleteLater()


def test_quitting_the_dialog_closes_the_window(qapp, qtbot, home: Path) -> None:
    """Without a passphrase there is nothing to see."""
    parts = assemble(home)
    parts.window.show()
    opening = Opening(parts)
    opening.ask()
    opening.dialog.reject()
    assert not parts.window.isVisible()
    parts.window.deleteLater()


def test_a_patient_is_found_by_a_few_letters(program, qtbot) -> None:
    """Ctrl+P, a few letters, Enter: the banner shows the patient with age and record number."""
    program.run("patient.choose")
    chooser = chooser_of(program)
    qtbot.waitUntil(lambda: len(chooser._patients) == 2)
    qtbot.waitUntil(chooser.search.hasFocus)
    qtbot.keyClicks(chooser.search, "okaf")
    qtbot.waitUntil(lambda: len(chooser._patients) == 1)
    qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
    assert program.session.patient == MARIA
    assert program.window.banner._name.text() == "Okafor, Maria"
    assert "MRN 004217" in program.window.banner._details.text()


def test_a_patient_is_added(program, qtbot) -> None:
    """What was typed in the search begins the form; a taken record number is refused in the form."""
    program.run("patient.choose")
    chooser = chooser_of(program)
    qtbot.waitUntil(chooser.search.hasFocus)
    qtbot.keyClicks(chooser.search, "Haddad Samira")
    qtbot.waitUntil(lambda: program.settled() and not chooser._patients)
    qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
    form = chooser.form
    assert (form.family.text(), form.given.text()) == ("Haddad", "Samira")
    form.mrn.setText(MARIA.mrn)
    form.born.setText("2 Feb 1990")
    form.gender.setCurrentIndex(1)
    form.add.click()
    qtbot.waitUntil(form._problem.isVisible)
    form.mrn.setText("007")
    form.add.click()
    qtbot.waitUntil(lambda: program.session.patient is not None)
    added = program.session.patient
    assert (added.display_name, added.mrn, added.birth_date) == ("Haddad, Samira", "007", date(1990, 2, 2))
    assert added.gender is Gender.FEMALE


def test_a_new_dictation_asks_whose_it_is(review, qtbot) -> None:
    """With another dictation on the page, F9 asks for the patient before anything is recorded."""
    qtbot.keyClick(review.window, Qt.Key.Key_F9)
    assert isinstance(chooser_of(review), QDialog)
    assert not review.desk.starting
    chooser_of(review).reject()


def test_the_record_number_is_not_cut_off(review, qtbot) -> None:
    """Beside no pill at all, the banner's line about the patient has the width it needs."""
    details = review.window.banner._details
    assert details.text().endswith("MRN 004217")
    qtbot.waitUntil(lambda: details.width() >= details.sizeHint().width())
