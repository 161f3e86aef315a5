"""How often the wrong-patient guard is right about misheard sound: false alarms, and hits on a swapped patient.

`python tests/bench/identity_bench.py` drafts the development dictations as the embedded model hears them, in sequence
and with the sound-alike repair, and compares each with its own patient and with charts of another name, age (7 years
off) or sex. The peer is the same guard on the typed text. The recordings are decoded once and kept in build/soundalike;
`--again` decodes anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent / "ehr")]

from figures import write_figure  # noqa: E402
from soundalike_bench import SHARED, decoded, lines, say  # noqa: E402
from test_identity import DAY, spoken_of  # noqa: E402

from ehr import pipeline  # noqa: E402
from ehr.chart.identity import contradictions  # noqa: E402
from ehr.chart.note import Note  # noqa: E402
from ehr.chart.patient import Gender, Patient  # noqa: E402
from transcriber import models  # noqa: E402
from transcriber.audio import AudioFile  # noqa: E402
from transcriber.engines.whisper import WhisperEngine  # noqa: E402
from transcriber.scoring import Scorer  # noqa: E402

DICTATIONS = SHARED / "audio" / "dictation" / "dictations.jsonl"
COMMAND = "python tests/bench/identity_bench.py"
STRANGERS = (("Zimmer", "Ottilie"), ("Castellano", "Ruben"), ("Nguyen", "Thanh"))
"""Names of other patients; a hit is an alarm against each of them."""


def charts(patient: Patient) -> dict[str, list[Patient]]:
    """The patient's own chart, and charts that are another's by one trait."""
    other = Gender.MALE if patient.gender is Gender.FEMALE else Gender.FEMALE
    born = patient.birth_date
    assert born is not None
    return {
        "none": [patient],
        "name": [replace(patient, family_name=family, given_name=given) for family, given in STRANGERS],
        "age": [replace(patient, birth_date=born + timedelta(days=days)) for days in (-7 * 365, 7 * 365)],
        "sex": [replace(patient, gender=other)],
    }


def judged(notes: Iterable[tuple[str, Note]]) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """Alarms and charts compared, by what was swapped; and what went wrong, in words."""
    alarms, compared, wrong = dict.fromkeys(TRAITS, 0), dict.fromkeys(TRAITS, 0), []
    for item, note in notes:
        for trait, people in charts(spoken_of(item)).items():
            for chart in people:
                found = contradictions(note, chart, DAY)
                alarm = bool(found) if trait == "none" else any(each.trait.value == trait for each in found)
                alarms[trait] += alarm
                compared[trait] += 1
                if alarm is (trait == "none"):
                    told = "; ".join(f"{each.trait.value}: {each.said} / {each.charted}" for each in found)
                    wrong.append(f"{item} {trait}: {told or note.written[:90]}")
    return alarms, compared, wrong


TRAITS = ("none", "name", "age", "sex")


def heard(*, again: bool) -> Iterator[tuple[str, Note]]:
    """Each dictation's note as the program drafts it from the sound, without knowing whose it is."""
    engine = WhisperEngine(models.resolve(), name=models.EMBEDDED, threads=os.cpu_count() or 1)
    for each in decoded("bare", DICTATIONS, engine, None, again=again):
        scorer = Scorer(engine, AudioFile(each.file), "en")
        yield each.id, pipeline.draft(each.transcript, on=DAY, scorer=scorer).note


def main() -> None:
    """Judge what was heard and what was typed, and write the figure."""
    found = {
        "heard": judged(heard(again="--again" in sys.argv[1:])),
        "typed": judged((item["id"], pipeline.draft_text(item["text"], on=DAY).note) for item in lines(DICTATIONS)),
    }
    for name, (alarms, compared, wrong) in found.items():
        say(f"{name}: " + ", ".join(f"{trait} {alarms[trait]}/{compared[trait]}" for trait in TRAITS))
        for line in wrong:
            say(f"  {line}")
    alarms, compared, wrong = found["heard"]
    swapped = TRAITS[1:]
    write_figure(
        "identity-guard-heard",
        figure=alarms["none"],
        unit="false alarms",
        target="0",
        n=compared["none"],
        peer="the same guard on the typed text",
        seed=None,
        command=COMMAND,
        hits={trait: f"{alarms[trait]} of {compared[trait]}" for trait in swapped},
        of_the_peer={trait: f"{found['typed'][0][trait]} of {found['typed'][1][trait]}" for trait in TRAITS},
        wrong=len(wrong),
    )


if __name__ == "__main__":
    main()
