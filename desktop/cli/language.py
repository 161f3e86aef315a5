"""`chartwright extract`, `code`, `assertions`, `sig`, `sections`: words to facts, without sound and without a store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from desktop.cli import output
from desktop.cli.jsonl import UnfitLine, convert
from desktop.errors import EmptyText, FileMissing, TextNotUtf8
from desktop.messages import from_os_error

if TYPE_CHECKING:
    from ehr.chart.encounter import Draft

Command = TypeVar("Command", bound=Callable[..., object])

EXTRACT_EPILOG = """\b
Examples:
  chartwright extract note.txt
  echo "denies fever, start losartan 50 mg once a day" | chartwright extract -
  chartwright extract note.txt --json
  chartwright extract --jsonl dictations.jsonl entries.jsonl

\b
--jsonl reads lines {"id", "spoken"} and writes lines {"id", "entries": [...]}. An entry has
kind, name, assertion, evidence (exactly as spoken), start, end (characters of the spoken text),
the kind's fields (dose, unit, route, frequency, value, reaction, ...), and where known cue,
code, code_system, code_display, flags. "-" stands for stdin or stdout."""

ASSERTIONS_EPILOG = """\b
Example:
  chartwright assertions --jsonl mentions.jsonl assertions.jsonl

\b
Reads {"id", "text", "start", "end"} (characters of the mention in the text), writes
{"id", "assertion", "experiencer", "cue"}; assertion is one of
present, absent, possible, historical, family, hypothetical."""

SIG_EPILOG = """\b
Example:
  chartwright sig --jsonl sigs.jsonl parsed.jsonl

\b
Reads {"id", "sig"}, writes {"id", "drug", "dose", "unit", "strength", "form", "route", "prn",
"prn_reason", "timing", "frequency", "duration", "text"}; timing is FHIR's Timing.repeat
(frequency, period, periodUnit, when)."""

SIG_FIELDS = (
    "drug", "dose", "unit", "strength", "form", "route", "prn", "prn_reason", "timing", "frequency", "duration", "text",
)  # fmt: skip

SECTIONS_EPILOG = """\b
Example:
  chartwright sections --jsonl notes.jsonl sections.jsonl

\b
Reads {"id", "text"}, writes {"id", "sections": [{"heading", "code", "start", "end"}]}
with LOINC section codes and character offsets in the text."""

CODE_EPILOG = """\b
Examples:
  chartwright code sugar diabetes with kidney trouble
  chartwright code lasix --system rxnorm
  chartwright code a1c --system loinc --json"""


def jsonl_option(*, required: bool) -> Callable[[Command], Command]:
    """`--jsonl IN OUT`."""
    return click.option(
        "--jsonl",
        nargs=2,
        type=output.PATH,
        metavar="IN OUT",
        required=required,
        help='JSON Lines in and out; "-" is a stream.',
    )


@click.command(epilog=EXTRACT_EPILOG)
@click.argument("file", required=False, type=output.PATH)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: spoken, written, sections, entries.")
@jsonl_option(required=False)
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help="Date of the dictation, to which spoken dates relate (today by default).",
)  # fmt: skip
def extract(file: Path | None, *, as_json: bool, jsonl: tuple[Path, Path] | None, day: datetime | None) -> None:
    """Find the chart entries in dictated text.

    FILE is a text file, or "-" for stdin (also when text is piped in).
    """
    if jsonl and (file or as_json):
        raise click.UsageError("--jsonl takes its own IN and OUT; leave out FILE and --json.")
    if not jsonl and file is None and sys.stdin.isatty():
        raise click.UsageError("Give a FILE, '-' for stdin, or --jsonl IN OUT.")
    on = day.date() if day else date.today()  # noqa: DTZ011  the clinician's own calendar day
    if jsonl:
        _extract_lines(*jsonl, on)
        return
    _print_draft(_draft(_read(file or output.STREAM), on), as_json=as_json)


def _extract_lines(source: Path, target: Path, on: date) -> None:
    from ehr.export.record import records

    def answer(line: dict[str, object]) -> dict[str, object]:
        draft = _draft(str(line["spoken"]), on)
        return {"entries": records(draft.entries, draft.note)}

    convert(source, target, {"spoken": str}, answer)


def _draft(said: str, on: date) -> Draft:
    from ehr import pipeline

    return pipeline.draft_text(said, on=on)


def _print_draft(draft: Draft, *, as_json: bool) -> None:
    from desktop.cli.views import entry_rows
    from ehr.export.record import records

    if as_json:
        sections = [{"title": each.title, "code": each.code} for each in draft.note.sections]
        entries = records(draft.entries, draft.note)
        document = {"spoken": draft.note.said, "written": draft.note.written, "sections": sections, "entries": entries}
        output.write_result(output.to_json(document), None)
    else:
        output.print_table("Entries", *entry_rows(draft))


def _read(path: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if path == output.STREAM else path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing from error
    except OSError as error:
        raise from_os_error(error) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextNotUtf8 from None
    if not text.strip():
        raise EmptyText
    return text.replace("\r\n", "\n").rstrip("\n")


@click.command(epilog=ASSERTIONS_EPILOG)
@jsonl_option(required=True)
def assertions(jsonl: tuple[Path, Path]) -> None:
    """Say how given mentions are asserted.

    Present, absent, possible, historical, of the family, or hypothetical.
    """
    from ehr.extract.assertion import assert_mention

    def answer(line: dict[str, object]) -> dict[str, object]:
        text, start, end = str(line["text"]), line["start"], line["end"]
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
            raise UnfitLine('"start" and "end" must be a range of characters inside "text"')
        assertion, experiencer, cue = assert_mention(text, start, end)
        return {"assertion": str(assertion), "experiencer": experiencer, "cue": cue}

    convert(*jsonl, {"text": str, "start": int, "end": int}, answer)


@click.command(epilog=SIG_EPILOG)
@jsonl_option(required=True)
def sig(jsonl: tuple[Path, Path]) -> None:
    """Read medication instructions.

    Drug, dose, form, route, as-needed and FHIR timing of each.
    """
    from ehr.extract.sig import parse

    def answer(line: dict[str, object]) -> dict[str, object]:
        found = parse(str(line["sig"]))
        return {name: getattr(found, name) for name in SIG_FIELDS} | {"timing": dict(found.timing)}

    convert(*jsonl, {"sig": str}, answer)


@click.command(epilog=SECTIONS_EPILOG)
@jsonl_option(required=True)
def sections(jsonl: tuple[Path, Path]) -> None:
    """Find the headed parts of notes."""
    from ehr.dictation.sections import find_sections

    def answer(line: dict[str, object]) -> dict[str, object]:
        text = str(line["text"])
        found = [
            {
                "heading": each.heading.of(text),
                "code": each.code,
                "start": each.heading.start,
                "end": each.body.end,
            }
            for each in find_sections(text)
        ]
        return {"sections": found}

    convert(*jsonl, {"text": str}, answer)


@click.command(epilog=CODE_EPILOG)
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--system", type=click.Choice(["icd10cm", "rxnorm", "loinc", "cvx"]), default="icd10cm", show_default=True,
    help="Code system to search.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Most codes to show.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of {code, system, display, score}.")
def code(words: tuple[str, ...], system: str, limit: int, *, as_json: bool) -> None:
    """Rank the codes that WORDS may mean, best first."""
    from ehr.terminology.lookup import search

    found = search(" ".join(words), system, limit)
    if as_json:
        ranked = [
            {"code": each.code.code, "system": each.code.system, "display": each.code.display, "score": each.score}
            for each in found
        ]
        output.write_result(output.to_json(ranked), None)
    elif found:
        rows = [(each.code.code, each.code.display, each.term) for each in found]
        output.print_table("Codes, likeliest first", ("code", "term", "matched"), rows)
    else:
        output.warn("No code matches; try other words.")
