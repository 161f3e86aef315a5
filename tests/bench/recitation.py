"""Whisper models of any size that need no download: random weights that recite.

A model has the shapes of a real one, so every step costs what it costs in the real one. Its decoder's position
encodings point at the tokens of a fixed text: it writes that text for any sound, with certainty, and stops. Without
that, a random model writes to the length limit, fails Whisper's own checks and is tried again at six temperatures.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tokenizers
from ctranslate2.specs import common_spec, transformer_spec, whisper_spec

import resources

TEXT = (
    " The patient is a woman of sixty years who has had a dry cough for three weeks, worse at night. She denies fever"
    " and chest pain. Her blood pressure is high today, her lungs are clear, and there is no swelling of the legs."
)
_PROMPT_TOKENS = 3  # start, language, task: the first position whose output is heard
_WEIGHT = 0.004  # so little that the position encodings decide what is written
_POSITION = 20.0


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of a Whisper size."""

    name: str
    encoder_layers: int
    decoder_layers: int
    heads: int
    width: int
    mels: int
    vocabulary: int


SMALL = Shape("small", 12, 12, 12, 768, 80, 51865)
TURBO = Shape("turbo", 32, 4, 20, 1280, 128, 51866)


def build(shape: Shape, folder: Path, *, seed: int) -> Path:
    """Write the model into `folder`, quantized to int8, with the embedded model's tokenizer."""
    base = resources.path("models/whisper-base")
    spec = whisper_spec.WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    _Weights(shape, seed).fill(spec)
    vocabulary = (base / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    spec.register_vocabulary([*vocabulary, "<|spare|>"][: shape.vocabulary])
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    for name in ("tokenizer.json", "config.json"):
        shutil.copy(base / name, folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": shape.mels}))
    return folder


class _Weights:
    """Random weights of the right shapes."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self._shape = shape
        self._random = np.random.default_rng(seed)

    def fill(self, spec: whisper_spec.WhisperSpec) -> None:
        width = self._shape.width
        encoder, decoder = spec.encoder, spec.decoder
        self._linear(encoder.conv1, width, self._shape.mels, 3)
        self._linear(encoder.conv2, width, width, 3)
        encoder.position_encodings.encodings = self._normal(1500, width)
        self._norm(encoder.layer_norm)
        for layer in encoder.layer:
            self._layer(layer)
        decoder.embeddings.weight = self._normal(self._shape.vocabulary, width) / _WEIGHT
        decoder.projection.weight = decoder.embeddings.weight
        decoder.position_encodings.encodings = self._recitation(decoder.embeddings.weight)
        self._norm(decoder.layer_norm)
        for layer in decoder.layer:
            self._layer(layer)
            for linear, factor in zip(layer.attention.linear, (1, 2, 1), strict=True):
                self._linear(linear, factor * width, width)
            self._norm(layer.attention.layer_norm)

    def _recitation(self, embeddings: np.ndarray) -> np.ndarray:
        tokenizer = tokenizers.Tokenizer.from_file(str(resources.path("models/whisper-base") / "tokenizer.json"))
        end = tokenizer.token_to_id("<|endoftext|>")
        tokens = [end] * _PROMPT_TOKENS + tokenizer.encode(TEXT, add_special_tokens=False).ids
        tokens += [end] * (448 - len(tokens))
        return _POSITION * embeddings[tokens]

    def _layer(self, layer: transformer_spec.TransformerEncoderLayerSpec) -> None:
        width = self._shape.width
        self._linear(layer.self_attention.linear[0], 3 * width, width)
        self._linear(layer.self_attention.linear[1], width, width)
        self._linear(layer.ffn.linear_0, 4 * width, width)
        self._linear(layer.ffn.linear_1, width, 4 * width)
        self._norm(layer.self_attention.layer_norm)
        self._norm(layer.ffn.layer_norm)

    def _linear(self, spec: common_spec.LinearSpec, outputs: int, *inputs: int) -> None:
        spec.weight = self._normal(outputs, *inputs)
        spec.bias = np.zeros(outputs, np.float32)

    def _norm(self, spec: common_spec.LayerNormSpec) -> None:
        spec.gamma = np.ones(self._shape.width, np.float32)
        spec.beta = np.zeros(self._shape.width, np.float32)

    def _normal(self, *shape: int) -> np.ndarray:
        return _WEIGHT * self._random.standard_normal(shape, np.float32)
