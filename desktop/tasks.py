"""Work off the GUI thread: hand a function to a lane, get its result back as a call on the GUI thread.

Owns the two kinds of lane (one thread; one process) and nothing of what they run. A lane runs its work one after
another in the order given, so everything that touches the store goes down one lane and never meets itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Thread
from time import perf_counter
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

Result = TypeVar("Result")
_SLICE_S = 0.006


@dataclass(frozen=True, slots=True)
class Operation(Generic[Result]):
    """One piece of work with what follows it. `success` and `failure` are called on the GUI thread."""

    work: Callable[[], Result]
    success: Callable[[Result], None]
    failure: Callable[[BaseException], None]


class Lane(QObject):
    """A worker of its own. Create, use and close it on the GUI thread."""

    _settled = Signal(object, object)

    def __init__(self, executor: Executor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = executor
        self._open = True
        self.pending = 0
        self._settled.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @classmethod
    def on_thread(cls, name: str, parent: QObject | None = None) -> Lane:
        """A lane on one thread of this process."""
        return cls(ThreadPoolExecutor(max_workers=1, thread_name_prefix=name), parent)

    @classmethod
    def on_process(cls, parent: QObject | None = None) -> Lane:
        """A lane in a process of its own, for Python that would hold the interpreter; work must be picklable."""
        import multiprocessing  # both stay off the start path
        from concurrent.futures import ProcessPoolExecutor

        spawn = multiprocessing.get_context("spawn")
        return cls(ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_end_with_parent), parent)

    def run(self, operation: Operation[Any]) -> None:
        """Queue the work."""
        self.pending += 1
        future = self._executor.submit(operation.work)
        future.add_done_callback(lambda done: self._hand_over(operation, done))

    def close(self) -> None:
        """Finish what is under way, drop what has not begun, and end the worker. Results are no longer delivered."""
        self._open = False
        self._executor.shutdown(wait=True, cancel_futures=True)

    def drain(self) -> None:
        """Finish everything queued, then end the worker: for work that must not be lost."""
        self._open = False
        self._executor.shutdown(wait=True)

    def _hand_over(self, operation: Operation[Any], done: Future[Any]) -> None:
        if self._open:
            self._settled.emit(operation, done)

    @Slot(object, object)
    def _deliver(self, operation: Operation[Any], done: Future[Any]) -> None:
        self.pending -= 1
        if not self._open or done.cancelled():
            return
        error = done.exception()
        if error is None:
            operation.success(done.result())
        else:
            operation.failure(error)


def run_alone(owner: QObject, name: str, operation: Operation[Any]) -> None:
    """Do one long piece of work on a thread of its own that ends with it; where `owner` is gone by then, silently."""
    from shiboken6 import isValid

    lane = Lane.on_thread(name)

    def settled(then: Callable[[Any], None]) -> Callable[[Any], None]:
        def settle(found: object) -> None:
            lane.close()
            if isValid(owner):
                then(found)

        return settle

    lane.run(Operation(operation.work, settled(operation.success), settled(operation.failure)))


class Slices(QObject):
    """Runs an iterator on the GUI thread in slices of a few milliseconds, so that long building never stalls it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timeout)

    def start(self, steps: Iterator[None]) -> None:
        """Run the first slice now and the rest between events; what ran before is dropped."""
        self._steps = steps
        self._timer.start()
        self._on_timeout()

    @property
    def busy(self) -> bool:
        """Whether steps are left."""
        return self._timer.isActive()

    @Slot()
    def _on_timeout(self) -> None:
        until = perf_counter() + _SLICE_S
        for _ in self._steps:
            if perf_counter() > until:
                return
        self._timer.stop()


def _end_with_parent() -> None:
    """End this process when the window dies: else it waits for work for ever, the last patient's text in memory."""
    from multiprocessing import parent_process

    window = parent_process()

    def watch() -> None:
        if window is not None:
            window.join()
        os._exit(1)

    Thread(target=watch, name="parent", daemon=True).start()
