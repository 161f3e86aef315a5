"""The loudspeaker: plays a stretch of a recording.

The one module of the window that imports `sounddevice`. It writes to the device from a lane's thread and blocks
there; no callback of the sound system ever enters this process's interpreter.
"""

from __future__ import annotations

from threading import Event

from desktop.player.faults import NoSpeaker
from desktop.player.sound import Sound

_BLOCK_S = 0.5


class Playback:
    """One run of the loudspeaker from `start` to `stop`, in seconds of the recording.

    `position` is where the ear is now; any thread may read it. `play` blocks until the end or until `stopped` is set.
    """

    def __init__(self, sound: Sound, start: float, stop: float, speed: float) -> None:
        self.stopped = Event()
        self.started = Event()
        self.position = start
        self._sound, self._stop, self._speed = sound, stop, speed

    def play(self) -> None:
        """Play. Raises NoSpeaker, JournalUnreadable."""
        from desktop.player.stretch import stretch
        from transcriber.audio import SAMPLE_RATE
        from transcriber.journal import Journal

        try:
            import sounddevice

            stream = sounddevice.RawOutputStream(SAMPLE_RATE, channels=1, dtype="int16", latency="low")
        except (OSError, ImportError) as error:
            raise NoSpeaker from error
        except sounddevice.PortAudioError as error:
            raise NoSpeaker from error
        with Journal.open(self._sound.path, self._sound.key) as journal, stream:
            at, last = int(self.position * SAMPLE_RATE), int(self._stop * SAMPLE_RATE)
            self.started.set()
            while at < last and not self.stopped.is_set():
                pcm = journal.read(at, min(last, at + int(_BLOCK_S * SAMPLE_RATE)))
                if not len(pcm):
                    break
                self._write(stream, stretch(pcm, self._speed).tobytes(), at / SAMPLE_RATE, len(pcm) / SAMPLE_RATE)
                at += len(pcm)

    def _write(self, stream: object, data: bytes, at: float, length: float) -> None:
        """Hand a block to the device in small parts, so that stopping is heard at once."""
        part = 2 * 800
        for offset in range(0, len(data), part):
            if self.stopped.is_set():
                return
            stream.write(data[offset : offset + part])  # type: ignore[attr-defined]
            self.position = at + length * min(1.0, (offset + part) / len(data))
