"""Users: who may unlock, what they unlock with, and what becomes of it when the key file or a start goes wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from people_samples import SECRETS, open_as, open_as_owner, staffed
from store_samples import CHEAP, PASSPHRASE, Clock, maria, new_store, open_store

from ehr.chart.people import Role
from ehr.store.audit import rows as audit_rows
from ehr.store.errors import (
    KeyFileDamaged,
    LastAdministrator,
    NameTaken,
    NotAllowed,
    PassphraseEmpty,
    RecoveryKeyMistyped,
    UserUnknown,
    WrongPassphrase,
)
from ehr.store.keys import KeySlots, Slot
from ehr.store.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with its owner and a user of each role."""
    staffed(tmp_path / "home")
    return tmp_path / "home"


def _acts(store: Store) -> list[tuple[str, str, str]]:
    with store._session.read() as db:
        return [(row.actor, row.action, row.subject) for row in audit_rows(db)]


def _document(home: Path) -> dict[str, list[dict[str, object]]]:
    loaded: dict[str, list[dict[str, object]]] = json.loads((home / "keyslots.json").read_text())
    return loaded


def test_the_first_user_has_every_role(tmp_path):
    """A practice of one has nobody else."""
    with Store.create(tmp_path, "words", holder="Dr. Ada", cost=CHEAP) as store:
        assert (store.users.current.name, store.users.current.roles) == ("Dr. Ada", frozenset(Role))
        assert [each.user for each in store.users.all()] == [store.users.current]


@pytest.mark.parametrize("role", list(Role))
def test_each_user_unlocks_with_their_passphrase_and_acts_in_their_name(home, role):
    """By the passphrase alone, by name in any case, and by id; the roles are those they were given."""
    with open_as(home, role) as store:
        user = store.users.current
        assert (user.name, user.roles) == (f"A {role.value}", {role})
    for who in (user.id, f"  a {role.value.upper()}"):
        with Store.open(home, SECRETS[role], who, clock=Clock()) as store:
            assert store.users.current == user


def test_a_passphrase_opens_for_its_user_only(home):
    """Another user's passphrase is wrong for the one who was chosen; an unknown name is told as such."""
    with pytest.raises(WrongPassphrase):
        Store.open(home, SECRETS[Role.SCRIBE], "owner")
    with pytest.raises(UserUnknown):
        Store.open(home, SECRETS[Role.SCRIBE], "nobody")


def test_a_store_from_before_there_were_users_gets_its_first(home):
    """Its one slot's holder becomes a user with every role and keeps their passphrase."""
    with open_as_owner(home) as store, store._session.transaction() as db:
        db.execute("DELETE FROM user")
    document = _document(home)
    document["slots"] = [slot for slot in document["slots"] if slot["holder"] == "owner"]
    (home / "keyslots.json").write_text(json.dumps(document))

    with open_store(home) as store:
        assert (store.users.current.name, store.users.current.roles) == ("owner", frozenset(Role))


def test_an_older_chart_under_a_newer_key_file_makes_nobody_its_owner(home):
    """A scribe cannot become everything by putting an old chart back."""
    with open_as_owner(home) as store, store._session.transaction() as db:
        db.execute("DELETE FROM user")

    with pytest.raises(KeyFileDamaged, match="newer"):
        open_as(home, Role.SCRIBE)


@pytest.mark.parametrize("change", ["id", "kind", "holder", "roles"])
def test_editing_the_key_file_raises_nobody(home, change):
    """A slot under the administrator's id, kind or name, or with roles written into it, gives no role."""
    document = _document(home)
    slots = {str(slot["holder"]): slot for slot in document["slots"]}
    scribe, administrator = slots["A scribe"], slots["A administrator"]
    document["slots"] = [scribe]
    scribe[change] = {"kind": "recovery", "roles": ["administrator"]}.get(change, administrator.get(change))
    (home / "keyslots.json").write_text(json.dumps(document))

    if change in {"id", "kind"}:
        with pytest.raises(WrongPassphrase):
            open_as(home, Role.SCRIBE)
    else:
        with open_as(home, Role.SCRIBE) as store:
            assert (store.users.current.name, store.users.current.roles) == ("A scribe", {Role.SCRIBE})


def test_verify_is_for_the_present_user(home):
    """One's own passphrase is taken, a colleague's is not, and the failure is in the audit log."""
    with open_as(home, Role.CLINICIAN) as store:
        assert store.users.verify(SECRETS[Role.CLINICIAN]) == store.users.current
        with pytest.raises(WrongPassphrase):
            store.users.verify(SECRETS[Role.SCRIBE])

        user = store.users.current
        assert _acts(store)[-1] == (user.name, "reauthentication.failed", user.id)


def test_verify_sees_through_an_exchanged_key_file(home, tmp_path):
    """A key file of another store, made with a known passphrase for the same id, verifies nobody."""
    with open_as(home, Role.CLINICIAN) as store:
        new_store(tmp_path / "other").close()
        with Store.open(tmp_path / "other", PASSPHRASE) as other:
            key = other._unlocked.data_key
        mine = store.users.current
        KeySlots((Slot.for_passphrase(key, "known", holder=mine.name, id_=mine.id, cost=CHEAP),)).write(
            home / "keyslots.json"
        )

        with pytest.raises(WrongPassphrase):
            store.users.verify("known")


def test_a_user_changes_their_own_passphrase(home):
    """Every role may; the old one no longer opens and nobody else's changes."""
    for role in Role:
        with open_as(home, role) as store:
            with pytest.raises(WrongPassphrase):
                store.users.change_passphrase("not it", "new")
            store.users.change_passphrase(SECRETS[role], f"new {role.value}")
            assert _acts(store)[-1][1:] == ("passphrase.changed", store.users.current.id)

    for role in Role:
        with pytest.raises(WrongPassphrase):
            open_as(home, role)
        Store.open(home, f"new {role.value}").close()
    open_as_owner(home).close()


def test_an_administrator_resets_a_passphrase(home):
    """The new one opens with the roles as they were; the old one does not."""
    with open_as(home, Role.ADMINISTRATOR) as store:
        scribe = next(each.user for each in store.users.all() if each.user.roles == {Role.SCRIBE})
        with pytest.raises(PassphraseEmpty):
            store.users.reset_passphrase(scribe.id, "  ")
        store.users.reset_passphrase(scribe.id, "fresh words")

    with Store.open(home, "fresh words", "A scribe") as store:
        assert store.users.current == scribe
    with pytest.raises(WrongPassphrase):
        open_as(home, Role.SCRIBE)


def test_a_disabled_user_is_out_even_with_the_old_key_file(home):
    """Their slot is gone, and a copy of the key file from before does not bring them back."""
    before = (home / "keyslots.json").read_text()
    with open_as_owner(home) as store:
        scribe = next(each.user for each in store.users.all() if each.user.roles == {Role.SCRIBE})
        store.users.disable(scribe.id)
        assert next(each for each in store.users.all() if each.user == scribe).disabled

    assert scribe.id not in (home / "keyslots.json").read_text()
    with pytest.raises(WrongPassphrase):
        open_as(home, Role.SCRIBE)
    (home / "keyslots.json").write_text(before)
    with pytest.raises(UserUnknown):
        open_as(home, Role.SCRIBE)

    with open_as_owner(home) as store:
        store.users.reset_passphrase(scribe.id, SECRETS[Role.SCRIBE])
    open_as(home, Role.SCRIBE).close()


def test_somebody_stays_administrator(tmp_path):
    """The last one is neither disabled nor made less; with a second one, the first can go."""
    with new_store(tmp_path) as store:
        me = store.users.current
        with pytest.raises(LastAdministrator):
            store.users.disable(me.id)
        with pytest.raises(LastAdministrator):
            store.users.set_roles(me.id, {Role.CLINICIAN})
        assert store.users.all()[0].user == me

        store.users.add("Second", {Role.ADMINISTRATOR}, "second words")
        store.users.set_roles(me.id, {Role.CLINICIAN})

        assert store.users.current.roles == {Role.CLINICIAN}
        with pytest.raises(NotAllowed):
            store.users.disable(me.id)


@pytest.mark.parametrize("name", ["", "  ", "a scribe", "A  Scribe", "A ſcribe"])
def test_two_users_never_share_a_name(home, name):
    """Not in another case, spacing or composition either: the audit log names people."""
    with open_as_owner(home) as store:
        with pytest.raises(NameTaken):
            store.users.add(name, {Role.SCRIBE}, "words")
        with pytest.raises(NameTaken):
            store.users.rename(store.users.current.id, name)


def test_a_renamed_user_is_offered_under_the_new_name(home):
    """In the key file, which the unlock page reads, and in the store."""
    with open_as_owner(home) as store:
        store.users.rename(store.users.current.id, " Dr. Ada ")
        assert store.users.current.name == "Dr. Ada"

    with Store.open(home, PASSPHRASE, "dr. ada") as store:
        assert store.users.current.name == "Dr. Ada"
    assert "Dr. Ada" in [slot["holder"] for slot in _document(home)["slots"]]


def test_the_recovery_key_lets_a_user_back_in(home):
    """Typed in small letters with blanks; the user named gets the new passphrase, and the log says how."""
    with open_as_owner(home) as store:
        key = store.users.make_recovery_key()
        clinician = next(each.user for each in store.users.all() if each.user.roles == {Role.CLINICIAN})

    with Store.recover(home, key.lower().replace("-", " "), "found again", "A clinician", clock=Clock()) as store:
        assert store.users.current == clinician
        assert _acts(store)[-3:] == [
            ("recovery key", "recovery.used", clinician.id),
            ("recovery key", "passphrase.reset", clinician.id),
            (clinician.name, "unlock.by_passphrase", clinician.id),
        ]
        assert store.check() == []
    Store.open(home, "found again").close()
    open_as_owner(home).close()


def test_the_recovery_key_does_not_guess_whom(home):
    """Where there are several users, one has to be named; a new key makes the old one worthless."""
    with open_as_owner(home) as store:
        old = store.users.make_recovery_key()
        new = store.users.make_recovery_key()
        assert store.users.has_recovery_key

    with pytest.raises(UserUnknown):
        Store.recover(home, new, "words")
    with pytest.raises(WrongPassphrase, match="recovery key"):
        Store.recover(home, old, "words", "owner")
    with pytest.raises(RecoveryKeyMistyped, match="group 1"):
        Store.recover(home, ("0" if new[0] != "0" else "1") + new[1:], "words", "owner")
    with pytest.raises(PassphraseEmpty):
        Store.recover(home, new, " ", "owner", clock=Clock())
    open_as_owner(home).close()


def test_a_recovery_key_is_no_passphrase(home):
    """It opens nothing by itself: it gives a user a new passphrase, which the log tells."""
    with open_as_owner(home) as store:
        key = store.users.make_recovery_key()

    with pytest.raises(WrongPassphrase):
        Store.open(home, key)


def test_slots_of_other_kinds_are_kept_through_every_change(home):
    """A newer version's slot is as it was after users are added, renamed, disabled and recovered."""
    stranger = {"kind": "smartcard", "id": "k", "service": "chartwright", "deep": {"x": [1]}}
    document = _document(home)
    document["slots"].append(stranger)
    (home / "keyslots.json").write_text(json.dumps(document))

    with open_as_owner(home) as store:
        added = store.users.add("New", {Role.SCRIBE}, "new words")
        store.users.rename(added.id, "Newer")
        store.users.change_passphrase(PASSPHRASE, "other words")
        key = store.users.make_recovery_key()
        store.users.disable(added.id)
    Store.recover(home, key, PASSPHRASE, "owner").close()

    assert stranger in _document(home)["slots"]


def test_a_user_change_that_cannot_be_written_changes_nothing(home, monkeypatch):
    """Key file, user table and audit log stay as they were."""
    with open_as_owner(home) as store:
        before = _document(home), store.users.all(), _acts(store)
        monkeypatch.setattr("os.fsync", _refuse)
        with pytest.raises(Exception, match="CW-E107"):
            store.users.add("New", {Role.SCRIBE}, "words")
        monkeypatch.undo()

        assert (_document(home), store.users.all(), _acts(store)) == before


def _refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_slot_that_the_store_does_not_know_opens_nothing(home):
    """What a cut-off change may leave in the key file is refused, and goes with the next change."""
    with open_as_owner(home) as store, store._session.transaction() as db:
        db.execute("DELETE FROM user WHERE name = 'A scribe'")

    with pytest.raises(UserUnknown):
        open_as(home, Role.SCRIBE)
    with open_as_owner(home) as store:
        store.users.add("A scribe", {Role.SCRIBE}, "newer words")
    assert [slot["holder"] for slot in _document(home)["slots"]].count("A scribe") == 1


def test_a_user_of_no_role_may_do_nothing(home):
    """Nothing is readable and nothing can be changed for someone who is nothing yet."""
    with open_as_owner(home) as store:
        store.users.add("Guest", set(), "guest words")

    with Store.open(home, "guest words") as store:
        with pytest.raises(NotAllowed):
            store.patients()
        with pytest.raises(NotAllowed):
            store.add_patient(maria())
        with pytest.raises(NotAllowed):
            store.emergencies.begin("they said so on the phone")


def test_audit_times_are_of_the_clock(tmp_path):
    """Users' acts carry the injected time like every act."""
    with new_store(tmp_path) as store:
        store.users.add("New", {Role.SCRIBE}, "words")
        with store._session.read() as db:
            assert {datetime.fromisoformat(row.at).date() for row in audit_rows(db)} == {
                datetime(2026, 3, 1, tzinfo=UTC).date()
            }
