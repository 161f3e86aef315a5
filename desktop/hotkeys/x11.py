"""Taking combinations from the X server, and hearing of them.

Owns one connection to the server, the passive grabs made through it and the one import of the X library. It asks for
the chosen combinations and for no other event: the server keeps every other key from it. The exception is the server's
own: while a taken key is down, what else is pressed arrives here too, and is dropped without being looked at. The
server takes the grabs back when the connection ends, however the program ended.
"""

from __future__ import annotations

import itertools
import select
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

import xcffib
import xcffib.keysymdef
import xcffib.xf86keysym
from PySide6.QtCore import Qt
from xcffib import xkb, xproto

from desktop.errors import KeyMissing, KeysNotHere, KeyTaken
from desktop.hotkeys.chord import KEYSYMS, SIDE_BUTTONS, Chord
from desktop.hotkeys.source import News, Pressed, Refused, Released, Taken

_EVERY_MODIFIER = 0xFF
_CORE_KEYBOARD = 0x100
_DETECTABLE_REPEAT = 1
_MODIFIER_KEYS = {
    Qt.KeyboardModifier.AltModifier: ("Alt_L", "Alt_R"),
    Qt.KeyboardModifier.MetaModifier: ("Super_L", "Super_R"),
}
_LOCK_KEYS = ("Num_Lock", "Scroll_Lock")

_connect: Callable[[str], Any] = xcffib.connect  # the library is written without types

_OTHER_LAYOUT = (xproto.MappingNotifyEvent, xkb.NewKeyboardNotifyEvent)  # the library has one type for all of xkb's


class _Request(Protocol):
    """What was asked of the server."""

    def check(self) -> None:
        """Wait until it is done. Raises what the server says against it."""


@dataclass(frozen=True, slots=True)
class _Grab:
    """What the server is asked for: a key (by the number of its place) or a button, and the state of the modifiers."""

    is_button: bool
    detail: int
    modifiers: int


class Server:
    """A connection to the X server of `display` (such as ":0"). Raises KeysNotHere where there is none."""

    def __init__(self, display: str) -> None:
        try:
            self._connection: Any = _connect(display)
        except xcffib.ConnectionException as error:
            raise KeysNotHere from error
        self._core: Any = self._connection.core
        setup = self._connection.get_setup()
        self._root: int = setup.roots[self._connection.pref_screen].root
        self._keycodes = range(setup.min_keycode, setup.max_keycode + 1)
        self._answers: deque[News] = deque()
        self._places: dict[Chord, _Grab | None] = {}
        self._taken: dict[_Grab, Chord] = {}
        self._held: dict[tuple[bool, int], Chord] = {}
        self._say_what_to_tell()
        self._look_at_keyboard()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.disconnect()

    def ask(self, chords: Mapping[Chord, str]) -> None:
        """See Source."""
        for held in self._taken:
            self._release(held)
        self._taken.clear()
        self._places = {chord: self._place_of(chord) for chord in chords}
        for chord, grab in self._places.items():
            if grab is None:
                self._answers.append(Refused(chord, KeyMissing.of(chord.name)))
            elif self._grabbed(grab):
                self._taken[grab] = chord
                self._answers.append(Taken(chord))
            else:
                self._answers.append(Refused(chord, KeyTaken.of(chord.name)))

    def told(self) -> Iterator[News]:
        """See Source."""
        try:
            while (event := self._connection.poll_for_event()) is not None:
                yield from self._meaning(event)
        except xcffib.ConnectionException as error:
            raise KeysNotHere from error
        while self._answers:
            yield self._answers.popleft()

    def wait(self, wake: int) -> bool:
        """See Source."""
        try:
            self._connection.flush()
            ready, _, _ = select.select([self._connection.get_file_descriptor(), wake], [], [])
        except xcffib.ConnectionException as error:
            raise KeysNotHere from error
        return wake not in ready

    def _meaning(self, event: object) -> Iterator[News]:
        if isinstance(event, xproto.KeyReleaseEvent | xproto.ButtonReleaseEvent):
            chord = self._held.pop((isinstance(event, xproto.ButtonReleaseEvent), event.detail), None)
            if chord is not None:
                yield Released(chord)
        elif isinstance(event, xproto.KeyPressEvent | xproto.ButtonPressEvent):
            place = (isinstance(event, xproto.ButtonPressEvent), event.detail)
            chord = self._taken.get(_Grab(*place, event.state & _EVERY_MODIFIER & ~self._locks))
            if chord is not None and place not in self._held:
                self._held[place] = chord
                yield Pressed(chord)
        elif isinstance(event, _OTHER_LAYOUT):
            self._look_at_keyboard()
            if any(self._place_of(chord) != place for chord, place in self._places.items()):
                self.ask(dict.fromkeys(self._places, ""))

    def _say_what_to_tell(self) -> None:
        """Have the server send a repeating key without the releases in between, and tell of another layout."""
        keyboard: Any = self._connection(xkb.key)
        keyboard.UseExtension(1, 0).reply()
        keyboard.PerClientFlags(_CORE_KEYBOARD, _DETECTABLE_REPEAT, _DETECTABLE_REPEAT, 0, 0, 0).reply()
        layout, parts = (
            xkb.EventType.MapNotify | xkb.EventType.NewKeyboardNotify,
            xkb.MapPart.KeySyms | xkb.MapPart.ModifierMap,
        )
        keyboard.SelectEvents(_CORE_KEYBOARD, layout, 0, layout, parts, parts, [])

    def _look_at_keyboard(self) -> None:
        """Read which place has which key, and which modifiers stand for Alt, Super and the locks."""
        reply = self._core.GetKeyboardMapping(self._keycodes.start, len(self._keycodes)).reply()
        symbols, width = list(reply.keysyms), reply.keysyms_per_keycode
        self._symbols = {code: symbols[at * width : (at + 1) * width] for at, code in enumerate(self._keycodes)}
        reply = self._core.GetModifierMapping().reply()
        codes, width = list(reply.keycodes), reply.keycodes_per_modifier
        by_modifier = [codes[at * width : (at + 1) * width] for at in range(8)]
        self._masks = {
            Qt.KeyboardModifier.ShiftModifier: xproto.ModMask.Shift,
            Qt.KeyboardModifier.ControlModifier: xproto.ModMask.Control,
        }
        for modifier, names in _MODIFIER_KEYS.items():
            self._masks[modifier] = self._mask_with(names, by_modifier)
        self._locks = xproto.ModMask.Lock | self._mask_with(_LOCK_KEYS, by_modifier)

    def _mask_with(self, names: Sequence[str], by_modifier: Sequence[Sequence[int]]) -> int:
        """The modifiers that have a key of one of these names; 0 where the keyboard has none."""
        wanted = {_keysym(name) for name in names}
        return sum(
            1 << number
            for number, codes in enumerate(by_modifier)
            if any(wanted & set(self._symbols.get(code, ())) for code in codes)
        )

    def _place_of(self, chord: Chord) -> _Grab | None:
        """Where a combination is on this keyboard, None where it is not."""
        if isinstance(chord.trigger, Qt.MouseButton):
            return _Grab(is_button=True, detail=SIDE_BUTTONS[chord.trigger], modifiers=0)
        held = [modifier for modifier in self._masks if modifier & chord.modifiers]
        shifted = Qt.KeyboardModifier.ShiftModifier in held
        code = self._keycode(KEYSYMS[chord.trigger], (0, 2, 1, 3) if shifted else (0, 2))
        masks = [self._masks[modifier] for modifier in held]
        return _Grab(is_button=False, detail=code, modifiers=sum(masks)) if code is not None and all(masks) else None

    def _keycode(self, name: str, levels: Sequence[int]) -> int | None:
        """The place of a key, looked for on the levels of both groups that its modifiers reach."""
        symbol = _keysym(name)
        for level in levels:
            for code, symbols in self._symbols.items():
                if level < len(symbols) and symbols[level] == symbol:
                    return code
        return None

    def _grabbed(self, grab: _Grab) -> bool:
        """Ask for a combination under every state of the locks; False, and nothing is kept, where one is another's."""
        asked = [self._ask(grab, grab.modifiers | locks) for locks in _subsets(self._locks)]
        try:
            for each in asked:
                each.check()
        except xproto.AccessError:
            self._release(grab)
            return False
        return True

    def _ask(self, grab: _Grab, modifiers: int) -> _Request:
        """Send one request: all that it makes happen comes here, and nothing else waits for it."""
        ours, wait, events = 0, xproto.GrabMode.Async, xproto.EventMask.ButtonPress | xproto.EventMask.ButtonRelease
        asked: _Request
        if grab.is_button:
            asked = self._core.GrabButton(
                ours, self._root, events, wait, wait, 0, 0, grab.detail, modifiers, is_checked=True
            )
        else:
            asked = self._core.GrabKey(ours, self._root, modifiers, grab.detail, wait, wait, is_checked=True)
        return asked

    def _release(self, grab: _Grab) -> None:
        for locks in _subsets(self._locks):
            if grab.is_button:
                self._core.UngrabButton(grab.detail, self._root, grab.modifiers | locks)
            else:
                self._core.UngrabKey(grab.detail, self._root, grab.modifiers | locks)


def _keysym(name: str) -> int:
    """The number of a key by its name, as in "space" or "XF86AudioPlay"."""
    media = name.removeprefix("XF86")
    found: int = (
        getattr(xcffib.keysymdef, f"XK_{name}") if media == name else getattr(xcffib.xf86keysym, f"XF86XK_{media}")
    )
    return found


def _subsets(mask: int) -> list[int]:
    """Every combination of the bits of a mask, none of them included."""
    bits = [1 << number for number in range(mask.bit_length()) if mask >> number & 1]
    return [sum(chosen) for size in range(len(bits) + 1) for chosen in itertools.combinations(bits, size)]
