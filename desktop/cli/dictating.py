"""A dictation in the terminal: recorded by a process, followed here, kept as a draft encounter.

Owns the order: the patient before the sound, the sound before the words, the words before the chart. What fails later
takes nothing of what was kept before. Knows the terminal only as lines.
"""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from desktop.cli import output
from desktop.cli.engine import Listener
from desktop.cli.microphone import Microphone
from desktop.medicines import medicines_of
from ehr.chart.encounter import Encounter
from ehr.chart.patient import Patient
from ehr.extract.drug_classes import related
from ehr.pipeline import draft
from ehr.store.recordings import Recording
from ehr.store.store import Store
from transcriber.errors import TranscriberError
from transcriber.journal import Journal
from transcriber.live import Finals, follow
from transcriber.messages import Record
from transcriber.scoring import Scorer
from transcriber.transcript import Transcript, Word


@dataclass(frozen=True, slots=True)
class Dictation:
    """How to take dictations: from `device` (None: the system's choice), for `seconds` at most (None: till Ctrl+C)."""

    store: Store
    listener: Listener
    device: str | None
    seconds: float | None

    def take(self, patient: Patient) -> Encounter:
        """Record, show the words, and keep the draft.

        Raises what the recorder says where no sound comes, and then nothing is kept; NoSpeech and its kind, and then
        the sound is, as an encounter that could not be transcribed.
        """
        encounter, recording = self.store.dictations.begin(patient, device=self.device or "default")
        request = Record(str(recording.path), recording.key.hex(), self.device)
        try:
            with Microphone(request, seconds=self.seconds) as microphone:
                output.warn("Speak now; Ctrl+C finishes.")
                return self._hear(encounter, recording, microphone)
        except BaseException:
            if not recording.path.exists():
                self.store.dictations.withdraw(encounter.id)
            raise

    def _hear(self, encounter: Encounter, recording: Recording, microphone: Microphone) -> Encounter:
        with Journal.open(recording.path, recording.key) as journal:
            try:
                with _finished_by_ctrl_c(microphone):
                    engine, options = self.listener.engine, self.listener.options
                    transcript = follow(journal, engine, options, _Terminal(microphone))
            except TranscriberError as error:
                self.store.finish_recording(recording.id, samples=journal.samples)
                self.store.fail(encounter.id, error.code)
                raise
            self.store.finish_recording(recording.id, samples=journal.samples)
            self._keep(encounter, transcript, Scorer(engine, journal, transcript.language))
        return self.store.encounter(encounter.id)

    def _keep(self, encounter: Encounter, transcript: Transcript, scorer: Scorer) -> None:
        store = self.store
        proposed = draft(
            transcript,
            encounter.patient,
            on=encounter.started_at.astimezone().date(),
            scorer=scorer,
            medications=medicines_of(store, encounter.patient),
            phrases=store.phrases.current(),
        )
        store.save_draft(encounter.id, store.records.reconciled(encounter, proposed, related)[0])


class _Terminal:
    """A follower's listener: final words in lines, guesses on the last line of a terminal."""

    def __init__(self, microphone: Microphone) -> None:
        self._microphone = microphone
        self._guesses = sys.stdout.isatty()

    def partial(self, words: tuple[Word, ...]) -> None:
        """See Listener."""
        if self._guesses:
            text = " ".join(word.text for word in words)
            self._show(click.style(text[-(shutil.get_terminal_size().columns - 1) :], dim=True))

    def final(self, found: Finals) -> None:
        """See Listener."""
        if self._guesses:
            self._show("")
        if found.segments:
            click.echo(" ".join(segment.text for segment in found.segments))

    def behind(self, seconds: float) -> None:
        """See Listener."""
        if seconds:
            output.note(f"{seconds:.0f} s behind; every second is on the disk.")

    def between(self) -> None:
        """See Listener."""
        self._microphone.look()

    def cancelled(self) -> bool:
        """Never: what was said is written."""
        return False

    def _show(self, text: str) -> None:
        click.echo(f"\r\x1b[K{text}", nl=False)


@contextmanager
def _finished_by_ctrl_c(microphone: Microphone) -> Iterator[None]:
    """Ctrl+C finishes the recording; its end is still decoded."""
    before = signal.signal(signal.SIGINT, lambda *_: microphone.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
