"""What the window and its child processes say to each other: typed messages, one JSON line each.

Owns the message types and their form on the wire. Knows no process, no window and no engine.

A child reads one request at a time; `Cancel` and `Stop` may follow it. Keys travel only here, never in arguments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from transcriber.errors import MessageInvalid, TranscriberError
from transcriber.transcript import Question, Segment, Transcript, Word


@dataclass(frozen=True, slots=True)
class Load:
    """To the worker: load this model. `device` is "auto", "cpu" or "cuda"."""

    model: str
    models_dir: str | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Transcribe:
    """To the worker: decode this recording, from `start` seconds on. `key` is the journal's in hexadecimal digits."""

    journal: str
    key: str
    language: str | None = None
    beam_size: int = 5
    batch_size: int = 1
    prompt: str | None = None
    hotwords: str | None = None
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Follow:
    """To the worker: decode this recording while it grows, from `start` seconds on.

    `Partial`, `Final`, `Withdrawn` and `Behind`, then `Followed` answer, in times of the whole recording. It goes on
    after `known`, which an earlier worker had found up to `until` seconds when `overs` stretches had been said over.
    Meanwhile the worker answers `Score` and `Transcribe`.
    """

    journal: str
    key: str
    language: str | None = None
    beam_size: int = 5
    prompt: str | None = None
    hotwords: str | None = None
    known: tuple[Segment, ...] = ()
    until: float = 0.0
    start: float = 0.0
    overs: int = 0


@dataclass(frozen=True, slots=True)
class Unfollow:
    """To the worker: give up the recording that is followed, and nothing else."""


@dataclass(frozen=True, slots=True)
class Score:
    """To the worker: ask the sound of this recording; `Scored` answers. `language` is an ISO 639-1 code."""

    journal: str
    key: str
    language: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the worker: give the work up; `Failed` with the code of Cancelled answers."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From the worker: the model is loaded. `reason` and `fix` say why it is not the better device, where so."""

    model: str
    device: str
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """From the worker: the fraction that is done, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Found:
    """From the worker: a segment, each once and in order."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Done:
    """From the worker: everything."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Partial:
    """From the worker: what is said after the last `Final`; replaces the last one, and may change."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Final:
    """From the worker: what was said in `language` up to `until` seconds, after the last one; never changes."""

    segments: tuple[Segment, ...]
    until: float
    language: str | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """From the worker: something was said over. Only the first `kept` final segments are left, up to `until` seconds.

    `overs` stretches have been said over by now.
    """

    kept: int
    until: float
    overs: int


@dataclass(frozen=True, slots=True)
class Behind:
    """From the worker: so many seconds of the recording wait to be decoded; 0 once it has caught up."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Scored:
    """From the worker: log probabilities of each question's texts; None from an engine that cannot tell."""

    scores: tuple[tuple[float, ...], ...] | None


@dataclass(frozen=True, slots=True)
class Arm:
    """To the recorder: open this microphone and keep its last half second in memory, for a `Record` that may follow.

    `device` is a name from `devices`, None for the system's choice, or "fake:PATH" for the fake microphone (see
    `fake_microphone`), whose clock runs at `pace` times the real one (0: as fast as it can). `channel` is 1 for the
    first, 0 for the mix of all.
    """

    device: str | None = None
    channel: int = 0
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Record:
    """To the recorder: record into a new journal, or go on in an unfinished one; opens the microphone if need be.

    With `go_on`, a finished recording takes more sound.
    `lost_since` is the time of day (seconds since 1970) from which on sound is missing, 0 where none is; `over_from` as
    in `Resume`.
    """

    journal: str
    key: str
    device: str | None = None
    pace: float = 1.0
    channel: int = 0
    lost_since: float = 0.0
    go_on: bool = False
    over_from: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """To the recorder: keep the microphone open, but write nothing; `Paused` answers."""


@dataclass(frozen=True, slots=True)
class Resume:
    """To the recorder: go on; `Resumed` answers.

    What lies after `over_from` seconds is said over: it stays in the journal, and what follows replaces it.
    """

    over_from: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """To the recorder: finish and seal the recording."""


@dataclass(frozen=True, slots=True)
class Armed:
    """From the recorder: the microphone delivers, and nothing is written yet."""

    device: str


@dataclass(frozen=True, slots=True)
class Started:
    """From the recorder: sound is arriving from this device and is on the disk."""

    device: str
    rate: int


@dataclass(frozen=True, slots=True)
class Level:
    """From the recorder, about 20 times a second: peak (0 to 1) since the last one, seconds on disk, seconds lost.

    `clipped` tells that the sound was too loud for the microphone, `noise` is what is heard between words (0 to 1).
    """

    peak: float
    duration: float
    lost: float = 0.0
    clipped: bool = False
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Paused:
    """From the recorder: so many seconds are on the disk, and nothing is added until `Resume`."""

    duration: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """From the recorder: sound is written again, from this length on; what is said over begins at `over_from`."""

    duration: float
    over_from: float | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """From the recorder: something is wrong with the sound, or no longer (`over`).

    `kind` is a `watch.Trouble`; `seconds` how long it has lasted, for a disk that fills how much sound still fits.
    """

    kind: str
    seconds: float = 0.0
    over: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """From the recorder: the recording is sealed."""

    duration: float


@dataclass(frozen=True, slots=True)
class Failed:
    """From a child: the request failed; never holds patient text."""

    code: str
    sentence: str
    next_step: str

    @classmethod
    def of(cls, error: TranscriberError) -> Failed:
        """The message for an error."""
        return cls(error.code, error.sentence, error.next_step)


@dataclass(frozen=True, slots=True)
class Followed:
    """From the worker: the recording is sealed, and this is all of it; or why there is none."""

    transcript: Transcript | None
    failed: Failed | None = None


Message = (
    Load
    | Transcribe
    | Follow
    | Unfollow
    | Score
    | Cancel
    | Ready
    | Progress
    | Found
    | Done
    | Partial
    | Final
    | Withdrawn
    | Behind
    | Followed
    | Scored
    | Arm
    | Record
    | Pause
    | Resume
    | Stop
    | Armed
    | Started
    | Level
    | Paused
    | Resumed
    | Warned
    | Stopped
    | Failed
)
_TYPES: Mapping[str, type[Any]] = {kind.__name__.lower(): kind for kind in get_args(Message)}


def to_line(message: Message) -> str:
    """One line of JSON, newline included."""
    body = {"type": type(message).__name__.lower(), **asdict(message)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_line(line: str) -> Message:
    """The message of a line; raises MessageInvalid for anything else."""
    try:
        body = json.loads(line)
        kind = _TYPES[body.pop("type")]
        message: Message = _build(kind, body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MessageInvalid from error
    return message


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:  # noqa: ANN401  (walks types at run time)
    """`value`, fresh from JSON, as an instance of the type `kind`; raises TypeError where it does not fit."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        known = {field.name for field in fields(kind)}
        if not isinstance(value, dict) or not value.keys() <= known:
            raise TypeError
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _build(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError
        return tuple(_build(get_args(kind)[0], part) for part in value)
    if origin is UnionType:
        return None if value is None and NoneType in get_args(kind) else _build(get_args(kind)[0], value)
    if kind is float and type(value) in {int, float}:
        return float(value)
    if type(value) is not kind:
        raise TypeError
    return value
