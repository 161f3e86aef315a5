"""Edit one entry in place: its name, its assertion and the attributes of its kind.

Owns the fields and turns them into an edited entry. Whether the edit is kept is the session's business.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.facts.wording import assertion_word, field_word, kind_word
from desktop.widgets import label
from ehr.chart.entry import ATTRIBUTES, Assertion, AttributeValue, Entry


class EditForm(QWidget):
    """A form for one entry; `saved` carries the entry as edited, `cancelled` nothing."""

    saved = Signal(object)
    cancelled = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self.name = QLineEdit(entry.name)
        self.assertion = QComboBox()
        for assertion in Assertion:
            self.assertion.addItem(assertion_word(assertion), assertion)
        self.assertion.setCurrentIndex(list(Assertion).index(entry.assertion))
        self.fields: dict[str, QLineEdit | QCheckBox] = {
            name: _field(name, entry.attributes.get(name)) for name in ATTRIBUTES[entry.kind]
        }
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 12)
        outer.addWidget(label(self.tr("Edit {0}").format(kind_word(entry.kind)), "head"))
        outer.addWidget(self._scrolled(), 1)
        outer.addLayout(self._buttons())

    def start(self) -> None:
        """Take the keyboard."""
        self.name.setFocus()
        self.name.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter saves, Escape cancels."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def edited(self) -> Entry:
        """The entry with the form's values; the code goes where the name changed, since it named another thing."""
        attributes: dict[str, AttributeValue] = {}
        for name, widget in self.fields.items():
            if isinstance(widget, QCheckBox):
                if widget.isChecked():
                    attributes[name] = True
            elif text := widget.text().strip():
                attributes[name] = text
        name = self.name.text().strip() or self._entry.name
        code = self._entry.code if name == self._entry.name else None
        assertion = Assertion(self.assertion.currentData())
        return replace(self._entry, name=name, assertion=assertion, attributes=attributes, code=code)

    def _save(self) -> None:
        self.saved.emit(self.edited())

    def _scrolled(self) -> QScrollArea:
        inner = QWidget()
        inner.setObjectName("fields")
        form = QFormLayout(inner)
        form.setContentsMargins(0, 4, 6, 4)
        form.setVerticalSpacing(7)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        rows: list[tuple[str, QWidget]] = [(self.tr("Name"), self.name), (self.tr("Assertion"), self.assertion)]
        rows += [(field_word(name), widget) for name, widget in self.fields.items()]
        for title, widget in rows:
            caption = label(title, "muted")
            caption.setBuddy(widget)
            caption.setFixedHeight(widget.sizeHint().height())
            widget.setAccessibleName(title)
            form.addRow(caption, widget)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        return area

    def _buttons(self) -> QHBoxLayout:
        save, cancel = QPushButton(self.tr("Save  Enter")), QPushButton(self.tr("Cancel  Esc"))
        save.setProperty("look", "go")
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(save)
        row.addWidget(cancel)
        row.addStretch(1)
        return row


def _field(name: str, value: AttributeValue | None) -> QLineEdit | QCheckBox:
    if name == "prn":
        box = QCheckBox()
        box.setChecked(value is True)
        return box
    return QLineEdit("" if value is None or isinstance(value, bool) else value)
