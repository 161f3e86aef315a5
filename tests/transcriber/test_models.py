"""From a name to a checked model folder, without a socket."""

from __future__ import annotations

import shutil
import socket

import pytest

import resources
from transcriber import models
from transcriber.engines.whisper import WhisperEngine
from transcriber.errors import ModelDamaged, ModelInvalid, ModelUnknown


@pytest.fixture
def copied(tmp_path):
    """The embedded model, copied as if it had been installed under another name."""
    return shutil.copytree(resources.path("models/whisper-base"), tmp_path / "models" / "clinic-base")


def test_the_embedded_model_is_the_default():
    """Without a name, the embedded model is found, checked and honestly named."""
    folder = models.resolve()
    assert folder == resources.path("models/whisper-base")
    assert models.model_name(folder) == "whisper-base"


def test_one_changed_byte_in_the_embedded_model(copied, monkeypatch):
    """A model that differs from what was shipped in a single bit is refused."""
    monkeypatch.setattr(resources, "path", lambda _: copied)
    assert models.resolve() == copied
    with (copied / "model.bin").open("r+b") as file:
        file.seek(40_000_000)
        byte = file.read(1)[0]
        file.seek(40_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelDamaged):
        models.resolve()


def test_installed_name_and_folder(copied, tmp_path):
    """A name is looked up in the models folder, a path is taken as it is."""
    assert models.resolve("clinic-base", tmp_path / "models") == copied
    assert models.resolve(copied) == copied
    assert models.installed(tmp_path / "models") == ("whisper-base", "clinic-base")
    assert models.installed(tmp_path / "nowhere") == ("whisper-base",)


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_a_folder_that_is_no_model(copied, missing):
    """A folder that lacks any part is invalid; without its tokenizer the engine would ask the network for one."""
    (copied / missing).unlink()
    with pytest.raises(ModelInvalid):
        models.resolve(copied)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_tokenizer(copied, content):
    """What the tokenizer's own reader would stumble over is told as damage."""
    (copied / "tokenizer.json").write_text(content)
    with pytest.raises(ModelDamaged):
        models.resolve(copied)


def test_another_kind_of_model(copied):
    """A model file that is not Whisper's is invalid, and one that breaks off is damaged."""
    whole = (copied / "model.bin").read_bytes()
    (copied / "model.bin").write_bytes(whole[:1_000_000])
    with pytest.raises(ModelDamaged):
        WhisperEngine(models.resolve(copied), name="broken")
    (copied / "model.bin").write_bytes(b"\6\0\0\0\x10\0TransformerSpec\0" + bytes(1000))
    with pytest.raises(ModelInvalid):
        models.resolve(copied)


def test_unknown_names_open_no_socket(tmp_path, monkeypatch):
    """A Whisper size that is not installed is unknown; nothing is fetched unasked."""
    monkeypatch.setattr(socket, "socket", None)
    for name in ("small", "no such model", "../secrets", "openai/whisper-small"):
        with pytest.raises(ModelUnknown):
            models.resolve(name, tmp_path)


def test_install_refuses_an_unknown_size(tmp_path):
    """A size that Whisper does not have is refused before anything is downloaded."""
    with pytest.raises(ModelUnknown, match="large-v3-turbo"):
        models.install("gigantic", tmp_path)
