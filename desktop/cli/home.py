"""Where the chart lives and how the command line unlocks it.

Owns `--data-dir`, CHARTWRIGHT_HOME and the passphrase prompt. Knows nothing of what the store holds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from desktop.errors import NoPassphrase

if TYPE_CHECKING:
    from ehr.store.store import Store

PASSPHRASE_VARIABLE = "CHARTWRIGHT_PASSPHRASE"  # noqa: S105  the name of the variable
FILE_PASSPHRASE_VARIABLE = "CHARTWRIGHT_FILE_PASSPHRASE"  # noqa: S105  the name of the variable
NEW_PASSPHRASE_VARIABLE = "CHARTWRIGHT_NEW_PASSPHRASE"  # noqa: S105  the name of the variable
RECOVERY_KEY_VARIABLE = "CHARTWRIGHT_RECOVERY_KEY"
CODE_VARIABLE = "CHARTWRIGHT_CODE"
USER_VARIABLE = "CHARTWRIGHT_USER"
HOME_VARIABLE = "CHARTWRIGHT_HOME"

Command = TypeVar("Command", bound=Callable[..., Any])


def default_path() -> Path:
    """The data folder: CHARTWRIGHT_HOME, else the platform's place for user data."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("chartwright", appauthor=False)


@dataclass(slots=True)
class Home:
    """The data folder of this run."""

    path: Path = field(default_factory=default_path)

    @property
    def models(self) -> Path:
        """Where speech models are installed."""
        return self.path / "models"


def data_dir_option(command: Command) -> Command:
    """Give a command `--data-dir`; the group and each command that opens the chart have it."""

    def remember(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
        if value is not None:
            context.ensure_object(Home).path = value

    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        callback=remember,
        expose_value=False,
        is_eager=True,
        help=f"Folder that holds the chart (else ${HOME_VARIABLE}, else the user's data folder).",
    )(command)


@contextmanager
def opened_store(home: Home) -> Iterator[Store]:
    """The chart, unlocked; created with a new passphrase on first use.

    Raises NoPassphrase where there is nobody to ask, and what `ehr.store` raises for a wrong one.
    """
    from ehr.store.store import Store

    there = Store.exists(home.path)
    with _unlocked(home.path) if there else Store.create(home.path, _new_passphrase()) as store:
        yield store


@contextmanager
def existing_store(home: Home) -> Iterator[Store | None]:
    """The chart, unlocked, for a command that only reads; None where none was made yet."""
    from ehr.store.store import Store

    if not Store.exists(home.path):
        yield None
    else:
        with _unlocked(home.path) as store:
            yield store


def _unlocked(path: Path) -> Store:
    """The chart as the user of CHARTWRIGHT_USER, by this computer's keychain where they chose it and no passphrase is
    given; else as whoever the passphrase belongs to. The one-time code is asked for if needed.

    Raises NoPassphrase, and what `Store.open` and `Store.open_by_keychain` name.
    """
    from ehr.store.errors import KeychainRefused, KeychainUnavailable
    from ehr.store.store import Store

    user = os.environ.get(USER_VARIABLE) or None
    if not os.environ.get(PASSPHRASE_VARIABLE) and _keeps_a_key(path, user):
        try:
            return _with_code(lambda totp: Store.open_by_keychain(path, user, totp=totp))
        except (KeychainRefused, KeychainUnavailable) as error:
            if not sys.stdin.isatty():
                raise
            click.echo(f"{error.sentence} ({error.code})", err=True)
    passphrase = _passphrase()
    return _with_code(lambda totp: Store.open(path, passphrase, user, totp=totp))


def _with_code(opened: Callable[[str], Store]) -> Store:
    """The chart, opened with CHARTWRIGHT_CODE, or with the code that somebody at a terminal types."""
    from ehr.store.errors import CodeNeeded

    try:
        return opened(os.environ.get(CODE_VARIABLE, ""))
    except CodeNeeded:
        if not sys.stdin.isatty():
            raise
        return opened(str(click.prompt("One-time code", err=True)))


def _keeps_a_key(path: Path, user: str | None) -> bool:
    """Whether the user, or the only one whom the chart has, chose this computer's keychain."""
    from ehr.store.holders import holders

    found = [each for each in holders(path) if user is None or user.casefold() in (each.id, each.name.casefold())]
    return len(found) == 1 and found[0].keychain


def new_passphrase() -> str:
    """A passphrase that somebody will unlock with from now on. Raises NoPassphrase."""
    return _secret(NEW_PASSPHRASE_VARIABLE, "New passphrase", confirmation=True)


def recovery_key() -> str:
    """The clinic's recovery key. Raises NoPassphrase."""
    return _secret(RECOVERY_KEY_VARIABLE, "Recovery key", confirmation=False)


def _secret(variable: str, name: str, *, confirmation: bool) -> str:
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise NoPassphrase
    return str(click.prompt(name, hide_input=True, confirmation_prompt=confirmation, err=True))


def passphrase_again() -> str:
    """The passphrase of who opened the chart, for what they answer for in person. Raises NoPassphrase."""
    return _from_environment() or str(click.prompt("Your passphrase again", hide_input=True, err=True))


def file_passphrase(*, new: bool) -> str:
    """The passphrase of a file that goes to, or comes from, another computer. Raises NoPassphrase."""
    return _secret(FILE_PASSPHRASE_VARIABLE, "Passphrase of the file", confirmation=new)


def passphrase(asked: str) -> str:
    """The passphrase from CHARTWRIGHT_PASSPHRASE, or from whoever answers what is `asked`. Raises NoPassphrase."""
    return _from_environment() or str(click.prompt(asked, hide_input=True, err=True))


def _passphrase() -> str:
    return passphrase("Passphrase of the chart")


def _new_passphrase() -> str:
    given = _from_environment()
    if given:
        return given
    click.echo("This is a new chart, encrypted with your passphrase. Lost, it cannot be recovered:", err=True)
    click.echo("make a recovery key with `chartwright user recovery-key`, and keep it elsewhere.", err=True)
    return str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _from_environment() -> str | None:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if not given and not sys.stdin.isatty():
        raise NoPassphrase
    return given
