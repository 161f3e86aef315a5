"""A computer of its own for one test, and the search of everything on it for a planted patient."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from program import chartwright

FAMILY, GIVEN, MRN = "Quackenbush", "Zebulonia", "MRN-7731-CANARY"
SPOKEN = "58-year-old"
"""A word of the dictation, which the model hears."""

CANARIES = (FAMILY, GIVEN, MRN, SPOKEN)


class Ward:
    """A computer of its own for one test: home, temporary folder, chart, and everything that was told on stderr."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = {
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "home" / "cache"),
            "CHARTWRIGHT_HOME": str(folder / "chart"),
            "CHARTWRIGHT_PASSPHRASE": "correct horse",
            "CHARTWRIGHT_FILE_PASSPHRASE": "battery staple",
        }
        for name in ("home", "tmp", "input"):
            (folder / name).mkdir()
        self.told = ""

    def run(self, *arguments: str | Path, stdin: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Run the program here and remember what it told on stderr."""
        done = chartwright(*arguments, stdin=stdin, **{**self.places, **changes})
        self.told += done.stderr
        return done

    def leaks(self) -> list[str]:
        """Where a canary can be read: file contents, file names, stderr."""
        found = [f"stderr: {canary}" for canary in CANARIES if canary.lower() in self.told.lower()]
        for path in self._files():
            content = path.read_bytes().lower()
            found += [f"{path.name}: {canary}" for canary in CANARIES if canary.lower().encode() in content]
            found += [f"name of {path.name}" for canary in CANARIES if canary.lower() in path.name.lower()]
        return found

    def _files(self) -> Iterator[Path]:
        for name in ("home", "tmp", "chart", "usb", "other"):
            yield from (path for path in (self.folder / name).rglob("*") if path.is_file())
