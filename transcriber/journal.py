"""The recording on disk: encrypted, append-only, readable while it grows.

Owns one SQLCipher file per recording. A row is a block of at most 100 ms of 16 kHz mono PCM with the index of its
first sample; a gap (sound that was lost) is a row without PCM; marks tell what happened where. Every append is
committed before it returns, and at least one commit a second reaches the disk itself: a killed process loses nothing
that was appended, a power cut at most the last second. Knows nothing of files, microphones or engines, and never
stores the key.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import sqlcipher3

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.errors import DiskFull, JournalSealed, JournalUnreadable
from transcriber.spans import Spans

KEY_BYTES = 32
BLOCK = SAMPLE_RATE // 10
Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]
_VERSION = 1
_READ = SAMPLE_RATE * 10
_SCHEMA = """
CREATE TABLE recording (
    version INTEGER NOT NULL, device TEXT NOT NULL, started_at TEXT NOT NULL, sealed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE block (first INTEGER PRIMARY KEY, samples INTEGER NOT NULL CHECK (samples > 0), pcm BLOB) STRICT;
"""
_MARKS = """CREATE TABLE IF NOT EXISTS mark (
    at INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, seconds REAL NOT NULL, noted_at TEXT NOT NULL
) STRICT"""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a sample of a recording, at `noted_at` (UTC).

    `kind` is "device" (from here on the sound is from the microphone `detail`), "pause" and "resume" (time passed
    that is no part of the recording), "over" (the `seconds` before were said over: what follows replaces them), or a
    `watch.Trouble` that lasted `seconds`.
    """

    at: int
    kind: str
    detail: str
    seconds: float
    noted_at: datetime


class Journal:
    """One recording. `device` names where its sound comes from, `started_at` when it began (UTC).

    Any number of processes may read while one writes. Raises JournalUnreadable for a missing or damaged file or a
    wrong key, DiskFull where an append no longer fits (everything before is kept), JournalSealed after `seal`.
    """

    def __init__(self, connection: sqlcipher3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path
        with _readable():
            row = connection.execute("SELECT version, device, started_at FROM recording").fetchone()
        if row is None or row[0] != _VERSION:
            connection.close()
            raise JournalUnreadable
        self.device: str = row[1]
        self.started_at = datetime.fromisoformat(row[2])
        self._unsynced = 0

    @classmethod
    def create(cls, path: Path, key: bytes, *, device: str, started_at: datetime | None = None) -> Journal:
        """Start a recording in a new file; `key` is 32 random bytes."""
        path.touch(exist_ok=False)
        connection = _connect(path, key)
        with _disk(), _readable():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
            connection.execute(_MARKS)
            started = (started_at or datetime.now(UTC)).isoformat()
            connection.execute(
                "INSERT INTO recording (version, device, started_at) VALUES (?, ?, ?)", (_VERSION, device, started)
            )
            connection.execute("PRAGMA synchronous = NORMAL")
        return cls(connection, path)

    @classmethod
    def open(cls, path: Path, key: bytes) -> Journal:
        """Open a recording, finished or not, to read it, to go on with it, or to seal it after a crash."""
        if not path.is_file():
            raise JournalUnreadable
        connection = _connect(path, key)
        with _readable():
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_MARKS)
        return cls(connection, path)

    @property
    def samples(self) -> int:
        """Length so far, gaps included."""
        with _readable():
            row = self._connection.execute("SELECT first + samples FROM block ORDER BY first DESC LIMIT 1").fetchone()
        return int(row[0]) if row else 0

    @property
    def duration(self) -> float:
        """Length so far, in seconds."""
        return self.samples / SAMPLE_RATE

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Half-open sample ranges where sound was lost; a loss that was noted bit by bit is one."""
        merged: list[tuple[int, int]] = []
        with _readable():
            for first, samples in self._connection.execute(
                "SELECT first, samples FROM block WHERE pcm IS NULL ORDER BY first"
            ):
                start = merged.pop()[0] if merged and merged[-1][1] == first else first
                merged.append((start, first + samples))
        return tuple(merged)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What happened where, in the order in which it was noted."""
        with _readable():
            rows = self._connection.execute("SELECT at, kind, detail, seconds, noted_at FROM mark ORDER BY rowid")
            return tuple(
                Mark(at, kind, detail, seconds, datetime.fromisoformat(noted_at))
                for at, kind, detail, seconds, noted_at in rows
            )

    @property
    def overs(self) -> Spans:
        """The ranges of samples that were said over, in the order in which that was noted; they may overlap."""
        with _readable():
            rows = self._connection.execute("SELECT at, seconds FROM mark WHERE kind = 'over' ORDER BY rowid")
            return tuple((at - round(seconds * SAMPLE_RATE), at) for at, seconds in rows)

    @property
    def sealed(self) -> bool:
        """Whether the recording was finished properly."""
        with _readable():
            return bool(self._connection.execute("SELECT sealed FROM recording").fetchone()[0])

    def append(self, pcm: Pcm) -> None:
        """Add sound, in one transaction; if the disk fills up, as many blocks as fit are kept."""
        rows: list[tuple[int, bytes | None]] = [(len(part), part.astype("<i2").tobytes()) for part in _blocks(pcm)]
        try:
            self._insert(rows)
        except DiskFull:
            for row in rows if len(rows) > 1 else ():
                self._insert([row])
            raise

    def append_gap(self, samples: int) -> None:
        """Note that so many samples were lost here."""
        if samples > 0:
            self._insert([(samples, None)])

    def mark(self, kind: str, detail: str = "", *, seconds: float = 0.0) -> None:
        """Note what happens at the end of what is there now. Raises DiskFull, JournalSealed."""
        if self.sealed:
            raise JournalSealed
        row = (self.samples, kind, detail, seconds, datetime.now(UTC).isoformat())
        with _disk(), _readable():
            self._connection.execute("INSERT INTO mark VALUES (?, ?, ?, ?, ?)", row)

    def say_over(self, first: int) -> None:
        """Note that what follows replaces everything from the sample `first` on; all of it is kept. See `mark`."""
        samples = self.samples
        if first < samples:
            self.mark("over", seconds=(samples - first) / SAMPLE_RATE)

    def _insert(self, rows: list[tuple[int, bytes | None]]) -> None:
        if self.sealed:
            raise JournalSealed
        first = self.samples
        self._unsynced += sum(samples for samples, _ in rows)
        to_disk = self._unsynced >= SAMPLE_RATE
        with _disk(), _readable():
            if to_disk:
                self._connection.execute("PRAGMA synchronous = FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                for samples, pcm in rows:
                    self._connection.execute("INSERT INTO block VALUES (?, ?, ?)", (first, samples, pcm))
                    first += samples
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if to_disk:
                    self._connection.execute("PRAGMA synchronous = NORMAL")
        if to_disk:
            self._unsynced = 0

    def seal(self) -> None:
        """Finish the recording: it is on the disk and takes no more sound. Sealing twice is harmless.

        On a full disk the seal still fits: emptying the write-ahead log makes room in it. Raises DiskFull where even
        that is refused.
        """
        try:
            self._set_sealed()
        except DiskFull:
            self._checkpoint("RESTART")
            self._set_sealed()
        with suppress(DiskFull):  # what is in the log alone is on the disk too
            self._checkpoint("TRUNCATE")

    def reopen(self) -> None:
        """Let a finished recording take more sound; one that is unfinished stays as it is."""
        self._set_sealed(sealed=False)
        with _disk(), _readable():
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def _set_sealed(self, *, sealed: bool = True) -> None:
        with _disk(), _readable():
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("UPDATE recording SET sealed = ?", (int(sealed),))

    def _checkpoint(self, kind: str) -> None:
        with _disk(), _readable():
            self._connection.execute(f"PRAGMA wal_checkpoint({kind})").fetchone()

    def read(self, start: int, stop: int) -> Pcm:
        """The samples [start, stop) that exist; gaps are zeros."""
        stop = min(stop, self.samples)
        pcm = np.zeros(max(0, stop - start), np.int16)
        query = """SELECT first, samples, pcm FROM block WHERE pcm IS NOT NULL AND first < :stop
                   AND first >= coalesce((SELECT max(first) FROM block WHERE first <= :start), 0)"""
        with _readable():
            for first, samples, data in self._connection.execute(query, {"start": start, "stop": stop}):
                low, high = max(first, start), min(first + samples, stop)
                if low < high:
                    pcm[low - start : high - start] = np.frombuffer(data, "<i2")[low - first : high - first]
        return pcm

    def sha256(self) -> str:
        """SHA-256 over every block and gap in order, in hexadecimal: the same for the same sound under any key."""
        digest = hashlib.sha256()
        with _readable():
            for first, samples, pcm in self._connection.execute("SELECT first, samples, pcm FROM block ORDER BY first"):
                digest.update(struct.pack("<qq?", first, samples, pcm is None))
                digest.update(pcm or b"")
        return digest.hexdigest()

    def blocks(self, first: int = 0) -> Iterator[Samples]:
        """What is there now, from the sample `first` on, as float blocks of some seconds (a source for `decode`)."""
        for start in range(first, self.samples, _READ):
            yield self.read(start, start + _READ).astype(np.float32) / 32768.0

    def follow(self, start: int = 0, *, poll_s: float = 0.05) -> Iterator[Pcm]:
        """Sound from `start` on as it arrives from the writing process; ends when the recording is sealed."""
        while True:
            sealed = self.sealed
            while len(pcm := self.read(start, start + _READ)):
                start += len(pcm)
                yield pcm
            if sealed:
                return
            time.sleep(poll_s)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _blocks(pcm: Pcm) -> Iterator[Pcm]:
    for start in range(0, len(pcm), BLOCK):
        yield pcm[start : start + BLOCK]


def _connect(path: Path, key: bytes) -> sqlcipher3.Connection:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a journal key has {KEY_BYTES} bytes")
    connection = sqlcipher3.connect(str(path), isolation_level=None, timeout=10.0)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


@contextmanager
def _readable() -> Iterator[None]:
    """SQLCipher's "not a database" and "malformed" as one error of ours."""
    try:
        yield
    except sqlcipher3.OperationalError:
        raise
    except sqlcipher3.DatabaseError as error:
        raise JournalUnreadable from error


@contextmanager
def _disk() -> Iterator[None]:
    """SQLite's two ways to say that the disk took no more, as one error of ours."""
    try:
        yield
    except sqlcipher3.OperationalError as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise DiskFull from error
        raise
