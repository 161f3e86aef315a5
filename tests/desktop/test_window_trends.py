"""The record over time with its values drawn: one axis a unit, each line leading to its dictation and its sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_samples import MARIA

from desktop.patient.record_page import RecordPage
from ehr.chart.entry import Assertion, Entry, Kind, ReviewState
from ehr.chart.history import Filed, Record, fold
from ehr.chart.note import Span

START = datetime(2026, 1, 5, tzinfo=UTC)
WEIGHTS = (("92", "kg"), ("90.5", "kg"), ("192", "lb"), ("88", "kg"), ("heavy", ""), ("86", "kg"))


def record() -> Record:
    """Six weights, one in pounds and one in words; a medicine that was started and increased; nothing of allergies."""
    entries = [
        Entry(Kind.VITAL, "weight", Assertion.PRESENT, Span(0, 1), attributes={"value": value, "unit": unit})
        for value, unit in WEIGHTS
    ]
    entries += [
        Entry(Kind.MEDICATION, "metformin", Assertion.PRESENT, Span(0, 1), attributes=attributes)
        for attributes in ({"action": "start", "dose": "500", "unit": "mg"}, {"action": "increase", "dose": "1000"})
    ]
    kept = [replace(each, state=ReviewState.ACCEPTED) for each in entries]
    return fold(Filed(f"e{day}", START + timedelta(days=day), each) for day, each in enumerate(kept))


@pytest.fixture
def page(qapp, qtbot):
    """The page of that record."""
    shown = RecordPage(MARIA, record())
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def line(page, name: str):
    """The line of this name."""
    (found,) = page.tree.findItems(name, Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly)
    return found


def test_values_are_drawn_with_one_unit_an_axis(page) -> None:
    """Kilograms alone: one value in pounds makes no chart of its own, and is not drawn among the others."""
    assert not page.trend.isVisible()
    page.tree.setCurrentItem(line(page, "weight"))

    (chart,) = page.trend.charts
    assert page.trend.isVisible()
    assert (chart.unit, [point.value for point in chart.lines[0]]) == ("kg", [92.0, 90.5, 88.0, 86.0])
    assert "weight, kg: 92 (2026-01-05)" in page.trend.accessibleName()
    assert page.trend._left_out == 2
    assert not page.trend.grab().isNull()


def test_a_line_says_a_unit_again_where_it_is_another_one(page) -> None:
    """192 pounds do not stand as 192 behind kilograms."""
    assert line(page, "weight").text(2) == "86 kg  ←  heavy  ←  88 kg  ←  192 lb  ←  90.5 kg"


def test_what_a_medicine_was_before_stands_below_it(page) -> None:
    """Each dictation that spoke of it, newest first, with what it did."""
    medicine = line(page, "metformin")

    assert medicine.text(1) == "active, changed"
    assert [(medicine.child(at).text(1), medicine.child(at).text(2)) for at in range(2)] == [
        ("increase", "1000"), ("start", "500 mg"),
    ]  # fmt: skip


def test_a_line_leads_to_its_dictation_and_its_sound(page, qtbot) -> None:
    """Space on an older value hears that one; Enter opens it."""
    item = line(page, "weight").child(0)
    line(page, "weight").setExpanded(True)
    page.tree.setCurrentItem(item)
    with qtbot.waitSignal(page.heard) as heard:
        QTest.keyClick(page.tree, Qt.Key.Key_Space)
    page.show()
    with qtbot.waitSignal(page.opened) as opened:
        QTest.keyClick(page.tree, Qt.Key.Key_Return)

    assert heard.args[0] == opened.args[0] == "e4"


def test_allergies_that_nobody_recorded_are_told(page) -> None:
    """An empty list of allergies is not the same as none known."""
    assert line(page, "Allergies").child(0).text(0) == "not recorded"
    assert line(page, "Vitals  1") is not None


def test_the_sound_behind_a_line_is_heard_once_it_is_there(review, qtbot) -> None:
    """Heard where the fact is still in focus, and not at the sound of another page."""
    heard = []
    review.window.patients._hear = lambda: heard.append(review.session.focus)
    encounter, entry = review.session.encounter, review.session.entries[0]

    review.window.patients._open_and_hear(encounter.id, entry.id)
    review.session.sound_changed.emit(None, None)
    assert heard == []
    qtbot.waitUntil(lambda: review.settled() and review.session.focus == entry.id)
    review.window.patients._on_sound(object(), None)
    review.window.patients._on_sound(object(), None)
    assert heard == [entry.id]
