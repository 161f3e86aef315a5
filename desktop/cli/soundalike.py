"""`chartwright repair`: clinical words that a recognizer misheard, from any engine's words."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.jsonl import UnfitLine, convert
from desktop.cli.language import jsonl_option
from desktop.cli.phrases import content_of

if TYPE_CHECKING:
    from ehr.chart.note import Repair
    from ehr.chart.phrases import ClinicTerm
    from transcriber.transcript import Transcript, Word

REPAIR_EPILOG = """\b
Examples:
  chartwright repair --jsonl words.jsonl repaired.jsonl
  chartwright repair --jsonl - - --terms clinic.txt < words.jsonl

\b
Reads {"id", "words": [{"text", "probability", "start", "end"}], "medications"?: ["lisinopril", ...],
"language"?: "en"}, writes {"id", "text", "changes": [{"heard", "written", "start", "end", "score",
"alternatives", "applied"}]}; times in seconds. What is not "applied" is a suggestion. Without the
sound only what is all but certain is repaired; `chartwright transcribe --clinical` asks the sound."""


@click.command(epilog=REPAIR_EPILOG)
@jsonl_option(required=True)
@click.option(
    "--terms", type=output.PATH, metavar="FILE",
    help="Words of this clinic, with their sound where it helps; unusable lines are told and left out.",
)  # fmt: skip
def repair(jsonl: tuple[Path, Path], terms: Path | None) -> None:
    """Repair clinical words that were misheard, or suggest it.

    English only; words in another language stay as they are.
    """
    from ehr.soundalike.repair import repairs
    from ehr.soundalike.rewriting import as_changes
    from transcriber.transcript import Coverage, Segment, Transcript

    vocabulary = clinic_terms(terms)
    foreign = 0

    def answer(line: dict[str, object]) -> dict[str, object]:
        nonlocal foreign
        words = _words(line["words"])
        language = str(line.get("language") or "en")
        foreign += not language.startswith("en")
        found = repairs(words, scorer=None, medications=_names(line), vocabulary=vocabulary, language=language)
        heard = Transcript((Segment(words),) if words else (), language, 0.0, "", "", Coverage(0.0, 0.0, (), ()))
        return {"text": _repaired(heard, found), "changes": list(as_changes(words, found))}

    convert(*jsonl, {"words": list}, answer)
    if foreign:
        output.warn(f"{foreign} of the lines are not in English and were left as they are.")


def _repaired(heard: Transcript, found: tuple[Repair, ...]) -> str:
    from ehr.soundalike.rewriting import rewritten

    return rewritten(heard, found).text


def clinic_terms(path: Path | None) -> tuple[ClinicTerm, ...]:
    """The usable terms of a clinic's list; each unusable line is told with its reason.

    Raises FileMissing and what the system says of a file that cannot be read.
    """
    if path is None:
        return ()
    from ehr.soundalike.vocabulary import read_vocabulary

    terms, refused = read_vocabulary(content_of(path))
    for number, reason in refused:
        output.warn(f"Line {number} of the term list is left out: {reason}.")
    return terms


def _names(line: Mapping[str, object]) -> list[str]:
    names = line.get("medications") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnfitLine('"medications" must be a list of texts')
    return names


def _words(values: object) -> tuple[Word, ...]:
    from transcriber.transcript import Word

    words = []
    for value in values if isinstance(values, list) else []:
        match value:
            case {"text": str(text), "probability": float() | int() as sure, "start": float() | int() as start,
                  "end": float() | int() as end} if all(isfinite(each) for each in (sure, start, end)):  # fmt: skip
                if text.strip():
                    words.append(Word(text.strip(), float(start), float(end), float(sure), _spaced(text, values)))
            case _:
                raise UnfitLine('each of "words" needs "text", and "probability", "start" and "end" as numbers')
    return tuple(words)


def _spaced(text: str, values: object) -> bool:
    """Whether a word stands apart: by its own leading space where any word has one, else always."""
    leading = isinstance(values, list) and any(str(each["text"])[:1] == " " for each in values[:50] if "text" in each)
    return text[:1] == " " if leading else True
