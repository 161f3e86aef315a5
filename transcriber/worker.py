"""The engine in a process of its own: `python -m transcriber.worker`.

Owns the conversation with the parent (messages.py): `Load` → `Ready`, then any number of `Transcribe` → `Progress`,
`Found` … `Done`, and of `Score` → `Scored`; `Failed` answers any. Ends when its standard input closes. A parent notices
a killed worker by the end of its output. Knows no window and writes no file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Event

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before anything loads onnxruntime

from transcriber import hardware, models
from transcriber.children import Parent, key_of
from transcriber.decode import transcribe
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.errors import MessageInvalid, TranscriberError
from transcriber.journal import Journal
from transcriber.messages import Done, Failed, Found, Load, Progress, Ready, Score, Scored, Transcribe
from transcriber.scoring import Scorer


def command() -> list[str]:
    """The command line that starts a worker."""
    return [sys.executable, "-m", "transcriber.worker"]


def main() -> None:
    """Serve the parent until it is gone."""
    parent = Parent(exit_when_gone=True)
    engine: Engine | None = None
    for request, cancelled in parent.requests():
        try:
            if isinstance(request, Load):
                engine = None
                engine = _load(request, parent)
            elif isinstance(request, Transcribe) and engine is not None:
                _transcribe(request, engine, parent, cancelled)
            elif isinstance(request, Score) and engine is not None:
                _score(request, engine, parent)
            else:
                raise MessageInvalid
        except TranscriberError as error:
            parent.tell(Failed.of(error))


def _load(request: Load, parent: Parent) -> Engine:
    folder = models.resolve(request.model, Path(request.models_dir) if request.models_dir else None)
    choice = hardware.choose(folder, device=request.device)
    engine = hardware.load(folder, choice)
    parent.tell(Ready(engine.model, engine.device, choice.reason, choice.fix))
    return engine


def _transcribe(request: Transcribe, engine: Engine, parent: Parent, cancelled: Event) -> None:
    options = DecodeOptions(request.language, request.beam_size, request.batch_size, request.prompt, request.hotwords)
    with Journal.open(Path(request.journal), key_of(request.key)) as journal:
        transcript = transcribe(
            journal,
            engine,
            options,
            on_progress=lambda fraction: parent.tell(Progress(fraction)),
            on_segment=lambda segment: parent.tell(Found(segment)),
            cancelled=cancelled.is_set,
        )
    parent.tell(Done(transcript))


def _score(request: Score, engine: Engine, parent: Parent) -> None:
    with Journal.open(Path(request.journal), key_of(request.key)) as journal:
        parent.tell(Scored(Scorer(engine, journal, request.language).score(request.questions)))


if __name__ == "__main__":
    main()
