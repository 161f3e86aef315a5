"""How much the road from file to transcript costs over the bare engine, and what the batched road gains and loses.

`make bench`, or one figure: `pytest -m bench tests/bench/test_transcribe_bench.py -k batched`. The peer is always bare
faster-whisper with the same model and the same options, in turn with ours in the same run.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile
from faster_whisper import BatchedInferencePipeline
from figures import paired_ratio, write_figure
from recitation import SMALL, TURBO, Shape, build

import resources
from transcriber import models, worker
from transcriber.audio import SAMPLE_RATE, AudioFile
from transcriber.decode import transcribe
from transcriber.engines.base import DecodeOptions
from transcriber.engines.whisper import WhisperEngine
from transcriber.engines.windows import words_of
from transcriber.importing import import_audio
from transcriber.journal import Journal
from transcriber.messages import Done, Load, Transcribe, from_line, to_line
from transcriber.speech import coverage, speech_spans

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
BEAM = 5
BATCH = 8
NOISE = 0.15  # a peer that varies more than this in one run says that something else was being timed
OPTIONS = {"language": "en", "beam_size": BEAM, "word_timestamps": True}
PEER = "faster_whisper.WhisperModel.transcribe, same model object, beam 5, word timestamps"


def load(folder: Path) -> WhisperEngine:
    return WhisperEngine(folder, name=folder.name, threads=os.cpu_count() or 1)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(ours: Callable[[], object], peer: Callable[[], object], pairs: int) -> tuple[list[float], list[float]]:
    """Seconds of both, ABBA, after one pair that is thrown away."""
    mine, theirs = [], []
    for number in range(pairs + 1):
        for work, times in ((ours, mine), (peer, theirs))[:: 1 if number % 2 else -1]:
            times.append(seconds(work))
    return mine[1:], theirs[1:]


def command(test: str) -> str:
    return f"pytest -m bench tests/bench/test_transcribe_bench.py -k {test}"


def test_file_path_of_the_embedded_model():
    """A minute of dictation: the whole road from file to transcript against the bare engine."""
    engine, path = load(models.resolve()), resources.path("samples/knee.flac")
    ours, peer = in_turn(
        lambda: transcribe(AudioFile(path), engine, DecodeOptions(language="en", beam_size=BEAM)),
        lambda: list(engine._whisper.transcribe(str(path), **OPTIONS)[0]),
        pairs=10,
    )
    write_ratio("transcribe_file_base", ours, peer, "<= 1.05", "test_file_path_of_the_embedded_model", audio_s=63.6)


@pytest.mark.parametrize("shape", [SMALL, TURBO], ids=lambda shape: shape.name)
def test_file_path_of_larger_models(shape: Shape, tmp_path):
    """The same with models of larger shapes and random weights that recite a text."""
    engine, path = load(build(shape, tmp_path / shape.name, seed=1)), resources.path("audio/jfk.flac")
    ours, peer = in_turn(
        lambda: transcribe(AudioFile(path), engine, DecodeOptions(language="en", beam_size=BEAM)),
        lambda: list(engine._whisper.transcribe(str(path), **OPTIONS)[0]),
        pairs=3,
    )
    name = f"transcribe_file_{shape.name}_shape"
    write_ratio(name, ours, peer, "<= 1.05", "test_file_path_of_larger_models", audio_s=11.0, seed=1)


def test_batched(tmp_path):
    """Ten minutes of dictation: our batched road against the bare sequential one, with the words of all."""
    path, said = ten_minutes(tmp_path)
    engine = load(models.resolve())
    transcripts, written = {}, {}

    def ours() -> None:
        options = DecodeOptions(language="en", beam_size=BEAM, batch_size=BATCH)
        transcripts["ours batched"] = transcribe(AudioFile(path), engine, options)

    def peer() -> None:
        segments = engine._whisper.transcribe(str(path), **OPTIONS)[0]
        written["bare sequential"] = [word for segment in segments for word in words_of(map(vars, segment.words))]

    mine, theirs = in_turn(ours, peer, pairs=2)
    segments = BatchedInferencePipeline(engine._whisper).transcribe(str(path), batch_size=BATCH, **OPTIONS)[0]
    written["bare batched"] = [word for segment in segments for word in words_of(map(vars, segment.words))]
    written["ours batched"] = list(transcripts["ours batched"].words)
    spans = speech_spans(np.concatenate(list(AudioFile(path).blocks())))
    report = {name: judged(said, words, spans) for name, words in written.items()}
    assert report["ours batched"]["deletions"] < report["bare batched"]["deletions"]
    assert report["bare batched"]["speech_without_words_s"] > 2 * report["bare sequential"]["speech_without_words_s"]
    name = "transcribe_batched_base"
    write_ratio(name, mine, theirs, "<= 0.6", "test_batched", audio_s=610.4, batch_size=BATCH, words=report)


def test_memory(tmp_path):
    """Peak memory of the engine's process against a bare script, on ten minutes of dictation."""
    path, _ = ten_minutes(tmp_path)
    key = os.urandom(32)
    with Journal.create(tmp_path / "long.journal", key, device="file") as journal:
        import_audio(path, journal)
    script = (
        "import resource, sys; from faster_whisper import WhisperModel;"
        f"model = WhisperModel(sys.argv[1], device='cpu', compute_type='int8', cpu_threads={os.cpu_count()});"
        "list(model.transcribe(sys.argv[2], language='en', beam_size=1, word_timestamps=True)[0]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    peer = subprocess.run(
        [sys.executable, "-c", script, models.resolve(), path], capture_output=True, text=True, check=True
    )
    ours = worker_peak(tmp_path / "long.journal", key)
    theirs = float(peer.stdout)
    write_figure(
        "transcribe_memory_base",
        figure=round(ours / theirs, 4),
        unit="peak resident memory, ratio",
        target="<= 1.1",
        n=1,
        peer="a script with bare faster_whisper.WhisperModel.transcribe on the same 610 s file",
        seed=None,
        command=command("test_memory"),
        ours_mb=round(ours),
        peer_mb=round(theirs),
    )


def worker_peak(journal: Path, key: bytes) -> float:
    """Peak resident megabytes of a worker that decoded the recording."""
    request = Transcribe(str(journal), key.hex(), language="en", beam_size=1)
    with subprocess.Popen(worker.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write(to_line(Load(models.EMBEDDED, device="cpu")) + to_line(request))
        child.stdin.flush()
        assert any(isinstance(from_line(line), Done) for line in iter(child.stdout.readline, "") if '"done"' in line)
        status = Path(f"/proc/{child.pid}/status").read_text()
        child.stdin.close()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def ten_minutes(folder: Path) -> tuple[Path, str]:
    """Six dictations in one file, and what is said in them."""
    notes = SHARED / "audio" / "dictation"
    if not notes.is_dir():
        pytest.skip("the spoken dictations beside the checkout (../shared/audio/dictation) are not here")
    lines = next(notes.glob("*.jsonl")).read_text(encoding="utf-8").splitlines()[:6]
    items = [json.loads(line) for line in lines]
    sound = [soundfile.read(notes / item["file"], dtype="float32")[0] for item in items]
    soundfile.write(folder / "long.wav", np.concatenate(sound), SAMPLE_RATE)
    return folder / "long.wav", " ".join(item["text"] for item in items)


def judged(said: str, words: list, spans: tuple) -> dict[str, float]:
    """Word errors by the shared scorer, and what the coverage meter sees."""
    scorer = shared_scorer()
    text = "".join((" " if word.spaced else "") + word.text for word in words)
    reference = scorer.normalize(said)
    pairs = scorer.align(reference, scorer.normalize(text))
    measured = coverage(words, spans)
    return {
        "words": len(text.split()),
        "word_error_rate": round(sum(one != other for one, other in pairs) / len(reference), 4),
        "deletions": sum(other is None for _, other in pairs),
        "insertions": sum(one is None for one, _ in pairs),
        "speech_without_words_s": round(measured.speech - measured.covered, 1),
    }


def shared_scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_speech", SHARED / "eval" / "score_speech.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_ratio(name: str, ours: list[float], peer: list[float], target: str, test: str, **extra: object) -> None:
    ratio = paired_ratio(ours, peer)
    if ratio["peer_spread"] > NOISE:
        pytest.skip(
            f"this machine is too busy to time anything: the peer alone varied by {ratio['peer_spread']:.0%}; {extra}"
        )
    seed = extra.pop("seed", None)
    write_figure(
        name,
        figure=ratio["median"],
        unit="wall time, ratio",
        target=target,
        n=len(ours),
        peer=PEER,
        seed=seed,
        command=command(test),
        ratio=ratio,
        ours_s=[round(value, 2) for value in ours],
        peer_s=[round(value, 2) for value in peer],
        **extra,
    )
