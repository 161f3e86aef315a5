"""Any audio file becomes 16 kHz mono, and a bad one a clear error."""

from __future__ import annotations

import importlib.util
import os
import shutil
from fractions import Fraction

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from transcriber import audio
from transcriber.audio import SAMPLE_RATE, AudioFile, Resampler, to_int16
from transcriber.errors import AudioEmpty, AudioFormatUnsupported, AudioUnreadable


def decoded(path) -> np.ndarray:
    return np.concatenate(list(AudioFile(path).blocks()))


def loudest_hz(samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


@pytest.mark.parametrize("extension", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1)])
def test_every_native_format_and_rate(tone, extension, rate, channels):
    """wav, flac, ogg and mp3 of 8 to 48 kHz, mono or stereo, come out at the right pitch and length."""
    samples = decoded(tone(f"tone.{extension}", seconds=2, rate=rate, channels=channels))
    assert pytest.approx(len(samples) / SAMPLE_RATE, abs=0.1) == 2.0
    assert pytest.approx(loudest_hz(samples), abs=2) == 440
    assert pytest.approx(np.abs(samples[4000:-4000]).max(), abs=0.06) == 0.3


def test_stereo_is_mixed_down(tmp_path):
    """Each channel has half a say."""
    soundfile.write(tmp_path / "two.wav", np.stack([np.full(1600, 0.5), np.full(1600, -0.1)], axis=1), SAMPLE_RATE)
    assert pytest.approx(decoded(tmp_path / "two.wav"), abs=1e-3) == 0.2


@pytest.mark.parametrize(("extension", "codec"), [("m4a", "aac"), ("webm", "libopus"), ("aac", "aac")])
def test_other_formats_through_pyav(tmp_path, extension, codec):
    """m4a, webm and raw aac, which does not tell its length, are read where PyAV is installed."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    path = tmp_path / f"tone.{extension}"
    write_with_pyav(av, path, codec)
    file = AudioFile(path)
    samples = np.concatenate(list(file.blocks()))
    assert pytest.approx(len(samples) / SAMPLE_RATE, abs=0.1) == 2.0
    assert pytest.approx(loudest_hz(samples), abs=2) == 440
    assert not file.truncated
    assert (file.duration is None) == (extension == "aac")


def write_with_pyav(av, path, codec) -> None:
    wave = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * 48000) / 48000)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48000, layout="mono")
        for start in range(0, len(wave), 960):
            frame = av.AudioFrame.from_ndarray(wave[None, start : start + 960], format="fltp", layout="mono")
            frame.rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_without_any_decoder_the_fix_is_named(tmp_path, monkeypatch):
    """Where neither PyAV nor ffmpeg exists, the error says what to install."""
    (tmp_path / "voice.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(AudioFormatUnsupported) as caught:
        decoded(tmp_path / "voice.m4a")
    assert "ffmpeg" in caught.value.next_step


def test_ffmpeg_where_pyav_is_missing(tmp_path, monkeypatch):
    """The user's own ffmpeg is the second choice."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    av = pytest.importorskip("av", reason="PyAV, which writes the file, is not installed")
    write_with_pyav(av, tmp_path / "tone.m4a", "aac")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert pytest.approx(loudest_hz(decoded(tmp_path / "tone.m4a")), abs=2) == 440


def test_not_audio(tmp_path):
    """Text, noise of bytes and a missing file are not audio."""
    (tmp_path / "letter.wav").write_text("Dear colleague,\n" * 100)
    (tmp_path / "noise.mp3").write_bytes(np.random.default_rng(3).bytes(100_000))
    for name in ("letter.wav", "noise.mp3", "missing.wav"):
        with pytest.raises(AudioUnreadable):
            decoded(tmp_path / name)


def test_a_broken_mp3_is_not_commented_by_its_decoder(tone, capfd):
    """What libmpg123 finds wrong reaches nobody's terminal; stderr itself still works."""
    path = tone("long.mp3", seconds=8)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert len(decoded(path))
    path.write_bytes(np.random.default_rng(3).bytes(100_000))
    with pytest.raises(AudioUnreadable):
        decoded(path)
    os.write(2, b"heard")
    assert capfd.readouterr() == ("", "heard")


def test_empty_file_and_zero_length(tmp_path, tone):
    """A file of no bytes, and a proper wav of no samples, hold no sound."""
    (tmp_path / "empty.wav").touch()
    for path in (tmp_path / "empty.wav", tone("none.wav", seconds=0), tone("none.flac", seconds=0)):
        with pytest.raises(AudioEmpty):
            decoded(path)


@pytest.mark.parametrize("extension", ["wav", "flac", "ogg"])
def test_truncated_file_keeps_what_there_is_and_says_so(tone, extension):
    """Half a file gives about half the sound, and the truncation is known; the whole file is not accused."""
    path = tone(f"long.{extension}", seconds=8)
    whole = AudioFile(path)
    assert list(whole.blocks())
    assert not whole.truncated
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    broken = AudioFile(path)
    kept = sum(map(len, broken.blocks())) / SAMPLE_RATE
    assert 2.0 < kept < 6.0
    assert broken.truncated


def test_blocks_are_bounded(tone, monkeypatch):
    """No block is longer than the block length, however long the file."""
    monkeypatch.setattr(audio, "_BLOCK_S", 0.5)
    blocks = list(AudioFile(tone("long.flac", seconds=9, rate=44100)).blocks())
    assert max(map(len, blocks)) <= 2 * SAMPLE_RATE
    assert pytest.approx(sum(map(len, blocks)), abs=2) == 9 * SAMPLE_RATE


@settings(max_examples=25, deadline=None)
@given(rate=st.sampled_from([8000, 11025, 22050, 44100, 48000]), sizes=st.lists(st.integers(1, 5000), min_size=1))
def test_resampling_does_not_depend_on_the_blocks(rate, sizes):
    """However the sound is cut into blocks, the same samples come out, and their number fits the rate."""
    sound = np.random.default_rng(1).standard_normal(sum(sizes)).astype(np.float32) * 0.1
    whole, parts = Resampler(rate), Resampler(rate)
    expected = np.concatenate([whole(sound), whole.finish()])
    cuts = np.split(sound, np.cumsum(sizes)[:-1])
    got = np.concatenate([*(parts(part) for part in cuts), parts.finish()])
    assert expected == pytest.approx(got, abs=1e-5)
    assert len(sound) * SAMPLE_RATE / rate == pytest.approx(len(got), abs=2)


def test_int16_clips_and_keeps():
    """Full scale stays in range, and 16-bit sound survives the way there and back exactly."""
    assert to_int16(np.array([-1.5, -1, 0, 1, 1.5], np.float32)).tolist() == [-32768, -32768, 0, 32767, 32767]
    pcm = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(pcm, to_int16(pcm.astype(np.float32) / 32768.0))
