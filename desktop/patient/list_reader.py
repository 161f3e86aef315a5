"""A list of patients read and compared with the chart while the window stays free.

Owns the two places where that happens: the file is taken apart in a process of its own, since parsing a long one would
hold the interpreter, and compared on a thread with a connection of its own. Either can be given up at any moment, and
nothing is changed by them.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.page import uncollected
from ehr.importing.lines import Fate, Line, Planned, plan

if TYPE_CHECKING:
    from ehr.store.reader import Reader

_BATCH = 500
_LOOK_S = 0.05


class GivenUp(Exception):
    """Somebody cancelled."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the child that has to travel: its class and its sentences."""

    kind: type[Exception]
    texts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What importing a list would do, in the order of being looked at, and how many lines there are of each fate."""

    lines: tuple[Planned, ...]
    counts: Counter[Fate]


ORDER = (Fate.REFUSED, Fate.REPEATED, Fate.ALIKE, Fate.DIFFERS, Fate.ADD, Fate.KNOWN)
"""The order of fates: first what a person has to look at."""


def planned(path: Path, reader: Reader, tell: Callable[[float], None], given_up: threading.Event) -> Plan:
    """What importing the file would do. `tell` hears how much is compared, 0 to 1.

    Runs on any thread, and closes the reader. Raises GivenUp, OSError, EncodingUnclear, ListTooLarge, NotAPatientList,
    ReadingCutOff.
    """
    with reader, uncollected():
        today = date.today()  # noqa: DTZ011 - the user's calendar
        lines = read_apart(path, today, given_up)
        found: dict[Fate, list[Planned]] = {fate: [] for fate in ORDER}
        for number, each in enumerate(plan(lines, reader.patient_by_mrn, reader.everyone())):
            if number % _BATCH == 0:
                _unless(given_up)
                tell(number / len(lines))
            found[each.fate].append(each)
        return Plan(
            tuple(chain.from_iterable(found.values())), Counter({fate: len(each) for fate, each in found.items()})
        )


def read_apart(path: Path, today: date, given_up: threading.Event) -> list[Line]:
    """The lines of a file, read by a process of its own, which is ended with it. Raises as `planned`."""
    from ehr.importing.errors import ReadingCutOff

    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_read, args=(path, today, sending), daemon=True)
    child.start()
    sending.close()
    lines: list[Line] = []
    try:
        while True:
            while not receiving.poll(_LOOK_S):
                _unless(given_up)
            batch = receiving.recv()
            if isinstance(batch, Refusal):
                raise batch.kind(*batch.texts)
            if batch is None:
                return lines
            lines += batch
    except EOFError as error:
        raise ReadingCutOff from error
    finally:
        child.kill()
        child.join()
        child.close()
        receiving.close()


def _read(path: Path, today: date, sending: Connection) -> None:
    """In the child: read, and send the lines in batches, None at the end."""
    from ehr.errors import ChartError
    from ehr.importing.errors import ListTooLarge
    from ehr.importing.patients import LARGEST, read_patients

    try:
        if path.stat().st_size > LARGEST:
            raise ListTooLarge
        lines = read_patients(path.read_bytes(), today=today)
        for first in range(0, len(lines), _BATCH):
            sending.send(lines[first : first + _BATCH])
        sending.send(None)
    except ChartError as error:
        sending.send(Refusal(type(error), (error.sentence, error.next_step)))
    except OSError as error:
        sending.send(Refusal(OSError, (error.errno, "")))


def _unless(given_up: threading.Event) -> None:
    if given_up.is_set():
        raise GivenUp
