"""Every action of the user, declared once: what it is called, its keys, where it holds, what it does.

Menus, keys, the palette and the page of keys are made from this table, so an action that is not here cannot be
reached, and one that is here can be reached by keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.actions import Actions
from desktop.people.rights import ALWAYS, reason
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.signing import Act

_DICTATION = QT_TRANSLATE_NOOP("commands", "Dictation")
_REVIEW = QT_TRANSLATE_NOOP("commands", "Review")
_RECORD = QT_TRANSLATE_NOOP("commands", "Record")
_LISTEN = QT_TRANSLATE_NOOP("commands", "Listen")
_FIND = QT_TRANSLATE_NOOP("commands", "Find your way")
_PROGRAM = QT_TRANSLATE_NOOP("commands", "Program")
_READINGS = (
    QT_TRANSLATE_NOOP("commands", "Keep the words as heard"),
    QT_TRANSLATE_NOOP("commands", "Take the first reading"),
    QT_TRANSLATE_NOOP("commands", "Take the second reading"),
    QT_TRANSLATE_NOOP("commands", "Take the third reading"),
    QT_TRANSLATE_NOOP("commands", "Take the fourth reading"),
)
IDENTITY = ("identity.hear", "identity.confirm", "identity.move")
"""The commands that settle whose a dictation is."""
READINGS = tuple(f"reading.{number}" for number in range(len(_READINGS)))
"""The commands that choose among the readings of misheard words, by number."""

RECOVERY = ("recovery.transcribe", "recovery.hear", "recovery.keep")
"""The commands of the card that offers an interrupted recording."""

LACKING = "lacking"
"""The property of an action that says why it is not there for this user."""

GROUPS = (_DICTATION, _REVIEW, _RECORD, _LISTEN, _FIND, _PROGRAM)


class Scope(Enum):
    """Where an action's keys hold: everywhere in the window, or on the text and the facts, where letters are not
    typed.
    """

    WINDOW = auto()
    REVIEW = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One action. `when` tells whether it makes sense now."""

    id: str
    title: str
    keys: tuple[str, ...]
    group: str
    run: Callable[[Actions], None]
    when: Callable[[Actions], bool] = lambda _: True
    scope: Scope = Scope.WINDOW

    @property
    def words(self) -> str:
        """The title in the user's language."""
        return QCoreApplication.translate("commands", self.title)


COMMANDS: tuple[Command, ...] = (
    Command("dictation.record", QT_TRANSLATE_NOOP("commands", "New dictation"), ("F9",), _DICTATION, Actions.record),
    Command(
        "dictation.go_on",
        QT_TRANSLATE_NOOP("commands", "Dictate into this note"),
        ("Shift+F9",),
        _DICTATION,
        Actions.go_on,
        Actions.can_go_on,
    ),
    Command(
        "dictation.pause",
        QT_TRANSLATE_NOOP("commands", "Pause the recording"),
        ("F8",),
        _DICTATION,
        Actions.pause,
        Actions.can_pause,
    ),
    Command(
        "dictation.import",
        QT_TRANSLATE_NOOP("commands", "Import audio file …"),
        ("Ctrl+O",),
        _DICTATION,
        Actions.import_file,
    ),
    Command(
        "dictation.transcribe",
        QT_TRANSLATE_NOOP("commands", "Transcribe"),
        ("Ctrl+T",),
        _DICTATION,
        Actions.transcribe,
        Actions.can_transcribe,
    ),
    Command("dictation.stop", QT_TRANSLATE_NOOP("commands", "Cancel"), ("Esc",), _DICTATION, Actions.escape),
    Command(
        "patient.choose",
        QT_TRANSLATE_NOOP("commands", "Choose or add a patient …"),
        ("Ctrl+P",),
        _DICTATION,
        Actions.choose_patient,
    ),
    Command(
        "patient.record",
        QT_TRANSLATE_NOOP("commands", "Record over time …"),
        ("Ctrl+R",),
        _DICTATION,
        Actions.show_record,
        Actions.has_patient,
    ),
    Command(
        "dictation.microphone",
        QT_TRANSLATE_NOOP("commands", "Choose the microphone …"),
        ("Ctrl+M",),
        _DICTATION,
        Actions.choose_microphone,
    ),
    Command(
        "recovery.transcribe",
        QT_TRANSLATE_NOOP("commands", "Transcribe the interrupted dictation"),
        ("Ctrl+Shift+T",),
        _DICTATION,
        Actions.recover,
        Actions.can_recover,
    ),
    Command(
        "recovery.hear",
        QT_TRANSLATE_NOOP("commands", "Hear the interrupted dictation"),
        ("Ctrl+Shift+H",),
        _DICTATION,
        Actions.hear_recovery,
        Actions.can_recover,
    ),
    Command(
        "recovery.keep",
        QT_TRANSLATE_NOOP("commands", "Keep the interrupted dictation for later"),
        ("Ctrl+Shift+K",),
        _DICTATION,
        Actions.keep_recovery,
        Actions.has_recovery,
    ),
    Command(
        "dictation.buttons",
        QT_TRANSLATE_NOOP("commands", "Pedals, microphones, keys …"),
        ("Ctrl+B",),
        _DICTATION,
        Actions.choose_buttons,
    ),
    Command(
        "entry.accept",
        QT_TRANSLATE_NOOP("commands", "Accept"),
        ("Return", "Enter"),
        _REVIEW,
        Actions.accept,
        Actions.can_file,
        Scope.REVIEW,
    ),
    Command(
        "entry.hear",
        QT_TRANSLATE_NOOP("commands", "Hear"),
        ("Space",),
        _REVIEW,
        Actions.hear,
        Actions.can_hear,
        Scope.REVIEW,
    ),
    Command(
        "entry.edit",
        QT_TRANSLATE_NOOP("commands", "Edit"),
        ("E",),
        _REVIEW,
        Actions.edit,
        Actions.can_file,
        Scope.REVIEW,
    ),
    Command(
        "entry.reject",
        QT_TRANSLATE_NOOP("commands", "Reject"),
        ("X",),
        _REVIEW,
        Actions.reject,
        Actions.can_review,
        Scope.REVIEW,
    ),
    *(
        Command(
            f"reading.{number}",
            title,
            (str(number),),
            _REVIEW,
            partial(Actions.choose, number=number),
            partial(Actions.can_choose, number=number),
            Scope.REVIEW,
        )
        for number, title in enumerate(_READINGS)
    ),
    Command(
        "identity.hear",
        QT_TRANSLATE_NOOP("commands", "Hear the patient named"),
        ("H",),
        _REVIEW,
        Actions.hear_patient,
        Actions.in_doubt,
        Scope.REVIEW,
    ),
    Command(
        "identity.confirm",
        QT_TRANSLATE_NOOP("commands", "Right patient"),
        ("Y",),
        _REVIEW,
        Actions.confirm_patient,
        Actions.in_doubt,
        Scope.REVIEW,
    ),
    Command(
        "identity.move",
        QT_TRANSLATE_NOOP("commands", "Move to another patient …"),
        ("M",),
        _REVIEW,
        Actions.move_dictation,
        Actions.can_move,
        Scope.REVIEW,
    ),
    Command(
        "entry.next",
        QT_TRANSLATE_NOOP("commands", "Next fact"),
        ("J",),
        _REVIEW,
        Actions.next_entry,
        Actions.has_entries,
        Scope.REVIEW,
    ),
    Command(
        "entry.previous",
        QT_TRANSLATE_NOOP("commands", "Previous fact"),
        ("K",),
        _REVIEW,
        Actions.previous_entry,
        Actions.has_entries,
        Scope.REVIEW,
    ),
    Command(
        "note.edit",
        QT_TRANSLATE_NOOP("commands", "Edit the note"),
        ("F2", "Ctrl+E"),
        _REVIEW,
        Actions.edit_note,
        Actions.can_edit_note,
    ),
    Command(
        "note.autotext",
        QT_TRANSLATE_NOOP("commands", "Insert auto-text …"),
        ("Ctrl+I",),
        _REVIEW,
        Actions.insert_autotext,
        Actions.can_edit_note,
    ),
    Command(
        "note.field",
        QT_TRANSLATE_NOOP("commands", "Next field"),
        ("F7",),
        _REVIEW,
        Actions.next_field,
        Actions.has_fields,
    ),
    Command(
        "note.defaults",
        QT_TRANSLATE_NOOP("commands", "Accept defaults"),
        ("Ctrl+F7",),
        _REVIEW,
        Actions.accept_defaults,
        Actions.has_fields,
    ),
    Command(
        "change.revert",
        QT_TRANSLATE_NOOP("commands", "Write it as it was said"),
        ("Backspace", "Del"),
        _REVIEW,
        Actions.revert,
        Actions.can_edit_note,
        Scope.REVIEW,
    ),
    Command(
        "entry.undo",
        QT_TRANSLATE_NOOP("commands", "Undo the last decision"),
        ("Ctrl+Z",),
        _REVIEW,
        Actions.undo,
        Actions.can_undo,
    ),
    Command(
        "record.review",
        QT_TRANSLATE_NOOP("commands", "Mark as reviewed"),
        ("Ctrl+Shift+D",),
        _RECORD,
        lambda actions: actions.signing.mark_reviewed(),
        lambda actions: actions.signing.may_review(),
    ),
    Command(
        "record.sign",
        QT_TRANSLATE_NOOP("commands", "Sign …"),
        ("Ctrl+S",),
        _RECORD,
        lambda actions: actions.signing.sign(),
        lambda actions: actions.signing.may(Act.SIGN),
    ),
    Command(
        "record.amend",
        QT_TRANSLATE_NOOP("commands", "Amend the signed version …"),
        ("Ctrl+Shift+M",),
        _RECORD,
        lambda actions: actions.signing.amend(),
        lambda actions: actions.signing.may(Act.AMEND),
    ),
    Command(
        "record.abandon",
        QT_TRANSLATE_NOOP("commands", "Give the amendment up"),
        ("Ctrl+Shift+G",),
        _RECORD,
        lambda actions: actions.signing.abandon(),
        lambda actions: actions.signing.may(Act.ABANDON),
    ),
    Command(
        "record.ask",
        QT_TRANSLATE_NOOP("commands", "Ask a colleague to sign beside …"),
        ("Ctrl+Shift+C",),
        _RECORD,
        lambda actions: actions.signing.ask_colleague(),
        lambda actions: actions.signing.may(Act.COSIGN),
    ),
    Command(
        "record.cosign",
        QT_TRANSLATE_NOOP("commands", "Sign beside …"),
        ("Ctrl+Shift+S",),
        _RECORD,
        lambda actions: actions.signing.cosign(),
        lambda actions: actions.signing.may(Act.COSIGN),
    ),
    Command(
        "record.retract",
        QT_TRANSLATE_NOOP("commands", "Mark as entered in error …"),
        ("Ctrl+Shift+R",),
        _RECORD,
        lambda actions: actions.signing.retract(),
        lambda actions: actions.signing.may(Act.RETRACT),
    ),
    Command(
        "player.toggle",
        QT_TRANSLATE_NOOP("commands", "Play or pause"),
        ("Ctrl+Space",),
        _LISTEN,
        Actions.play_or_pause,
        Actions.has_sound,
    ),
    Command(
        "player.back",
        QT_TRANSLATE_NOOP("commands", "Back 3 seconds"),
        ("Alt+Left",),
        _LISTEN,
        Actions.skip_back,
        Actions.has_sound,
    ),
    Command(
        "player.forward",
        QT_TRANSLATE_NOOP("commands", "Forward 3 seconds"),
        ("Alt+Right",),
        _LISTEN,
        Actions.skip_forward,
        Actions.has_sound,
    ),
    Command("player.speed", QT_TRANSLATE_NOOP("commands", "Next speed"), ("Alt+S",), _LISTEN, Actions.next_speed),
    Command(
        "worklist.search", QT_TRANSLATE_NOOP("commands", "Search notes and facts"), ("Ctrl+F",), _FIND, Actions.search
    ),
    Command(
        "worklist.next", QT_TRANSLATE_NOOP("commands", "Next dictation"), ("Alt+Down",), _FIND, Actions.next_dictation
    ),
    Command(
        "worklist.previous",
        QT_TRANSLATE_NOOP("commands", "Previous dictation"),
        ("Alt+Up",),
        _FIND,
        Actions.previous_dictation,
    ),
    Command("view.note", QT_TRANSLATE_NOOP("commands", "Show the note"), ("Ctrl+1",), _FIND, Actions.show_note),
    Command(
        "view.changes",
        QT_TRANSLATE_NOOP("commands", "Show what was said and written"),
        ("Ctrl+2",),
        _FIND,
        Actions.show_changes,
    ),
    Command(
        "view.history",
        QT_TRANSLATE_NOOP("commands", "Show the history"),
        ("Ctrl+3",),
        _FIND,
        Actions.show_history,
    ),
    Command("view.pane", QT_TRANSLATE_NOOP("commands", "Go to the next pane"), ("F6",), _FIND, Actions.next_pane),
    Command("help.palette", QT_TRANSLATE_NOOP("commands", "All commands"), ("Ctrl+K",), _PROGRAM, Actions.show_palette),
    Command("help.keys", QT_TRANSLATE_NOOP("commands", "What can I press?"), ("F1",), _PROGRAM, Actions.show_keys),
    Command(
        "people.lock",
        QT_TRANSLATE_NOOP("commands", "Lock"),
        ("Ctrl+L",),
        _PROGRAM,
        lambda actions: actions.people.lock(),
    ),
    Command(
        "people.passphrase",
        QT_TRANSLATE_NOOP("commands", "Change your passphrase …"),
        ("Ctrl+Shift+P",),
        _PROGRAM,
        lambda actions: actions.people.passphrase(),
    ),
    Command(
        "people.code",
        QT_TRANSLATE_NOOP("commands", "One-time codes …"),
        ("Ctrl+Shift+O",),
        _PROGRAM,
        lambda actions: actions.people.code(),
    ),
    Command(
        "people.users",
        QT_TRANSLATE_NOOP("commands", "Users …"),
        ("Ctrl+Shift+U",),
        _PROGRAM,
        lambda actions: actions.people.users(),
    ),
    Command(
        "people.emergency",
        QT_TRANSLATE_NOOP("commands", "Emergency access …"),
        ("Ctrl+Shift+E",),
        _PROGRAM,
        lambda actions: actions.people.emergency(),
        lambda actions: actions.people.can_begin_emergency(),
    ),
    Command(
        "people.emergencies",
        QT_TRANSLATE_NOOP("commands", "Emergency accesses …"),
        ("Ctrl+Shift+A",),
        _PROGRAM,
        lambda actions: actions.people.emergencies(),
    ),
    Command(
        "help.say", QT_TRANSLATE_NOOP("commands", "What can I say?"), ("Shift+F1",), _PROGRAM, Actions.show_sayables
    ),
    Command(
        "program.phrases",
        QT_TRANSLATE_NOOP("commands", "Auto-texts and words …"),
        ("Ctrl+Shift+W",),
        _PROGRAM,
        Actions.show_phrases,
    ),
    Command(
        "upkeep.page",
        QT_TRANSLATE_NOOP("commands", "Backup and retention …"),
        ("Ctrl+Shift+B",),
        _PROGRAM,
        Actions.keep_safe,
    ),
    Command("program.quit", QT_TRANSLATE_NOOP("commands", "Quit"), ("Ctrl+Q",), _PROGRAM, Actions.quit),
)


def make_actions(handlers: Actions, owner: QWidget) -> dict[str, QAction]:
    """One QAction a command, by id; those with the window's scope already hold everywhere in `owner`."""
    made = {}
    for command in COMMANDS:
        action = QAction(command.words, owner)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(lambda _=False, run=command.run: run(handlers))
        if command.scope is Scope.WINDOW:
            owner.addAction(action)
        else:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        made[command.id] = action
    return made


def hold_on(actions: Mapping[str, QAction], panes: Sequence[QWidget]) -> None:
    """Let the review's keys hold where the keyboard is in one of these panes."""
    for command in COMMANDS:
        if command.scope is Scope.REVIEW:
            for pane in panes:
                pane.addAction(actions[command.id])


def refresh(handlers: Actions, actions: Mapping[str, QAction]) -> None:
    """Enable what makes sense now and is the user's to do; the tooltip says why something is not."""
    locked = handlers.people.locked
    for command in COMMANDS:
        action, lacking = actions[command.id], handlers.lacks(command.id)
        held = command.id in ALWAYS if locked else lacking is None
        action.setEnabled(held and command.when(handlers))
        why = reason(lacking) if lacking is not None and not locked else ""
        action.setProperty(LACKING, why)
        action.setToolTip(why)


def make_menu(actions: Mapping[str, QAction], parent: QWidget) -> QMenu:
    """Every command, by group."""
    menu = QMenu(parent)
    for group in GROUPS:
        for command in COMMANDS:
            if command.group == group:
                menu.addAction(actions[command.id])
        menu.addSeparator()
    return menu
