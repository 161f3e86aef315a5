"""How fast the window opens and what it weighs, against an empty PySide6 window in the same run.

`python tests/bench/window_bench.py [--pairs N]` starts fresh processes in turn, each of which quits when its window was
painted for the first time: an empty `QMainWindow`; ours, which first asks for the passphrase; and the workbench as it
opens where the passphrase is given. Time runs from the start of the process to its end; memory is the peak
resident set.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from figures import paired_ratio, write_figure  # noqa: E402

PEER = """
import resource, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, app.quit)
app = QApplication(sys.argv)
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
import os; os._exit(0)
"""

OURS = """
import resource, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.app import start
from desktop.theme.theme import follow_system
app = QApplication(sys.argv[:1])
follow_system(app)
if sys.argv[2] == "question":
    kept = start(Path(sys.argv[1]), None)
    kept[0].seen.disconnect()
    kept[0].seen.connect(app.quit)
else:
    from desktop.parts import assemble
    parts = assemble(Path(sys.argv[1]))
    banner = type(parts.window.banner)
    paint = banner.paintEvent
    def painted(self, event):
        paint(self, event)
        QTimer.singleShot(0, app.quit)
    banner.paintEvent = painted
    parts.window.show()
app.exec()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
import os; os._exit(0)
"""


@dataclass(frozen=True)
class Start:
    """One start: seconds to the first painting, and the peak resident set in KiB."""

    seconds: float
    peak_kib: int


def start(script: str, home: Path, what: str = "") -> Start:
    """Start a fresh process and wait until it has painted and ended."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(HERE.parents[1]),
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),  # compiled once, as an installation is
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), what], env=environment, capture_output=True, text=True, check=True
    )
    return Start(time.perf_counter() - before, int(done.stdout))


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=12)
    options = parser.parse_args()
    peer: list[Start] = []
    ours: dict[str, list[Start]] = {"question": [], "workbench": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.pairs + 1):
            peer.append(start(PEER, Path(folder)))
            for what, starts in ours.items():
                starts.append(start(OURS, Path(folder), what))
    for name, what, target in (
        ("window_start", "question", "<= 1.5"),
        ("window_start_workbench", "workbench", "none set; it is built while the passphrase is typed"),
    ):
        seconds = [each.seconds for each in ours[what][1:]], [each.seconds for each in peer[1:]]
        write(
            name,
            *seconds,
            unit=f"ratio of seconds, start of the process to first painting of the {what}",
            target=target,
        )
    memory = [each.peak_kib / 1024 for each in ours["workbench"][1:]], [each.peak_kib / 1024 for each in peer[1:]]
    write("window_memory", *memory, unit="ratio of peak resident set (MiB), window just painted", target="<= 1.8")


def write(name: str, ours: list[float], peer: list[float], *, unit: str, target: str) -> None:
    """Write a figure from pairs whose first, which warmed the file cache, was dropped."""
    ratio = paired_ratio(ours, peer)
    write_figure(
        name,
        figure=ratio["median"],
        unit=unit,
        target=target,
        n=len(ours),
        peer="an empty PySide6 QMainWindow, same run",
        seed=None,
        command="python tests/bench/window_bench.py",
        ours=round(statistics.median(ours), 3),
        peer_value=round(statistics.median(peer), 3),
        spread=ratio,
    )
    sys.stdout.write(f"{name} {ratio}\n")


if __name__ == "__main__":
    main()
