"""The keychain of a computer as one more way in: only where chosen, only for its user, and never the only one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from keychains import FileKeychain, file_keychain, using
from keyring.backend import KeyringBackend, get_all_keyring
from keyring.backends import fail, null
from keyring.errors import PasswordDeleteError
from people_samples import SECRETS, open_as, open_as_owner, staffed
from store_samples import PASSPHRASE, Clock, new_store

from ehr.chart.people import Right, Role
from ehr.store import keychain as keychain_module
from ehr.store import onetime
from ehr.store.audit import rows as audit_rows
from ehr.store.errors import (
    CodeNeeded,
    KeychainRefused,
    KeychainUnavailable,
    NotAllowed,
    StoreUnwritable,
    UserUnknown,
    WrongPassphrase,
)
from ehr.store.holders import holders
from ehr.store.signatures import Seal
from ehr.store.store import Store

SERVICE = "Chartwright"


@pytest.fixture
def keychain(tmp_path: Path) -> Iterator[FileKeychain]:
    """This computer's keychain, empty."""
    with file_keychain(tmp_path / "keychain.json") as backend:
        yield backend


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with a user of each role."""
    staffed(tmp_path / "home")
    return tmp_path / "home"


def _choose(home: Path, role: Role) -> str:
    with open_as(home, role) as store:
        store.keychain.choose(SECRETS[role])
        assert store.keychain.chosen
        return store.users.current.id


def _acts(store: Store) -> list[tuple[str, str, str]]:
    with store._session.read() as db:
        return [(row.actor, row.action, row.subject) for row in audit_rows(db)]


def _slots(home: Path) -> list[tuple[str, str]]:
    document = json.loads((home / "keyslots.json").read_text())
    return [(slot["kind"], slot["holder"]) for slot in document["slots"]]


def _system_keychain() -> KeyringBackend | None:
    """The real keychain of the computer that runs the tests, where it has one that answers."""
    for backend in get_all_keyring():
        place = type(backend).__module__
        if place.startswith("keyring.backends.") and not place.endswith((".chainer", ".fail", ".null")):
            with suppress(Exception):
                backend.get_password(SERVICE, "tests/nobody")
                return backend
    return None


@pytest.mark.parametrize("which", ["file", "system"])
def test_the_fake_keychain_behaves_as_a_real_one(tmp_path, which):
    """Kept, read, replaced, taken out once, and absent is None: the same of the fake and of the system's own."""
    backend = _system_keychain() if which == "system" else FileKeychain()
    if backend is None:
        pytest.skip("this computer has no keychain")
    if isinstance(backend, FileKeychain):
        backend.path = str(tmp_path / "keychain.json")
    name = "tests/a name with blanks"

    assert backend.get_password(SERVICE, name) is None
    for secret in ("first=", "second"):
        backend.set_password(SERVICE, name, secret)
        assert backend.get_password(SERVICE, name) == secret
        assert backend.get_password(SERVICE, "tests/other") is None
        assert backend.get_password("Another program", name) is None
    backend.delete_password(SERVICE, name)
    assert backend.get_password(SERVICE, name) is None
    with pytest.raises(PasswordDeleteError):
        backend.delete_password(SERVICE, name)


def test_who_chose_it_needs_no_passphrase(home, keychain):
    """With the rights of their role and no others, under their own name, beside the passphrase."""
    user_id = _choose(home, Role.SCRIBE)

    with Store.open_by_keychain(home) as store:
        assert store.users.current.id == user_id
        assert {right for right in Right if store.users.may(right)} == {
            right for right in Right if store.users.current.may(right)
        }
        with pytest.raises(NotAllowed):
            store.trail.verify()
        assert store.keychain.users() == {user_id}
    open_as(home, Role.SCRIBE).close()
    assert [holder.keychain for holder in holders(home)] == [holder.name == "A scribe" for holder in holders(home)]


def test_every_unlock_is_in_the_audit_log(home, keychain):
    """One row each: who, when and by what; a second connection for reading is no unlock."""
    user_id = _choose(home, Role.CLINICIAN)
    with Store.open_by_keychain(home, "A clinician", clock=Clock()) as store, store.reader() as reader:
        reader.patients()
        store.patients()
    with open_as_owner(home) as store:
        owner = store.users.current
        unlocks = [act for act in _acts(store) if act[1].startswith("unlock.")]
        assert unlocks == [
            ("owner", "unlock.by_passphrase", owner.id),
            ("A clinician", "unlock.by_passphrase", user_id),
            ("A clinician", "unlock.by_keychain", user_id),
            ("owner", "unlock.by_passphrase", owner.id),
        ]
        assert ("A clinician", "keychain.chosen", user_id) in _acts(store)
        assert store.check() == []


def test_a_signature_still_asks_for_the_passphrase(home, keychain):
    """The keychain opens the chart; it does not sign."""
    _choose(home, Role.CLINICIAN)
    with Store.open_by_keychain(home) as store:
        with pytest.raises(WrongPassphrase):
            store.users.verify("")
        with pytest.raises(WrongPassphrase):
            store.signatures.cosign("no-such-record", Seal(keychain.get_password(SERVICE, *_names(keychain))))
        store.users.verify(SECRETS[Role.CLINICIAN])


def _names(keychain: FileKeychain) -> list[str]:
    return [name.partition("\n")[2] for name in keychain.entries()]


def test_a_one_time_code_is_still_asked(home, keychain):
    """Whoever has codes types one at a keychain unlock too."""
    clock, secret = Clock(), onetime.new_secret()
    with Store.open(home, SECRETS[Role.SCRIBE], clock=clock) as store:
        store.keychain.choose(SECRETS[Role.SCRIBE])
        store.users.set_up_code(secret, onetime.code_at(secret, int(clock.now.timestamp()) // 30))
    with pytest.raises(CodeNeeded):
        Store.open_by_keychain(home, clock=clock)
    clock.now += timedelta(minutes=1)
    code = onetime.code_at(secret, int(clock.now.timestamp()) // 30)
    Store.open_by_keychain(home, totp=code, clock=clock).close()


def test_choosing_it_asks_for_the_passphrase_again(home, keychain):
    """Somebody at an open window cannot give themselves a key; the failure is in the log, and nothing was kept."""
    with open_as(home, Role.SCRIBE) as store:
        with pytest.raises(WrongPassphrase):
            store.keychain.choose("not it")
        assert not store.keychain.chosen
        assert _acts(store)[-1][1] == "reauthentication.failed"
    assert keychain.entries() == {}


def test_it_is_off_until_it_is_chosen(home):
    """A program that opens the chart, works and signs in it has not even loaded the library."""
    code = (
        "import sys; from pathlib import Path; from ehr.store.store import Store\n"
        f"with Store.open(Path({str(home)!r}), {PASSPHRASE!r}) as store:\n"
        "    store.patients(), store.users.verify(sys.argv[1]), store.keychain.chosen, store.keychain.drop()\n"
        "sys.exit('keyring' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, PASSPHRASE], check=True, timeout=60)


def test_dropping_it_takes_the_slot_and_the_secret(home, keychain):
    """Afterwards neither the file nor the keychain opens anything, and the log says so."""
    user_id = _choose(home, Role.SCRIBE)
    with Store.open_by_keychain(home) as store:
        store.keychain.drop()
        assert not store.keychain.chosen
        assert _acts(store)[-1] == ("A scribe", "keychain.dropped", user_id)
    assert keychain.entries() == {}
    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(home)


def test_choosing_it_again_leaves_one_secret(home, keychain):
    """The older slot and its secret are gone; the newer ones open."""
    _choose(home, Role.SCRIBE)
    [before] = keychain.entries().values()
    _choose(home, Role.SCRIBE)
    [after] = keychain.entries().values()

    assert before != after
    assert [kind for kind, _ in _slots(home)].count("keychain") == 1
    Store.open_by_keychain(home).close()


@pytest.mark.parametrize("act", ["reset", "disable", "recover"])
def test_whoever_renews_or_ends_access_ends_the_keychain(home, keychain, act):
    """A new passphrase by somebody else is the only way in; a disabled user has none, even with an older key file."""
    user_id = _choose(home, Role.SCRIBE)
    older = (home / "keyslots.json").read_bytes()
    if act == "recover":
        with open_as_owner(home) as store:
            key = store.users.make_recovery_key()
        Store.recover(home, key, "new words here", "A scribe").close()
    else:
        with open_as_owner(home) as store:
            store.users.disable(user_id) if act == "disable" else store.users.reset_passphrase(user_id, "new words")
            assert store.keychain.users() == frozenset()

    assert "keychain" not in [kind for kind, _ in _slots(home)]
    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(home)
    if act == "disable":
        (home / "keyslots.json").write_bytes(older)
        with pytest.raises(UserUnknown):
            Store.open_by_keychain(home)


def test_ones_own_new_passphrase_keeps_it(home, keychain):
    """Who changes their passphrase themselves is who chose the keychain."""
    _choose(home, Role.SCRIBE)
    with open_as(home, Role.SCRIBE) as store:
        store.users.change_passphrase(SECRETS[Role.SCRIBE], "another phrase")
    Store.open_by_keychain(home).close()


def test_colleagues_have_keys_of_their_own(home, keychain):
    """Two users of one account are told apart by name; without a name nobody is guessed."""
    _choose(home, Role.SCRIBE)
    _choose(home, Role.CLINICIAN)
    with Store.open_by_keychain(home, "a scribe") as store:
        assert store.users.current.name == "A scribe"
        store.keychain.drop()
    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(home, "a scribe")
    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(home, "A administrator")
    with Store.open_by_keychain(home) as store:
        assert store.users.current.name == "A clinician"


def test_a_slot_under_another_id_opens_nothing(home, keychain):
    """The id is bound into the wrapping, as a passphrase's is: the key file raises nobody."""
    user_id = _choose(home, Role.SCRIBE)
    with open_as_owner(home) as store:
        owner = store.users.current.id
    text = (home / "keyslots.json").read_text()
    document = json.loads(text)
    for slot in document["slots"]:
        slot["id"] = owner if (slot["kind"], slot["id"]) == ("keychain", user_id) else slot["id"]
    (home / "keyslots.json").write_text(json.dumps(document))
    [(name, secret)] = keychain.entries().items()
    keychain.set_password(SERVICE, name.partition("\n")[2].replace(user_id, owner), secret)

    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(home)


@pytest.mark.parametrize("change", ["gone", "other", "another computer"])
def test_a_secret_that_is_not_there_or_not_the_slots(home, keychain, tmp_path, change):
    """It says so, the failure is in the log, and the passphrase opens as ever, without a wait."""
    user_id = _choose(home, Role.SCRIBE)
    name = _names(keychain)[0]
    if change == "gone":
        keychain.delete_password(SERVICE, name)
    elif change == "other":
        keychain.set_password(SERVICE, name, "something else")
    else:
        keychain.path = str(tmp_path / "other-keychain.json")
    for _ in range(3):
        with pytest.raises(KeychainRefused):
            Store.open_by_keychain(home, user_id)
    open_as(home, Role.SCRIBE).close()
    with open_as_owner(home) as store:
        found = [act for act in _acts(store) if act[1] == "unlock.failed"]
    assert found == [("not unlocked", "unlock.failed", f"keychain/{user_id}")] * 3


class Silent(FileKeychain):
    """Never answers until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        """Wait."""
        self.let_go.wait(20)
        return None


class Broken(FileKeychain):
    """Raises what no backend should."""

    def get_password(self, service: str, username: str) -> str | None:
        """Fail."""
        raise OSError("the bus is gone")


class Plain(FileKeychain):
    """One that `keyring` does not recommend, as those that keep plain files."""

    priority = 0.5


@pytest.mark.parametrize("make", [fail.Keyring, null.Keyring, Plain, Broken, Silent, FileKeychain])
def test_a_keychain_that_is_no_use_leaves_the_passphrase(home, tmp_path, monkeypatch, make):
    """Missing, forgetful, unsafe, broken, silent or locked: a named error, no slot, and the passphrase opens."""
    monkeypatch.setattr(keychain_module, "PATIENCE_S", 0.2 if make is Silent else 20)
    backend = make()
    if isinstance(backend, FileKeychain):
        backend.path, backend.locked = str(tmp_path / "keychain.json"), make is FileKeychain
    with using(backend):
        with open_as(home, Role.SCRIBE) as store:
            with pytest.raises(KeychainUnavailable):
                store.keychain.choose(SECRETS[Role.SCRIBE])
            assert not store.keychain.chosen
        assert "keychain" not in [kind for kind, _ in _slots(home)]
        open_as(home, Role.SCRIBE).close()
    if isinstance(backend, Silent):
        backend.let_go.set()
        for thread in threading.enumerate():
            if thread.name == "keychain":
                thread.join()


def test_a_keychain_that_is_locked_later_leaves_the_passphrase(home, keychain):
    """Chosen while it was open: unlocking says that it does not answer, nothing counts as a guess, nothing is lost."""
    _choose(home, Role.SCRIBE)
    keychain.locked = True
    with pytest.raises(KeychainUnavailable):
        Store.open_by_keychain(home)
    with open_as(home, Role.SCRIBE) as store:
        assert store.keychain.chosen
        assert "unlock.failed" not in [act[1] for act in _acts(store)]
        store.keychain.drop()
    assert "keychain" not in [kind for kind, _ in _slots(home)]


def test_a_choice_that_cannot_be_written_leaves_no_secret(home, keychain, monkeypatch):
    """The key file, the log and the keychain are as they were."""
    with open_as(home, Role.SCRIBE) as store:
        before = _slots(home), _acts(store)
        monkeypatch.setattr("ehr.store.own_keychain.write_slots", _refuse)
        with pytest.raises(StoreUnwritable):
            store.keychain.choose(SECRETS[Role.SCRIBE])
        monkeypatch.undo()
        assert (_slots(home), _acts(store)) == before
    assert keychain.entries() == {}


def _refuse(*_: object) -> None:
    raise StoreUnwritable


def test_the_secret_is_nowhere_in_the_data_folder(home, keychain):
    """Only the keychain has it; what it has is not the data key."""
    _choose(home, Role.SCRIBE)
    [secret] = keychain.entries().values()
    with open_as_owner(home) as store:
        data_key = store._unlocked.data_key
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert data_key.hex() not in secret
    assert len(secret) >= 43


def test_a_wait_after_wrong_codes_holds_at_the_keychain(home, keychain):
    """A stranger at the session cannot try codes without end."""
    clock, secret = Clock(), onetime.new_secret()
    with Store.open(home, SECRETS[Role.SCRIBE], clock=clock) as store:
        store.keychain.choose(SECRETS[Role.SCRIBE])
        store.users.set_up_code(secret, onetime.code_at(secret, int(clock.now.timestamp()) // 30))
    codes = set()
    for number in range(40):
        try:
            Store.open_by_keychain(home, totp=f"{number:06}", clock=lambda: datetime(2026, 5, 1, tzinfo=UTC)).close()
        except Exception as error:  # noqa: BLE001  which one is what is looked at
            codes.add(type(error).__name__)
    assert codes == {"CodeWrong", "TooSoon"}


def test_a_store_without_a_keychain_says_so(tmp_path, keychain):
    """Nobody chose one: it is refused without a look into the keychain."""
    new_store(tmp_path / "plain").close()
    keychain.locked = True
    with pytest.raises(KeychainRefused):
        Store.open_by_keychain(tmp_path / "plain")
