"""Where results go, and what is shown while a person waits.

Results go to stdout or to a file that appears whole or not at all; progress goes to stderr, and only to a terminal.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from desktop.errors import FileUnwritable
from desktop.messages import from_os_error

if TYPE_CHECKING:
    from rich.table import Table

Header = tuple[str, ...]
Rows = Sequence[tuple[str, ...]]

PATH = click.Path(path_type=Path, readable=False)
"""A file on the command line. Whether it may be read shows when it is read: that is a failure, not wrong usage."""

STREAM = Path("-")
"""The name that stands for stdin or stdout."""


def to_json(value: object) -> str:
    """One JSON document, readable, in Unicode."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def write_result(text: str, path: Path | None) -> None:
    """Write to `path`, or to stdout when there is none."""
    with result_file(path) as file:
        file.write(text if text.endswith("\n") or not text else text + "\n")


def check_target(path: Path | None) -> None:
    """Refuse a place that cannot take the result before the work begins. Raises FileUnwritable."""
    if path is not None and path != STREAM and not path.absolute().parent.is_dir():
        raise FileUnwritable


@contextmanager
def result_file(path: Path | None) -> Iterator[TextIO]:
    """A text file that replaces `path` when all went well, and leaves no trace otherwise; for None or "-" the text goes
    to stdout, then too only when all went well.

    A device or pipe is written to directly. Raises FileUnwritable or DiskFull.
    """
    if path is None or path == STREAM:
        whole = io.StringIO()
        yield whole
        sys.stdout.write(whole.getvalue())
        sys.stdout.flush()
    elif path.exists() and not path.is_file():
        with _told(), path.open("w", encoding="utf-8") as file:
            yield file
    else:
        with _told():
            handle, name = tempfile.mkstemp(prefix=".chartwright-", suffix=".part", dir=path.absolute().parent)
        temporary = Path(name)
        try:
            with _told(), os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                yield file
            with _told():
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise from_os_error(error, writing=True) from error


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on stderr where that is a terminal; yields what takes the fraction done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _fraction: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


def note(text: str) -> None:
    """A remark beside the result: to stderr, and only where a person reads along."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def warn(text: str) -> None:
    """A remark that matters even to a log."""
    click.echo(text, err=True)


def print_table(title: str, header: Header, rows: Rows) -> None:
    """A table for a person on a terminal; tab-separated lines with no header when piped."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console

    with contextlib.suppress(BrokenPipeError):
        Console().print(table(title, header, rows))


def table(title: str | None, header: Header, rows: Rows) -> Table:
    """The table that `rich` prints; its cells are plain text, whatever they hold."""
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for name in header:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made
