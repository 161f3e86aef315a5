"""Stores, drafts and strategies that the store's tests share."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from ehr.chart.encounter import Draft
from ehr.chart.entry import ATTRIBUTES, Assertion, Code, Entry, Flag, Kind
from ehr.chart.note import Change, Note, Section, Span
from ehr.chart.patient import Gender, Patient
from ehr.store.keys import Argon2Cost
from ehr.store.reader import Reader
from ehr.store.session import Session
from ehr.store.signatures import Seal
from ehr.store.store import Store
from transcriber.transcript import Coverage, Segment, TimeSpan, Transcript, Word

PASSPHRASE = "correct horse battery"
CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)
"""Key derivation for tests, which open many stores."""


class Clock:
    """A clock that moves a second each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The next second."""
        self.now += timedelta(seconds=1)
        return self.now


def new_store(home: Path) -> Store:
    """A new, open store in `home`."""
    return Store.create(home, PASSPHRASE, cost=CHEAP, clock=Clock())


def open_store(home: Path) -> Store:
    """The store in `home`, opened again."""
    return Store.open(home, PASSPHRASE, clock=Clock())


def maria(mrn: str = "MRN-1") -> Patient:
    """A patient."""
    return Patient(mrn, "Okafor", "María", date(1961, 5, 4), Gender.FEMALE)


def written(text: str) -> Note:
    """A note that was written as it was said."""
    return Note(text, text, (), (), tuple(Span(at, at + 1) for at in range(len(text))))


def draft(text: str = "Denies chest pain. Metformin 1.10 mg twice daily.") -> Draft:
    """A heard draft of `text` with a negated symptom and a flagged medication, whatever the text."""
    words = tuple(Word(word, at * 0.5, at * 0.5 + 0.4, 0.9) for at, word in enumerate(text.split()))
    heard = Transcript(
        (Segment(words),), "en", len(words) * 0.5, "whisper-base", "CPU int8", Coverage(4.0, 4.0, (), ())
    )
    symptom = Entry(Kind.SYMPTOM, "chest pain", Assertion.ABSENT, Span(0, 17), cue=Span(0, 6))
    drug = Entry(
        Kind.MEDICATION,
        "metformin",
        Assertion.PRESENT,
        Span(19, len(text) - 1),
        attributes={"dose": "1.10", "unit": "mg", "frequency": "twice daily", "prn": False},
        code=Code("http://www.nlm.nih.gov/research/umls/rxnorm", "6809", "metformin"),
        flags=(Flag("dose", "Unusual dose."),),
    )
    return Draft(written(text), (symptom, drug), heard)


def signed(store: Store, encounter_id: str) -> str:
    """Accept an encounter's entries and sign it; returns the encounter's id."""
    kept = store.encounter(encounter_id).draft
    store.accept(*(entry.id for entry in (kept.entries if kept else ())))
    store.signatures.sign(encounter_id, Seal(PASSPHRASE, "I answer for this."))
    return encounter_id


def sent(store: Store, encounter_id: str) -> str:
    """Sign an encounter and note that its receiver has it; returns the encounter's id."""
    signed(store, encounter_id)
    for row in store.outbox.waiting():
        if row.encounter_id == encounter_id:
            store.outbox.delivered(row.seq, "DocumentReference/1/_history/1")
    return encounter_id


@contextmanager
def failing_at(store: Store, statement: int) -> Iterator[list[int]]:
    """Abort the store's work in its n-th statement, triggers' statements counted; yields the count so far."""
    with failing_in(store._session, statement) as seen:
        yield seen


@contextmanager
def failing_in(session: Session, statement: int) -> Iterator[list[int]]:
    """Abort the connection's work in its n-th statement, triggers' statements counted; yields the count so far."""
    connection = session._database.conn
    seen = [0]

    def count(_: str) -> None:
        seen[0] += 1

    connection.set_trace_callback(count)
    connection.set_progress_handler(lambda: seen[0] >= statement, 1)
    try:
        yield seen
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_trace_callback(None)


def rows(store: Reader) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, the index's own included: what "old or new, never between" is judged by."""
    return session_rows(store._session)


def session_rows(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """The same of a bare connection."""
    with session.read() as db:
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in sorted(db.table_names())}  # noqa: S608


def index_agrees(store: Store) -> bool:
    """Whether the full-text index says exactly what the tables say; the driver raises where not."""
    with store._session.transaction() as db:
        db.execute("INSERT INTO document_index (document_index, rank) VALUES ('integrity-check', 1)")
    return True


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_times = st.floats(0, 1e5, allow_nan=False)
_words = st.builds(Word, _text, _times, _times, st.floats(0, 1), st.booleans())
_numbers = st.integers(0, 400)
_spans = st.builds(lambda start, length: Span(start, start + length), _numbers, st.integers(0, 30))
_runs = st.builds(
    lambda start, length, count, step: [Span(start + at * step, start + at * step + length) for at in range(count)],
    _numbers,
    st.integers(0, 5),
    st.integers(1, 8),
    st.integers(0, 2),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Any entry that the type allows, as the pipeline may propose it."""
    kind = draw(st.sampled_from(list(Kind)))
    values = _text | st.booleans() | st.from_regex(r"[0-9]{1,3}\.[0-9]{0,3}0", fullmatch=True)
    return Entry(
        kind=kind,
        name=draw(_text),
        assertion=draw(st.sampled_from(list(Assertion))),
        evidence=draw(_spans),
        cue=draw(st.none() | _spans),
        attributes=draw(st.dictionaries(st.sampled_from(ATTRIBUTES[kind]), values)),
        code=draw(st.none() | st.builds(Code, _text, _text, _text)),
        flags=tuple(draw(st.lists(st.builds(Flag, _text, _text), max_size=3))),
    )


transcripts = st.builds(
    Transcript,
    segments=st.lists(st.builds(Segment, st.lists(_words, max_size=4).map(tuple)), max_size=4).map(tuple),
    language=st.text(string.ascii_lowercase, min_size=2, max_size=2),
    duration=_times,
    model=_text,
    device=_text,
    coverage=st.builds(
        Coverage,
        _times,
        _times,
        st.lists(st.builds(TimeSpan, _times, _times), max_size=3).map(tuple),
        st.lists(_words, max_size=2).map(tuple),
    ),
)

notes = st.builds(
    Note,
    said=_text,
    written=_text,
    changes=st.lists(st.builds(Change, _text, _spans, _spans), max_size=3).map(tuple),
    sections=st.lists(st.builds(Section, _text, _text, _text, _spans, _spans), max_size=3).map(tuple),
    origins=st.lists(_runs, max_size=5).map(lambda runs: tuple(span for run in runs for span in run)),
)

drafts = st.builds(Draft, notes, st.lists(entries(), max_size=4).map(tuple), st.none() | transcripts)
