"""A program that types in a note without a rest and says each key on its standard output, until it is killed.

Usage: typist.py HOME kept|lost. "lost" is the planted bug: the text is handed over only at a pause, which never comes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_samples import PASSPHRASE

from desktop.parts import Opening, assemble

KEY_MS = 60


def main() -> None:
    """Open the first dictation, begin typing at its start, and go on."""
    app = QApplication([])
    parts = assemble(Path(sys.argv[1]))
    parts.window.show()
    Opening(parts).begin(PASSPHRASE)
    typed = [0]
    typing = QTimer(interval=KEY_MS)

    def type_on() -> None:
        editor = parts.window.note.editor
        QTest.keyClicks(editor, "#")
        typed[0] += 1
        sys.stdout.write(f"{typed[0]}\n")
        sys.stdout.flush()

    def begin() -> None:
        if parts.session.reading is not None:
            waiting.stop()
            parts.window.actions_by_id["note.edit"].trigger()
            if sys.argv[2] == "lost":
                parts.window.note.editor._latest.setInterval(10**6)
            typing.start()
        elif parts.session.encounters and parts.session.encounter is None:
            parts.session.open(parts.session.encounters[0].id)

    typing.timeout.connect(type_on)
    waiting = QTimer(interval=50)
    waiting.timeout.connect(begin)
    waiting.start()
    app.exec()


if __name__ == "__main__":
    main()
