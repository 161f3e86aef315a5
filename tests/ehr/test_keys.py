"""Key slots: what opens them, what does not, and what a torn or forged file does."""

from __future__ import annotations

import base64
import json
import stat
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import CHEAP

from ehr.store.errors import KeyFileDamaged, PassphraseEmpty, WrongPassphrase
from ehr.store.keys import STRONG, Argon2Cost, KeySlots, Slot, Unlocked, new_data_key


def _slot(key: bytes, passphrase: str, holder: str = "owner") -> Slot:
    return Slot.for_passphrase(key, passphrase, holder=holder, cost=CHEAP)


def test_the_default_cost_is_strong():
    """Argon2id with three passes over 64 MiB in four lanes, and a slot made with it opens."""
    key = new_data_key()

    assert Argon2Cost(3, 4, 64 * 1024) == STRONG
    assert Slot.for_passphrase(key, "words", holder="owner").unwrap("words") == key


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_only_the_passphrase_opens(right, wrong):
    """The right one gives the data key back, any other is refused."""
    if not right.strip():
        return
    key = new_data_key()
    slot = _slot(key, right)

    assert slot.unwrap(right) == key
    if _same(right, wrong):
        return
    with pytest.raises(WrongPassphrase):
        slot.unwrap(wrong)


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)


def test_composed_and_decomposed_letters_are_the_same_passphrase():
    """A passphrase typed on another system's keyboard still opens."""
    assert _slot(b"k" * 32, "schlüssel").unwrap("schlu\u0308ssel") == b"k" * 32


@pytest.mark.parametrize("passphrase", ["", " ", "\t\n"])
def test_nothing_is_no_passphrase(passphrase):
    """An empty passphrase makes no slot."""
    with pytest.raises(PassphraseEmpty):
        _slot(new_data_key(), passphrase)


def test_slots_of_several_people_open_the_same_key(tmp_path):
    """Each passphrase leads to the one data key and to its holder's name."""
    key = new_data_key()
    KeySlots((_slot(key, "one", "Dr. A"), _slot(key, "two", "Scribe B"))).write(tmp_path / "keyslots.json")

    unlocked = KeySlots.read(tmp_path / "keyslots.json").unlock("two")

    assert (unlocked.data_key, unlocked.slot.holder) == (key, "Scribe B")


def test_keys_for_different_purposes_differ():
    """No derived key is the data key or another purpose's; the same purpose gives the same key."""
    unlocked = Unlocked(new_data_key(), _slot(b"k" * 32, "x"))

    assert len({unlocked.data_key, unlocked.derive("audit"), unlocked.derive("chart.db")}) == 3
    assert unlocked.derive("audit") == unlocked.derive("audit")
    assert unlocked.data_key.hex() not in repr(unlocked)
    assert repr(unlocked.data_key) not in repr(unlocked)


def test_a_passphrase_change_rewraps_one_slot_and_keeps_the_rest(tmp_path):
    """The data key stays, other people's slots stay, and so do slots of kinds not known yet."""
    path, key = tmp_path / "keyslots.json", new_data_key()
    KeySlots((_slot(key, "one", "A"), _slot(key, "two", "B"))).write(path)
    document = json.loads(path.read_text())
    document["slots"].append({"kind": "smartcard", "id": "k", "service": "chartwright"})
    path.write_text(json.dumps(document))

    KeySlots.read(path).rewrapped("one", "three").write(path)

    slots = KeySlots.read(path)
    assert slots.unlock("three").data_key == slots.unlock("two").data_key == key
    assert slots.unlock("three").slot.holder == "A"
    with pytest.raises(WrongPassphrase):
        slots.unlock("one")
    assert json.loads(path.read_text())["slots"][-1] == {"kind": "smartcard", "id": "k", "service": "chartwright"}


def test_the_file_is_private_and_holds_no_secret(tmp_path):
    """Mode 0600, no passphrase and no data key in it, and no temporary file beside it."""
    path, key = tmp_path / "keyslots.json", new_data_key()
    KeySlots((_slot(key, "correct horse"),)).write(path)
    text = path.read_text()

    assert "correct horse" not in text
    assert key.hex() not in text
    assert base64.b64encode(key).decode() not in text
    assert list(tmp_path.iterdir()) == [path]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """Where the replacement cannot take its place, the old slots still open and nothing is left over."""
    path, key = tmp_path / "keyslots.json", new_data_key()
    KeySlots((_slot(key, "one"),)).write(path)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="space"):
        KeySlots((_slot(key, "two"),)).write(path)

    assert KeySlots.read(path).unlock("one").data_key == key
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("cut", [0, 1, 20, 200])
def test_a_torn_file_is_named(tmp_path, cut):
    """A missing or cut file is KeyFileDamaged, never a wrong passphrase."""
    path = tmp_path / "keyslots.json"
    with pytest.raises(KeyFileDamaged):
        KeySlots.read(path)
    KeySlots((_slot(new_data_key(), "one"),)).write(path)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(KeyFileDamaged):
        KeySlots.read(path)


@pytest.mark.parametrize(
    "forge",
    [
        lambda document: document.update(format=2),
        lambda document: document.update(slots=7),
        lambda document: document["slots"][0].pop("wrap"),
        lambda document: document["slots"][0]["kdf"].update(name="pbkdf2"),
        lambda document: document["slots"][0]["kdf"].update(memory_kib=2**40),
        lambda document: document["slots"][0]["kdf"].update(passes="3"),
        lambda document: document["slots"][0]["kdf"].update(salt="not base64!"),
    ],
)
def test_a_file_that_is_not_a_key_file_is_refused(tmp_path, forge):
    """Another format, missing parts, unknown methods and absurd costs are refused before any derivation."""
    path = tmp_path / "keyslots.json"
    KeySlots((_slot(new_data_key(), "one"),)).write(path)
    document = json.loads(path.read_text())
    forge(document)
    path.write_text(json.dumps(document))

    with pytest.raises(KeyFileDamaged):
        KeySlots.read(path)


@pytest.mark.parametrize("part", ["id", "salt", "nonce", "data_key"])
def test_a_changed_slot_does_not_open(tmp_path, part):
    """The slot's id is bound to its wrapping, as are salt and nonce."""
    path = tmp_path / "keyslots.json"
    KeySlots((_slot(new_data_key(), "one"),)).write(path)
    document = json.loads(path.read_text())
    slot = document["slots"][0]
    holder = {"id": slot, "salt": slot["kdf"]}.get(part, slot["wrap"])
    holder[part] = "AA" + holder[part][2:]
    path.write_text(json.dumps(document))

    with pytest.raises(WrongPassphrase):
        KeySlots.read(path).unlock("one")
