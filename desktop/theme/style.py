"""The one style sheet, built from tokens. Widgets opt into a look by `objectName` or the `look` property."""

from __future__ import annotations

from string import Template

from desktop.theme.tokens import Tokens


def style_sheet(tokens: Tokens) -> str:
    """Qt style sheet of a theme."""
    return _SHEET.substitute(tokens.colours())


_SHEET = Template("""
* { outline: none; }
QMainWindow, QDialog { background: $bg; }
QToolTip { background: $surface; color: $text; border: 1px solid $line; padding: 5px 7px; }
QLabel { background: transparent; }
QLabel[look="title"] { font-size: 18px; font-weight: 600; }
QLabel[look="head"] { font-size: 15px; font-weight: 600; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="muted"] { color: $muted; font-size: 12px; }
QLabel[look="quote"] { color: $muted; font-size: 13px; }
QLabel[look="heading"] { color: $muted; font-size: 12px; font-weight: 600; }
QLabel[look="error"] { color: $danger; font-size: 13px; }
QLabel[look="recovery"] { font-family: monospace; font-size: 19px; font-weight: 600; }
QLabel[pill] { border-radius: 11px; padding: 0 10px; font-size: 12px; font-weight: 500; }
QLabel[pill="danger"] { background: $danger_soft; color: $danger; }
QLabel[pill="warn"] { background: $warn_soft; color: $warn; }
QLabel[pill="ok"] { background: $ok_soft; color: $ok; }
QLabel[pill="info"] { background: $info_soft; color: $info; }
QLabel[pill="plain"] { background: $sunken; color: $muted; }
QLabel[pill="accent"] { background: $accent_soft; color: $accent; }
QLabel[look="statement"] { background: $sunken; border: 1px solid $line; border-radius: 8px;
  padding: 10px 12px; }
QLabel[look="key"] { color: $muted; background: $sunken; border: 1px solid $line; border-radius: 4px; padding: 0 4px;
  font-size: 11px; }
QLabel#avatar { background: $accent_soft; color: $accent; border-radius: 17px; font-weight: 600; }

QPushButton { background: $surface; color: $text; border: 1px solid $line; border-radius: 7px; padding: 5px 12px; }
QPushButton:hover { background: $sunken; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton:disabled { color: $faint; background: $sunken; }
QPushButton[look="go"] { background: $accent; color: $accent_text; border-color: $accent; }
QPushButton[look="go"]:focus { border: 2px solid $text; }
QPushButton[look="go"]:disabled { background: $sunken; color: $faint; border-color: $line; }
QPushButton[look="flat"], QToolButton[look="flat"] { background: transparent; border: 1px solid transparent;
  border-radius: 7px; padding: 3px 7px; color: $text; }
QPushButton[look="flat"]:hover, QToolButton[look="flat"]:hover { background: $sunken; }
QPushButton[look="flat"]:focus, QToolButton[look="flat"]:focus { border: 2px solid $accent; padding: 2px 6px; }
QPushButton[look="pill"] { background: $sunken; color: $muted; border: 1px solid $sunken; border-radius: 11px;
  padding: 0 10px; font-size: 12px; font-weight: 500; max-height: 20px; min-height: 20px; }
QPushButton[look="pill"]:focus { border: 2px solid $accent; padding: 0 9px; max-height: 18px; min-height: 18px; }
QPushButton[look="patient"] { background: transparent; border: 1px solid transparent; text-align: left;
  padding: 2px 6px; }
QPushButton[look="patient"]:hover { background: $sunken; }
QPushButton[look="patient"]:focus { border: 2px solid $accent; }

QLineEdit, QDateEdit, QComboBox, QSpinBox { background: $surface; color: $text; border: 1px solid $line;
  border-radius: 7px; padding: 5px 8px; min-height: 20px; selection-background-color: $accent;
  selection-color: $accent_text; }
QLineEdit:focus, QComboBox:focus, QDateEdit:focus, QSpinBox:focus { border: 2px solid $accent; padding: 4px 7px; }
QTextEdit#field { background: $surface; color: $text; border: 1px solid $line; border-radius: 7px; padding: 4px 6px; }
QTextEdit#field:focus { border: 2px solid $accent; padding: 3px 5px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { width: 0px; height: 0px; border-left: 4px solid $surface; border-right: 4px solid $surface;
  border-top: 5px solid $muted; }
QSpinBox::up-button, QSpinBox::down-button { width: 0px; border: none; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; selection-background-color: $accent_soft;
  selection-color: $text; }
QCheckBox { spacing: 7px; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QRadioButton { spacing: 7px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $faint; border-radius: 4px;
  background: $surface; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent;
  background: $accent_text; }
QCheckBox::indicator:disabled { border-color: $line; }

QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QListView, QTextEdit, QAbstractScrollArea, QTableView { background: transparent; border: none; }
QListView#palette, QListView#patients, QListView#history { background: $surface; border: 1px solid $line;
  border-radius: 8px; }
QListView#palette::item, QListView#patients::item, QListView#history::item { padding: 6px 10px; border-radius: 6px;
  color: $text; }
QListView#palette::item:selected, QListView#patients::item:selected, QListView#history::item:selected {
  background: $accent_soft; color: $text; }
QListView#palette::item:disabled { color: $faint; }
QTableView { gridline-color: $line; selection-background-color: $accent_soft; selection-color: $text; }
QHeaderView::section { background: $bg; color: $muted; border: none; border-bottom: 1px solid $line; padding: 4px 6px;
  font-size: 12px; }

QWidget#lock { background: $bg; }
QWidget#rail { background: $rail; }
QWidget#rail QLabel { color: $rail_muted; font-size: 12px; }
QWidget#line { background: $line; }
QPushButton[look="gap"] { background: transparent; border: 1px solid transparent; color: $warn; font-size: 12px;
  font-weight: 600; padding: 1px 4px; }
QPushButton[look="gap"]:hover { background: $warn_soft; }
QPushButton[look="gap"]:focus { border: 2px solid $accent; padding: 0 3px; }
QWidget#rail QLabel#brand { font-size: 16px; font-weight: 600; color: $rail_text; }
QWidget#rail QToolButton { color: $rail_muted; border: 1px solid transparent; border-radius: 7px; padding: 3px 7px; }
QWidget#rail QToolButton:hover { background: $rail_active; }
QWidget#rail QToolButton:focus { border: 2px solid $rail_accent; padding: 2px 6px; }
QWidget#rail QToolButton::menu-indicator { image: none; }
QWidget#rail QPushButton { background: transparent; color: $rail_text; border: 1px solid $rail_line; border-radius: 8px;
  padding: 8px 10px; font-weight: 500; text-align: left; }
QWidget#rail QPushButton:hover { background: $rail_active; }
QWidget#rail QPushButton:focus { border: 2px solid $rail_accent; padding: 7px 9px; }
QWidget#rail QPushButton:disabled { color: $rail_muted; }
QWidget#rail QPushButton QLabel { background: transparent; color: $rail_muted; border: 1px solid $rail_line;
  border-radius: 4px; padding: 0 5px;
  font-size: 11px; }
QWidget#rail QLineEdit { background: $rail_field; color: $rail_text; border: 1px solid $rail_field; border-radius: 8px;
  padding: 6px 9px; placeholder-text-color: $rail_muted; }
QWidget#rail QLineEdit:focus { border: 2px solid $rail_accent; padding: 5px 8px; }

QWidget#banner { background: $surface; border-bottom: 1px solid $line; }
QWidget#bar { background: $surface; border-top: 1px solid $line; }
QWidget#facts { background: $surface; }
QWidget#fields { background: $surface; }
QWidget#transcript { background: $surface; }
QWidget#note { background: $bg; }
QWidget#card { background: $surface; border: 2px solid $accent; border-radius: 10px; }
QWidget#card QPushButton { padding: 3px 8px; font-size: 13px; }
QWidget#card QPushButton:focus { padding: 2px 7px; }
QWidget#card QPushButton[look="go"] QLabel { color: $accent_text; background: transparent; border-color: $accent_text; }
QFrame#problem { background: $danger_soft; border-bottom: 1px solid $danger; }
QFrame#problem[notice="true"] { background: $info_soft; border-bottom: 1px solid $info; }
QFrame#sound { background: $info_soft; border-bottom: 1px solid $info; }
QFrame#sound[tone="warn"] { background: $warn_soft; border-bottom: 1px solid $warn; }
QFrame#sound[tone="danger"] { background: $danger_soft; border-bottom: 1px solid $danger; }
QFrame#recovery { background: $info_soft; border-bottom: 1px solid $info; }
QTreeWidget#record::item { padding: 4px 2px; }
QTreeWidget#record::item:selected { background: $accent_soft; color: $text; }
QFrame#guard { background: $danger_soft; border-bottom: 1px solid $danger; }
QFrame#problem QLabel { color: $text; }
QTableView#sheet::item { padding: 4px 3px; }
QFrame#sheet { background: $surface; border: 1px solid $line; border-radius: 10px; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $muted; padding: 0 0 8px 0; margin-right: 18px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar:focus { border-radius: 4px; }
QTabBar::tab:selected:focus { background: $accent_soft; }
QProgressBar { background: $sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $line; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:horizontal { width: 1px; }
""")
