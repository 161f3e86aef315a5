"""The processor is chosen by proof, and a failed one is named with its fix."""

from __future__ import annotations

import pytest
import soundfile

import resources
from transcriber import hardware, models
from transcriber.engines.base import CPU, GPU
from transcriber.engines.whisper import gpu_count
from transcriber.errors import DeviceFailed


@pytest.fixture(scope="module")
def folder():
    return models.resolve()


def test_the_cpu_proves_itself(folder):
    """The known clip is understood on the CPU, in a process of its own."""
    hardware.prove(folder, CPU)


def test_a_gpu_that_fails_falls_back_with_reason_and_fix(folder):
    """Asked for a GPU that is not there (or broken), the choice is the CPU, with the reason and what to do."""
    if gpu_count():
        pytest.skip("this machine has a GPU that may well work")
    choice = hardware.choose(folder, device="cuda")
    assert choice.name == "CPU int8"
    assert "GPU float16" in choice.reason
    assert "driver" in choice.fix
    assert hardware.load(folder, choice).device == "CPU int8"


def test_automatic_choice_is_honest(folder):
    """Without a GPU the automatic choice is the CPU, without a complaint; asked for the CPU, it is the CPU."""
    if gpu_count():
        pytest.skip("this machine has a GPU")
    for device in ("auto", "cpu"):
        choice = hardware.choose(folder, device=device)
        assert (choice.name, choice.reason, choice.fix) == ("CPU int8", "", "")


def test_a_processor_that_hears_something_else_is_not_trusted(folder, tmp_path):
    """A device that runs but does not understand the clip (seen with wrong drivers) does not pass."""
    sound, rate = soundfile.read(resources.path("samples/knee.flac"), frames=5 * 24_000)
    soundfile.write(tmp_path / "other.wav", sound, rate)
    with pytest.raises(DeviceFailed, match="known clip"):
        hardware.prove(folder, CPU, clip=tmp_path / "other.wav")


def test_a_crash_is_told_from_a_refusal(tmp_path):
    """A folder without a model makes the child fail; the reason arrives, the parent lives."""
    with pytest.raises(DeviceFailed, match="CPU int8"):
        hardware.prove(tmp_path, CPU)
    assert GPU.name == "GPU float16"
