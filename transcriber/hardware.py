"""Which processor decodes: chosen by proof, named honestly.

Owns the choice between GPU and CPU. A GPU counts only after it decoded a known clip in a process of its own: a driver
that crashes, hangs or silently yields nothing costs one short wait, never a recording. Knows no window.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before anything loads onnxruntime; child processes inherit it

import resources
from transcriber.audio import AudioFile
from transcriber.decode import transcribe
from transcriber.engines.base import CPU, GPU, DecodeOptions, Processor
from transcriber.engines.whisper import WhisperEngine, gpu_count
from transcriber.errors import DeviceFailed, TranscriberError
from transcriber.models import model_name

CLIP = "audio/jfk.flac"
_SAID = {"fellow", "americans", "country", "ask", "can", "do"}  # what even the smallest model hears in the clip
_ENOUGH = 4
_LIMIT_S = 120.0
_UPDATE = "Update the graphics driver and check that CUDA 12 and cuDNN 9 are installed; the CPU is used until then."


@dataclass(frozen=True, slots=True)
class Choice:
    """The processor to use. `reason` and `fix` are set where a better one was wanted but failed."""

    processor: Processor
    reason: str = ""
    fix: str = ""

    @property
    def name(self) -> str:
        """The honest name: "CPU int8", "GPU float16"."""
        return self.processor.name


def choose(folder: Path, *, device: str = "auto") -> Choice:
    """The best processor that works for this model: "auto" or "cuda" try the GPU and fall back, "cpu" does not."""
    if device == "cpu":
        return Choice(CPU)
    if device == "auto" and gpu_count() == 0:
        return Choice(CPU)
    try:
        prove(folder, GPU)
    except DeviceFailed as error:
        return Choice(CPU, error.sentence, _UPDATE)
    return Choice(GPU)


def load(folder: Path, choice: Choice) -> WhisperEngine:
    """The engine on the chosen processor."""
    return WhisperEngine(folder, name=model_name(folder), processor=choice.processor)


def prove(folder: Path, processor: Processor, *, clip: Path | None = None) -> None:
    """Decode the known clip on `processor` in a child process; raises DeviceFailed with what went wrong."""
    heard = str(clip or resources.path(CLIP))
    request = json.dumps({"folder": str(folder), "clip": heard, "processor": asdict(processor)})
    command = [sys.executable, "-m", "transcriber.hardware"]
    try:
        child = subprocess.run(command, input=request, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise DeviceFailed(f"{processor.name} did not finish a short test in {_LIMIT_S:.0f} s.") from error
    if child.returncode == 0:
        return
    told = child.stdout.strip() if child.returncode == 1 else ""
    raise DeviceFailed(told or f"{processor.name} crashed in a short test (exit status {child.returncode}).")


def _main() -> int:
    """Decode the clip as the request on standard input says; 0 if the words are right, else 1 and a sentence."""
    request = json.load(sys.stdin)
    processor = Processor(**request["processor"])
    folder = Path(request["folder"])
    try:
        engine = WhisperEngine(folder, name=model_name(folder), processor=processor)
        heard = transcribe(AudioFile(Path(request["clip"])), engine, DecodeOptions(language="en", beam_size=1))
    except DeviceFailed as error:
        return _fail(f"{processor.name} could not load the model: {error.__cause__}.")
    except (TranscriberError, RuntimeError) as error:
        return _fail(f"{processor.name} failed in a short test: {error}.")
    words = {word.text.strip(".,").lower() for word in heard.words}
    return 0 if len(words & _SAID) >= _ENOUGH else _fail(f"{processor.name} ran, but did not understand a known clip.")


def _fail(sentence: str) -> int:
    sys.stdout.write(sentence)
    return 1


if __name__ == "__main__":
    sys.exit(_main())
