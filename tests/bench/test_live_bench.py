"""How right live text is and how late, how much of it is taken back, and how long a dictation takes after Stop.

`make bench`, or one figure: `pytest -m bench tests/bench/test_live_bench.py -k latency`. Sound arrives by a clock that
runs with the work and skips the waiting, so a note takes as long as its decoding.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
import test_transcribe_bench as files
from figures import paired_ratio, write_figure
from live_display import display_seconds
from streaming_peer import stream

from transcriber import models
from transcriber.agreement import withdrawn
from transcriber.audio import SAMPLE_RATE, to_int16
from transcriber.decode import transcribe
from transcriber.engines.base import DecodeOptions
from transcriber.errors import TranscriberError
from transcriber.live import Finals, follow
from transcriber.transcript import Segment, Word
from transcriber.utterances import Cutter

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

OPTIONS = DecodeOptions(language="en", beam_size=files.BEAM)
NOTES = int(os.environ.get("CHARTWRIGHT_NOTES", "4"))
TAIL_S, PAIRS = 30.0, 3
DISPLAYED = 50


class Clock:
    """Seconds that pass with work, and at once where nothing is done."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        """The time."""
        return time.perf_counter() - self._start

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self._start -= seconds

    def again(self) -> Clock:
        """Start anew."""
        self._start = time.perf_counter()
        return self


@dataclass
class Arriving:
    """A recording that grows with the clock."""

    pcm: np.ndarray
    clock: Clock

    @property
    def samples(self) -> int:
        """Its length so far."""
        return min(len(self.pcm), int(self.clock.now() * SAMPLE_RATE))

    @property
    def sealed(self) -> bool:
        """Whether all of it is there."""
        return self.samples == len(self.pcm)

    def read(self, start: int, stop: int) -> np.ndarray:
        """What is there of it."""
        return self.pcm[start : min(stop, self.samples)]

    def blocks(self):
        """All of it."""
        yield self.pcm.astype(np.float32) / 32768.0

    duration = None


@dataclass
class Reader:
    """Notes when text came, and what was taken back."""

    clock: Clock
    arrived: list[tuple[float, Finals]] = field(default_factory=list)
    shown: tuple[Word, ...] = ()
    taken_back: int = 0

    def partial(self, words: tuple[Word, ...]) -> None:
        """Count what goes."""
        self.taken_back += withdrawn(self.shown, words)
        self.shown = words

    def final(self, found: Finals) -> None:
        """Note when it came."""
        self.partial(tuple(word for segment in found.segments for word in segment.words))
        self.shown = ()
        self.arrived.append((self.clock.now(), found))

    def behind(self, seconds: float) -> None:
        """Not measured."""

    def between(self) -> None:
        """Nothing else to do."""

    def cancelled(self) -> bool:
        """Never."""
        return False


def notes(count: int) -> list[np.ndarray]:
    folder = files.SHARED / "audio" / "dictation"
    if not folder.is_dir():
        pytest.skip("the spoken dictations beside the checkout (../shared/audio/dictation) are not here")
    return [soundfile.read(path, dtype="float32")[0] for path in sorted(folder.glob("*.flac"))[:count]]


def test_latency():
    """Speech end to final text: endpoint wait, decoding, against a bare decoding and against a streaming peer."""
    engine = files.load(models.resolve())
    parts, bare, peers, taken_back, words, unlike = [], [], [], 0, 0, 0
    for sound in notes(NOTES):
        clock = Clock()
        reader = Reader(clock)
        live = follow(Arriving(to_int16(sound), clock), engine, OPTIONS, reader, wait=clock.skip, now=clock.now)
        whole = transcribe(Arriving(to_int16(sound), clock), engine, OPTIONS)
        unlike += withdrawn(live.words, whole.words)
        taken_back += reader.taken_back
        words += len(live.words)
        clock = Clock()
        streamed = stream(engine._whisper, sound, clock.now, clock.skip)
        for (at, _), (end, known_at, audio) in zip(reader.arrived, cuts(sound), strict=True):
            begun = time.perf_counter()
            list(engine._whisper.transcribe(audio, **files.OPTIONS)[0])
            decoding = time.perf_counter() - begun
            parts.append((known_at - end, at - known_at, at - end))
            bare.append((at - end) / (known_at - end + decoding))
            later = [word.at for word in streamed if word.end >= end - 0.3]
            if later:
                peers.append((at - end) / (later[0] - end))
    displayed = display_seconds(DISPLAYED)
    common = {"n": len(parts), "seed": None, "command": "pytest -m bench tests/bench/test_live_bench.py -k latency"}
    write_figure(
        "live_latency",
        figure=round(statistics.median(bare), 3),
        unit="speech end to final text, ratio",
        target="<= 1.15",
        peer="the same endpoint wait and a bare faster-whisper decoding of the same span",
        endpoint_wait_s=round(statistics.median(part[0] for part in parts), 2),
        decode_after_it_s=round(statistics.median(part[1] for part in parts), 2),
        total_s=round(statistics.median(part[2] for part in parts), 2),
        display_s=round(statistics.median(displayed), 3),
        display_worst_s=round(max(displayed), 3),
        **common,
    )
    write_figure(
        "live_latency_streaming",
        figure=round(statistics.median(peers), 3),
        unit="speech end to final text, ratio",
        target="<= 0.35",
        peer="tests/bench/streaming_peer.py: the buffer decoded anew each second, local agreement of two, same model",
        **common,
    )
    common["n"] = words
    write_figure(
        "live_withdrawn",
        figure=round(100 * taken_back / words, 2),
        unit="words taken back per 100 shown",
        target="<= 10",
        peer="none",
        **common,
    )
    write_figure(
        "live_unlike_file",
        figure=round(100 * unlike / words, 2),
        unit="words per 100 that the whole-file text has otherwise",
        target="none: word errors of the two may differ by 0.5 points",
        peer="transcriber.decode.transcribe on the same sound, same run",
        **common,
    )


def test_word_errors():
    """Live finals make hardly more word errors than the text of the finished file, in notes and in people's clips."""
    engine = files.load(models.resolve())
    notes_of, clips = (errors(engine, files.SHARED / "audio" / name) for name in ("dictation", "human"))
    write_figure(
        "live_word_errors",
        figure=round(100 * (notes_of["live"] - notes_of["file"]) / notes_of["words"], 2),
        unit="word errors of live finals less those of the whole-file text, points",
        target="<= 0.5",
        n=notes_of["words"],
        peer="transcriber.decode.transcribe on the same sound, same model, same run",
        seed=None,
        command="pytest -m bench tests/bench/test_live_bench.py -k word_errors",
        dictations=notes_of,
        people=clips,
        points_people=round(100 * (clips["live"] - clips["file"]) / clips["words"], 2),
    )


def errors(engine, folder: Path) -> dict[str, int]:
    """Words of a set's English recordings, and the word errors of both texts by the shared scorer."""
    if not folder.is_dir():
        pytest.skip(f"the recordings beside the checkout ({folder}) are not here")
    scorer, counted = files.shared_scorer(), {"recordings": 0, "words": 0, "live": 0, "file": 0}
    for line in next(folder.glob("*.jsonl")).read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item.get("language", "en") != "en":
            continue
        said = scorer.normalize(item["text"])
        counted["recordings"] += 1
        counted["words"] += len(said)
        sound = soundfile.read(folder / item["file"], dtype="float32")[0]
        for road, text in zip(("live", "file"), both_texts(engine, sound), strict=True):
            counted[road] += sum(one != other for one, other in scorer.align(said, scorer.normalize(text)))
    return counted


def both_texts(engine, sound: np.ndarray) -> tuple[str, str]:
    """What a follower and what the file road writes of a recording; nothing where they find nothing."""
    clock = Clock()
    clock.skip(len(sound) / SAMPLE_RATE)
    recording = Arriving(to_int16(sound), clock)
    texts = ["", ""]
    with suppress(TranscriberError):
        texts[0] = follow(recording, engine, OPTIONS, Reader(clock), wait=clock.skip, now=clock.now).text
    with suppress(TranscriberError):
        texts[1] = transcribe(recording, engine, OPTIONS).text
    return texts[0], texts[1]


def cuts(sound: np.ndarray) -> list[tuple[float, float, np.ndarray]]:
    """Of each utterance: where speech ends in it, when that can be known, and its sound."""
    cutter = Cutter()
    pcm = to_int16(sound).astype(np.float32) / 32768.0
    pieces = [(piece, cutter.heard) for at in range(0, len(pcm), 512) for piece in cutter.add(pcm[at : at + 512])]
    pieces += [(piece, cutter.heard) for piece in cutter.finish()]
    return [(piece.start + piece.speech[-1].end, heard, piece.audio) for piece, heard in pieces]


class Late:
    """Writes nothing until the last two minutes, and is the real engine from then on."""

    def __init__(self, engine, silent: int) -> None:
        self._engine, self._silent = engine, silent
        self.model, self.device = engine.model, engine.device

    def detect_language(self, audio) -> str:
        """Always English."""
        return "en"

    def decode(self, audio, speech, options):
        """One word, or the real ones."""
        self._silent -= len(audio)
        if self._silent > 0:
            return iter((Segment((Word("said", 0.5, 0.9, 0.9),)),))
        return self._engine.decode(audio, speech, options)


@dataclass
class Grown(Arriving):
    """A recording that is there but for its last half minute, which arrives once the rest has been read."""

    caught_up: bool = False

    @property
    def samples(self) -> int:
        """Its length."""
        head = max(0, len(self.pcm) - int(TAIL_S * SAMPLE_RATE))
        return min(len(self.pcm), head + (int(self.clock.now() * SAMPLE_RATE) if self.caught_up else 0))

    def read(self, start: int, stop: int) -> np.ndarray:
        """What is there of it."""
        found = super().read(start, stop)
        if not len(found) and not self.caught_up:
            self.caught_up, self.clock = True, self.clock.again()
        return found


def test_after_stop():
    """Two hours take as long from Stop to the transcript as two minutes do: the end alone is left to decode."""
    engine = files.load(models.resolve())
    note = to_int16(notes(1)[0])
    seconds: dict[str, list[float]] = {"2 min": [], "2 h": []}
    for _ in range(PAIRS):
        for name, times in (("2 min", 1), ("2 h", 7200 * SAMPLE_RATE // len(note))):
            pcm = np.tile(note, times)
            clock = Clock()
            recording = Grown(pcm, clock)
            late = Late(engine, int(0.7 * (len(pcm) - len(note))))
            follow(recording, late, OPTIONS, Reader(clock), wait=clock.skip, now=clock.now)
            seconds[name].append(clock.now() - TAIL_S)
    ratio = paired_ratio(seconds["2 h"], seconds["2 min"])
    write_figure(
        "live_after_stop",
        figure=ratio["median"],
        unit="seconds from Stop to the transcript, ratio of 2 h to 2 min",
        target="<= 1.2",
        n=PAIRS,
        peer="itself after 2 min",
        seed=None,
        command="pytest -m bench tests/bench/test_live_bench.py -k after_stop",
        ratio=ratio,
        seconds={name: [round(value, 2) for value in values] for name, values in seconds.items()},
    )
