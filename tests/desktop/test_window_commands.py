"""Every action of the user: declared once, reachable by keyboard, findable by name."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget

from desktop.commands.command import GROUPS, Scope
from desktop.commands.table import COMMANDS


def dialog_of(window: QWidget) -> QDialog:
    """The dialog over the window."""
    return next(each for each in window.findChildren(QDialog) if each.isVisible())


def test_commands_are_declared_once() -> None:
    """Ids and keys are each used once, and every command belongs to a group."""
    assert [name for name, count in Counter(command.id for command in COMMANDS).items() if count > 1] == []
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert [key for key, count in Counter(keys).items() if count > 1 or not key] == []
    assert {command.group for command in COMMANDS} == set(GROUPS)


def test_every_command_has_a_key_that_reaches_it(review, qtbot) -> None:
    """Pressing a command's keys in the window fires its action; nothing else takes them."""
    window = review.window
    for command in COMMANDS:
        action = window.actions_by_id[command.id]
        action.setEnabled(True)
        fired: list[str] = []
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, id_=command.id, fired=fired: fired.append(id_))
        pane = window.facts.list
        pane.setFocus()
        for keys in command.keys:
            combination = QKeySequence(keys)[0]
            qtbot.keyClick(pane, combination.key(), combination.keyboardModifiers())
        assert fired == [command.id] * len(command.keys), command.id


def test_review_keys_stay_on_the_panes(review, qtbot) -> None:
    """A review key pressed in the search field types; it does not act."""
    search = review.window.rail.search
    search.setFocus()
    before = review.session.entries
    for command in COMMANDS:
        if command.scope is Scope.REVIEW:
            combination = QKeySequence(command.keys[0])[0]
            qtbot.keyClick(search, combination.key(), combination.keyboardModifiers())
    assert review.session.entries == before
    assert review.window.facts.form is None
    search.clear()
    qtbot.waitUntil(lambda: review.window.rail.model.rows[0].heading == "Needs review")


def test_the_palette_runs_what_is_typed(review, qtbot) -> None:
    """Ctrl+K, a few letters and Enter run a command."""
    review.run("help.palette")
    palette = dialog_of(review.window)
    qtbot.waitUntil(palette.field.hasFocus)
    qtbot.keyClicks(palette.field, "said and written")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert review.window.note.tabs.currentIndex() == 1


def test_the_page_of_keys_shows_every_command(review) -> None:
    """F1 shows each command's title."""
    review.run("help.keys")
    page = dialog_of(review.window)
    texts = {label.text() for label in page.findChildren(QWidget) if hasattr(label, "text")}
    assert {command.words for command in COMMANDS} <= texts
    page.reject()


def test_f6_visits_every_pane(review, qtbot) -> None:
    """F6 gives the keyboard to each pane in turn."""
    seen = set()
    for _ in review.window.panes():
        review.run("view.pane")
        seen.add(review.window.focusWidget())
    assert seen == set(review.window.panes())


@pytest.mark.parametrize("size", [(1440, 900), (1024, 640)])
def test_everything_that_takes_the_keyboard_has_a_name(review, size: tuple[int, int]) -> None:
    """Controls have accessible names and stand inside the window, at both sizes."""
    window = review.window
    window.resize(*size)
    nameless = []
    for widget in window.findChildren(QWidget):
        focusable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if focusable and not (widget.accessibleName() or text):
            nameless.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    assert nameless == []
    assert window.bar.geometry().bottom() < size[1]
    assert window.banner.state.mapTo(window, window.banner.state.rect().topRight()).x() < size[0]


def test_down_goes_from_the_search_to_what_it_found(review, qtbot) -> None:
    """As Enter does; the keyboard never has to leave for the mouse."""
    rail = review.window.rail
    review.run("worklist.search")
    qtbot.waitUntil(rail.search.hasFocus)
    qtbot.keyClicks(rail.search, "glip")
    qtbot.waitUntil(lambda: any(row.entry_id for row in rail.model.rows), timeout=20_000)
    qtbot.keyClick(rail.search, Qt.Key.Key_Down)

    qtbot.waitUntil(rail.list.hasFocus)
    assert rail.model.rows[rail.list.currentIndex().row()].encounter_id
