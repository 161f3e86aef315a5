"""Lanes: work off the GUI thread, and what becomes of it when the window dies."""

from __future__ import annotations

import os
import select
import subprocess
import sys

import pytest

LONG_S = 30
WINDOW = """
import os, sys
from PySide6.QtCore import QCoreApplication
from desktop.tasks import Lane, Operation

if __name__ == "__main__":
    app = QCoreApplication(sys.argv)
    lane = Lane.on_process()
    lane.run(Operation(os.getpid, lambda pid: print(pid, flush=True), print))
    app.exec()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for a process that is no child, by its pidfd")
def test_a_process_lane_ends_with_a_window_that_is_killed(tmp_path) -> None:
    """SIGKILL of the window ends the process that drafts for it; without the watch it would wait for ever."""
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, str(script)], env=places, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        process = os.pidfd_open(int(window.stdout.readline()))
        window.kill()
    try:
        assert select.select([process], [], [], LONG_S)[0] == [process]
    finally:
        os.close(process)
