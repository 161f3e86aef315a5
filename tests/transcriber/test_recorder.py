"""The recorder's process: every block on disk, a level for the eye, and nothing lost when anything dies."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from transcriber import recorder
from transcriber.audio import SAMPLE_RATE, AudioFile, to_int16
from transcriber.devices import InputDevice, input_devices
from transcriber.errors import MicrophoneFailed, NoMicrophone
from transcriber.journal import Journal
from transcriber.messages import Failed, Level, Message, Record, Started, Stop, Stopped, from_line, to_line


@contextmanager
def recording(request: Message):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(recorder.command(), **pipes) as process:
        try:
            process.stdin.write(to_line(request))
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def hear(process, kind):
    """The next message of that kind."""
    return next(message for message in map(from_line, process.stdout) if isinstance(message, kind))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "take.journal"


@pytest.fixture
def request_for(path, key):
    """A function that makes the request to record from a file."""
    return lambda file, pace=0.0: Record(str(path), key.hex(), device=f"file:{file}", pace=pace)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1)])
def test_any_rate_ends_in_the_journal(tone, path, key, request_for, rate, channels):
    """Whatever the microphone's rate, the journal holds the same sound at 16 kHz in whole blocks, sealed."""
    file = tone("voice.wav", seconds=1.33, rate=rate, channels=channels)
    with recording(request_for(file)) as process:
        messages = [from_line(line) for line in process.stdout]
        assert process.wait(20) == 0
    assert messages[0] == Started("file:voice.wav", rate)
    levels = [message for message in messages if isinstance(message, Level)]
    assert len(levels) == 27
    assert all(0.25 < level.peak < 0.35 for level in levels)
    with Journal.open(path, key) as journal:
        assert messages[-1] == Stopped(journal.duration)
        assert (journal.sealed, journal.device, journal.gaps) == (True, "file:voice.wav", ())
        expected = to_int16(np.concatenate(list(AudioFile(file).blocks()))).astype(int)
        assert journal.samples == len(expected)
        assert np.abs(journal.read(0, journal.samples) - expected).max() <= 2


def test_stop_seals_what_was_heard(clip, path, key, request_for):
    """Stop in the middle: sealed, shorter than the clip, and no shorter than what the levels promised."""
    with recording(request_for(clip, 8.0)) as process:
        promised = 0.0
        while promised < 1.0:
            promised = hear(process, Level).duration
        process.stdin.write(to_line(Stop()))
        process.stdin.flush()
        stopped = hear(process, Stopped)
        assert process.wait(20) == 0
    with Journal.open(path, key) as journal:
        assert journal.sealed
        assert promised <= stopped.duration == journal.duration < 11.0


def test_a_killed_recorder_loses_nothing_it_had_told(clip, path, key, request_for):
    """SIGKILL while recording: every second that a level promised is there, unsealed, and recording can go on."""
    with recording(request_for(clip, 8.0)) as process:
        promised = 0.0
        while promised < 1.5:
            promised = hear(process, Level).duration
        process.kill()
        process.wait(20)
    with Journal.open(path, key) as journal:
        kept = journal.duration
        assert promised <= kept < 11.0
        assert not journal.sealed
        expected = to_int16(np.concatenate(list(AudioFile(clip).blocks())))[: journal.samples]
        assert np.array_equal(journal.read(0, journal.samples), expected)
    with recording(request_for(clip)) as process:
        assert hear(process, Stopped).duration == pytest.approx(kept + 11.0)


def test_a_dead_parent_leaves_the_recording_unsealed_and_whole(clip, path, key, request_for):
    """When the window dies, the recorder ends; what it heard waits for the next start."""
    with recording(request_for(clip, 8.0)) as process:
        promised = hear(process, Level).duration
        process.stdin.close()
        assert process.wait(20) == 0
    with Journal.open(path, key) as journal:
        assert not journal.sealed
        assert promised <= journal.duration < 11.0


def test_no_such_microphone(path, key):
    """A microphone that is not there, or no PortAudio at all, is told with a next step, and no journal is begun."""
    for device in ("file:/no/such/file.wav", "Microphone that nobody owns"):
        with recording(Record(str(path), key.hex(), device=device)) as process:
            failed = hear(process, Failed)
            assert process.wait(20) == 1
        assert failed.code == NoMicrophone.code
        assert not path.exists()


def test_a_request_that_is_none(path, key):
    """A recorder that is asked for something else refuses and ends."""
    with recording(Stopped(1.0)) as process:
        assert hear(process, Failed).code == "CW-T902"
        assert process.wait(20) == 1


class Quiet:
    """A microphone that delivers what it is told, when it is told."""

    name, rate = "quiet", SAMPLE_RATE

    def __init__(self) -> None:
        self.blocks = queue.Queue()


def test_a_microphone_that_says_nothing_is_given_up(path, key, monkeypatch):
    """Without a single block the recorder gives up, and what was there before stays."""
    monkeypatch.setattr(recorder, "_GONE_S", 0.01)
    with Journal.create(path, key, device="test") as journal:
        journal.append(np.ones(100, np.int16))
        take = recorder._Take(journal, SAMPLE_RATE, lambda _: None)
        with pytest.raises(MicrophoneFailed):
            recorder._listen(Quiet(), take, threading.Event())
        assert (journal.samples, journal.sealed) == (100, False)


def test_lost_sound_becomes_a_gap(path, key):
    """Time in which nothing arrived is a gap of that length, between what was heard before and after."""
    levels = []
    with Journal.create(path, key, device="test") as journal:
        take = recorder._Take(journal, SAMPLE_RATE, levels.append)
        take.add(np.full(800, 0.5, np.float32))
        take.lose(2.0)
        take.add(np.full(800, 0.25, np.float32))
        take.finish()
        assert journal.gaps == ((800, 800 + 2 * SAMPLE_RATE),)
        assert journal.samples == 1600 + 2 * SAMPLE_RATE
        assert set(journal.read(0, 800)) == {16384}
        assert set(journal.read(800 + 2 * SAMPLE_RATE, journal.samples)) == {8192}
    assert levels[-1].lost == 2.0


def test_devices_or_the_reason():
    """A machine with microphones lists them; one without says so, and how to mend it."""
    try:
        devices = input_devices()
    except NoMicrophone as error:
        devices, told = (), error.next_step
    else:
        told = ""
    assert bool(devices) != bool(told)
    assert all(isinstance(device, InputDevice) and device.channels > 0 for device in devices)


@pytest.mark.skipif(
    "PULSE_SOURCE" not in os.environ, reason="no virtual microphone runs here (PULSE_SOURCE is not set)"
)
def test_the_virtual_microphone(path, key):
    """The real road through PortAudio: a second of sound from whatever the system's microphone hears."""
    with recording(Record(str(path), key.hex())) as process:
        duration = 0.0
        while duration < 1.0:
            duration = hear(process, Level).duration
        process.stdin.write(to_line(Stop()))
        process.stdin.flush()
        assert hear(process, Stopped).duration >= 1.0
        assert process.wait(20) == 0
