"""Any audio file as 16 kHz mono blocks.

Owns decoding, down-mixing and resampling in bounded memory. Knows nothing of speech, journals or engines.
wav, flac, ogg and mp3 are read by libsndfile; every other format by PyAV where it is installed, else by the user's
own ffmpeg (docs/decisions/0001).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import soundfile
import soxr

from transcriber.errors import AudioEmpty, AudioFormatUnsupported, AudioUnreadable

SAMPLE_RATE = 16_000
Samples = np.ndarray[tuple[int], np.dtype[np.float32]]
_BLOCK_S = 4.0
_UNKNOWN = 1 << 62  # what libsndfile says of a stream that does not tell its length
_STDERR = 2
_stderr_lock = threading.Lock()
_SALVAGE = 512  # frames read at once up to the very place where a file breaks off
_GUESSES_LENGTH = 0x100  # FFmpeg's AVFMT_GENERIC_INDEX: a raw stream, whose length it guesses from the bit rate
_TRUNCATION_S = 0.25  # encoders round a duration by a frame or two; a quarter of a second is lost sound


class AudioFile:
    """A file of sound, read from its beginning as often as asked.

    `duration` is what the file says of itself, in seconds, None where it does not say; `truncated` tells, once the
    blocks were read to their end, that the file broke off before its own end.
    Raises AudioUnreadable, AudioEmpty or AudioFormatUnsupported.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.truncated = False
        if not path.is_file():
            raise AudioUnreadable("There is no such audio file.")
        if path.stat().st_size == 0:
            raise AudioEmpty("This file is empty.")
        if not os.access(path, os.R_OK):
            raise AudioUnreadable("This audio file may not be read.", "Check its permissions and those of its folder.")
        self._native = _reads_natively(path)
        self.duration = _native_duration(path) if self._native else None

    def blocks(self) -> Iterator[Samples]:
        """16 kHz mono blocks of some seconds, values −1 to 1; what can be decoded of a damaged file comes first."""
        self.truncated = False
        decoded = 0
        with closing(self._decode()) as pieces:
            for block in _gathered(pieces):
                decoded += len(block)
                yield block
        if not decoded:
            raise AudioUnreadable if self.truncated else AudioEmpty
        short = self.duration is not None and decoded / SAMPLE_RATE < self.duration - _TRUNCATION_S
        self.truncated = self.truncated or short or (self._native and _container_cut_short(self.path))

    def _decode(self) -> Generator[Samples, None, None]:
        if self._native:
            return self._decode_native()
        if importlib.util.find_spec("av") is not None:
            return self._decode_av()
        return self._decode_ffmpeg()

    def _decode_native(self) -> Generator[Samples, None, None]:
        with _opened(self.path) as file:
            resample = Resampler(file.samplerate)
            size = int(file.samplerate * _BLOCK_S)
            while True:
                position = file.tell()
                try:
                    with _hushed():
                        frames = file.read(size, dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    self.truncated = True
                    if size == _SALVAGE:
                        break
                    size = _SALVAGE
                    file.seek(position)
                    continue
                if not len(frames):
                    break
                yield resample(frames.mean(axis=1))
            yield resample.finish()

    def _decode_av(self) -> Generator[Samples, None, None]:
        import av  # noqa: PLC0415  (an optional decoder, loaded where it is needed)

        try:
            with av.open(str(self.path), metadata_errors="ignore") as container:
                if not container.streams.audio:
                    raise AudioUnreadable("This file holds no sound track.")
                if container.duration and not container.format.flags & _GUESSES_LENGTH:
                    self.duration = container.duration / av.time_base
                frames = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
                try:
                    for frame in container.decode(audio=0):
                        frame.pts = None  # broken time stamps in the wild must not stop the resampler
                        yield from map(_flat, frames.resample(frame))
                except av.error.InvalidDataError:
                    self.truncated = True
                yield from map(_flat, frames.resample(None))
        except (av.error.FFmpegError, ValueError) as error:
            raise AudioUnreadable from error

    def _decode_ffmpeg(self) -> Generator[Samples, None, None]:
        ffmpeg = shutil.which("ffmpeg")
        if ffmpeg is None:
            raise AudioFormatUnsupported
        command = [ffmpeg, "-v", "error", "-nostdin", "-i", str(self.path.resolve()), "-map", "0:a:0"]
        command += ["-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
        size = int(SAMPLE_RATE * _BLOCK_S) * 4
        decoded = 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            output = cast("IO[bytes]", process.stdout)
            try:
                while data := output.read(size):
                    decoded += len(data)
                    yield np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4").astype(np.float32)
            except GeneratorExit:
                process.kill()
                raise
        if process.returncode != 0 and not decoded:
            raise AudioUnreadable
        self.truncated = process.returncode > 0


class Resampler:
    """Streams mono blocks of one rate into 16 kHz."""

    def __init__(self, rate: int) -> None:
        self._stream = None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")

    def __call__(self, samples: Samples, *, last: bool = False) -> Samples:
        """What is ready at 16 kHz after these samples."""
        if self._stream is None:
            return samples
        resampled: Samples = self._stream.resample_chunk(samples, last=last)
        return resampled

    def finish(self) -> Samples:
        """What the filter still holds."""
        return self(np.zeros(0, np.float32), last=True)


def _gathered(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """The same sound in blocks of a second or more: some decoders give a few hundredths at a time."""
    held: list[Samples] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        if count >= SAMPLE_RATE:
            yield np.concatenate(held)
            held, count = [], 0
    if count:
        yield np.concatenate(held)


def _flat(frame: Any) -> Samples:  # noqa: ANN401  (PyAV is optional: its types may be absent)
    samples: Samples = frame.to_ndarray().reshape(-1)
    return samples


@contextmanager
def _hushed() -> Iterator[None]:
    """Without what libmpg123 writes to stderr of its own accord; whoever reads the file tells what is wrong with it."""
    with _stderr_lock:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # a program without a console has no stderr
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDERR)
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            os.close(nowhere)


def _opened(path: Path) -> soundfile.SoundFile:
    with _hushed():
        return soundfile.SoundFile(path)


def _reads_natively(path: Path) -> bool:
    """Whether libsndfile knows this file; raises AudioUnreadable where nothing could."""
    try:
        with _opened(path):
            return True
    except soundfile.LibsndfileError:
        return False


def _native_duration(path: Path) -> float | None:
    with _opened(path) as file:
        if file.frames == 0:
            raise AudioEmpty
        return file.frames / file.samplerate if file.frames < _UNKNOWN else None


def _container_cut_short(path: Path) -> bool:
    """Whether a wav declares more data than it holds, or an ogg stream ends without its last page.

    libsndfile silently believes the shorter length of both.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _wav_cut_short(path, int.from_bytes(head[4:8], "little"))
        if head[:4] == b"OggS":
            file.seek(max(0, path.stat().st_size - (1 << 17)))
            tail = file.read()
            last = tail.rfind(b"OggS")
            return last < 0 or not tail[last + 5] & 4
    return False


def _wav_cut_short(path: Path, declared: int) -> bool:
    streamed = declared in {0, 0x7FFFFFFF, 0xFFFFFFFF} or declared >= 0x7FFFF000  # written to a pipe: length unknown
    return not streamed and declared + 8 > path.stat().st_size + 1


def to_int16(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Float samples as 16-bit, clipped at full scale."""
    scaled: Samples = np.clip(np.rint(samples * 32768.0), -32768, 32767)
    return scaled.astype(np.int16)
