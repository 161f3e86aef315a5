"""What each method of the store and its rooms asks of its user. A new method gets a row here.

The calls name records that do not exist: who may not is told so before anything is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from store_samples import draft, maria

from ehr.chart.encounter import Encounter
from ehr.chart.people import Right, Role, User
from ehr.chart.retention import Matter, Plan
from ehr.store.head import Head
from ehr.store.manifest import Manifest
from ehr.store.phrases import Owner
from ehr.store.signatures import Seal
from ehr.store.store import Store

NONE = "no-such-record"
SEAL = Seal("wrong words")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_MANIFEST = Manifest("chart-x", NOW, (), {}, Head(0, b""), ())
DOCTOR = User("doctor", "Doctor", frozenset({Role.CLINICIAN}))


@dataclass(frozen=True, slots=True)
class Guarded:
    """A method's right, None for what anyone may who unlocked, and a call of it."""

    right: Right | None
    call: Callable[[Store], Any]


def _beside(store: Store) -> Path:
    """A folder that is not the store's own."""
    folder = store.recordings_folder.parent.parent / "backups"
    folder.mkdir(exist_ok=True)
    return folder


ROWS: Mapping[str, Guarded] = {
    "patients": Guarded(Right.READ, lambda store: store.patients()),
    "patient": Guarded(Right.READ, lambda store: store.patient(NONE)),
    "patient_by_mrn": Guarded(Right.READ, lambda store: store.patient_by_mrn(NONE)),
    "everyone": Guarded(Right.READ, lambda store: store.everyone()),
    "lookalikes": Guarded(Right.READ, lambda store: store.lookalikes(maria("MRN-77"))),
    "encounters": Guarded(Right.READ, lambda store: store.encounters()),
    "encounter": Guarded(Right.READ, lambda store: store.encounter(NONE)),
    "note_versions": Guarded(Right.READ, lambda store: store.note_versions(NONE)),
    "proposal": Guarded(Right.READ, lambda store: store.proposal(NONE)),
    "search": Guarded(Right.READ, lambda store: store.search("metformin")),
    "recording": Guarded(Right.READ, lambda store: store.recording(NONE)),
    "check": Guarded(None, lambda store: store.check()),
    "reader": Guarded(None, lambda store: store.reader().close()),
    "add_patient": Guarded(Right.EDIT_PATIENTS, lambda store: store.add_patient(maria("MRN-77"))),
    "update_patient": Guarded(Right.EDIT_PATIENTS, lambda store: store.update_patient(maria())),
    "begin_recording": Guarded(Right.DICTATE, lambda store: store.begin_recording(device="USB")),
    "finish_recording": Guarded(Right.DICTATE, lambda store: store.finish_recording(NONE, samples=1)),
    "add_encounter": Guarded(Right.DICTATE, lambda store: store.add_encounter(maria())),
    "begin_transcribing": Guarded(Right.DICTATE, lambda store: store.begin_transcribing(NONE)),
    "fail": Guarded(Right.DICTATE, lambda store: store.fail(NONE, "CW-T101")),
    "save_draft": Guarded(Right.DICTATE, lambda store: store.save_draft(NONE, draft())),
    "edit_note": Guarded(Right.REVIEW, lambda store: store.edit_note(NONE, "")),
    "revise": Guarded(Right.REVIEW, lambda store: store.revise(NONE, lambda same: same)),
    "restate": Guarded(Right.REVIEW, lambda store: store.restate(draft().entries[0])),
    "accept": Guarded(Right.REVIEW, lambda store: store.accept(NONE)),
    "reject": Guarded(Right.REVIEW, lambda store: store.reject(NONE)),
    "edit": Guarded(Right.REVIEW, lambda store: store.edit(draft().entries[0])),
    "reopen": Guarded(Right.REVIEW, lambda store: store.reopen(NONE)),
    "undoable": Guarded(Right.READ, lambda store: store.undoable(NONE)),
    "take_back": Guarded(Right.REVIEW, lambda store: store.take_back(NONE)),
    "versions": Guarded(Right.READ, lambda store: store.versions(NONE)),
    "signatures.listen_with": Guarded(None, lambda store: store.signatures.listen_with(lambda _: None)),
    "signatures.readiness": Guarded(Right.READ, lambda store: store.signatures.readiness(NONE)),
    "signatures.mark_reviewed": Guarded(Right.REVIEW, lambda store: store.signatures.mark_reviewed(NONE)),
    "signatures.sign": Guarded(Right.SIGN, lambda store: store.signatures.sign(NONE, SEAL)),
    "signatures.amend": Guarded(Right.SIGN, lambda store: store.signatures.amend(NONE, "")),
    "signatures.abandon": Guarded(Right.REVIEW, lambda store: store.signatures.abandon(NONE)),
    "signatures.retract": Guarded(Right.SIGN, lambda store: store.signatures.retract(NONE, SEAL)),
    "signatures.ask_cosign": Guarded(Right.REVIEW, lambda store: store.signatures.ask_cosign(NONE, DOCTOR)),
    "signatures.cosign": Guarded(Right.SIGN, lambda store: store.signatures.cosign(NONE, SEAL)),
    "signatures.requests": Guarded(Right.READ, lambda store: store.signatures.requests()),
    "signatures.asked": Guarded(Right.READ, lambda store: store.signatures.asked()),
    "signatures.of": Guarded(Right.READ, lambda store: store.signatures.of(NONE)),
    "signatures.content": Guarded(Right.READ, lambda store: store.signatures.content(NONE, 1)),
    "signatures.verify": Guarded(Right.READ, lambda store: store.signatures.verify(NONE)),
    "outbox.waiting": Guarded(Right.READ, lambda store: store.outbox.waiting()),
    "outbox.delivered": Guarded(Right.EXPORT, lambda store: store.outbox.delivered(1, "here")),
    "outbox.waive": Guarded(Right.SHRED, lambda store: store.outbox.waive([NONE], "there is no server")),
    "trail.opened": Guarded(Right.READ, lambda store: store.trail.opened(NONE)),
    "trail.head": Guarded(Right.KEEP_ACCOUNT, lambda store: store.trail.head()),
    "trail.verify": Guarded(Right.READ_AUDIT, lambda store: store.trail.verify()),
    "trail.export": Guarded(Right.READ_AUDIT, lambda store: store.trail.export()),
    "handover.hand_over": Guarded(Right.EXPORT, lambda store: store.handover.hand_over(NONE, BytesIO(), "words")),
    "handover.receive": Guarded(Right.DICTATE, lambda store: store.handover.receive(BytesIO(), "words")),
    "dictations.begin": Guarded(Right.DICTATE, lambda store: store.dictations.begin(maria(), device="USB")),
    "dictations.withdraw": Guarded(Right.DICTATE, lambda store: store.dictations.withdraw(NONE)),
    "dictations.go_on": Guarded(Right.DICTATE, lambda store: store.dictations.go_on(NONE)),
    "dictations.close_again": Guarded(Right.DICTATE, lambda store: store.dictations.close_again(NONE)),
    "dictations.extend": Guarded(Right.DICTATE, lambda store: store.dictations.extend(NONE, draft())),
    "dictations.interrupted": Guarded(Right.DICTATE, lambda store: store.dictations.interrupted()),
    "register.merge": Guarded(
        Right.MERGE_PATIENTS, lambda store: store.register.merge(NONE, NONE, reason="Registered twice.")
    ),
    "register.unmerge": Guarded(Right.MERGE_PATIENTS, lambda store: store.register.unmerge(NONE)),
    "register.merges": Guarded(Right.READ, lambda store: store.register.merges(NONE)),
    "register.move": Guarded(Right.EDIT_PATIENTS, lambda store: store.register.move(NONE, NONE, reason="Mistake.")),
    "register.moves": Guarded(Right.READ, lambda store: store.register.moves(NONE)),
    "register.take_in": Guarded(Right.EDIT_PATIENTS, lambda store: store.register.take_in([maria("MRN-78")])),
    "register.holdings": Guarded(Right.READ, lambda store: store.register.holdings(NONE)),
    "records.of": Guarded(Right.READ, lambda store: store.records.of(NONE)),
    "records.reconciled": Guarded(
        Right.READ,
        lambda store: store.records.reconciled(
            Encounter(maria(), datetime.now(UTC)), draft(), lambda name: frozenset({name})
        ),
    ),
    "identity.doubts": Guarded(Right.READ, lambda store: store.identity.doubts(NONE)),
    "identity.confirm": Guarded(Right.REVIEW, lambda store: store.identity.confirm(NONE)),
    "phrases.current": Guarded(None, lambda store: store.phrases.current()),
    "phrases.autotexts": Guarded(None, lambda store: store.phrases.autotexts(Owner.CLINIC)),
    "phrases.terms": Guarded(None, lambda store: store.phrases.terms(Owner.CLINIC)),
    "phrases.put_autotexts": Guarded(
        Right.EDIT_CLINIC_PHRASES, lambda store: store.phrases.put_autotexts(Owner.CLINIC, [])
    ),
    "phrases.put_terms": Guarded(Right.EDIT_CLINIC_PHRASES, lambda store: store.phrases.put_terms(Owner.CLINIC, [])),
    "phrases.remove_autotexts": Guarded(
        Right.EDIT_CLINIC_PHRASES, lambda store: store.phrases.remove_autotexts(Owner.CLINIC, [NONE])
    ),
    "phrases.remove_terms": Guarded(
        Right.EDIT_CLINIC_PHRASES, lambda store: store.phrases.remove_terms(Owner.CLINIC, [NONE])
    ),
    "retention.rules": Guarded(None, lambda store: store.retention.rules()),
    "retention.holds": Guarded(Right.READ, lambda store: store.retention.holds()),
    "retention.sweep": Guarded(None, lambda store: store.retention.sweep()),
    "retention.preview": Guarded(Right.SHRED, lambda store: store.retention.preview()),
    "retention.set_rule": Guarded(Right.SHRED, lambda store: store.retention.set_rule(Matter.AUDIO, None)),
    "retention.hold": Guarded(Right.SHRED, lambda store: store.retention.hold(NONE, "a lawsuit")),
    "retention.release": Guarded(Right.SHRED, lambda store: store.retention.release(NONE, "settled")),
    "retention.shred": Guarded(Right.SHRED, lambda store: store.retention.shred(Plan(NOW, ()))),
    "backups.make": Guarded(Right.BACK_UP, lambda store: store.backups.make(_beside(store))),
    "backups.verify": Guarded(Right.BACK_UP, lambda store: store.backups.verify(_beside(store) / NONE)),
    "backups.overdue": Guarded(Right.BACK_UP, lambda store: store.backups.overdue(7)),
    "backups.compared": Guarded(Right.BACK_UP, lambda store: store.backups.compared(_MANIFEST)),
    "users.may": Guarded(None, lambda store: store.users.may(Right.READ)),
    "users.all": Guarded(None, lambda store: store.users.all()),
    "users.named": Guarded(None, lambda store: store.users.named(NONE)),
    "users.verify": Guarded(Right.KEEP_ACCOUNT, lambda store: store.users.verify("wrong words")),
    "users.change_passphrase": Guarded(
        Right.KEEP_ACCOUNT, lambda store: store.users.change_passphrase("wrong words", "new")
    ),
    "users.set_up_code": Guarded(Right.KEEP_ACCOUNT, lambda store: store.users.set_up_code(b"secret", "000000")),
    "users.drop_code": Guarded(Right.KEEP_ACCOUNT, lambda store: store.users.drop_code("wrong words")),
    "keychain.users": Guarded(None, lambda store: store.keychain.users()),
    "keychain.choose": Guarded(Right.KEEP_ACCOUNT, lambda store: store.keychain.choose("wrong words")),
    "keychain.drop": Guarded(Right.KEEP_ACCOUNT, lambda store: store.keychain.drop()),
    "users.add": Guarded(Right.MANAGE_USERS, lambda store: store.users.add("New", {Role.SCRIBE}, "new words")),
    "users.rename": Guarded(Right.MANAGE_USERS, lambda store: store.users.rename(NONE, "Newer")),
    "users.set_roles": Guarded(Right.MANAGE_USERS, lambda store: store.users.set_roles(NONE, set())),
    "users.disable": Guarded(Right.MANAGE_USERS, lambda store: store.users.disable(NONE)),
    "users.reset_passphrase": Guarded(Right.MANAGE_USERS, lambda store: store.users.reset_passphrase(NONE, "words")),
    "users.make_recovery_key": Guarded(Right.MANAGE_USERS, lambda store: store.users.make_recovery_key()),
    "emergencies.all": Guarded(Right.READ_AUDIT, lambda store: store.emergencies.all()),
    "emergencies.mark_seen": Guarded(Right.READ_AUDIT, lambda store: store.emergencies.mark_seen(NONE)),
    # Last: whoever has begun it may read from then on.
    "emergencies.begin": Guarded(Right.KEEP_ACCOUNT, lambda store: store.emergencies.begin("I need to know")),
}
