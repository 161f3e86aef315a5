"""What works on this computer: one check after the other, each problem with its fix.

Owns the list of checks and which of them the main job needs. Every check runs the real thing: the engine decodes a
known clip, the extraction reads a sentence, the cipher writes a database.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from desktop import messages
from desktop.cli.window import has_display

LOW_SPACE = 2 * 10**9
NO_SPACE = 100 * 10**6


class State(StrEnum):
    """What a check found. BROKEN means that dictation cannot work as it is."""

    OK = "ok"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `fix` is empty where nothing is wrong."""

    name: str
    state: State
    detail: str
    fix: str = ""

    def __str__(self) -> str:
        head = f"{self.state.value:8} {self.name:12} {self.detail}"
        return f"{head}\n{'':21} Fix: {self.fix}" if self.fix else head


def checks(home: Path) -> Iterator[Check]:
    """All checks for the data folder `home`, one by one as they are done (the engine takes some seconds)."""
    yield Check("system", State.OK, f"{platform.system()} {platform.machine()}, Python {platform.python_version()}")
    for name, check in _CHECKS.items():
        try:
            yield check(home)
        except (*messages.CATALOGUED, OSError, ImportError) as failure:
            message = messages.explain(failure)
            state = State.BROKEN if name in _NEEDED else State.LIMITED
            yield Check(name, state, f"{message.sentence} ({message.code})", message.next_step)


def _model(home: Path) -> Check:
    from transcriber import models

    folder = models.resolve()
    more = [name for name in models.installed(home / "models") if name != models.EMBEDDED]
    size = (folder / "model.bin").stat().st_size // 10**6
    if more:
        return Check("model", State.OK, f"{models.EMBEDDED} ({size} MB, verified); installed: {', '.join(more)}")
    detail = f"{models.EMBEDDED} ({size} MB, verified); it mishears many drug names"
    return Check(
        "model",
        State.LIMITED,
        detail,
        "Where the computer can carry it: `chartwright models --install large-v3-turbo`.",
    )


def _engine(_home: Path) -> Check:
    from transcriber import hardware, models
    from transcriber.engines.base import CPU

    folder = models.resolve()
    choice = hardware.choose(folder)
    if choice.processor == CPU:
        hardware.prove(folder, CPU)
    if choice.reason:
        return Check("engine", State.LIMITED, f"decodes on {choice.name}: {choice.reason}", choice.fix)
    return Check("engine", State.OK, f"decodes a known clip on {choice.name}")


def _language(_home: Path) -> Check:
    from ehr import pipeline

    found = pipeline.draft_text("She denies fever. Start losartan 50 mg once a day.", on=date(2026, 1, 1)).entries
    if {entry.name for entry in found} >= {"fever", "losartan"}:
        return Check("extraction", State.OK, "finds what a known sentence holds")
    return Check("extraction", State.BROKEN, "misses what a known sentence holds", "Install Chartwright again.")


def _formats(_home: Path) -> Check:
    if importlib.util.find_spec("av") is not None or shutil.which("ffmpeg"):
        return Check("formats", State.OK, "wav, flac, ogg, mp3, m4a, webm and other recordings")
    return Check("formats", State.LIMITED, "wav, flac, ogg and mp3 recordings only", "Install ffmpeg for the others.")


def _microphone(_home: Path) -> Check:
    from transcriber.devices import input_devices

    found = input_devices()
    if not found:
        return Check("microphone", State.LIMITED, "none", "Connect one to dictate; recordings can be imported without.")
    return Check("microphone", State.OK, ", ".join(sorted({device.name for device in found})))


def _speaker(_home: Path) -> Check:
    """Asked in a process of its own, as PortAudio writes to the terminal and may hang."""
    ask = "import sounddevice; print(sounddevice.query_devices(kind='output')['name'])"
    try:
        told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return Check(
            "speaker", State.LIMITED, "the sound system does not answer", "Restart the computer's sound system."
        )
    if told.returncode:
        return Check("speaker", State.LIMITED, "none; entries cannot be heard", "Connect loudspeakers or headphones.")
    return Check("speaker", State.OK, told.stdout.strip())


def _store(home: Path) -> Check:
    from ehr.store.store import Store

    there = Store.exists(home)
    with tempfile.TemporaryDirectory(prefix=".chartwright-doctor-", dir=_nearest(home)) as scratch:
        Store.create(Path(scratch) / "home", "doctor").close()
    return Check("store", State.OK, f"{'present' if there else 'made on first use'}, encrypted, in {home}")


def _backup(home: Path) -> Check:
    from desktop.settings import BACKUP_DAYS, Settings
    from ehr.store.backups import last_backup, overdue
    from ehr.store.store import Store

    last, now = last_backup(home), datetime.now(UTC)
    detail = "never made"
    if last is not None:
        detail = f"{last.name}, verified {(now - last.verified_at).days} days ago, in {last.place}"
    due = overdue(home, Settings(home).number(BACKUP_DAYS), now) if Store.exists(home) else None
    return Check("backup", State.OK, detail) if due is None else Check("backup", State.LIMITED, detail, due.next_step)


def _keychain(_home: Path) -> Check:
    import keyring

    backend = keyring.get_keyring()
    if backend.priority > 0:
        return Check("keychain", State.OK, backend.name)
    detail = "none; the passphrase is asked for each time"
    return Check(
        "keychain", State.LIMITED, detail, "Optional: unlock or install a desktop keychain (GNOME Keyring, KWallet)."
    )


def _space(home: Path) -> Check:
    free = shutil.disk_usage(_nearest(home)).free
    detail = f"{free / 10**9:.1f} GB free for the data folder (a dictated hour takes 0.12 GB)"
    if free < NO_SPACE:
        return Check("disk", State.BROKEN, detail, "Free some space, or choose another data folder with --data-dir.")
    if free < LOW_SPACE:
        return Check("disk", State.LIMITED, detail, "Free some space soon.")
    return Check("disk", State.OK, detail)


def _nearest(home: Path) -> Path:
    """What exists of the way to the data folder."""
    return next(path for path in (home, *home.absolute().parents) if path.exists())


def _display(_home: Path) -> Check:
    if not has_display():
        return Check("window", State.LIMITED, "no display here", "Use the commands, or run it on a desktop.")
    if importlib.util.find_spec("PySide6") is None:
        return Check("window", State.LIMITED, "Qt is not installed", "Install Chartwright again with its dependencies.")
    return Check("window", State.OK, "a display is there")


_CHECKS: dict[str, Callable[[Path], Check]] = {
    "model": _model,
    "engine": _engine,
    "extraction": _language,
    "formats": _formats,
    "microphone": _microphone,
    "speaker": _speaker,
    "store": _store,
    "backup": _backup,
    "keychain": _keychain,
    "disk": _space,
    "window": _display,
}
_NEEDED = {"model", "engine", "extraction", "store", "disk"}
