"""The house rules: sizes, documentation, error catalogue, help, and what may stand in a committed file."""

from __future__ import annotations

import ast
import graphlib
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import grimp
import pytest

from desktop import cli

ROOT = Path(__file__).parents[1]
HOUSES = ("transcriber", "ehr", "desktop", "resources")
MODULES = sorted(path for house in HOUSES for path in (ROOT / house).rglob("*.py"))
COMMANDS = sorted(cli.app.commands.items())


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the houses with its length in lines."""
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def p90(lengths: list[int]) -> int:
    """The length that nine of ten do not exceed."""
    return sorted(lengths)[int(len(lengths) * 0.9)]


def test_modules_are_small() -> None:
    """No module is longer than 600 lines, nine of ten than 350."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert [name for name, length in lengths.items() if length > 600] == []
    assert p90(list(lengths.values())) <= 350


def test_functions_are_small() -> None:
    """No function is longer than 80 lines, nine of ten than 30."""
    lengths = dict(functions())
    assert [name for name, length in lengths.items() if length > 80] == []
    assert p90(list(lengths.values())) <= 30


def test_no_module_needs_itself() -> None:
    """Imports run in no circle, those for types included; `prepare` raises CycleError with the modules of one."""
    graph = grimp.build_graph(*HOUSES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert "transcriber.transcript" in imports["ehr.pipeline"]
    graphlib.TopologicalSorter(imports).prepare()


def test_public_names_are_documented() -> None:
    """Every module, and every public class and function in it, has a docstring."""
    bare = []
    for path in MODULES:
        tree = tree_of(path)
        nodes = [tree, *(node for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, ast.FunctionDef)))]
        nested = {
            inner
            for outer in ast.walk(tree)
            if isinstance(outer, ast.FunctionDef)
            for inner in ast.walk(outer)
            if inner is not outer
        }
        bare += [
            f"{path.relative_to(ROOT)}:{getattr(node, 'name', 'module')}"
            for node in nodes
            if node not in nested and not getattr(node, "name", "").startswith("_") and not ast.get_docstring(node)
        ]
    assert bare == []


def test_every_test_is_documented() -> None:
    """Every test says in a sentence what it holds."""
    bare = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert bare == []


def committed_modules() -> Iterator[tuple[str, str]]:
    """Every module under version control, this one excepted."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listing.decode().split("\0"):
        path = ROOT / name
        if path.suffix == ".py" and path != Path(__file__) and path.is_file():
            yield name, path.read_text(encoding="utf-8")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_nothing_is_left_to_do_in_the_text() -> None:
    """No committed file carries a note to its author."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [name for name, text in committed_modules() if marks.search(text)] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_file_names_a_machine() -> None:
    """Nothing committed leads to a package registry or to somebody's own folders."""
    patterns = ["pypi[.]org", "pythonhosted", "deb[.]debian", "^/(tmp|home|root|work)/", "[ \"'(=]/(home|root|work)/"]
    command = ["git", "grep", "-IlE", "|".join(patterns), "--", ".", ":!tests/test_house.py"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout.split() == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_locks_name_no_host() -> None:
    """The locks hold names, versions and hashes, and no address that they came from."""
    for path in sorted((ROOT / "packaging" / "locks").glob("*.txt")):
        assert (
            re.search(r"https?://|--(extra-)?index|--find-links|^#", path.read_text(encoding="utf-8"), re.MULTILINE)
            is None
        )


def test_broad_excepts_are_not_used() -> None:
    """Nothing catches Exception: a fault of ours must be seen."""
    broad = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception")
    ]
    assert broad == []


ERRORS = runpy.run_path(str(ROOT / "packaging" / "errors.py"))


def test_error_codes_are_unique_and_well_formed() -> None:
    """Each class has a code of its own, a sentence and a next step that end as sentences do."""
    catalogue = ERRORS["catalogue"]()
    codes = [each.code for each in catalogue]
    assert codes == sorted(set(codes))
    for each in catalogue:
        assert re.fullmatch(r"CW-[TED]\d{3}", each.code)
        assert each.sentence.endswith("."), each
        assert each.next_step.rstrip("`)").endswith("."), each


def test_every_error_is_documented() -> None:
    """docs/errors.md is what the classes say."""
    assert ERRORS["PAGE"].read_text(encoding="utf-8") == ERRORS["page"](), "run `make errors`"


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_teaches(name: str, command: click.Command) -> None:
    """Each command has a summary, help on every option, and an example that calls it."""
    assert command.help
    assert f"chartwright {name}" in (command.epilog or "")
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


def test_what_the_program_does_is_named_first() -> None:
    """The main commands stand in the README or in the help's examples."""
    shown = (ROOT / "README.md").read_text(encoding="utf-8") + cli.EPILOG
    main = ("demo", "transcribe", "extract", "chart", "list", "doctor", "code")
    assert [name for name in main if f"chartwright {name}" not in shown] == []
