"""A recording becomes a draft encounter in the chart, all of it or nothing.

Owns the order: first words, note and entries, then the sound into its encrypted journal, and only then the patient's
chart. Knows no terminal but for the progress bar.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from desktop.cli import output
from desktop.cli.engine import Listener
from desktop.errors import DiskFull
from desktop.medicines import medicines_of
from ehr.chart.encounter import Draft, Encounter
from ehr.chart.patient import Patient
from ehr.extract.drug_classes import related
from ehr.pipeline import draft
from ehr.store.recordings import Recording
from ehr.store.store import Store
from transcriber.errors import DiskFull as JournalFull
from transcriber.importing import import_audio
from transcriber.journal import Journal


def draft_encounter(
    store: Store, patient: Patient, audio: Path, listener: Listener, *, dictated_at: datetime, partial: bool
) -> Encounter:
    """File the recording as a draft encounter of `patient`, who is added if the store does not hold them yet.

    Raises what the engine, the journal and the store raise; then the chart is as it was.
    """
    with output.progress("Transcribing") as show:
        transcript = listener.hear_file(audio, on_progress=show, partial=partial)
    proposed = draft(
        transcript,
        patient,
        on=dictated_at.astimezone().date(),
        scorer=listener.scorer(audio, transcript),
        medications=medicines_of(store, patient),
        phrases=store.phrases.current(),
    )
    return file_draft(store, patient, audio, proposed, dictated_at=dictated_at)


def file_draft(store: Store, patient: Patient, audio: Path, proposed: Draft, *, dictated_at: datetime) -> Encounter:
    """File a draft with its sound. Raises what the journal and the store raise; then the chart is as it was."""
    recording = _kept(store, audio)
    if store.patient_by_mrn(patient.mrn) is None:
        store.add_patient(patient)
    encounter = store.add_encounter(patient, started_at=dictated_at, recording_id=recording.id)
    store.save_draft(encounter.id, store.records.reconciled(encounter, proposed, related)[0])
    return store.encounter(encounter.id)


def _kept(store: Store, audio: Path) -> Recording:
    """The sound in a journal of its own; a journal that did not become whole is removed."""
    recording = store.begin_recording(device="file")
    try:
        with Journal.create(recording.path, recording.key, device=recording.device) as journal:
            import_audio(audio, journal)
            samples = journal.samples
    except BaseException as error:
        for left in recording.path.parent.glob(f"{recording.path.name}*"):
            left.unlink()
        if isinstance(error, JournalFull):
            raise DiskFull from error
        raise
    store.finish_recording(recording.id, samples=samples)
    return recording
