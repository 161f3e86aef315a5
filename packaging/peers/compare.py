"""Extraction beside its peers on the same items in the same run: `make bench-extraction`.

Each peer is installed into an environment of its own under build/peers and answers JSON Lines. A peer that cannot be
installed is named with its reason and left out. Prints a table and writes build/figures/extraction-*.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kits import AXES, EVAL, Answers, Item, all_right, days_of, f1, negex, parsigs, per_day

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "bench"))

from figures import write_figure  # noqa: E402

COMMAND = "make bench-extraction"
TARGETS = {
    ("written", "absent"): ">= .96",
    ("written", "hypothetical"): ">= .85",
    ("written", "historical"): ">= .70",
    ("unpunctuated", "absent"): ">= .90",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer with the interpreter that holds it."""

    name: str
    python: Path

    def answer(self, items: Sequence[Item]) -> Answers:
        """Its answers by item id; what it writes to stderr is dropped."""
        asked = "".join(
            json.dumps({key: value for key, value in item.items() if key != "gold"}) + "\n" for item in items
        )
        command = [str(self.python), str(HERE / f"run_{self.name}.py")]
        told = subprocess.run(
            command, input=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
        )
        return {str(line["id"]): line for line in map(json.loads, told.stdout.splitlines())}


def install(name: str) -> Peer | None:
    """The peer in its own environment; None, with the reason told, where it does not install."""
    folder = ROOT / "build" / "peers" / name
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    if not stamp.exists():
        print(f"installing {name} …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(HERE / f"{name}.txt")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name} does not install here: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
            return None
        stamp.touch()
    return Peer(name, python)


def ours(command: str, items: Sequence[Item]) -> dict[str, Item]:
    """Our own answers, through the command line as everybody else would ask."""
    asked = "".join(json.dumps({key: value for key, value in item.items() if key != "gold"}) + "\n" for item in items)
    arguments = [sys.executable, "-m", "desktop", command, "--jsonl", "-", "-"]
    told = subprocess.run(arguments, input=asked, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return {str(line["id"]): line for line in map(json.loads, told.stdout.splitlines())}


def compare_assertions(peers: Sequence[Peer]) -> None:
    """F1 on the NegEx kit, as written and as unpunctuated dictation."""
    for form in ("written", "unpunctuated"):
        items = negex(spoken=form == "unpunctuated")
        began = time.perf_counter()
        mine = {
            id_: {axis: line["assertion"] == axis for axis in AXES} for id_, line in ours("assertions", items).items()
        }
        seconds = round(time.perf_counter() - began, 2)
        answers = {peer.name: peer.answer(items) for peer in peers}
        for axis in AXES:
            scores = {name: round(f1(items, each, axis), 3) for name, each in answers.items() if axis in each["1"]}
            score = round(f1(items, mine, axis), 3)
            _tell(f"NegEx kit {form}, {axis} F1", score, scores)
            write_figure(
                f"extraction-negex-{form}-{axis}", figure=score, unit="F1", target=TARGETS.get((form, axis), "none"),
                n=len(items), peer=_peers(scores), seed=None, command=COMMAND, seconds_with_start=seconds,
            )  # fmt: skip


def compare_sigs(peers: Sequence[Peer]) -> None:
    """The part of the parsigs cases of which all four fields are right."""
    items = parsigs()
    mine = {id_: _sig(line) for id_, line in ours("sig", items).items()}
    scores = {peer.name: round(all_right(items, peer.answer(items)), 3) for peer in peers if peer.name == "openmed"}
    score = round(all_right(items, mine), 3)
    _tell("parsigs, all four fields right", score, scores)
    write_figure(
        "extraction-sig-parsigs", figure=score, unit="part right", target="1.0", n=len(items), peer=_peers(scores),
        seed=None, command=COMMAND,
    )  # fmt: skip


def _sig(line: Item) -> Item:
    timing = dict(line["timing"])  # type: ignore[call-overload]
    days = days_of(float(timing["period"]), timing["periodUnit"]) if timing.get("period") else None
    dose = line["dose"]
    return {
        "dose": float(str(dose)) if dose else None,
        "form": line["form"],
        "per_day": per_day(float(timing.get("frequency", 1)), days),
        "prn": line["prn"],
    }


def score_dictations() -> None:
    """Our entries on the dictation gold with its own scorer; no peer makes entries from dictation."""
    gold = EVAL / "dictation" / "gold.jsonl"
    entries = ROOT / "build" / "entries.jsonl"
    subprocess.run(
        [sys.executable, "-m", "desktop", "extract", "--jsonl", str(gold), str(entries)], check=True, cwd=ROOT
    )
    command = [sys.executable, str(EVAL / "score_entries.py"), str(gold), str(entries)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(told)
    right, found, fields, invented = (part.split()[-1] for part in told.strip().splitlines()[-1].split("·"))
    write_figure(
        "extraction-dictation", figure=float(right), unit="F1, entries right", target=">= .85",
        n=sum(1 for _ in gold.open(encoding="utf-8")), peer="none makes entries from dictation", seed=None,
        command=COMMAND, found=float(found), fields=float(fields), invented=invented,
    )  # fmt: skip


def _tell(what: str, score: float, scores: dict[str, float]) -> None:
    print(f"{what:44} ours {score:.3f}   {_peers(scores)}", flush=True)


def _peers(scores: dict[str, float]) -> str:
    return ", ".join(f"{name} {score:.3f}" for name, score in scores.items()) or "none answers this"


def main() -> None:
    """Install the peers and compare."""
    if not EVAL.is_dir():
        sys.exit(f"The evaluation kits are not here: {EVAL} is missing.")
    peers = [peer for name in ("medspacy", "negspacy", "openmed") if (peer := install(name))]
    compare_assertions(peers)
    compare_sigs(peers)
    score_dictations()


if __name__ == "__main__":
    main()
