"""The acts that make the dictation on the page a record: reviewed, signed, amended, entered in error.

Owns when each is possible and the way from a key over the dialog to the store and back to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.facts.wording import assertion_word, title
from desktop.messages import explain
from desktop.session import Session
from desktop.signing.history import moments
from desktop.signing.seal_dialog import Question, SealDialog
from ehr.chart.encounter import Encounter
from ehr.chart.entry import Assertion, Entry, ReviewState
from ehr.chart.fields import around, open_fields
from ehr.chart.people import Right, User
from ehr.chart.readiness import Readiness
from ehr.chart.signing import STATEMENTS, Act, SignatureKind

if TYPE_CHECKING:
    from ehr.store.signatures import Seal
    from ehr.store.store import Store


@dataclass(frozen=True, slots=True)
class _Case:
    """What a dialog is made from."""

    readiness: Readiness
    has_code: bool


class Signing(QObject):
    """The handlers of one window. `history_read` carries the moments of the page's dictation; `fields_wanted` says that
    the next open field of the note is to be filled.
    """

    history_read = Signal(object)
    fields_wanted = Signal()

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.dialog: SealDialog | None = None

    def may(self, act: Act) -> bool:
        """Whether the act is possible on the page."""
        session = self._session
        return session.reading is not None and session.standing.may(act)

    def may_review(self) -> bool:
        """Whether the page can be marked as reviewed: all is decided."""
        return self.may(Act.REVIEW) and not any(e.state is ReviewState.PROPOSED for e in self._session.entries)

    def mark_reviewed(self) -> None:
        """Say that everything was looked at. Open fields are named and stop it."""
        encounter, waiting = self._session.encounter, self._open_fields()
        if encounter is not None and waiting:
            dialog = self._open(Question(self.tr("Mark as reviewed"), "", (_whose(encounter),), open_fields=waiting))
            dialog.fill.connect(self.fields_wanted)
            return
        self._do(lambda store, id_: store.signatures.mark_reviewed(id_))

    def sign(self) -> None:
        """Sign the page, an amendment on top of what was signed."""
        amending = self._session.standing.amendment is not None
        kind = SignatureKind.AMENDED if amending else SignatureKind.FINAL
        heading = self.tr("Sign the amendment") if amending else self.tr("Sign this dictation")
        self._ask(heading, self.tr("Sign"), kind, lambda store, id_, seal: store.signatures.sign(id_, seal))

    def cosign(self) -> None:
        """Sign beside the signature of another."""
        self._ask(
            self.tr("Sign beside"),
            self.tr("Sign"),
            SignatureKind.COSIGNED,
            lambda store, id_, seal: store.signatures.cosign(id_, seal),
        )

    def retract(self) -> None:
        """Mark the page as entered in error."""
        self._ask(
            self.tr("Mark as entered in error"),
            self.tr("Mark"),
            SignatureKind.ENTERED_IN_ERROR,
            lambda store, id_, seal: store.signatures.retract(id_, seal),
        )

    def amend(self) -> None:
        """Begin a new version of the signed page, with a reason."""
        encounter = self._session.encounter
        if encounter is None:
            return
        facts = (self.tr("The signed version stays; what you change becomes a new one once it is signed."),)
        question = Question(
            self.tr("Amend the signed version"), self.tr("Amend"), facts, needs_reason=True, needs_passphrase=False
        )
        dialog = self._open(question)
        dialog.given.connect(
            lambda reason, *_: self._do(lambda store, id_: store.signatures.amend(id_, reason), dialog)
        )

    def abandon(self) -> None:
        """Give the amendment up: the signed version stands."""
        self._do(lambda store, id_: store.signatures.abandon(id_))

    def ask_colleague(self) -> None:
        """Choose whom to ask to sign beside."""
        self._session.ask(_signers, self._choose_colleague)

    def show_history(self) -> None:
        """Read the versions and signatures of the page anew."""
        encounter = self._session.encounter
        if encounter is None:
            self.history_read.emit(())
            return
        id_ = encounter.id
        self._session.ask(lambda store: moments(store.versions(id_), store.signatures.of(id_)), self.history_read.emit)

    def _ask(self, heading: str, go: str, kind: SignatureKind, work: Callable[[Store, str, Seal], object]) -> None:
        """Ask for what a signature needs, and sign."""
        encounter = self._session.encounter
        if encounter is None:
            return

        def show(case: _Case) -> None:
            dialog = self._open(self._question(heading, go, kind, encounter, case))
            dialog.given.connect(
                lambda *given: self._do(lambda store, id_: work(store, id_, _seal(kind, *given)), dialog)
            )
            dialog.look.connect(self._look)
            dialog.fill.connect(self.fields_wanted)
            dialog.reject_all.connect(lambda: self._reject(case.readiness))

        self._session.ask(lambda store: _case(store, encounter.id), show)

    def _question(self, heading: str, go: str, kind: SignatureKind, encounter: Encounter, case: _Case) -> Question:
        entries = self._session.entries
        kept = sum(entry.state in (ReviewState.ACCEPTED, ReviewState.EDITED) for entry in entries)
        rejected = sum(entry.state is ReviewState.REJECTED for entry in entries)
        facts = (
            _whose(encounter),
            self.tr("The note and {0} facts for the chart; {1} rejected ones are kept beside.").format(kept, rejected),
        )
        signing = kind in (SignatureKind.FINAL, SignatureKind.AMENDED)
        undecided = tuple(_named(entry) for entry in case.readiness.undecided) if signing else ()
        heard = [repair.heard for repair in case.readiness.questions] if signing else []
        remarks = []
        if heard:
            words = ", ".join(f"“{each}”" for each in heard[:4]) + (" …" if len(heard) > 4 else "")
            remarks.append(self.tr("Words that may have been misheard and were not settled: {0}").format(words))
        amendment = self._session.standing.amendment
        if amendment is not None and signing:
            remarks.append(self.tr("Reason of the amendment: {0}").format(amendment.reason))
        return Question(
            heading, go, facts, STATEMENTS[kind], undecided, self._open_fields() if signing else (), tuple(remarks),
            needs_reason=kind is SignatureKind.ENTERED_IN_ERROR, needs_code=case.has_code,
        )  # fmt: skip

    def _open_fields(self) -> tuple[str, ...]:
        """The fields of the page that nobody filled in, each with the words around it."""
        reading = self._session.reading
        if reading is None:
            return ()
        note = reading.draft.note
        return tuple(around(note.written, field) for field in open_fields(note))

    def _open(self, question: Question) -> SealDialog:
        self.dialog = dialog = SealDialog(question, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._forget)
        dialog.open()
        return dialog

    def _forget(self) -> None:
        self.dialog = None

    def _do(self, work: Callable[[Store, str], object], dialog: SealDialog | None = None) -> None:
        """Let the store do it, then show the page as it stands."""
        encounter, focus = self._session.encounter, self._session.focus
        if encounter is None:
            return
        id_ = encounter.id

        def done(_: object) -> None:
            if dialog is not None:
                dialog.accept()
            self._session.open(id_, focus=focus)
            self._session.refresh()
            self.show_history()

        def failed(error: BaseException) -> None:
            if dialog is None:
                self._session.failed.emit(error, None)
            else:
                message = explain(error)
                dialog.show_problem(f"{message.sentence} {message.next_step} ({message.code})")

        self._session.ask(lambda store: work(_listening(store), id_), done, failed)

    def _look(self) -> None:
        undecided = [entry for entry in self._session.entries if entry.state is ReviewState.PROPOSED]
        if undecided:
            self._session.set_focus(undecided[0].id)

    def _reject(self, readiness: Readiness) -> None:
        ids = [entry.id for entry in readiness.undecided]
        self._do(lambda store, _: store.reject(*ids))

    def _choose_colleague(self, users: Sequence[User]) -> None:
        menu = QMenu(self._window)
        for user in users:
            action = menu.addAction(user.name)
            action.triggered.connect(
                lambda _=False, user=user: self._do(lambda store, id_: store.signatures.ask_cosign(id_, user))
            )
        if not users:
            menu.addAction(self.tr("No other clinician is in this chart")).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._window.mapToGlobal(self._window.rect().center()))


def _listening(store: Store) -> Store:
    from desktop.fingerprint import fingerprint

    store.signatures.listen_with(fingerprint)
    return store


def _case(store: Store, encounter_id: str) -> _Case:
    me = store.users.current.id
    has_code = any(account.has_code for account in store.users.all() if account.user.id == me)
    return _Case(store.signatures.readiness(encounter_id), has_code)


def _whose(encounter: Encounter) -> str:
    patient, day = encounter.patient, encounter.started_at.astimezone()
    return f"{patient.display_name} · MRN {patient.mrn} · {day:%d %b %Y %H:%M}"


def _named(entry: Entry) -> str:
    """The fact in a line, its assertion with it where that is not plain presence."""
    if entry.assertion is Assertion.PRESENT:
        return title(entry)
    return f"{title(entry)} ({assertion_word(entry.assertion)})"


def _signers(store: Store) -> list[User]:
    accounts = [account for account in store.users.all() if not account.disabled]
    return [each.user for each in accounts if each.user.id != store.users.current.id and each.user.may(Right.SIGN)]


def _seal(kind: SignatureKind, reason: str, passphrase: str, code: str) -> Seal:
    from ehr.store.signatures import Seal

    return Seal(passphrase, STATEMENTS[kind], reason, code)
