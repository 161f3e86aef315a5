"""JSON Lines in and out: checked line by line, written whole or not at all."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.cli.jsonl import convert
from desktop.errors import BadLine, FileUnwritable


def echo(line: dict[str, object]) -> dict[str, object]:
    """Hand the text back."""
    return {"text": line["text"]}


def converted(content: bytes, folder: Path) -> list[dict[str, object]]:
    """What comes out for what goes in."""
    (folder / "in.jsonl").write_bytes(content)
    convert(folder / "in.jsonl", folder / "out.jsonl", {"text": str}, echo)
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def test_lines_keep_their_order_and_ids(tmp_path: Path) -> None:
    """One line out for each in, ids of any kind, blank lines and a byte order mark passed over."""
    content = '\ufeff{"id": 7, "text": "é", "more": 1}\r\n\n{"id": "b", "text": ""}'.encode()
    assert converted(content, tmp_path) == [{"id": 7, "text": "é"}, {"id": "b", "text": ""}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON (column 2)"),
        (b"[1]", "not a JSON object"),
        (b'{"text": "x"}', 'no "id"'),
        (b'{"id": 1}', '"text" as a text'),
        (b'{"id": 1, "text": 5}', '"text" as a text'),
        (b'{"id": 1, "text": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": 1, "text": "\\ud800"}', "surrogate"),
        (b'{"id": NaN, "text": "x"}', "a number that JSON does not know"),
        (b'{"id": ' + b"1" * 5000 + b', "text": "x"}', "too long"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(line: bytes, reason: str, tmp_path: Path) -> None:
    """The error gives the number and the reason; an older result stays as it was."""
    (tmp_path / "out.jsonl").write_text("older\n", encoding="utf-8")
    with pytest.raises(BadLine) as caught:
        converted(b'{"id": 1, "text": "fine"}\n\n' + line, tmp_path)
    assert caught.value.sentence.startswith("Line 3 ")
    assert reason in caught.value.sentence
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "older\n"
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


def test_numbers_are_not_truth_values(tmp_path: Path) -> None:
    """True is no character offset, though Python takes it for 1."""
    (tmp_path / "in").write_text('{"id": 1, "start": true}', encoding="utf-8")
    with pytest.raises(BadLine):
        convert(tmp_path / "in", tmp_path / "out", {"start": int}, echo)


def test_in_and_out_may_be_the_same_file(tmp_path: Path) -> None:
    """The result replaces the input only when all of it was read."""
    path = tmp_path / "both.jsonl"
    path.write_text('{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n', encoding="utf-8")
    convert(path, path, {"text": str}, echo)
    assert [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()] == [1, 2]


def test_streams(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A dash stands for stdin and stdout."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": 1, "text": "a"}\n')))
    convert(Path("-"), Path("-"), {"text": str}, echo)
    assert capsys.readouterr().out == '{"id": 1, "text": "a"}\n'


def test_a_bad_line_leaves_stdout_empty_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says that nothing was written, which holds for a stream as well."""
    (tmp_path / "in").write_text('{"id": 1, "text": "a"}\n{', encoding="utf-8")
    with pytest.raises(BadLine):
        convert(tmp_path / "in", Path("-"), {"text": str}, echo)
    assert capsys.readouterr().out == ""


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """Where the result cannot go, the error is about writing."""
    (tmp_path / "in.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(FileUnwritable):
        convert(tmp_path / "in.jsonl", tmp_path / "nowhere" / "out.jsonl", {}, echo)


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.lists(st.dictionaries(st.sampled_from(["id", "text", "more"]), JSON_VALUES)))
def test_any_objects_pass_or_are_refused(lines: list[dict[str, object]]) -> None:
    """Whatever the objects hold, a result has a line for each, or the first unfit line is named."""
    content = "\n".join(json.dumps(line) for line in lines).encode()
    unfit = [n for n, line in enumerate(lines, 1) if "id" not in line or not isinstance(line.get("text"), str)]
    with tempfile.TemporaryDirectory() as folder:
        if unfit:
            with pytest.raises(BadLine, match=f"Line {unfit[0]} "):
                converted(content, Path(folder))
        else:
            assert [each["id"] for each in converted(content, Path(folder))] == [line["id"] for line in lines]
