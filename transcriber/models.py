"""Which speech model: the embedded one, an installed one, or a folder.

Owns the way from a name to a checked model folder, and the installation that a user asks for. `resolve` never opens
a socket; `install` is the only thing here that does. Knows no engine.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import resources
from transcriber.errors import ModelDamaged, ModelDownloadFailed, ModelInvalid, ModelUnknown

EMBEDDED = "whisper-base"
_EMBEDDED_SHA256 = "ad4935f6cd6a222d62b525074d0cd9991ebd76adae5263b2fc26ef8c2f82535f"  # CARD.md beside the model
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_NAME = re.compile(r"[\w][\w.-]*")


def resolve(name: str | Path = EMBEDDED, models_dir: Path | None = None) -> Path:
    """The folder of a model: the embedded one, one installed in `models_dir` (by name or Whisper size), or a folder.

    Raises ModelUnknown, ModelInvalid (a folder that is no model) or ModelDamaged (not the bytes that were shipped).
    """
    if str(name) == EMBEDDED:
        return _embedded()
    if models_dir is not None and _NAME.fullmatch(str(name)) and (models_dir / name).is_dir():
        return _checked(models_dir / name)
    if Path(name).is_dir():
        return _checked(Path(name))
    raise ModelUnknown


def model_name(folder: Path) -> str:
    """The honest name of a model folder."""
    return folder.resolve().name


def installed(models_dir: Path) -> tuple[str, ...]:
    """Names of the models in `models_dir`, the embedded one first."""
    found = sorted(path.parent.name for path in models_dir.glob("*/model.bin")) if models_dir.is_dir() else []
    return (EMBEDDED, *found)


def sizes() -> tuple[str, ...]:
    """The Whisper sizes that `install` knows."""
    from faster_whisper.utils import available_models  # noqa: PLC0415  (heavy, and only needed here)

    return tuple(available_models())


def install(size: str, models_dir: Path) -> Path:
    """Download a Whisper size into `models_dir` because the user asked for it; goes on where it was interrupted.

    Raises ModelUnknown for a size that does not exist, ModelDownloadFailed where the network fails.
    """
    from faster_whisper.utils import download_model  # noqa: PLC0415  (heavy, and only needed here)

    if size not in sizes():
        raise ModelUnknown(f"There is no Whisper size of that name; there are: {', '.join(sizes())}.")
    folder = models_dir / size
    try:
        download_model(size, output_dir=str(folder))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelDownloadFailed from error
    return _checked(folder)


def _embedded() -> Path:
    folder = resources.path(f"models/{EMBEDDED}")
    _checked(folder)
    digest = hashlib.sha256()
    with (folder / "model.bin").open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != _EMBEDDED_SHA256:
        raise ModelDamaged(next_step="Install Chartwright again.")
    return folder


def _checked(folder: Path) -> Path:
    """The folder, if it looks like a Whisper model in CTranslate2 format; without a tokenizer one would be fetched."""
    if not all((folder / name).is_file() for name in _NEEDED) or not any(folder.glob("vocabulary.*")):
        raise ModelInvalid
    with (folder / "model.bin").open("rb") as file:
        head = file.read(64)
    if b"WhisperSpec" not in head:
        raise ModelInvalid if head else ModelDamaged
    try:
        tokenizer = json.loads((folder / "tokenizer.json").read_bytes())
    except ValueError:
        raise ModelDamaged from None
    if not (isinstance(tokenizer, dict) and "model" in tokenizer):
        raise ModelDamaged
    return folder
