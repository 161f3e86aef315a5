"""Between the dialogs of auto-texts and words and the chart that keeps them.

Owns what is asked of the store and when a dialog shows it. A word is tried out in a process of its own, since that is
Python which would hold the window up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from desktop.messages import explain
from desktop.phrases import files
from desktop.phrases.book import SHIPPED, AutoTextShelf, Owned, PhraseBookDialog, Shelf
from desktop.phrases.files import Brought
from desktop.phrases.form import CLINIC, MINE
from desktop.phrases.import_dialog import ImportDialog
from desktop.phrases.trial_view import TrialView
from desktop.session import Session
from desktop.settings import PUNCTUATION, Settings
from desktop.tasks import Lane, Operation
from ehr.chart.people import Right
from ehr.chart.phrases import AutoText, ClinicTerm, Phrase

if TYPE_CHECKING:
    from ehr.dictation.sayable import Sayable
    from ehr.soundalike.trial import Past, Place
    from ehr.store.store import Store


class PhraseKeeper(QObject):
    """Opens the dialogs over `window` and keeps what is written in them."""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, settings
        self._trying: Lane | None = None
        self.book: PhraseBookDialog | None = None

    def show_sayables(self) -> None:
        """Show what can be said."""
        from desktop.phrases.sayable_page import SayablePage

        def show(found: tuple[Sayable, ...]) -> None:
            page = SayablePage(found, self._window)
            page.finished.connect(page.deleteLater)
            page.open()

        self._session.ask(_sayables, show)

    def choose_autotext(self, then: Callable[[str], None]) -> None:
        """Let an auto-text be chosen, and go on with its text."""
        from desktop.phrases.inserter import Inserter

        def show(autotexts: tuple[AutoText, ...]) -> None:
            inserter = Inserter(autotexts, self._window)
            inserter.chosen.connect(lambda autotext: then(autotext.text))
            inserter.finished.connect(inserter.deleteLater)
            inserter.open()

        self._session.ask(_autotexts, show)

    def show_book(self) -> None:
        """Show the auto-texts and words."""
        self._session.ask(_sections, self._open_book)

    def _open_book(self, sections: dict[str, str]) -> None:
        says_marks = self._settings.text(PUNCTUATION) == "spoken"
        book = self.book = PhraseBookDialog(sections, may=self._may(), says_marks=says_marks, parent=self._window)
        for shelf in (book.autotexts, book.terms):
            shelf.saved.connect(partial(self._save, shelf))
            shelf.removed.connect(partial(self._remove, shelf))
            shelf.imported.connect(partial(self._ask_import, shelf))
            shelf.exported.connect(partial(self._ask_export, shelf))
        book.terms.terms_form.tried.connect(partial(self._try, book.terms.trial))
        book.says_marks_changed.connect(self._take_says_marks)
        book.finished.connect(book.deleteLater)
        self._reload()
        book.open()

    def read_file(self, shelf: Shelf, file: Path) -> None:
        """Show what a file brings, to be taken as the user's own or the clinic's; nothing is kept before that."""
        words = not isinstance(shelf, AutoTextShelf)

        def show(brought: Brought) -> None:
            dialog = ImportDialog(brought, may=self._may(), words=words, parent=self.book)
            dialog.accepted_for.connect(partial(self._take, shelf, dialog))
            dialog.tried.connect(partial(self._try, dialog.trial))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._session.ask(partial(files.read_file, file=file, autotexts=not words), show)

    def _take(self, shelf: Shelf, dialog: ImportDialog, owner: str, phrases: Sequence[Phrase]) -> None:
        def taken(count: int) -> None:
            dialog.accept()
            self._tell(shelf, self.tr("{0} taken.").format(count))
            self._reload()

        def failed(error: BaseException) -> None:
            if isValid(dialog):
                dialog.show_problem(explain(error).sentence)

        self._session.ask(partial(files.keep, owner=owner, phrases=phrases), taken, failed)

    def write_file(self, shelf: Shelf, owner: str, file: Path) -> None:
        """Export an owner's to a file."""
        work = partial(files.write_file, owner=owner, file=file, autotexts=isinstance(shelf, AutoTextShelf))
        self._session.ask(work, lambda count: self._tell(shelf, self.tr("{0} written.").format(count)))

    def _may(self) -> Sequence[str]:
        """The owners whose phrases the user may change."""
        chart = self._session.chart
        mine, clinic = chart.may(Right.DICTATE), chart.may(Right.EDIT_CLINIC_PHRASES)
        return [*([MINE] if mine else []), *([CLINIC] if clinic else [])]

    def close(self) -> None:
        """End what is under way."""
        if self._trying is not None:
            self._trying.close()
            self._trying = None

    def _reload(self) -> None:
        def show(found: tuple[list[Owned], list[Owned]]) -> None:
            if self.book is not None and isValid(self.book):
                self.book.autotexts.show_owned(found[0])
                self.book.terms.show_owned(found[1])

        self._session.ask(_owned, show)

    def _save(self, shelf: Shelf, owner: str, phrase: Phrase, edited: Owned | None) -> None:
        def saved(_: object) -> None:
            if isValid(shelf):
                shelf.back()
            self._reload()

        def failed(error: BaseException) -> None:
            if isValid(shelf):
                shelf.form.show_problem(explain(error).sentence)

        self._session.ask(lambda store: _put(store, owner, phrase, edited), saved, failed)

    def _remove(self, shelf: Shelf, owner: str, phrase: Phrase) -> None:
        def failed(error: BaseException) -> None:
            self._tell(shelf, explain(error).sentence)

        self._session.ask(lambda store: _drop(store, owner, phrase), lambda _: self._reload(), failed)

    def _ask_import(self, shelf: Shelf) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self.book, self.tr("Import"), "", self.tr("Lists (*.jsonl *.csv *.txt)")
        )
        if chosen:
            self.read_file(shelf, Path(chosen))

    def _ask_export(self, shelf: Shelf, owner: str) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self.book, self.tr("Export"), "", self.tr("Lists (*.jsonl)"))
        if chosen:
            self.write_file(shelf, owner, Path(chosen))

    def _try(self, view: TrialView, new: tuple[ClinicTerm, ...]) -> None:
        from desktop.tryout import past_dictations

        view.wait()

        def begin(found: tuple[tuple[Past, ...], tuple[ClinicTerm, ...]]) -> None:
            past, now = found
            self._run_trial(view, past, now, new)

        self._session.ask(lambda store: (past_dictations(store), store.phrases.current().terms), begin)

    def _run_trial(
        self,
        view: TrialView,
        past: tuple[Past, ...],
        now: tuple[ClinicTerm, ...],
        new: tuple[ClinicTerm, ...],
    ) -> None:
        from ehr.soundalike.trial import try_terms

        def show(places: tuple[Place, ...]) -> None:
            if isValid(view):
                view.show_places(places, dictations=len(past))

        if self._trying is None:
            self._trying = Lane.on_process(self)
        failed = self._session.failed
        self._trying.run(Operation(partial(try_terms, past, now, new), show, lambda error: failed.emit(error, None)))

    def _take_says_marks(self, says_marks: bool) -> None:  # noqa: FBT001 - a signal's value
        self._settings.remember(PUNCTUATION, "spoken" if says_marks else "auto")
        self._session.desk.says_marks = says_marks

    def _tell(self, shelf: Shelf, text: str) -> None:
        if isValid(shelf):
            shelf.told.setText(text)


# The rules load where these are called, which is on the chart's thread and not on the window's.


def _sayables(store: Store) -> tuple[Sayable, ...]:
    from ehr.dictation.sayable import sayables

    return sayables(store.phrases.current())


def _autotexts(store: Store) -> tuple[AutoText, ...]:
    from ehr.dictation.autotexts import shipped

    return (*store.phrases.current().autotexts, *shipped())


def _sections(_: Store) -> dict[str, str]:
    from ehr.dictation.headings import section_kinds

    return {kind.name: kind.title for kind in section_kinds().values()}


def _owned(store: Store) -> tuple[list[Owned], list[Owned]]:
    from ehr.dictation.autotexts import shipped
    from ehr.store.phrases import Owner

    book = store.phrases
    autotexts = [Owned(owner.value, each) for owner in Owner for each in book.autotexts(owner)]
    terms = [Owned(owner.value, each) for owner in Owner for each in book.terms(owner)]
    return [*autotexts, *(Owned(SHIPPED, each) for each in shipped())], terms


def _put(store: Store, owner: str, phrase: Phrase, edited: Owned | None) -> None:
    from ehr.store.phrases import Owner

    moved = edited is not None and edited.owner != owner
    if isinstance(phrase, AutoText):
        old = edited.phrase.name if edited is not None and isinstance(edited.phrase, AutoText) else ""
        store.phrases.put_autotexts(Owner(owner), [phrase], instead_of="" if moved else old)
    else:
        old = edited.phrase.written if edited is not None and isinstance(edited.phrase, ClinicTerm) else ""
        store.phrases.put_terms(Owner(owner), [phrase], instead_of="" if moved else old)
    if edited is not None and moved:
        _drop(store, edited.owner, edited.phrase)


def _drop(store: Store, owner: str, phrase: Phrase) -> None:
    from ehr.store.phrases import Owner

    if isinstance(phrase, AutoText):
        store.phrases.remove_autotexts(Owner(owner), [phrase.name])
    else:
        store.phrases.remove_terms(Owner(owner), [phrase.written])
