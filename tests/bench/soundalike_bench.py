"""What sound-alike repair gains: bare, biased by hotwords, repaired, and both, from words to entries.

`python tests/bench/soundalike_bench.py` prints the tables and every changed word and writes the figures. The recordings
are decoded once with the embedded model and kept in build/soundalike; `--again` decodes anew. The peer of every figure
is the bare model in the same run. The decision was learned on these recordings, so these figures flatter it: the
cross-validated ones, which packaging/pronunciation/learn_decision.py prints, do not.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared"
EVAL = SHARED / "eval"
sys.path[:0] = [str(ROOT), str(HERE), str(EVAL)]

import score_speech  # noqa: E402
from figures import write_figure  # noqa: E402

from ehr import pipeline  # noqa: E402
from ehr.chart.encounter import Draft  # noqa: E402
from ehr.chart.note import Repair  # noqa: E402
from ehr.export.record import records  # noqa: E402
from ehr.soundalike.doubts import doubt_questions, doubts  # noqa: E402
from ehr.soundalike.lexicon import clinical_terms  # noqa: E402
from ehr.soundalike.repair import repairs  # noqa: E402
from ehr.soundalike.rewriting import rewritten  # noqa: E402
from transcriber import models  # noqa: E402
from transcriber.audio import AudioFile  # noqa: E402
from transcriber.decode import transcribe  # noqa: E402
from transcriber.engines.base import DecodeOptions  # noqa: E402
from transcriber.engines.whisper import WhisperEngine  # noqa: E402
from transcriber.scoring import Scorer  # noqa: E402
from transcriber.transcript import Transcript  # noqa: E402

KEPT = ROOT / "build" / "soundalike"
COMMAND = "python tests/bench/soundalike_bench.py"
PEER = "the bare embedded model, same recordings"
GOLD = EVAL / "dictation" / "gold.jsonl"
DAY = date(2026, 3, 1)
HOTWORDS = (
    "atorvastatin, metformin, lisinopril, levothyroxine, amlodipine, metoprolol, albuterol, losartan, "
    "gabapentin, omeprazole, sertraline, rosuvastatin, pantoprazole, escitalopram, hydrochlorothiazide, "
    "bupropion, fluoxetine, semaglutide, montelukast, trazodone, simvastatin, amoxicillin, tamsulosin, "
    "fluticasone, meloxicam, apixaban, furosemide, insulin glargine, duloxetine, ibuprofen, famotidine, "
    "empagliflozin, carvedilol, tramadol, prednisone, clopidogrel, hydroxyzine, cetirizine"
)
"""The commonest prescriptions of US outpatients (ClinCalc DrugStats, from AHRQ's MEPS)."""


@dataclass
class Heard:
    """A recording and its words."""

    id: str
    file: Path
    transcript: Transcript


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def decoded(name: str, texts: Path, engine: WhisperEngine, hotwords: str | None, *, again: bool) -> list[Heard]:
    """Every English recording of a set, from an earlier run where there is one."""
    kept = KEPT / f"{name}.pickle"
    if kept.exists() and not again:
        return [Heard(*parts) for parts in pickle.loads(kept.read_bytes())]  # noqa: S301 - our own file
    found = []
    for item in lines(texts):
        if item.get("language", "en") == "en":
            file = texts.parent / item.get("file", f"{item['id']}.flac")
            options = DecodeOptions(language="en", hotwords=hotwords)
            found.append(Heard(item["id"], file, transcribe(AudioFile(file), engine, options)))
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps([(each.id, each.file, each.transcript) for each in found]))
    return found


def scored(texts: Path, hypotheses: dict[str, str]) -> dict[str, float]:
    """What score_speech.py says, by the names of its table."""
    path = KEPT / "hypotheses.jsonl"
    path.write_text(
        "".join(json.dumps({"id": id_, "text": t}) + "\n" for id_, t in hypotheses.items()), encoding="utf-8"
    )
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        score_speech.main(str(texts), str(path), [str(GOLD)])
    table = {}
    for line in out.getvalue().splitlines():
        if match := re.match(r"(.+?)\s+(\d+)/(\d+)\s+(?:word error rate|terms heard) ([\d.]+)$", line):
            table[match[1]] = int(match[2]) / max(1, int(match[3]))
        if line.startswith("WER"):
            table |= dict(
                zip(("wer", "numbers", "drugs", "terms"), map(float, re.findall(r"\d\.\d+", line)), strict=True)
            )
    return table


def entries_table(drafts: dict[str, Draft]) -> dict[str, float]:
    """Right F1 of score_entries.py: of all, of each kind, of each room."""
    path, gold = KEPT / "entries.jsonl", KEPT / "gold.jsonl"
    rows = ({"id": id_, "entries": records(draft.entries, draft.note)} for id_, draft in drafts.items())
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    rooms = {item["id"]: item["room"] for item in lines(SHARED / "audio/dictation/dictations.jsonl")}
    table: dict[str, float] = {}
    for room in (None, *sorted(set(rooms.values()))):
        kept = [note for note in lines(GOLD) if note["id"] in rooms and room in (None, rooms[note["id"]])]
        gold.write_text("".join(json.dumps(note) + "\n" for note in kept), encoding="utf-8")
        out = subprocess.run(
            [sys.executable, str(EVAL / "score_entries.py"), str(gold), str(path)],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        table[f"room {room}" if room else "all"] = float(re.findall(r"right F1 ([\d.]+)", out)[-1])
        if room is None:
            kinds = re.findall(r"^(\w+)(?: +\d+){4} +[\d.]+ +([\d.]+)$", out, re.MULTILINE)
            table |= {kind: float(f1) for kind, f1 in kinds}
    return table


def spoiled(said: str, heard: Heard, found: Iterable[Repair]) -> list[str]:
    """The repairs that each, alone, leave more word errors than there were."""
    reference = score_speech.normalize(said)

    def errors(text: str) -> int:
        return sum(one != other for one, other in score_speech.align(reference, score_speech.normalize(text)))

    before = errors(heard.transcript.text)
    return [
        f"{each.heard} → {each.written}"
        for each in found
        if each.applied and errors(rewritten(heard.transcript, (each,)).text) > before
    ]


def repaired(
    heard: Iterable[Heard], engine: WhisperEngine, lists: dict[str, list[str]]
) -> dict[str, tuple[Repair, ...]]:
    """The repairs of each recording, with the patient's list where one is given."""
    return {
        each.id: repairs(
            each.transcript.words,
            scorer=Scorer(engine, AudioFile(each.file), "en"),
            medications=lists.get(each.id, ()),
        )
        for each in heard
    }


def texts_of(heard: Iterable[Heard], found: dict[str, tuple[Repair, ...]] | None = None) -> dict[str, str]:
    return {each.id: rewritten(each.transcript, (found or {}).get(each.id, ())).text for each in heard}


def listed_misses(lists: dict[str, list[str]], hypotheses: dict[str, str], texts: Path) -> tuple[int, int]:
    """Medicines of the lists that were said and not heard, and those that were said."""
    said = {item["id"]: item["text"].lower() for item in lines(texts)}
    both = [(name, id_) for id_, names in lists.items() for name in names if name in said[id_]]
    return sum(name not in hypotheses[id_].lower() for name, id_ in both), len(both)


def load_seconds() -> float:
    """Seconds to load the lexicon in a fresh process that has numpy already: the fastest of five."""
    code = (
        "import time, numpy; began = time.perf_counter();"
        "from ehr.soundalike.lexicon import clinical, clinical_terms, clinical_words, pronounce;"
        "clinical(), clinical_terms(), clinical_words(), pronounce(['unheard']); print(time.perf_counter() - began)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


def time_share(heard: list[Heard], engine: WhisperEngine) -> float:
    """What the repair takes of the decoding's time, each after the other, so that both bear the load of the moment."""
    decoding = repairing = 0.0
    for each in heard:
        began = time.perf_counter()
        transcribe(AudioFile(each.file), engine, DecodeOptions(language="en"))
        between = time.perf_counter()
        repaired([each], engine, {})
        decoding, repairing = decoding + between - began, repairing + time.perf_counter() - between
    return repairing / decoding


def doubted(heard: Iterable[Heard], engine: WhisperEngine) -> tuple[int, int]:
    """How many words were doubted, and how many were asked about."""
    found = asked = 0
    for each in heard:
        words = each.transcript.words
        found += len(doubts(words, scorer=Scorer(engine, AudioFile(each.file), "en")))
        asked += len(doubt_questions(words))
    return found, asked


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def show(title: str, table: dict[str, dict[str, float]]) -> None:
    names = sorted({name for row in table.values() for name in row})
    say(f"\n{title}\n{'':28}" + "".join(f"{column:>10}" for column in table))
    for name in names:
        say(f"{name:28}" + "".join(f"{row.get(name, float('nan')):10.3f}" for row in table.values()))


def main(*, again: bool) -> None:
    engine = WhisperEngine(models.resolve(), name=models.EMBEDDED, threads=os.cpu_count() or 1)
    dictation, human = (SHARED / "audio" / name for name in ("dictation/dictations.jsonl", "human/utterances.jsonl"))
    bare = decoded("bare", dictation, engine, None, again=again)
    biased = decoded("biased", dictation, engine, HOTWORDS, again=again)
    people = decoded("human", human, engine, None, again=again)
    lists = {
        note["id"]: sorted(
            {e["name"] for e in note["entries"] if e["kind"] == "medication" and e["name"] in clinical_terms()}
        )
        for note in lines(GOLD)
    }
    made = repaired(bare, engine, {})
    both, own, of_people = repaired(biased, engine, {}), repaired(bare, engine, lists), repaired(people, engine, {})
    table = {
        "bare": scored(dictation, texts_of(bare)),
        "biased": scored(dictation, texts_of(biased)),
        "repair": scored(dictation, texts_of(bare, made)),
        "both": scored(dictation, texts_of(biased, both)),
        "list": scored(dictation, texts_of(bare, own)),
    }
    show("dictations", table)
    voices = {"bare": scored(human, texts_of(people)), "repair": scored(human, texts_of(people, of_people))}
    show("real people", voices)
    typed = {item["id"]: pipeline.draft_text(item["text"], on=DAY) for item in lines(dictation)}
    f1 = {"typed": entries_table(typed)} | {
        name: entries_table({e.id: pipeline.draft_text(e.transcript.text, on=DAY, repaired=r[e.id]) for e in heard})
        for name, heard, r in (
            ("bare", bare, dict.fromkeys(made, ())), ("biased", biased, dict.fromkeys(made, ())),
            ("repair", bare, made), ("both", biased, both),
        )
    }  # fmt: skip
    show("speech → entries, right F1", f1)
    worse = {
        e.id: found
        for texts, heard, changes in ((dictation, bare, made), (human, people, of_people))
        for e in heard
        if (found := spoiled(next(i["text"] for i in lines(texts) if i["id"] == e.id), e, changes[e.id]))
    }
    say(f"\nspoiled words: {worse}")
    missed, said = listed_misses(lists, texts_of(bare), dictation)
    still, _ = listed_misses(lists, texts_of(bare, own), dictation)
    say(f"medicines on the list, missed: bare {missed}, repaired {still} of {said}")
    for name, changes in (("dictations", made), ("real people", of_people)):
        say(f"\nchanges, {name}")
        for id_, found in changes.items():
            for each in found:
                say(f"  {id_} {'made' if each.applied else 'shown'} {each.score:.2f} {each.heard} → {each.written}")
    say(f"\ndoubts: {doubted(bare, engine)} of those asked")
    figures(table, voices, f1, worse, (missed, still, said), time_share(bare[:5], engine))


def figures(
    table: dict[str, dict[str, float]], voices: dict[str, dict[str, float]], f1: dict[str, dict[str, float]],
    worse: dict[str, list[str]], listed: tuple[int, int, int], time_share: float,
) -> None:  # fmt: skip
    """Write them."""
    bare, repair = table["bare"], table["repair"]

    def write(name: str, figure: float, target: str, unit: str = "ratio", **extra: object) -> None:
        write_figure(
            f"soundalike-{name}", figure=round(figure, 3), unit=unit, target=target, n=20, peer=PEER, seed=None,
            command=COMMAND, **extra,
        )  # fmt: skip

    drugs = {name: row["drugs"] for name, row in table.items()}
    write("drug-misses", (1 - repair["drugs"]) / (1 - bare["drugs"]), "<= 0.20 of bare", heard=drugs)
    terms = {name: row["terms"] for name, row in table.items()}
    write("term-misses", (1 - repair["terms"]) / (1 - bare["terms"]), "<= 0.45 of bare", heard=terms, table=table)
    write("word-errors", repair["wer"] / bare["wer"], "<= 0.80 of bare", rates={n: r["wer"] for n, r in table.items()})
    write("human-word-errors", voices["repair"]["wer"] / voices["bare"]["wer"], "<= 1.00 of bare", table=voices)
    write("listed-misses", listed[1] / max(1, listed[0]), "<= 0.10 of bare", missed=listed)
    write("entries-lost", f1["typed"]["all"] - f1["repair"]["all"], "<= 0.08", right_f1=f1)
    write(
        "spoiled",
        sum(map(len, worse.values())),
        "<= 1 in 5,000",
        "words that were right",
        each=[f"{i}: {w}" for i, w in worse.items()],
    )
    write("time", time_share, "<= 0.10 of decoding")
    write_figure(
        "soundalike-load", figure=round(load_seconds(), 3), unit="seconds", target="<= 0.3", n=5, peer="none",
        seed=None, command=COMMAND,
    )  # fmt: skip


if __name__ == "__main__":
    main(again="--again" in sys.argv[1:])
