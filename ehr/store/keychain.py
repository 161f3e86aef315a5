"""This computer's keychain: the place where the operating system keeps a user's secrets.

Wraps `keyring`, the only module that does, and imports it when a user has chosen the keychain and not before. Owns how
long is waited for an answer and which backends count. Knows nothing of what a secret opens.

A backend is a plug-in that speaks with another program: it may be missing, locked, broken or silent. Every failure is
KeychainUnavailable, whatever it raised.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from ehr.store.errors import KeychainUnavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from ehr.store.keys import Slot

SERVICE = "Chartwright"
PATIENCE_S = 30.0
"""Seconds for an answer: the system may be asking a person for the keychain's own passphrase."""

_SECRET_BYTES = 32
_SAFE = 1.0
"""`keyring`'s priority from which it recommends a backend: those below keep plain files, or nothing."""

Answer = TypeVar("Answer")


def new_secret() -> str:
    """256 random bits as text."""
    return base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).decode()


def name_of(slot: Slot) -> str:
    """What the keychain calls the secret of a slot. A slot that is made anew has another name."""
    return f"{slot.id}/{slot.salt.hex()}"


def keep(name: str, secret: str) -> None:
    """Put a secret into the keychain, and read it back. Raises KeychainUnavailable."""

    def put(backend: KeyringBackend) -> str | None:
        backend.set_password(SERVICE, name, secret)
        return backend.get_password(SERVICE, name)

    if _answered(put) != secret:
        raise KeychainUnavailable


def kept(name: str) -> str | None:
    """The secret of this name, None where there is none. Raises KeychainUnavailable."""
    return _answered(lambda backend: backend.get_password(SERVICE, name))


def forget(name: str) -> None:
    """Take a secret out of the keychain, where that can be done: what opens no slot any more opens nothing."""
    with suppress(KeychainUnavailable):
        _answered(lambda backend: backend.delete_password(SERVICE, name))


def _answered(ask: Callable[[KeyringBackend], Answer]) -> Answer:
    """What the keychain answers in time. Raises KeychainUnavailable."""
    answers: list[Answer] = []

    def run() -> None:
        with suppress(Exception):  # a plug-in raises what it likes; all of it means that it did not answer
            answers.append(ask(_backend()))

    asking = threading.Thread(target=run, name="keychain", daemon=True)
    asking.start()
    asking.join(PATIENCE_S)
    if not answers:
        raise KeychainUnavailable
    return answers[0]


def _backend() -> KeyringBackend:
    """The system's keychain. Raises ImportError, KeychainUnavailable and what a plug-in raises."""
    import keyring  # noqa: PLC0415  it looks for every backend there is: only for whoever chose it

    backend = keyring.get_keyring()
    if backend.priority < _SAFE:
        raise KeychainUnavailable
    return backend
