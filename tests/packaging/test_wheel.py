"""The wheel holds everything, nothing else, and works outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSES = ("transcriber", "ehr", "desktop", "resources")

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def tracked() -> set[str]:
    """The committed files of the houses."""
    command = ["git", "ls-files", "-z", *HOUSES]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listing.split("\0") if name and (ROOT / name).exists()}


def test_it_holds_every_file_of_the_houses_and_no_other(wheel: Path) -> None:
    """Rules, terms, samples and the model travel; tests and tools stay."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert tracked() - names == set()
    assert {name.split("/")[0] for name in names} == set(HOUSES)
    assert [name for name in names if "__pycache__" in name] == []


def test_the_demo_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Installed into an environment that has the dependencies, the program tells the whole road on a sample."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    (packages,) = (home / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    variables = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "2"}
    command = [str(home / "bin" / "chartwright"), "demo", "--sample", "knee"]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    heard, written, entries = (done.stdout.index(part) for part in ("What was heard", "The written note", "entries"))
    assert heard < written < entries
    assert "118/72" in done.stdout[written:]
    assert "appendectomy" in done.stdout[entries:]
