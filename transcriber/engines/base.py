"""What every engine is: the protocol, its options, and the processor it runs on.

Owns names only; knows no engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from transcriber.audio import Samples
from transcriber.transcript import Segment, TimeSpan


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode.

    `language` is an ISO 639-1 code, None to detect it. `batch_size` 1 decodes window after window, more decodes that
    many at once; `utterance` says that the sound is one utterance, shorter than the engine's window. `prompt` is text
    that the engine takes as said before; `hotwords` are words to listen for.
    """

    language: str | None = None
    beam_size: int = 5
    batch_size: int = 1
    prompt: str | None = None
    hotwords: str | None = None
    utterance: bool = False


@dataclass(frozen=True, slots=True)
class Processor:
    """What an engine computes on, and with which numbers."""

    kind: Literal["cpu", "cuda"] = "cpu"
    compute_type: str = "int8"

    @property
    def name(self) -> str:
        """The honest name: "CPU int8", "GPU float16"."""
        return f"{'GPU' if self.kind == 'cuda' else 'CPU'} {self.compute_type}"


CPU = Processor("cpu", "int8")
GPU = Processor("cuda", "float16")


class Engine(Protocol):
    """Sound in, words out. `model` and `device` are honest names ("whisper-base", "CPU int8")."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def device(self) -> str:
        """The processor's name."""

    def detect_language(self, audio: Samples) -> str:
        """ISO 639-1 code of what is spoken in (the first half minute of) `audio`."""

    def decode(self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions) -> Iterator[Segment]:
        """Segments of some minutes of 16 kHz sound, one by one as they are found, times from its first sample.

        `speech` says where in `audio` somebody speaks; `options.language` is set.
        """

    def score(self, audio: Samples, texts: Sequence[str], language: str) -> list[float] | None:
        """Natural log probability of each text given less than half a minute of sound; None where it cannot tell."""
