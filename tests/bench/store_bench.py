"""What encryption and the store's own layers cost, against bare sqlite3 in the same run.

`python tests/bench/store_bench.py [--entries N]` fills a store, copies it unencrypted, and times both in turn:
search (the store's `search`, snippets and hits included, against the same SQL) and saving a draft (against the same
rows inserted by hand in one transaction, both with WAL and synchronous=FULL). With `--growth` the store grows tenfold
from there, and its search is compared with what it took before.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from figures import paired_ratio, write_figure  # noqa: E402

from ehr.chart.encounter import Draft, Encounter, EncounterStatus  # noqa: E402
from ehr.chart.entry import Assertion, Code, Entry, Kind  # noqa: E402
from ehr.chart.note import Note, Span  # noqa: E402
from ehr.chart.patient import Patient  # noqa: E402
from ehr.store import codec, encounters, entries, patients  # noqa: E402
from ehr.store.query import parse  # noqa: E402
from ehr.store.search import _QUERY, values_of  # noqa: E402
from ehr.store.sqlcipher import Database  # noqa: E402
from ehr.store.store import Store  # noqa: E402

SEED = 4
GROWTH = 10
FILLING_KIB = 2_000_000
"""Of cache while the store is filled: the keys are random, so every row lands on another page."""
ENTRIES_PER_NOTE = 10
WORDS_PER_NOTE = 60
PATIENTS = 500
LIMIT = 50
SYLLABLES = [
    "met",
    "for",
    "lis",
    "ino",
    "pril",
    "ator",
    "va",
    "sta",
    "tin",
    "car",
    "di",
    "al",
    "gia",
    "hyp",
    "er",
    "ten",
    "sion",
    "neph",
    "ro",
    "pa",
    "thy",
    "ox",
    "y",
    "lol",
]
KINDS = ("problem", "problem", "problem", "medication", "medication", "lab", "vital", "allergy")
START = datetime(2020, 1, 1, tzinfo=UTC)
COMMAND = "python tests/bench/store_bench.py"


def vocabulary(chance: random.Random, size: int = 4000) -> list[str]:
    """Made-up clinical-looking words; the first are the commonest."""
    return list(dict.fromkeys("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(size)))


def a_draft(chance: random.Random, words: Sequence[str]) -> Draft:
    """A note of `WORDS_PER_NOTE` words, drawn by a Zipf-like law, with `ENTRIES_PER_NOTE` entries."""
    weights = [1 / (rank + 3) for rank in range(len(words))]
    said = chance.choices(words, weights, k=WORDS_PER_NOTE)
    text = " ".join(said)
    note = Note(text, text, (), (), tuple(Span(at, at + 1) for at in range(len(text))))
    found = chance.sample(said, ENTRIES_PER_NOTE)
    return Draft(note, tuple(_entry(chance, name) for name in found))


def _entry(chance: random.Random, name: str) -> Entry:
    code = Code("http://hl7.org/fhir/sid/icd-10-cm", f"{name[:3]}.{name[3:5]}".upper(), name)
    return Entry(Kind(chance.choice(KINDS)), name, Assertion.PRESENT, Span(0, 9), code=code)


def populate(store: Store, words: Sequence[str]) -> list[Patient]:
    """Write the patients."""
    people = [Patient(f"MRN{at:06d}", words[-at - 1].title(), words[at].title()) for at in range(PATIENTS)]
    with store._session.transaction() as db:
        for person in people:
            patients.insert(db, person)
    return people


def fill(store: Store, numbers: range, people: Sequence[Patient], chance: random.Random, words: Sequence[str]) -> None:
    """Write a drafted encounter for each of these numbers, in few large transactions."""
    with store._session.read() as db:
        usual = db.execute("PRAGMA cache_size").fetchone()[0]
        db.execute(f"PRAGMA cache_size = -{FILLING_KIB}")
    for first in range(numbers.start, numbers.stop, 1000):
        with store._session.transaction() as db:
            for at in range(first, min(first + 1000, numbers.stop)):
                _add(db, chance.choice(people), START + timedelta(minutes=13 * at), a_draft(chance, words))
    with store._session.read() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.execute(f"PRAGMA cache_size = {usual}")
        db.execute("PRAGMA shrink_memory").fetchall()


def _add(db: Database, person: Patient, started_at: datetime, draft: Draft) -> None:
    encounter = Encounter(person, started_at, EncounterStatus.DRAFT)
    encounters.insert(db, encounter)
    encounters.add_version(db, encounter.id, draft.note, author="pipeline", at=started_at)
    entries.replace_all(db, encounter.id, draft.entries)


def plain_copy(store: Store, path: Path) -> sqlite3.Connection:
    """The same database without encryption, opened by Python's own sqlite3."""
    with store._session.read() as db:
        db.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
        db.execute("SELECT sqlcipher_export('plain')").fetchall()
        db.execute("DETACH DATABASE plain")
    plain = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        plain.execute(f"PRAGMA {pragma}")
    return plain


def searches(chance: random.Random, words: Sequence[str], count: int) -> list[str]:
    """What people type: a rare word, a common one, two together, the beginning of one, a number; then with filters."""
    makers: list[Callable[[], str]] = [
        lambda: chance.choice(words[1000:]),
        lambda: chance.choice(words[:20]),
        lambda: f"{chance.choice(words[:50])} {chance.choice(words[:50])}",
        lambda: chance.choice(words)[: chance.randint(2, 5)],
        lambda: f"MRN{chance.randrange(PATIENTS):06d}",
        lambda: f"kind:{chance.choice(KINDS)} {chance.choice(words[:50])}",
        lambda: f"patient:MRN{chance.randrange(PATIENTS):06d} {chance.choice(words[:20])}",
        lambda: f"from:{chance.choice(('2020-02', '2020-03'))} to:2020-04 {chance.choice(words[:200])}",
        lambda: f"code:{chance.choice(words)[:3]} state:proposed",
        lambda: f"kind:{chance.choice(KINDS)} {chance.choice(words[1000:])}",
    ]
    return [makers[at % len(makers)]() for at in range(count)]


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def p95(times: Sequence[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return round(statistics.quantiles(times, n=20)[-1] * 1000, 3)


def measure_search(store: Store, plain: sqlite3.Connection, typed: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of each search by the store and by bare sqlite3, in turn, each first in half of them."""
    ours: list[float] = []
    peer: list[float] = []
    for at, words in enumerate(typed):
        with store._session.read() as db:
            found = values_of(db, parse(words))
        values = {**(found or {"words": '"nothingatall"', "first": 0, "last": 0}), "limit": LIMIT}
        runs = [
            (ours, lambda words=words: store.search(words, limit=LIMIT)),
            (peer, lambda values=values: plain.execute(_QUERY, values).fetchall()),
        ]
        for times, work in runs if at % 2 else reversed(runs):
            times.append(seconds(work))
    return ours, peer


def measure_saving(store: Store, plain: sqlite3.Connection, drafts: Sequence[Draft]) -> tuple[list[float], list[float]]:
    """Seconds to save each draft by the store and by hand, in turn."""
    ours: list[float] = []
    peer: list[float] = []
    patient = store.patients(limit=1)[0]
    for at, draft in enumerate(drafts):
        first, second = store.add_encounter(patient), Encounter(patient, datetime.now(UTC))
        plain.execute(
            "INSERT INTO encounter (id, patient_id, started_at, title, status) VALUES (?, ?, ?, '', 'recorded')",
            (second.id, patient.id, codec.time_to_text(second.started_at)),
        )
        twin = replace(draft, entries=tuple(Entry(e.kind, e.name, e.assertion, e.evidence) for e in draft.entries))
        runs = [
            (ours, lambda id_=first.id, draft=draft: store.save_draft(id_, draft)),
            (peer, lambda id_=second.id, draft=twin: save_by_hand(plain, id_, draft)),
        ]
        for times, work in runs if at % 2 else reversed(runs):
            times.append(seconds(work))
    return ours, peer


def save_by_hand(plain: sqlite3.Connection, encounter_id: str, draft: Draft) -> None:
    """The rows of `Store.save_draft`, with no more than sqlite3."""
    note = codec.note_to_row(draft.note)
    plain.execute("BEGIN")
    plain.execute("UPDATE encounter SET status = 'draft', failure = NULL WHERE id = ?", (encounter_id,))
    plain.execute(
        "INSERT INTO note_version (encounter_id, author, written_at, said, written, changes, sections, origins) "
        "VALUES (?, 'pipeline', '2026-01-01', ?, ?, ?, ?, ?)",
        (encounter_id, *(note[column] for column in ("said", "written", "changes", "sections", "origins"))),
    )
    rows = [
        {**codec.entry_to_row(entry), "encounter_id": encounter_id, "position": at, "proposal": None}
        for at, entry in enumerate(draft.entries)
    ]
    columns = list(rows[0])
    values = ", ".join(f":{column}" for column in columns)
    plain.executemany(f"INSERT INTO entry ({', '.join(columns)}) VALUES ({values})", rows)  # noqa: S608  (our columns)
    plain.execute(
        "INSERT INTO audit (at, actor, action, subject, mac) VALUES ('', '', '', ?, zeroblob(32))", (encounter_id,)
    )
    plain.execute("COMMIT")


def report(name: str, times: tuple[list[float], list[float]], *, figure: float, target: str, entry_count: int) -> None:
    """Write one figure and print it."""
    ours, peer = times
    write_figure(
        name,
        figure=figure,
        unit="ratio",
        target=target,
        n=len(ours),
        peer=f"sqlite3 {sqlite3.sqlite_version}, same SQL, unencrypted",
        seed=SEED,
        command=COMMAND,
        entries=entry_count,
        p95_ms={"ours": p95(ours), "peer": p95(peer)},
        median_ms={"ours": round(statistics.median(ours) * 1000, 3), "peer": round(statistics.median(peer) * 1000, 3)},
        paired=paired_ratio(ours, peer),
    )
    sys.stdout.write(f"{name}: {figure} ({target}); p95 {p95(ours)} ms against {p95(peer)} ms, n={len(ours)}\n")


def measure_growth(store: Store, typed: Sequence[str]) -> list[float]:
    """Seconds of each search by the store."""
    for words in typed[:50]:
        store.search(words, limit=LIMIT)
    return [seconds(lambda words=words: store.search(words, limit=LIMIT)) for words in typed]


def main() -> None:
    """Fill, copy, measure, report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=100_000, help="entries in the store (default 100,000)")
    arguments.add_argument("--growth", action="store_true", help=f"measure search in a store that grows {GROWTH} times")
    given = arguments.parse_args()
    chance = random.Random(SEED)  # noqa: S311
    words = vocabulary(chance)
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "home", "bench") as store:
        people = populate(store, words)
        notes = given.entries // ENTRIES_PER_NOTE
        fill(store, range(notes), people, chance, words)
        typed = searches(chance, words, 500)
        if given.growth:
            before = measure_growth(store, typed)
            fill(store, range(notes, notes * GROWTH), people, chance, words)
            report_growth(before, measure_growth(store, typed), given.entries)
            return
        plain = plain_copy(store, Path(folder) / "plain.db")
        measure_search(store, plain, typed[:50])
        found = measure_search(store, plain, typed)
        figure = round(p95(found[0]) / p95(found[1]), 3)
        report("store-search-p95", found, figure=figure, target="<= 1.5", entry_count=given.entries)
        saved = measure_saving(store, plain, [a_draft(chance, words) for _ in range(200)])
        median = round(statistics.median(saved[0]) / statistics.median(saved[1]), 3)
        report("store-save-draft", saved, figure=median, target="<= 2", entry_count=given.entries)
        plain.close()


def report_growth(before: Sequence[float], after: Sequence[float], entry_count: int) -> None:
    """Write and print how much longer searches take in the grown store."""
    figure = round(p95(after) / p95(before), 3)
    write_figure(
        "store-search-growth",
        figure=figure,
        unit=f"p95 of search in a store of {entry_count * GROWTH:,} entries, ratio",
        target="<= 3",
        n=len(after),
        peer=f"the same searches in the same store at {entry_count:,} entries",
        seed=SEED,
        command=f"{COMMAND} --growth",
        p95_ms={"before": p95(before), "after": p95(after)},
        median_ms={
            "before": round(statistics.median(before) * 1000, 3),
            "after": round(statistics.median(after) * 1000, 3),
        },
    )
    sys.stdout.write(f"store-search-growth: {figure} (<= 3); p95 {p95(before)} ms, then {p95(after)} ms\n")


if __name__ == "__main__":
    main()
