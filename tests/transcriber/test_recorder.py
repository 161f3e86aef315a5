"""The recorder's process: every block on disk, a level for the eye, and nothing lost when anything dies."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from recorder_rig import KEY, Rig, times, write_ramp

from transcriber import recorder
from transcriber.audio import SAMPLE_RATE, AudioFile, to_int16
from transcriber.devices import InputDevice, input_devices
from transcriber.errors import MicrophoneFailed, NoMicrophone
from transcriber.journal import Journal
from transcriber.messages import (
    Arm,
    Armed,
    Failed,
    Level,
    Message,
    Pause,
    Record,
    Resume,
    Started,
    Stop,
    Stopped,
    Warned,
    from_line,
    to_line,
)
from transcriber.space import Space
from transcriber.watch import Trouble, kind_of


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


def test_a_finished_recording_takes_more_sound(clip, path, key, request_for):
    """Going on after the seal: the new sound stands after the old, and it is sealed again."""
    for go_on in (False, True):
        with recording(replace(request_for(clip, 0.0), go_on=go_on)) as process:
            stopped = hear(process, Stopped)
            assert process.wait(20) == 0
    with Journal.open(path, key) as journal:
        assert journal.sealed
        assert stopped.duration == journal.duration > 21.0


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


def test_a_microphone_that_says_nothing_is_given_up(tmp_path):
    """Without a single sound the recorder says so within a second, gives up in the end, and begins no journal."""
    rig = Rig(tmp_path, f"fake:{write_ramp(tmp_path / 'ramp.wav')}?late=99")
    rig.record()
    with pytest.raises(MicrophoneFailed):
        rig.finish()
    assert rig.noticed(Trouble.WAITING) <= 1.0
    assert 10.0 <= rig.clock.time < 11.0
    assert rig.heard(Started) == []
    assert not rig.path.exists()


def test_half_a_second_before_record_is_there(tmp_path):
    """An armed microphone writes nothing; with Record the half second before it is the recording's beginning."""
    ramp = write_ramp(tmp_path / "ramp.wav")
    rig = Rig(tmp_path, f"fake:{ramp}")
    rig.ask(Arm(rig.device))
    rig.run(3.0)
    assert [message.device for message in rig.heard(Armed)] == ["fake:ramp.wav"]
    assert not rig.path.exists()
    rig.record()
    assert rig.told[-1][1] == Started("fake:ramp.wav", SAMPLE_RATE)
    rig.run(4.0)
    rig.ask(Stop())
    rig.finish()
    with rig.journal() as journal:
        heard = times(journal.read(0, journal.samples))
        assert heard[0] == pytest.approx(2.5, abs=0.01)
        assert heard[SAMPLE_RATE] == pytest.approx(3.5, abs=0.01)
        assert journal.gaps == ()


def test_a_pause_holds_nothing_of_what_was_said_in_it(tmp_path):
    """Resume goes on at the sample of the pause, at most half a second back, and the marks tell both times."""
    rig = Rig(tmp_path, f"fake:{write_ramp(tmp_path / 'ramp.wav')}")
    rig.record()
    rig.run(2.0)
    rig.ask(Pause())
    rig.run(9.0)
    rig.ask(Resume())
    rig.run(10.0)
    rig.ask(Stop())
    rig.finish()
    with rig.journal() as journal:
        heard = times(journal.read(0, journal.samples))
        assert heard[2 * SAMPLE_RATE - 1] == pytest.approx(2.0, abs=0.01)
        assert heard[2 * SAMPLE_RATE] == pytest.approx(8.5, abs=0.01)
        assert [mark.at for mark in journal.marks if mark.kind in ("pause", "resume")] == [32_000, 32_000]


def test_the_chosen_channel_or_the_mix(tmp_path):
    """Channel 2 of two is heard alone; the mix is their mean."""
    stereo = np.stack([np.full(SAMPLE_RATE, 0.1), np.full(SAMPLE_RATE, 0.3)], axis=1)
    soundfile.write(tmp_path / "two.wav", stereo, SAMPLE_RATE, subtype="PCM_16")
    for channel, expected in ((0, 0.2), (1, 0.1), (2, 0.3), (7, 0.3)):
        rig = Rig(tmp_path / str(channel), f"fake:{tmp_path / 'two.wav'}")
        rig.path.parent.mkdir()
        rig.ask(Record(str(rig.path), KEY.hex(), rig.device, channel=channel))
        rig.finish()
        with rig.journal() as journal:
            assert np.abs(journal.read(0, SAMPLE_RATE) / 32768 - expected).max() < 0.001


def test_level_clipping_and_noise(tmp_path):
    """Twenty levels a second: peak, the noise between words, and clipping where three samples stand at full scale."""
    noise = 0.01 * np.random.default_rng(1).standard_normal(4 * SAMPLE_RATE)
    loud = np.clip(2 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE), -1, 0.99997)
    soundfile.write(tmp_path / "loud.wav", np.concatenate([noise, loud, noise]), SAMPLE_RATE, subtype="PCM_16")
    rig = Rig(tmp_path, f"fake:{tmp_path / 'loud.wav'}")
    rig.record()
    rig.finish()
    levels = rig.heard(Level)
    assert len(levels) == 9 * 20
    assert all(0.008 < level.noise < 0.012 for level in levels)
    assert [level.clipped for level in levels] == [False] * 80 + [True] * 20 + [False] * 80
    clipping = [(round(at, 2), message.over) for at, message in rig.told if is_about(message, Trouble.CLIPPING)]
    assert clipping == [(4.15, False), (7.0, True)]


def test_nobody_is_heard(tmp_path):
    """Eight seconds of a live but silent microphone are told, and the first sound takes it back."""
    quiet = 0.0005 * np.sin(np.arange(10 * SAMPLE_RATE))
    soundfile.write(tmp_path / "q.wav", np.concatenate([quiet, np.full(SAMPLE_RATE, 0.2)]), SAMPLE_RATE)
    rig = Rig(tmp_path, f"fake:{tmp_path / 'q.wav'}")
    rig.record()
    rig.finish()
    told = [(round(at, 2), message.over) for at, message in rig.told if is_about(message, Trouble.SILENT)]
    assert told == [(8.0, False), (10.05, True)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("HD Pro Webcam C920: USB Audio (hw:2,0)", Trouble.WEBCAM),
        ("FaceTime HD Camera Microphone", Trouble.WEBCAM),
        ("Monitor of Built-in Audio Analog Stereo", Trouble.LOOPBACK),
        ("PowerMic III: USB Audio", None),
        ("Jabra Evolve2 65", None),
    ],
)
def test_a_name_that_gives_the_device_away(name, kind):
    """Cameras and playback devices are known by the names in resources/microphones.json; headsets are not mistaken."""
    assert kind_of(name) is kind


def test_a_webcam_is_told_once_and_recorded_all_the_same(tmp_path, tone):
    """The warning comes with the device, and the recording goes on."""
    rig = Rig(tmp_path, f"fake:{tone('my-webcam.wav')}")
    rig.record()
    rig.finish()
    assert [message.kind for message in rig.heard(Warned)] == [Trouble.WEBCAM]
    assert rig.told[-1][1] == Stopped(1.0)


class SmallDisk(Space):
    """A disk that fills while it is recorded on."""

    seconds = 620.0

    def left(self):
        """Less each time it is asked."""
        SmallDisk.seconds -= 5.0 if SmallDisk.seconds > 595 else 300.0
        return max(0.0, SmallDisk.seconds)


def test_a_disk_that_fills_is_told_in_time_and_ends_the_recording_sealed(tmp_path):
    """Below ten minutes the seconds that fit are told; at none the recording is sealed with everything in it."""
    rig = Rig(tmp_path, f"fake:{write_ramp(tmp_path / 'ramp.wav', 60)}", space=SmallDisk)
    rig.record()
    rig.finish()
    assert [message.seconds for message in rig.heard(Warned)] == [595, 295, 0]
    assert rig.told[-1][1] == Stopped(30.05)
    with rig.journal() as journal:
        assert (journal.sealed, journal.duration) == (True, 30.05)
    assert [path.name for path in tmp_path.iterdir() if "reserve" in path.name] == []


def test_a_driver_that_never_comes_back_holds_nothing_up(clip, path, key):
    """The real processes: a callback that blocks, then a driver that never closes; Stop still seals."""
    device = f"fake:{clip}?hang=0.5&stuck=1"
    with recording(Record(str(path), key.hex(), device=device, pace=2.0)) as process:
        lost = hear(process, Warned)
        assert (lost.kind, lost.over) == (Trouble.LOST, False)
        back = hear(process, Warned)
        assert (back.kind, back.over) == (Trouble.LOST, True)
        assert hear(process, Level).lost > 0.5
        process.stdin.write(to_line(Stop()))
        process.stdin.flush()
        stopped = hear(process, Stopped)
        assert process.wait(20) == 0
    with Journal.open(path, key) as journal:
        assert (journal.sealed, journal.duration) == (True, stopped.duration)
        assert journal.gaps[0][0] == SAMPLE_RATE // 2


def is_about(message, trouble):
    """Whether a message warns of this trouble."""
    return isinstance(message, Warned) and message.kind == trouble


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
def test_the_virtual_microphone_is_unplugged_and_comes_back(path, key):
    """The real road through PortAudio and PulseAudio, which moves the stream to another source when its own goes away:
    that is noticed within a second, nothing of the other source is kept after it, and the same source is taken up.
    """
    source = os.environ["PULSE_SOURCE"]
    modules = pactl("list", "short", "modules").splitlines()
    number, name, arguments = next(line.split("\t")[:3] for line in modules if f"source_name={source}" in line)
    with recording(Record(str(path), key.hex())) as process:
        while hear(process, Level).duration < 1.0:
            pass
        unplugged = time.monotonic()
        pactl("unload-module", number)
        lost = hear(process, Warned)
        assert (lost.kind, lost.over) == (Trouble.LOST, False)
        assert time.monotonic() - unplugged < 1.0
        pactl("load-module", name, *shlex.split(arguments))
        back = hear(process, Warned)
        assert (back.kind, back.over) == (Trouble.LOST, True)
        again = hear(process, Level).duration
        while hear(process, Level).duration < again + 1.0:
            pass
        process.stdin.write(to_line(Stop()))
        process.stdin.flush()
        hear(process, Stopped)
        assert process.wait(20) == 0
    with Journal.open(path, key) as journal:
        assert len(journal.gaps) == 1
        assert len({mark.detail for mark in journal.marks if mark.kind == "device"}) == 1


def pactl(*arguments):
    """Ask the sound server."""
    return subprocess.run(["pactl", *arguments], check=True, capture_output=True, text=True).stdout
