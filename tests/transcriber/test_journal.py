"""The journal keeps every sample it was given, through kills, full disks and other readers."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from transcriber.audio import SAMPLE_RATE
from transcriber.errors import DiskFull, JournalSealed, JournalUnreadable
from transcriber.journal import BLOCK, Journal

KEY = bytes(range(32))


def ramp(start: int, count: int) -> np.ndarray:
    """Samples that tell their own index, so that a shifted or torn block shows."""
    return ((np.arange(start, start + count) % 60_000) - 30_000).astype(np.int16)


class JournalAgainstList(RuleBasedStateMachine):
    """Any order of appends, gaps, reopenings and reads gives what a plain array gives."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "machine.journal"
        self.journal = Journal.create(self.path, KEY, device="machine")
        self.model = np.zeros(0, np.int16)
        self.gaps: list[tuple[int, int]] = []
        self.sealed = False

    @precondition(lambda self: not self.sealed)
    @rule(count=st.integers(0, 3 * BLOCK + 7))
    def append(self, count):
        """Sound comes."""
        pcm = ramp(len(self.model), count)
        self.journal.append(pcm)
        self.model = np.concatenate([self.model, pcm])

    @precondition(lambda self: not self.sealed)
    @rule(count=st.integers(1, 4 * BLOCK))
    def gap(self, count):
        """Sound is lost."""
        self.journal.append_gap(count)
        start = self.gaps.pop()[0] if self.gaps and self.gaps[-1][1] == len(self.model) else len(self.model)
        self.gaps.append((start, len(self.model) + count))
        self.model = np.concatenate([self.model, np.zeros(count, np.int16)])

    @rule()
    def reopen(self):
        """Another process takes over."""
        self.journal.close()
        self.journal = Journal.open(self.path, KEY)

    @rule()
    def seal(self):
        """The recording ends."""
        self.journal.seal()
        self.sealed = True

    @rule(data=st.data())
    def read(self, data):
        """Any stretch equals the array's."""
        start = data.draw(st.integers(0, len(self.model) + 10))
        stop = data.draw(st.integers(start, len(self.model) + 20))
        assert np.array_equal(self.model[start:stop], self.journal.read(start, stop))

    @invariant()
    def agrees(self):
        """Length, gaps and seal are what they should be."""
        assert (len(self.model), tuple(self.gaps), self.sealed) == (
            self.journal.samples,
            self.journal.gaps,
            self.journal.sealed,
        )

    def teardown(self):
        """Clean up."""
        self.journal.close()
        self.directory.cleanup()


TestJournalAgainstList = JournalAgainstList.TestCase
TestJournalAgainstList.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)


def test_sealed_takes_no_more(tmp_path):
    """After sealing, sound is refused, and what was there is unharmed."""
    with Journal.create(tmp_path / "a.journal", KEY, device="test") as journal:
        journal.append(ramp(0, 100))
        journal.seal()
        with pytest.raises(JournalSealed):
            journal.append(ramp(100, 1))
        assert journal.samples == 100


def test_nothing_is_readable_without_the_key(tmp_path):
    """The file holds neither its device's name nor its sound in the clear, and another key does not open it."""
    path = tmp_path / "a.journal"
    pcm = ramp(0, SAMPLE_RATE)
    with Journal.create(path, KEY, device="Canary Microphone") as journal:
        journal.append(pcm)
        journal.seal()
    stored = path.read_bytes()
    assert b"Canary" not in stored
    assert b"SQLite format" not in stored
    assert pcm[:50].tobytes() not in stored
    with pytest.raises(JournalUnreadable):
        Journal.open(path, bytes(32))


def test_missing_and_damaged(tmp_path):
    """A missing file, and one of noise, are unreadable; an existing file is never overwritten."""
    (tmp_path / "noise.journal").write_bytes(bytes(range(256)) * 64)
    for name in ("noise.journal", "missing.journal"):
        with pytest.raises(JournalUnreadable):
            Journal.open(tmp_path / name, KEY)
    with pytest.raises(FileExistsError):
        Journal.create(tmp_path / "noise.journal", KEY, device="test")


def test_another_connection_reads_while_it_grows(tmp_path):
    """A reader follows the writer to the seal and gets every sample once."""
    path = tmp_path / "a.journal"
    with Journal.create(path, KEY, device="test") as journal:
        got: list[np.ndarray] = []

        def follow() -> None:
            with Journal.open(path, KEY) as reader:
                got.extend(reader.follow(poll_s=0.001))

        follower = threading.Thread(target=follow)
        follower.start()
        for start in range(0, 20 * BLOCK, BLOCK):
            journal.append(ramp(start, BLOCK))
        journal.seal()
        follower.join(20)
    assert np.array_equal(ramp(0, 20 * BLOCK), np.concatenate(got))


WRITER = """
import sys
import tempfile
from pathlib import Path
import numpy as np
from transcriber.journal import BLOCK, Journal
journal = Journal.create(Path(sys.argv[1]), bytes(range(32)), device="writer")
start = 0
while True:
    journal.append(((np.arange(start, start + BLOCK) % 60_000) - 30_000).astype(np.int16))
    start += BLOCK
    print(start, flush=True)
"""


@pytest.mark.parametrize("blocks", [1, 7, 40])
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path, blocks):
    """After SIGKILL every acknowledged sample is there, unsealed, and the recording can go on."""
    path = tmp_path / "killed.journal"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        acknowledged = [int(writer.stdout.readline()) for _ in range(blocks)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    assert blocks <= len(acknowledged)
    with Journal.open(path, KEY) as journal:
        assert acknowledged[-1] <= journal.samples
        assert np.array_equal(ramp(0, journal.samples), journal.read(0, journal.samples))
        assert not journal.sealed
        journal.append(ramp(0, 10))
        journal.seal()


FILLER = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from transcriber.errors import DiskFull
from transcriber.journal import BLOCK, Journal
path, limit, at_once = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
journal = Journal.create(path, bytes(range(32)), device="filler")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
start = 0
while True:
    try:
        journal.append(((np.arange(start, start + at_once) % 60_000) - 30_000).astype(np.int16))
    except DiskFull as error:
        print(start, error.code, flush=True)
        break
    start += at_once
"""


@pytest.mark.parametrize(("limit", "at_once"), [(150_000, BLOCK), (151_777, BLOCK), (400_000, 30 * BLOCK)])
def test_a_full_disk_keeps_what_fitted(tmp_path, limit, at_once):
    """When a file may not grow any more, the writer gets DiskFull and everything before it is whole."""
    path = tmp_path / "full.journal"
    command = [sys.executable, "-c", FILLER, str(path), str(limit), str(at_once)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    written = int(told[0])
    assert DiskFull.code == told[1]
    with Journal.open(path, KEY) as journal:
        assert written <= journal.samples
        assert journal.samples >= limit // 15  # the write-ahead log holds a page or two more for each block
        assert np.array_equal(ramp(0, journal.samples), journal.read(0, journal.samples))


def test_a_key_has_32_bytes(tmp_path):
    """A short key is a programming mistake, not a weak recording."""
    with pytest.raises(ValueError, match="32 bytes"):
        Journal.create(tmp_path / "a.journal", b"short", device="test")
