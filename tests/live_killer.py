"""Kills the engine's process in the middle of its work, over and over, and starts another one where it was.

Owns a parent of a real worker, as the window is one: it keeps the final words, and hands them to the next worker.
"""

from __future__ import annotations

import random
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from transcriber import models, worker
from transcriber.messages import Final, Follow, Followed, Load, Message, Ready, from_line, to_line
from transcriber.transcript import Segment, Transcript


@dataclass(frozen=True, slots=True)
class Take:
    """One recording followed to its end: `kills` workers died in the middle of it, `finals` are its words as told.

    `late` counts those that died after final words had been told, which the next one went on from.
    """

    transcript: Transcript
    finals: tuple[Segment, ...]
    kills: int
    late: int


def follow_and_kill(journal: Path, key: bytes, *, kills: int, seed: int, longest_s: float = 1.5) -> list[Take]:
    """Follow a recording, killing the worker at a random moment of its work; again from its start until `kills` hit."""
    chance = random.Random(seed)  # noqa: S311  (repeatable moments, no secrets)
    takes = [_take(journal, key, kills, chance, longest_s)]
    while (left := kills - sum(take.kills for take in takes)) > 0:
        takes.append(_take(journal, key, left, chance, longest_s))
    return takes


def _take(journal: Path, key: bytes, kills: int, chance: random.Random, longest_s: float) -> Take:
    request = Follow(str(journal), key.hex(), language="en", beam_size=1)
    hit = late = 0
    while True:
        with subprocess.Popen(worker.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            _say(child, Load(models.EMBEDDED, device="cpu"), request)
            fuse = threading.Timer(chance.uniform(0.0, longest_s), child.kill)
            lights = chance.choice((Ready, Final, Final))
            for line in child.stdout:
                message = from_line(line)
                if isinstance(message, lights) and hit < kills and fuse.ident is None:
                    fuse.start()
                if isinstance(message, Final):
                    known = (*request.known, *message.segments)
                    request = replace(request, known=known, until=message.until, language=message.language)
                elif isinstance(message, Followed):
                    fuse.cancel()
                    with suppress(BrokenPipeError):
                        child.stdin.close()
                    assert message.transcript is not None, message.failed
                    return Take(message.transcript, request.known, hit, late)
        hit += 1
        late += bool(request.known)


def _say(child: subprocess.Popen[str], *messages: Message) -> None:
    child.stdin.write("".join(map(to_line, messages)))
    child.stdin.flush()
