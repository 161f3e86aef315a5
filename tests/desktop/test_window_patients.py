"""Patients in the window: details changed, records merged and parted, lists imported, all by keyboard."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_samples import MARIA, PER, draft

from desktop.patient.chooser import PatientChooser
from desktop.patient.edit import EditPatient
from desktop.patient.import_page import ImportPage
from desktop.patient.merging import MergeDialog, PartDialog
from ehr.chart.patient import Patient
from ehr.importing.lines import Fate

TWIN = Patient("77", "Okafor", "Mary", MARIA.birth_date)
LIST = (
    "mrn,family,given,born,sex\n"
    "004217,Okafor-Bell,,,\n"
    "9001,Haddad,Samira,1990-02-02,f\n"
    "9002,Okafor,M,1964-03-14,f\n"
    ",Nobody,,,\n"
    "003310,Lindqvist,Per,1951-07-02,m\n"
)


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
def opened(program, qtbot):
    """Waits for a dialog of a kind that is open over the window."""

    def wait(kind):
        def visible():
            return [each for each in program.window.findChildren(kind) if each.isVisible()]

        qtbot.waitUntil(lambda: bool(visible()))
        return visible()[-1]

    return wait


def reading() -> bool:
    """Whether a list is being read."""
    return any(each.name.startswith("import patients") for each in threading.enumerate())


def press(widget, *keys: Qt.Key) -> None:
    """Keys, one after another, wherever the keyboard is."""
    for key in keys:
        QTest.keyClick(widget.focusWidget() or widget, key)


def test_details_are_changed_by_keyboard(review, opened, stored, qtbot) -> None:
    """Ctrl+Shift+N, the new name, Enter: the banner and the chart have it, the dictation stays on the page."""
    encounter_id = review.session.encounter.id
    QTest.keyClick(review.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = opened(EditPatient)
    qtbot.waitUntil(dialog.form.family.hasFocus)
    QTest.keyClicks(dialog.form.family, "Bell")
    press(dialog, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: review.window.banner._name.text() == "Bell, Maria")
    assert review.session.encounter.id == encounter_id
    assert stored(lambda store: store.patient_by_mrn(MARIA.mrn)).id == MARIA.id


def test_a_taken_number_is_refused_in_the_form(review, opened, qtbot) -> None:
    """The dialog stays with what was typed."""
    review.run("patient.edit")
    dialog = opened(EditPatient)
    dialog.form.mrn.setText(PER.mrn)
    dialog.form.add.click()

    qtbot.waitUntil(dialog.form._problem.isVisible)
    assert dialog.form.mrn.text() == PER.mrn
    dialog.reject()


def test_who_may_be_on_file_is_offered_before_a_second_record(program, opened, stored, qtbot) -> None:
    """Enter takes the chart that is there; sent once more, it is another person."""
    program.run("patient.choose")
    chooser = opened(PatientChooser)
    chooser._begin_adding()
    for field, text in zip((chooser.form.family, chooser.form.given, chooser.form.mrn, chooser.form.born),
                           ("Okafor", "Mary", "5", "14 Mar 1964"), strict=True):  # fmt: skip
        field.setText(text)
    chooser.form.add.click()
    qtbot.waitUntil(lambda: chooser.form.alike.count() == 1)
    offered = chooser.form.alike.itemAt(0).widget()
    qtbot.waitUntil(offered.hasFocus)
    assert MARIA.mrn in offered.text()
    chooser.form.add.click()
    qtbot.waitUntil(lambda: program.session.patient is not None)
    assert program.session.patient.mrn == "5"

    program.run("patient.choose")
    again = opened(PatientChooser)
    again._begin_adding()
    for field, text in zip((again.form.family, again.form.given, again.form.mrn, again.form.born),
                           ("Lindqvist", "Per", "6", "2 Jul 1951"), strict=True):  # fmt: skip
        field.setText(text)
    again.form.add.click()
    qtbot.waitUntil(lambda: again.form.alike.count() == 1)
    qtbot.waitUntil(again.form.alike.itemAt(0).widget().hasFocus)
    press(again, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: program.session.patient is not None and program.session.patient.mrn == PER.mrn)
    assert stored(lambda store: store.patient_by_mrn("6")) is None


def test_records_are_merged_and_parted_by_keyboard(review, opened, stored, qtbot) -> None:
    """The likeliest record is offered first; both stand side by side; a reason is needed; it can be undone."""

    def twin(store):
        other = store.add_patient(TWIN)
        store.save_draft(store.add_encounter(other).id, draft())

    stored(twin)
    review.run("patient.merge")
    chooser = opened(PatientChooser)
    qtbot.waitUntil(lambda: [each.mrn for each in chooser._patients] == ["77"])
    press(chooser, Qt.Key.Key_Return)
    dialog = opened(MergeDialog)
    assert dialog.keep[0].isChecked()
    assert "77 then leads there" in dialog.what.text()
    assert not dialog.go.isEnabled()
    qtbot.waitUntil(dialog.reason.hasFocus)
    QTest.keyClicks(dialog.reason, "Registered twice.")
    press(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not any(each.isVisible() for each in review.window.findChildren(MergeDialog)))
    (merge,) = stored(lambda store: store.register.merges(MARIA.id))
    assert (merge.survivor.id, merge.retired.mrn, merge.reason) == (MARIA.id, "77", "Registered twice.")

    review.run("patient.part")
    parting = opened(PartDialog)
    assert "Registered twice." in parting.list.item(0).text()
    press(parting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not any(each.isVisible() for each in review.window.findChildren(PartDialog)))
    assert stored(lambda store: store.register.merges(MARIA.id))[0].undone_at is not None


def test_the_other_record_may_survive_and_doubts_are_told(review, opened, stored, qtbot) -> None:
    """Keeping the right one shows its chart; two people are warned of."""
    review.run("patient.merge")
    opened(PatientChooser).take(PER)
    dialog = opened(MergeDialog)
    assert "two people" in dialog.warning.text()
    dialog.keep[1].setChecked(True)
    assert "004217 then leads there" in dialog.what.text()
    dialog.reason.setText("Test.")
    dialog.go.click()

    qtbot.waitUntil(lambda: review.session.patient.id == PER.id)
    assert review.session.encounter is not None


def test_a_list_is_shown_before_it_is_imported(review, opened, stored, qtbot, tmp_path: Path) -> None:
    """Each line by what it would do; what is ticked is done, and the patient on the page is shown as changed."""
    file = tmp_path / "clinic.csv"
    file.write_text(LIST, encoding="utf-8")
    review.window.patients.import_file(file)
    page = opened(ImportPage)
    qtbot.waitUntil(lambda: page.model.rowCount() == 5, timeout=20_000)

    cells = [[page.model.index(row, column).data() for column in range(4)] for row in range(5)]
    assert [(line, what) for line, what, *_ in cells] == [
        ("5", "refused"), ("4", "perhaps on file"), ("2", "differs"), ("3", "new"), ("6", "on file already"),
    ]  # fmt: skip
    assert cells[0][3] == "the family name is missing" or cells[0][3] == "the record number is missing"
    assert MARIA.mrn in cells[1][3]
    assert page.take[Fate.ADD].isChecked()
    assert not page.take[Fate.ALIKE].isChecked()
    assert page.take[Fate.ADD].hasFocus()
    page.take[Fate.DIFFERS].setChecked(True)
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(page.stop.hasFocus)
    assert page.summary.text() == "Patients added: 1. Changed: 1."
    page.reject()

    qtbot.waitUntil(lambda: review.window.banner._name.text() == "Okafor-Bell, Maria")
    assert [stored(lambda store, mrn=mrn: store.patient_by_mrn(mrn)) is None for mrn in ("9001", "9002")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("data", [b"hello", "mrn,name\n1,Núñez".encode("latin-1")])
def test_what_is_no_list_says_so(program, opened, qtbot, tmp_path: Path, data: bytes) -> None:
    """The sentence comes out of the process that read the file; nothing can be imported."""
    file = tmp_path / "clinic.csv"
    file.write_bytes(data)
    program.window.patients.import_file(file)
    page = opened(ImportPage)

    qtbot.waitUntil(lambda: "CW-E13" in page.problem, timeout=20_000)
    assert not page.go.isEnabled()
    page.reject()


def test_a_missing_file_and_a_cancelled_one_leave_nothing(program, opened, qtbot, stored, tmp_path: Path) -> None:
    """The file is gone; then a long list is given up while it is read: no process, no thread, no patient."""
    program.window.patients.import_file(tmp_path / "gone.csv")
    page = opened(ImportPage)
    qtbot.waitUntil(lambda: "CW-D" in page.problem, timeout=20_000)
    page.reject()

    file = tmp_path / "long.csv"
    file.write_text("mrn,family\n" + "".join(f"N{at},Family{at}\n" for at in range(20_000)), encoding="utf-8")
    program.window.patients.import_file(file)
    page = opened(ImportPage)
    qtbot.waitUntil(lambda: reading() and page.isVisible())
    page.reject()
    qtbot.waitUntil(lambda: not reading(), timeout=20_000)
    assert len(stored(lambda store: store.everyone())) == 2
