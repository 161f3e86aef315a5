"""Microphones: the real one through PortAudio, and the fake one that plays a file.

Owns every call into sounddevice. Both kinds put mono float blocks of 50 ms at their own rate into a queue; None ends
it. Knows no journal and writes nothing.
"""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import soundfile

from transcriber.audio import Samples
from transcriber.errors import MicrophoneFailed, NoMicrophone

BLOCKS_PER_SECOND = 20
FILE_PREFIX = "file:"
_PORTAUDIO = "Install PortAudio (for example `apt install libportaudio2`), then try again."


class Microphone(Protocol):
    """A running source of sound; entering starts it, leaving stops it."""

    name: str
    rate: int
    blocks: queue.Queue[Samples | None]

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def microphone(device: str | None, *, pace: float = 1.0) -> Microphone:
    """The microphone of that name, the system's for None, the fake one for "file:PATH". Raises NoMicrophone."""
    if device is not None and device.startswith(FILE_PREFIX):
        return FileMicrophone(Path(device.removeprefix(FILE_PREFIX)), pace=pace)
    return PortAudioMicrophone(device)


def list_inputs() -> list[dict[str, Any]]:
    """Name, channels, rate and default flag of every input device that PortAudio sees now. Raises NoMicrophone.

    PortAudio looks once in a process's life: ask `devices.input_devices`, which starts a fresh one.
    """
    sounddevice = _sounddevice()
    default = sounddevice.default.device[0]
    inputs = [
        {
            "name": str(found["name"]),
            "channels": int(found["max_input_channels"]),
            "rate": int(found["default_samplerate"]),
            "default": found["index"] == default,
        }
        for found in sounddevice.query_devices()
        if found["max_input_channels"] > 0
    ]
    if not inputs:
        raise NoMicrophone
    return inputs


class PortAudioMicrophone:
    """A real microphone, at its own rate; two channels are mixed down."""

    def __init__(self, device: str | None) -> None:
        self._sounddevice = _sounddevice()
        found = self._find(device)
        self.name = str(found["name"])
        self.rate = int(found["default_samplerate"])
        self.blocks: queue.Queue[Samples | None] = queue.Queue()
        try:
            self._stream = self._sounddevice.InputStream(
                device=found["index"],
                channels=min(2, int(found["max_input_channels"])),
                samplerate=self.rate,
                blocksize=self.rate // BLOCKS_PER_SECOND,
                dtype="float32",
                callback=self._on_block,
            )
        except self._sounddevice.PortAudioError as error:
            raise MicrophoneFailed("The microphone could not be opened.") from error

    def _find(self, device: str | None) -> dict[str, Any]:
        inputs = [found for found in self._sounddevice.query_devices() if found["max_input_channels"] > 0]
        default = self._sounddevice.default.device[0]
        for found in inputs:
            if found["name"] == device or (device is None and found["index"] == default):
                return dict(found)
        raise NoMicrophone if device is None else NoMicrophone("The chosen microphone is not connected.")

    def _on_block(self, frames: np.ndarray[Any, Any], _count: int, _time: object, _status: object) -> None:
        self.blocks.put(frames.mean(axis=1))

    def __enter__(self) -> Self:
        try:
            self._stream.start()
        except self._sounddevice.PortAudioError as error:
            raise MicrophoneFailed("The microphone could not be started.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.stop()
        self._stream.close()


class FileMicrophone:
    """A fake microphone that plays a sound file at `pace` times its speed (0: as fast as it is taken), then ends."""

    def __init__(self, path: Path, *, pace: float) -> None:
        if not path.is_file():
            raise NoMicrophone("The file that stands in for a microphone does not exist.")
        self._file = soundfile.SoundFile(path)
        self.name = FILE_PREFIX + path.name
        self.rate = int(self._file.samplerate)
        self.blocks: queue.Queue[Samples | None] = queue.Queue(maxsize=2 * BLOCKS_PER_SECOND)
        self._pace = pace
        self._stopping = threading.Event()
        self._player = threading.Thread(target=self._play)

    def _play(self) -> None:
        start = time.monotonic()
        size = self.rate // BLOCKS_PER_SECOND
        for index, frames in enumerate(self._file.blocks(size, dtype="float32", always_2d=True), 1):
            due = start + index / BLOCKS_PER_SECOND / self._pace if self._pace else 0.0
            if self._stopping.wait(max(0.0, due - time.monotonic())):
                return
            self._put(frames.mean(axis=1))
        self._put(None)

    def _put(self, block: Samples | None) -> None:
        while not self._stopping.is_set():
            try:
                return self.blocks.put(block, timeout=0.1)
            except queue.Full:
                continue
        return None

    def __enter__(self) -> Self:
        self._player.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._player.join()
        self._file.close()


def _sounddevice() -> Any:  # noqa: ANN401  (an untyped module)
    """The module, loaded late: without the PortAudio library its import fails."""
    try:
        import sounddevice  # noqa: PLC0415
    except OSError as error:
        raise NoMicrophone("The sound library PortAudio is not installed.", _PORTAUDIO) from error
    return sounddevice
