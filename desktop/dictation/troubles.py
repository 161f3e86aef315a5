"""What a person reads when something is wrong with the sound: what it is, and what to do.

Owns the words and their order: of several troubles the worst is shown. Knows no widget.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.formats import clock
from desktop.translation import QT_TRANSLATE_NOOP
from transcriber.messages import Warned

_PASSING_S = 10.0
"""What happened once is shown for so many seconds of the recording."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, the next step, and the tone of its ground: danger, warn or info."""

    text: str
    step: str
    tone: str
    passing: bool = False


_ADVICE: dict[str, Advice] = {
    "disk": Advice(
        QT_TRANSLATE_NOOP("sound", "The disk is nearly full: {minutes} min of sound still fit."),
        QT_TRANSLATE_NOOP("sound", "Free some space, or finish soon."),
        "danger",
    ),
    "lost": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone is gone: nothing is heard."),
        QT_TRANSLATE_NOOP("sound", "Plug it in again, and the recording goes on by itself. F9 finishes it."),
        "danger",
    ),
    "loopback": Advice(
        QT_TRANSLATE_NOOP("sound", "This is no microphone: it hears what the computer plays."),
        QT_TRANSLATE_NOOP("sound", "Finish with F9, choose another with Ctrl+M, and begin again."),
        "danger",
    ),
    "frozen": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone repeats the same sound over and over."),
        QT_TRANSLATE_NOOP("sound", "Unplug it and plug it in again; the recording goes on."),
        "danger",
    ),
    "zeros": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone is muted."),
        QT_TRANSLATE_NOOP("sound", "Look for a switch on it or its cable, or allow it in the system's settings."),
        "warn",
    ),
    "clipping": Advice(
        QT_TRANSLATE_NOOP("sound", "Too loud: words may be distorted."),
        QT_TRANSLATE_NOOP("sound", "Move back a little, or turn the microphone's level down."),
        "warn",
    ),
    "waiting": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone has not answered yet."),
        QT_TRANSLATE_NOOP("sound", "Wait for “Recording” before you speak; Ctrl+M chooses another."),
        "warn",
    ),
    "silent": Advice(
        QT_TRANSLATE_NOOP("sound", "Nobody is heard."),
        QT_TRANSLATE_NOOP("sound", "If you are speaking, check with Ctrl+M that this is the right microphone."),
        "info",
    ),
    "flood": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone failed for a moment and was opened again."),
        QT_TRANSLATE_NOOP("sound", "Say the last sentence again if it matters."),
        "warn",
        passing=True,
    ),
    "rate": Advice(
        QT_TRANSLATE_NOOP("sound", "The microphone changed its speed for a moment."),
        QT_TRANSLATE_NOOP("sound", "Say the last sentence again if it matters."),
        "warn",
        passing=True,
    ),
    "slept": Advice(
        QT_TRANSLATE_NOOP("sound", "The computer slept for {seconds} s."),
        QT_TRANSLATE_NOOP("sound", "Say again what was cut off; the place is marked in the recording."),
        "warn",
        passing=True,
    ),
    "webcam": Advice(
        QT_TRANSLATE_NOOP("sound", "This is the webcam's microphone."),
        QT_TRANSLATE_NOOP("sound", "A headset or a hand microphone is understood better: Ctrl+M."),
        "info",
        passing=True,
    ),
}
_FULL = Advice(
    QT_TRANSLATE_NOOP("sound", "The disk is full: the recording was finished with everything that fitted."),
    QT_TRANSLATE_NOOP("sound", "Free some space before the next dictation."),
    "danger",
)


def replaces(place: float, length: float) -> Advice:
    """The recording was gone back in to `place`: what will happen when it goes on; all in seconds."""
    text = _tr(QT_TRANSLATE_NOOP("sound", "Going on with F8 replaces the {0:.0f} s after {1}."))
    step = _tr(QT_TRANSLATE_NOOP("sound", "Alt+Right goes forward; at the end nothing is replaced. All sound is kept."))
    return Advice(text.format(max(1.0, length - place), clock(place)), step, "info")


class Troubles:
    """The troubles of one recording that hold now."""

    def __init__(self) -> None:
        self._holding: dict[str, Warned] = {}
        self._until: dict[str, float] = {}

    def take(self, warned: Warned, *, at: float) -> None:
        """Note what began or ended, `at` so many seconds of the recording."""
        if warned.over:
            self._holding.pop(warned.kind, None)
        elif warned.kind in _ADVICE:
            self._holding[warned.kind] = warned
            if _ADVICE[warned.kind].passing:
                self._until[warned.kind] = at + _PASSING_S

    def pass_time(self, at: float) -> None:
        """Forget what was shown long enough."""
        for kind in [kind for kind, until in self._until.items() if until <= at]:
            del self._until[kind]
            self._holding.pop(kind, None)

    def clear(self) -> None:
        """The recording is over; a full disk stays."""
        full = self._holding.get("disk")
        self._holding = {"disk": full} if full is not None and full.seconds <= 0 else {}
        self._until = {}

    def begin(self) -> None:
        """A new recording begins."""
        self._holding, self._until = {}, {}

    @property
    def worst(self) -> Advice | None:
        """What to show: the worst that holds, in the user's language."""
        for kind, advice in _ADVICE.items():
            warned = self._holding.get(kind)
            if warned is not None:
                chosen = _FULL if kind == "disk" and warned.seconds <= 0 else advice
                minutes, seconds = int(warned.seconds // 60), round(warned.seconds)
                text = _tr(chosen.text).format(minutes=minutes, seconds=seconds)
                return Advice(text, _tr(chosen.step), chosen.tone)
        return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("sound", text)
