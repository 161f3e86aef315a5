"""A keychain for the tests: a real backend of `keyring`, kept in a file so that another process finds it as well.

`tests/ehr/test_keychain.py` holds it, and the system's own where there is one, to the same contract. It is chosen by
`PYTHON_KEYRING_BACKEND` in another process, or by the fixture `keychain` in this one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

ROOT = Path(__file__).parent


class FileKeychain(KeyringBackend):
    """Keeps secrets in the file at `path`, which `KEYRING_PROPERTY_PATH` gives; locked, it refuses everything."""

    priority = 5
    path = ""
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None where there is none."""
        return self.entries().get(f"{service}\n{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self._write({**self.entries(), f"{service}\n{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Take a secret out."""
        entries = self.entries()
        if entries.pop(f"{service}\n{username}", None) is None:
            raise PasswordDeleteError("no such secret")
        self._write(entries)

    def entries(self) -> dict[str, str]:
        """Everything that is kept."""
        if self.locked:
            raise KeyringLocked("locked")
        path = Path(self.path)
        return json.loads(path.read_text()) if path.exists() else {}

    def _write(self, entries: dict[str, str]) -> None:
        Path(self.path).write_text(json.dumps(entries))


def environment(path: Path) -> dict[str, str]:
    """What makes another process use the file at `path` as its keychain."""
    return {
        "PYTHON_KEYRING_BACKEND": "keychains.FileKeychain",
        "KEYRING_PROPERTY_PATH": str(path),
        "PYTHONPATH": f"{ROOT.parent}:{ROOT}",
    }


@contextmanager
def using(backend: KeyringBackend) -> Iterator[None]:
    """Let `keyring` use this backend."""
    before = keyring.core._keyring_backend
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        keyring.core._keyring_backend = before


@contextmanager
def file_keychain(path: Path) -> Iterator[FileKeychain]:
    """Let `keyring` use a file as this computer's keychain."""
    backend = FileKeychain()
    backend.path = str(path)
    with using(backend):
        yield backend
