"""The real window on a real display: `python hotkeys_window.py HOME` opens Maria's page and says "ready"; it ends with
the first recording.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication
from window_samples import PASSPHRASE

from desktop.parts import Opening, assemble


def main() -> None:
    """Open the chart, tell which keys were taken, and close when a recording has ended."""
    app = QApplication([])
    parts = assemble(Path(sys.argv[1]))
    parts.window.station.keys.taken.connect(lambda name, _: tell(name))
    parts.session.worklist_changed.connect(lambda: ready(parts))
    Opening(parts).begin(PASSPHRASE)
    app.exec()


def tell(what: str) -> None:
    """One line."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def ready(parts) -> None:
    """Choose the patient once the worklist is there; close once her dictation is recorded."""
    if parts.session.encounters and parts.session.patient is None:
        parts.session.choose_patient(parts.session.encounters[0].patient)
        tell("ready")
    elif parts.desk.jobs and parts.desk.recording is None and not parts.desk.starting:
        parts.window.close()


if __name__ == "__main__":
    main()
