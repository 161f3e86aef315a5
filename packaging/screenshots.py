"""Takes the pictures of the window that the documentation shows, and those of its other states for looking at.

Usage: python packaging/screenshots.py [OUT] [--all]    (OUT is docs/screenshots where it is not given)

Drives the real window with the embedded model on the bundled sample dictation, in a chart made for the purpose in a
temporary folder. Without `--all` only workbench-light.png and workbench-dark.png are written.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.dictation.recorder import Input
from desktop.facts.readings import repair_of
from desktop.parts import Opening, Parts, assemble
from desktop.theme.theme import follow_system, wear
from desktop.theme.tokens import DARK, LIGHT, Tokens
from ehr import pipeline
from ehr.chart.patient import Gender, Patient
from ehr.store.store import Store

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "resources" / "samples" / "follow-up.flac"
PASSPHRASE = "correct horse battery"
SIZE, SMALL = QSize(1440, 900), QSize(1024, 640)
LIMIT_S = 240.0

MARIA = Patient("004217", "Okafor", "Maria", date(1968, 3, 14), Gender.FEMALE)
OTHERS = (
    (
        Patient("003310", "Lindqvist", "Per", date(1951, 7, 2), Gender.MALE),
        "Consult",
        "He has osteoarthritis of the right knee. He denies fever. Start naproxen 250 mg daily. Allergic to sulfa.",
    ),
    (
        Patient("005128", "Moreau", "Claire", date(1988, 11, 23), Gender.FEMALE),
        "Follow-up",
        "She has migraine without aura. Continue propranolol 40 mg twice daily. Follow up in 6 weeks.",
    ),
)


class Camera:
    """A window that is driven and photographed."""

    def __init__(self, app: QApplication, home: Path, out: Path) -> None:
        self.app, self.out = app, out
        self.parts: Parts = assemble(home)
        self.window = self.parts.window

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the program run until something is so."""
        limit = time.monotonic() + LIMIT_S
        while not until():
            if time.monotonic() > limit:
                raise TimeoutError(until.__name__)
            self.app.processEvents()
            time.sleep(0.005)

    def settle(self, seconds: float = 0.3) -> None:
        """Let everything be painted."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def shoot(self, name: str, *, of: QWidget | None = None, sizes: tuple[QSize, ...] = (SIZE,)) -> None:
        """Photograph in both themes."""
        for size in sizes:
            self.window.resize(size)
            for theme in (LIGHT, DARK):
                wear(self.app, theme)
                self.settle()
                (of or self.window).grab().save(str(self.out / self._file(name, theme, size)))
        wear(self.app, LIGHT)
        self.window.resize(SIZE)

    def _file(self, name: str, theme: Tokens, size: QSize) -> str:
        scale = "" if size == SIZE else f"-{size.width()}"
        return f"{name}-{'dark' if theme.dark else 'light'}{scale}.png"


def stock(home: Path) -> None:
    """A chart with a morning's work in it."""
    with Store.create(home, PASSPHRASE) as store:
        store.add_patient(MARIA)
        for number, (patient, title, said) in enumerate(OTHERS):
            store.add_patient(patient)
            at = datetime.now(UTC) - timedelta(minutes=20 + 35 * number)
            encounter = store.add_encounter(patient, title=title, started_at=at)
            draft = pipeline.draft_text(said, on=at.date())
            store.save_draft(encounter.id, draft)
            if number:
                store.accept(*[entry.id for entry in draft.entries])


def dialog_of(window: QWidget) -> QDialog:
    """The dialog that is open over the window."""
    return next(each for each in window.findChildren(QDialog) if each.isVisible())


def empty_states(camera: Camera) -> None:
    """The first start, the choice of a patient, the idle page, the palette and the page of keys."""
    camera.window.show()
    opening = Opening(camera.parts)
    opening.ask()
    camera.settle()
    camera.shoot("unlock", of=dialog_of(camera.window))
    opening.begin(PASSPHRASE)
    camera.wait(lambda: bool(camera.parts.session.encounters))
    camera.shoot("idle", sizes=(SIZE, SMALL))
    for action, name in (("patient.choose", "patients"), ("help.palette", "palette"), ("help.keys", "keys")):
        camera.window.actions_by_id[action].trigger()
        camera.settle()
        camera.shoot(name, of=dialog_of(camera.window))
        dialog_of(camera.window).reject()


def transcribe_sample(camera: Camera, *, every_state: bool) -> None:
    """Import the sample and wait for its draft."""
    session = camera.parts.session
    session.choose_patient(MARIA)
    camera.window.handlers.dictating.bring_in([SAMPLE])
    if every_state:
        camera.wait(lambda: any(0.2 < job.fraction < 1 for job in camera.parts.desk.jobs.values()))
        camera.shoot("transcribing")
    camera.wait(lambda: session.reading is not None and camera.window.player.duration > 0)
    camera.settle()


def review(camera: Camera, out_names: tuple[str, ...], *, every_state: bool) -> None:
    """A review under way: some facts are decided, one is in focus, the sound stands in its words."""
    session, window = camera.parts.session, camera.window
    for entry in session.entries[:4]:
        session.set_focus(entry.id)
        session.accept()
    reading = session.reading
    medicines = [entry for entry in session.entries if entry.kind == "medication"]
    if medicines and reading is not None:
        repaired = [entry for entry in medicines if repair_of(reading.draft.note, entry) is not None]
        shown = (repaired or medicines)[-1]
        session.set_focus(shown.id)
        time_of = reading.time_of(shown.evidence)
        if time_of is not None:
            window.player.seek(time_of.start + 0.1)
    window.facts.list.setFocus()
    for name in out_names:
        camera.shoot(name, sizes=(SIZE, SMALL) if every_state else (SIZE,))
    if every_state:
        window.actions_by_id["view.changes"].trigger()
        camera.shoot("changes")
        window.actions_by_id["view.note"].trigger()
        window.actions_by_id["entry.edit"].trigger()
        camera.shoot("edit")
        window.actions_by_id["dictation.stop"].trigger()


def record(camera: Camera) -> None:
    """A dictation being recorded, from the file microphone."""
    session, desk = camera.parts.session, camera.parts.desk
    session.choose_patient(MARIA)
    desk.record(MARIA, Input(f"file:{SAMPLE}"))
    camera.wait(lambda: desk.recording is not None)
    camera.settle(6.0)
    camera.shoot("recording")
    desk.stop()
    camera.wait(lambda: desk.recording is None)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "docs" / "screenshots")
    parser.add_argument("--all", action="store_true", help="every state, in both sizes")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    follow_system(app)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        stock(home)
        camera = Camera(app, home, options.out)
        if options.all:
            empty_states(camera)
        else:
            camera.window.show()
            Opening(camera.parts).begin(PASSPHRASE)
            camera.wait(lambda: bool(camera.parts.session.encounters))
        transcribe_sample(camera, every_state=options.all)
        review(camera, ("workbench",), every_state=options.all)
        if options.all:
            record(camera)
        camera.window.close()


if __name__ == "__main__":
    main()
