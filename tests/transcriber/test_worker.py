"""The engine's process: its conversation, its cancelling, its end, and its death."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager

import numpy as np

from transcriber import worker
from transcriber.audio import to_int16
from transcriber.errors import Cancelled, JournalUnreadable, MessageInvalid, ModelUnknown
from transcriber.journal import Journal
from transcriber.messages import Cancel, Done, Failed, Found, Load, Progress, Ready, Transcribe, from_line, to_line


class Child:
    """A worker and both ends of the conversation with it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def say(self, *messages) -> None:
        """Send messages."""
        for message in messages:
            self.process.stdin.write(to_line(message))
        self.process.stdin.flush()

    def hear(self, *wanted):
        """The next message of a wanted kind; None at the end of the child's output."""
        for line in self.process.stdout:
            message = from_line(line)
            if isinstance(message, (*wanted, Failed)):
                return message
        return None


@contextmanager
def running(*arguments):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen([*worker.command(), *arguments], **pipes) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def test_a_recording_is_decoded_and_the_worker_ends_with_its_parent(recording, key):
    """Load, transcribe, hear everything in order, close: exit status 0 and nothing on the command line."""
    with running() as child:
        child.say(Load("whisper-base", device="cpu"))
        assert child.hear(Ready) == Ready("whisper-base", "CPU int8")
        child.say(Transcribe(str(recording), key.hex(), language="en", beam_size=1))
        found, message = [], child.hear(Found, Done)
        while isinstance(message, Found):
            found.append(message.segment)
            message = child.hear(Found, Done)
        assert "your country" in message.transcript.text
        assert tuple(found) == message.transcript.segments
        assert not any(key.hex() in argument for argument in child.process.args)
        child.process.stdin.close()
        assert child.process.wait(20) == 0


def test_what_was_said_later_is_decoded_alone(tmp_path, key, clip_samples):
    """From a second on: the words after it, in times of the whole recording, and none of those before."""
    path = tmp_path / "twice.journal"
    with Journal.create(path, key, device="test") as journal:
        journal.append(to_int16(clip_samples))
        first = journal.duration
        journal.append(to_int16(clip_samples))
        journal.seal()
    with running() as child:
        child.say(Load("whisper-base", device="cpu"))
        assert child.hear(Ready)
        child.say(Transcribe(str(path), key.hex(), language="en", beam_size=1, start=first))
        done = child.hear(Done)

    transcript = done.transcript
    assert transcript.text.count("country can do for you") == 1
    assert transcript.segments[0].start >= first - 0.5
    assert transcript.duration == 2 * first


def test_bad_requests_are_answered_and_survived(recording, key, tmp_path):
    """Noise, a request out of order, an unknown model, and a wrong key each get their code; the worker lives on."""
    with running() as child:
        child.process.stdin.write("what?\n")
        child.say(
            Transcribe(str(recording), key.hex()), Load("small", str(tmp_path)), Load("whisper-base", device="cpu")
        )
        assert {child.hear().code for _ in range(2)} == {MessageInvalid.code}
        assert child.hear().code == ModelUnknown.code
        assert isinstance(child.hear(Ready), Ready)
        child.say(Transcribe(str(recording), bytes(32).hex()), Transcribe(str(recording), "not a key"))
        assert child.hear(Done).code == JournalUnreadable.code
        assert child.hear(Done).code == MessageInvalid.code


def test_cancel_is_heard_while_decoding(tmp_path, key, clip_samples):
    """A cancel line stops a long recording long before its end, and the next request works."""
    path = tmp_path / "long.journal"
    with Journal.create(path, key, device="test") as journal:
        journal.append(to_int16(np.concatenate([clip_samples] * 6)))
        journal.seal()
    with running() as child:
        child.say(Load("whisper-base", device="cpu"), Transcribe(str(path), key.hex(), language="en", beam_size=1))
        assert isinstance(child.hear(Found), Found)
        child.say(Cancel())
        answer = child.hear(Done)
        assert (type(answer), answer.code) == (Failed, Cancelled.code)


def test_a_killed_worker_is_noticed_by_the_end_of_its_output(tmp_path, key, clip_samples):
    """SIGKILL in the middle of decoding: the output ends, the recording is untouched."""
    path = tmp_path / "long.journal"
    with Journal.create(path, key, device="test") as journal:
        journal.append(to_int16(np.concatenate([clip_samples] * 6)))
        journal.seal()
    with running() as child:
        child.say(Load("whisper-base", device="cpu"), Transcribe(str(path), key.hex(), language="en", beam_size=1))
        assert isinstance(child.hear(Found, Progress), Found | Progress)
        child.process.kill()
        while (message := child.hear(Found, Done)) is not None:
            assert isinstance(message, Found)
    with Journal.open(path, key) as journal:
        assert journal.sealed
        assert journal.samples == 6 * len(clip_samples)


def test_a_parent_that_dies_takes_the_worker_with_it(recording, key):
    """When the parent's end closes in the middle of loading, the worker ends by itself."""
    with running() as child:
        child.say(Load("whisper-base", device="cpu"), Transcribe(str(recording), key.hex()))
        child.process.stdin.close()
        assert child.process.wait(20) == 0


def test_nothing_asked_nothing_done():
    """A worker that is asked nothing ends quietly."""
    with running() as child:
        child.process.stdin.close()
        assert child.process.stdout.read() == ""
        assert child.process.wait(20) == 0
