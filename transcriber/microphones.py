"""Microphones: the real one through PortAudio; the fake one stands in `fake_microphone`.

Owns every call into sounddevice. A microphone is opened by `microphone` and yields frames of 50 ms at its own rate,
with a sign of life where no sound comes. Knows no journal and writes nothing.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from transcriber import pulse
from transcriber.errors import MicrophoneFailed, NoMicrophone
from transcriber.fake_microphone import PREFIXES, FakeMicrophone, mono
from transcriber.frames import TICK_S, Ended, Frame, Wanted, slept

_PORTAUDIO = "Install PortAudio (for example `apt install libportaudio2`), then try again."
_LOOK_S = 0.4  # how often the sound server is asked what is heard
_BEAT_S = 0.1
_SERVER = ("pulse", "pipewire", "default")  # under these names ALSA leads to the sound server
_RATES = (48_000, 44_100, 16_000)


class Microphone(Protocol):
    """An open device: its name for people, its rate in Hz, its name for the sound server (empty: not known)."""

    name: str
    rate: int
    source: str

    def frames(self) -> Iterator[Frame | Ended | None]:
        """Sound and signs of life as they come, until the sound is over or for ever."""

    def close(self) -> None:
        """Let go of the device; a driver may never come back from this."""


def microphone(wanted: Wanted) -> Microphone:
    """Open the microphone that is wanted. Raises NoMicrophone, MicrophoneFailed."""
    if wanted.device is not None and wanted.device.startswith(PREFIXES):
        return FakeMicrophone(wanted)
    return PortAudioMicrophone(wanted)


def list_inputs() -> list[dict[str, Any]]:
    """Name, channels, rate and default flag of every input device that PortAudio sees now. Raises NoMicrophone.

    PortAudio looks once in a process's life: ask `devices.input_devices`, which starts a fresh one.
    """
    sounddevice = _sounddevice()
    default = sounddevice.default.device[0]
    sources = pulse.sources()
    inputs = [
        {"name": each.description, "channels": each.channels, "rate": each.rate, "default": each.default}
        for each in sources
    ]
    inputs += [
        {
            "name": str(found["name"]),
            "channels": int(found["max_input_channels"]),
            "rate": int(found["default_samplerate"]),
            "default": found["index"] == default and not sources,
        }
        for found in sounddevice.query_devices()
        if found["max_input_channels"] > 0 and not (sources and found["name"] in _SERVER)
    ]
    if not inputs:
        raise NoMicrophone
    return inputs


class PortAudioMicrophone:
    """A real microphone, at its own rate. One process opens one, once: PortAudio's list of devices never changes."""

    def __init__(self, wanted: Wanted) -> None:
        chosen = _on_server(wanted)
        if chosen is not None:
            os.environ["PULSE_SOURCE"] = chosen.name
        elif wanted.source:
            raise NoMicrophone("The chosen microphone is not connected.")
        self._sounddevice = _sounddevice()
        names = _SERVER if chosen is not None else (wanted.device,) if wanted.device is not None else ()
        found = self._find(names)
        self.name = str(found["name"])
        self._channel = wanted.channel
        self._blocks: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._stream, self.rate = self._open(found, wanted.channel)
        try:
            self._stream.start()
        except self._sounddevice.PortAudioError as error:
            raise MicrophoneFailed("The microphone could not be started.") from error
        heard = pulse.source_heard_by(os.getpid())
        self.source = heard.name if heard is not None else ""
        if heard is not None:
            self.name = heard.description
        if chosen is not None and self.source != chosen.name:
            raise NoMicrophone("The chosen microphone is not connected.")
        self._present = True

    def frames(self) -> Iterator[Frame | Ended | None]:
        """Sound as the driver delivers it, and a sign of life ten times a second where it delivers none."""
        if self.source:
            threading.Thread(target=self._look, daemon=True).start()
        while True:
            try:
                frame = self._blocks.get(timeout=_BEAT_S)
            except queue.Empty:
                frame = Frame(time.monotonic(), slept())
            yield Frame(frame.at, frame.slept, frame.samples, self._present, frame.overflowed)

    def close(self) -> None:
        """Stop the stream."""
        self._stream.abort()
        self._stream.close()

    def _look(self) -> None:
        """Ask the sound server, again and again, whether this is still the source that is heard."""
        while True:
            time.sleep(_LOOK_S)
            heard = pulse.source_heard_by(os.getpid())
            self._present = heard is not None and heard.name == self.source

    def _open(self, found: dict[str, Any], channel: int) -> tuple[Any, int]:
        channels = min(max(2, channel), int(found["max_input_channels"]))
        for rate in dict.fromkeys((int(found["default_samplerate"]), *_RATES)):
            try:
                stream = self._sounddevice.InputStream(
                    device=found["index"],
                    channels=channels,
                    samplerate=rate,
                    blocksize=round(rate * TICK_S),
                    dtype="float32",
                    callback=self._on_block,
                )
            except self._sounddevice.PortAudioError as error:
                refusal = error
            else:
                return stream, rate
        raise MicrophoneFailed("The microphone could not be opened.") from refusal

    def _find(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The first device with one of these names; without names the system's choice."""
        default = self._sounddevice.default.device[0]
        for found in self._sounddevice.query_devices():
            wanted = found["name"] in names if names else found["index"] == default
            if wanted and found["max_input_channels"] > 0:
                return dict(found)
        raise NoMicrophone("The chosen microphone is not connected.") if names else NoMicrophone

    def _on_block(self, frames: np.ndarray[Any, Any], _count: int, _time: object, status: Any) -> None:  # noqa: ANN401  (sounddevice is untyped)
        samples = mono(frames, self._channel)
        self._blocks.put(
            Frame(time.monotonic(), slept(), samples.copy(), overflowed=bool(status and status.input_overflow))
        )


def _on_server(wanted: Wanted) -> pulse.Source | None:
    """The sound server's source that is wanted: the one that was heard before, or the one with the chosen name."""
    for source in pulse.sources() if wanted.source or wanted.device is not None else ():
        if source.name == wanted.source or (not wanted.source and source.description == wanted.device):
            return source
    return None


def _sounddevice() -> Any:  # noqa: ANN401  (an untyped module)
    """The module, loaded late: without the PortAudio library its import fails."""
    try:
        import sounddevice  # noqa: PLC0415
    except OSError as error:
        raise NoMicrophone("The sound library PortAudio is not installed.", _PORTAUDIO) from error
    return sounddevice
