"""The window stays responsive: no single turn of the event loop takes longer than a few frames of its own time."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtTest import QTest
from window_samples import MARIA, PASSPHRASE, long_draft

from desktop.parts import Opening, Parts, assemble
from desktop.theme.theme import follow_system
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

LONGEST_S = 0.05
ROUNDS = 4
"""A stall of ours comes every time; a shared computer's slow moments, which count as processor time too, do not."""


class Heartbeat:
    """Beats in every turn of the event loop and keeps the processor time this thread spent between two beats.

    Processor time, not the clock's: what other processes do to this machine is not the window's stall.
    """

    def __init__(self) -> None:
        self.beats: list[float] = []
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)
        self._last = time.thread_time()

    def __enter__(self) -> Heartbeat:
        self._last = time.thread_time()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.thread_time()
        self.beats.append(now - self._last)
        self._last = now


def test_a_two_hour_dictation_opens_without_a_stall(qapp, qtbot, tmp_path: Path) -> None:
    """Twenty thousand words, four hundred facts: opening, walking, following the sound and deciding stay short."""
    with Store.create(tmp_path, PASSPHRASE, cost=Argon2Cost(passes=1, lanes=1, memory_kib=8)) as store:
        store.add_patient(MARIA)
        encounter = store.add_encounter(MARIA)
        store.save_draft(encounter.id, long_draft())
    follow_system(qapp)
    parts = assemble(tmp_path)
    window, session = parts.window, parts.session
    window.show()
    Opening(parts).begin(PASSPHRASE)
    qtbot.waitUntil(lambda: bool(session.encounters), timeout=30_000)
    longest = LONGEST_S + 1
    for _ in range(ROUNDS):
        longest = min(longest, _longest_turn(parts, encounter.id, qtbot))
        if longest <= LONGEST_S:
            break
        session.choose_patient(MARIA)
        window.resize(1440, 900)
    window.close()
    window.deleteLater()
    assert longest <= LONGEST_S, f"longest turn {longest * 1000:.0f} ms in the best of {ROUNDS} rounds"


def _longest_turn(parts: Parts, encounter_id: str, qtbot) -> float:
    """Seconds of the longest turn while the dictation is opened, walked through, listened to and decided on."""
    window, session = parts.window, parts.session
    with Heartbeat() as heart:
        session.open(encounter_id)
        qtbot.waitUntil(lambda: session.focus is not None and not window.note.note._building.busy, timeout=60_000)
        for _ in range(20):
            window.actions_by_id["entry.next"].trigger()
            QCoreApplication.processEvents()
        for second in range(0, 9_000, 700):
            window.player.position_changed.emit(float(second))
            QCoreApplication.processEvents()
        window.actions_by_id["entry.accept"].trigger()
        QCoreApplication.processEvents()
        window.resize(1024, 640)
        QTest.qWait(50)
    assert len(heart.beats) > 100
    return max(heart.beats)
