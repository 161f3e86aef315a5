"""A window that records until it is killed: `python window_victim.py HOME DEVICE` tells each level and each trouble."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication
from window_samples import PASSPHRASE

from desktop.dictation.recorder import Input
from desktop.parts import Opening, assemble


def main() -> None:
    """Open the chart, record, and tell."""
    app = QApplication([])
    parts = assemble(Path(sys.argv[1]))
    parts.window.show()
    parts.desk.level.connect(lambda level: tell(level.duration))
    parts.desk.warned.connect(lambda warned: tell(warned.kind))
    parts.session.worklist_changed.connect(lambda: begin(parts))
    Opening(parts).begin(PASSPHRASE)
    app.exec()


def tell(what: object) -> None:
    """One line."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def begin(parts) -> None:
    """Record once the worklist is there."""
    if parts.session.encounters and not parts.desk.starting and parts.desk.recording is None:
        parts.desk.record(parts.session.encounters[0].patient, Input(sys.argv[2]))


if __name__ == "__main__":
    main()
