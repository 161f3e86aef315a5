"""From a key in the search field to the painted list: how long a person waits at 100,000 entries.

`python tests/bench/keystroke_bench.py [--entries N]` fills a chart, opens the window on it offscreen, types words
letter by letter and, for each key, waits until the rows of what stands in the field are painted. The peer is bare
sqlite3 with the same SQL on an unencrypted copy, in turn with each key.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from figures import write_figure  # noqa: E402
from PySide6.QtCore import QEvent, QEventLoop, QObject  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from store_bench import ENTRIES_PER_NOTE, SEED, fill, p95, plain_copy, populate, vocabulary  # noqa: E402

from desktop.parts import Opening, Parts, assemble  # noqa: E402
from desktop.theme.theme import follow_system  # noqa: E402
from ehr.store.query import parse  # noqa: E402
from ehr.store.search import _QUERY, values_of  # noqa: E402
from ehr.store.store import Store  # noqa: E402

COMMAND = "python tests/bench/keystroke_bench.py"
PASSPHRASE = "bench"
WORDS, LONGEST, WARM = 80, 7, 10
"""Words typed, letters of each, and words before anything counts."""
LIMIT = 50
TARGET_MS = 50
PATIENCE_S = 20.0


class Watch(QObject):
    """Knows when the rows of a search were painted, and sleeps in the event loop until then, as the program does."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._session, self._rail = parts.session, parts.window.rail
        self._due = self._wanted = ""
        self._loop = QEventLoop()
        self._session.found.connect(self._on_found)
        self._rail.list.viewport().installEventFilter(self)

    def type(self, letter: str, wanted: str) -> float:
        """Seconds from a key to the painted rows of `wanted`."""
        self._wanted = wanted
        start = time.perf_counter()
        QTest.keyClick(self._rail.search, letter)
        self._loop.exec()
        return time.perf_counter() - start

    def _on_found(self, hits: object) -> None:
        if hits is not None:
            self._due = self._session._searched

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A paint after the rows came is what the eye sees."""
        if event.type() is QEvent.Type.Paint and self._due == self._wanted != "":
            watched.removeEventFilter(self)
            QApplication.sendEvent(watched, event)
            watched.installEventFilter(self)
            self._due = self._wanted = ""
            self._loop.quit()
            return True
        return super().eventFilter(watched, event)


def texts(chance: random.Random, words: Sequence[str]) -> Iterator[str]:
    """What is typed: words by how common they are, in text as in a search."""
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for _ in range(WARM + WORDS):
        yield chance.choices(words, weights)[0][:LONGEST]


def until(app: QApplication, done: Callable[[], bool]) -> None:
    """Let the window run until something is so."""
    end = time.perf_counter() + PATIENCE_S
    while not done():
        if time.perf_counter() > end:
            raise TimeoutError
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.001)


@dataclass
class Found:
    """What was measured of each key, in seconds: until the paint, on the processor meanwhile, and by the peer."""

    ours: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)


def measure(app: QApplication, parts: Parts, plain: sqlite3.Connection, typed: Iterator[str]) -> Found:
    """Type each word letter by letter; bare sqlite3 looks for the same after each key."""
    watch, found, search = Watch(parts), Found(), parts.window.rail.search
    store = parts.chart._store
    assert store is not None
    search.setFocus()
    for number, word in enumerate(typed):
        search.clear()
        until(app, lambda: not parts.session._searched and not parts.chart.busy)
        for length in range(1, len(word) + 1):
            wanted, spent = word[:length], time.process_time()
            waited = watch.type(wanted[-1], wanted)
            spent = time.process_time() - spent
            with store._session.read() as db:
                values = values_of(db, parse(wanted))
            assert values is not None
            start = time.perf_counter()
            plain.execute(_QUERY, {**values, "limit": LIMIT}).fetchall()
            if number >= WARM:
                found.peer.append(time.perf_counter() - start)
                found.ours.append(waited)
                found.processor.append(spent)
    return found


def main() -> None:
    """Fill, open, type, report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=100_000, help="entries in the chart (default 100,000)")
    count = arguments.parse_args().entries
    chance = random.Random(SEED)  # noqa: S311
    words = vocabulary(chance)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with Store.create(home, PASSPHRASE) as store:
            fill(store, range(count // ENTRIES_PER_NOTE), populate(store, words), chance, words)
            plain = plain_copy(store, Path(folder) / "plain.db")
        app = QApplication([])
        follow_system(app)
        parts = assemble(home)
        parts.window.show()
        Opening(parts).begin(PASSPHRASE)
        until(app, lambda: bool(parts.session.encounters))
        found = measure(app, parts, plain, texts(chance, words))
        parts.window.close()
        plain.close()
    report(found, count)


def report(found: Found, count: int) -> None:
    """Write the figure and print it."""
    late = sum(1 for each in found.ours if each * 1000 > TARGET_MS)
    times = {"ours": found.ours, "processor": found.processor, "peer": found.peer}
    write_figure(
        "search-keystroke",
        figure=p95(found.ours),
        unit="ms, p95",
        target=f"<= {TARGET_MS}",
        n=len(found.ours),
        peer=f"sqlite3 {sqlite3.sqlite_version}, same SQL, unencrypted, without a window",
        seed=SEED,
        command=COMMAND,
        entries=count,
        p95_ms={name: p95(each) for name, each in times.items()},
        median_ms={name: round(statistics.median(each) * 1000, 2) for name, each in times.items()},
        most_ms={name: round(max(each) * 1000, 2) for name, each in times.items()},
        keys_over_target=late,
        meaning="from the key to the paint of the rows of what stands in the field, the pause for bursts in it; "
        "“processor” is what all threads of the program spent meanwhile",
    )
    for name, each in times.items():
        sys.stdout.write(f"{name}: p95 {p95(each)} ms, median {statistics.median(each) * 1000:.1f}\n")
    sys.stdout.write(f"search-keystroke: {p95(found.ours)} (<= {TARGET_MS}), {late} of {len(found.ours)} keys over\n")


if __name__ == "__main__":
    main()
