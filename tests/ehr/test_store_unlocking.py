"""Ways to unlock besides the passphrase, and what a failure leaves: codings, waits, and a key file that is not to be
trusted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_samples import SECRETS, staffed
from store_samples import PASSPHRASE, new_store

from ehr.chart.people import Role
from ehr.errors import ChartError
from ehr.store import onetime
from ehr.store.attempts import FREE, LONGEST_WAIT_S, Attempts, wait_after
from ehr.store.audit import rows as audit_rows
from ehr.store.errors import CodeNeeded, CodeWrong, RecoveryKeyMistyped, TooSoon, WrongPassphrase
from ehr.store.keys import KeySlots
from ehr.store.recovery import GROUPS, new_recovery_key, normal, spelled
from ehr.store.store import Store

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEYS = st.binary(min_size=20, max_size=20).map(spelled)
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Hands:
    """A clock that stands until it is moved."""

    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        """The time that it was set to."""
        return self.now


@given(KEYS)
def test_a_recovery_key_is_read_as_it_was_printed(key):
    """Eight groups of five; small letters, blanks and look-alike letters are read as what they stand for."""
    groups = key.split("-")
    assert [len(group) for group in groups] == [5] * GROUPS

    assert normal(key) == key
    assert normal(f" {key.lower().replace('-', '')}\n") == key
    assert normal(key.replace("0", "O").replace("1", "l")) == key


@given(KEYS, st.integers(0, GROUPS * 5 - 1), st.sampled_from(SYMBOLS))
def test_one_wrong_letter_is_named_by_its_group(key, at, letter):
    """Any other letter in any place is noticed, and the group is told."""
    letters = key.replace("-", "")
    if letters[at] == letter:
        return
    with pytest.raises(RecoveryKeyMistyped, match=f"group {at // 5 + 1}\\."):
        normal(letters[:at] + letter + letters[at + 1 :])


@given(KEYS, st.integers(0, GROUPS - 1), st.integers(0, 3))
def test_two_exchanged_letters_are_noticed(key, group, at):
    """The commonest typing error after a wrong key."""
    letters, at = list(key.replace("-", "")), group * 5 + at
    if letters[at] == letters[at + 1]:
        return
    letters[at], letters[at + 1] = letters[at + 1], letters[at]
    with pytest.raises(RecoveryKeyMistyped, match=f"group {group + 1}"):
        normal("".join(letters))


@given(KEYS, st.integers(0, GROUPS - 1), st.integers(0, GROUPS - 1))
def test_two_exchanged_groups_are_noticed(key, one, other):
    """A group checks only in its own place, even one that says the same."""
    groups = key.split("-")
    if one == other:
        return
    groups[one], groups[other] = groups[other], groups[one]
    with pytest.raises(RecoveryKeyMistyped):
        normal("-".join(groups))


@pytest.mark.parametrize("typed", ["", "AAAAA", "é" * 40, "U" * 40, "A" * 4000])
def test_what_is_no_recovery_key_is_told_so(typed):
    """Too short, too long, and letters that are never printed."""
    with pytest.raises(RecoveryKeyMistyped):
        normal(typed)


def test_recovery_keys_differ():
    """They are made of chance."""
    assert len({new_recovery_key() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds, code):
    """RFC 6238, appendix B, SHA-1."""
    assert onetime.code_at(b"12345678901234567890", seconds // 30, digits=8) == code


@given(st.binary(min_size=20, max_size=20), st.integers(2, 2**33), st.integers(-4, 4))
def test_a_code_holds_for_its_step_and_its_neighbours(secret, seconds, off):
    """A clock may be half a minute off either way, and no further; a code used is used up."""
    at, step = datetime.fromtimestamp(seconds, UTC), seconds // 30
    typed = onetime.code_at(secret, max(0, step + off))
    near = {onetime.code_at(secret, step + each) for each in (-1, 0, 1) if step + each >= 0}

    accepted = onetime.accepted_step(secret, f" {typed[:3]} {typed[3:]} ", at=at, after=-1)
    assert (accepted is not None) == (typed in near)
    if accepted is not None:
        later = onetime.accepted_step(secret, typed, at=at, after=accepted)
        assert later is None or later > accepted


@given(st.text(max_size=12))
def test_what_is_no_code_is_refused(typed):
    """Letters, too many digits and digits of other scripts are wrong, not faults."""
    secret = b"12345678901234567890"
    real = {onetime.code_at(secret, step) for step in (0, 1, 2)}
    if "".join(typed.split()) not in real:
        assert onetime.accepted_step(secret, typed, at=datetime.fromtimestamp(45, UTC), after=-1) is None


def test_the_secret_is_given_as_authenticators_take_it():
    """Base 32 in groups of four."""
    assert onetime.secret_text(b"12345678901234567890") == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def _with_code(home: Path) -> tuple[Hands, bytes]:
    clock, secret = Hands(), onetime.new_secret()
    new_store(home).close()
    with Store.open(home, PASSPHRASE, clock=clock) as store:
        with pytest.raises(CodeWrong):
            store.users.set_up_code(secret, "000000" if _code(secret, clock) != "000000" else "000001")
        store.users.set_up_code(secret, _code(secret, clock))
        assert store.users.all()[0].has_code
    return clock, secret


def _code(secret: bytes, clock: Hands) -> str:
    return onetime.code_at(secret, int(clock.now.timestamp()) // 30)


def test_a_code_is_asked_for_and_taken_once(tmp_path):
    """Without it the store stays closed; the same code does not open twice, the next one does."""
    clock, secret = _with_code(tmp_path)
    with pytest.raises(CodeNeeded):
        Store.open(tmp_path, PASSPHRASE, clock=clock)
    with pytest.raises(CodeWrong):
        Store.open(tmp_path, PASSPHRASE, totp=_code(secret, clock), clock=clock)
    clock.now += timedelta(seconds=30)
    with Store.open(tmp_path, PASSPHRASE, totp=_code(secret, clock), clock=clock) as store:
        with pytest.raises(CodeWrong):
            store.users.verify(PASSPHRASE, _code(secret, clock))
        clock.now += timedelta(seconds=30)
        store.users.verify(PASSPHRASE, _code(secret, clock))
        store.users.drop_code(PASSPHRASE)
    Store.open(tmp_path, PASSPHRASE, clock=clock).close()


def test_the_recovery_key_goes_past_the_code(tmp_path):
    """A lost telephone locks nobody out: the code is gone, and the log says that the recovery key was used."""
    new_store(tmp_path).close()
    with Store.open(tmp_path, PASSPHRASE) as store:
        key, secret = store.users.make_recovery_key(), onetime.new_secret()
        store.users.set_up_code(secret, onetime.code_at(secret, int(datetime.now(UTC).timestamp()) // 30))
    with Store.recover(tmp_path, key, "found again") as store:
        assert not store.users.all()[0].has_code
        assert "recovery.used" in _actions(store)


def _actions(store: Store) -> list[str]:
    with store._session.read() as db:
        return [row.action for row in audit_rows(db)]


def test_failed_unlocks_reach_the_audit_log(tmp_path):
    """With their time and whom they claimed to be, once each, though the store was closed; never what was typed."""
    home, clock = tmp_path / "home", Hands()
    users = staffed(home)
    for who in (None, "A scribe", "A scribe"):
        clock.now += timedelta(minutes=5)
        with pytest.raises(WrongPassphrase):
            Store.open(home, "Hunter2 hunter2", who, clock=clock)
    kept = (home / "failed_unlocks.jsonl").read_text()
    assert "hunter2" not in kept.lower()

    for _ in range(2):
        with Store.open(home, PASSPHRASE, clock=clock) as store:
            with store._session.read() as db:
                found = [row for row in audit_rows(db) if row.action == "unlock.failed"]
            assert [(row.subject, row.actor) for row in found] == [
                ("", "not unlocked"),
                (users[Role.SCRIBE].id, "not unlocked"),
                (users[Role.SCRIBE].id, "not unlocked"),
            ]
            assert [datetime.fromisoformat(row.at) for row in found] == [
                START + timedelta(minutes=minutes) for minutes in (5, 10, 15)
            ]
            assert store.check() == []
        # As if the program had stopped between the commit and the removal of the file.
        (home / "failed_unlocks.jsonl").write_text(kept)


def test_the_wait_grows_and_ends(tmp_path):
    """The first failures cost none, then it doubles to a minute; the right passphrase opens after it, always."""
    new_store(tmp_path).close()
    clock = Hands()
    waits = []
    for _ in range(FREE + 9):
        try:
            Store.open(tmp_path, "wrong", clock=clock)
        except TooSoon as told:
            waits.append(told.seconds)
            clock.now += timedelta(seconds=told.seconds)
            with pytest.raises(WrongPassphrase):
                Store.open(tmp_path, "wrong", clock=clock)
        except WrongPassphrase:
            waits.append(0)
    assert waits == [0] * FREE + [1, 2, 4, 8, 16, 32, 60, 60, 60]

    with pytest.raises(TooSoon):
        Store.open(tmp_path, PASSPHRASE, clock=clock)
    clock.now += timedelta(seconds=LONGEST_WAIT_S)
    Store.open(tmp_path, PASSPHRASE, clock=clock).close()


def test_one_persons_failures_hold_no_colleague_up(tmp_path):
    """The wait is for the one who was claimed."""
    home, clock = tmp_path / "home", Hands()
    staffed(home)
    for _ in range(FREE):
        with pytest.raises(WrongPassphrase):
            Store.open(home, "wrong", "A scribe", clock=clock)
    with pytest.raises(TooSoon):
        Store.open(home, SECRETS[Role.SCRIBE], "A scribe", clock=clock)
    Store.open(home, SECRETS[Role.CLINICIAN], "A clinician", clock=clock).close()


def test_a_clock_set_back_locks_nobody_out(tmp_path):
    """Failures of a time to come ask for no wait."""
    new_store(tmp_path).close()
    for _ in range(FREE + 5):
        Attempts(tmp_path / "failed_unlocks.jsonl").add("", now=START + timedelta(days=4000))

    Store.open(tmp_path, PASSPHRASE, clock=Hands()).close()


@pytest.mark.parametrize("failures", [0, 1, FREE, 40, 10**6])
def test_the_wait_is_never_longer_than_a_minute(failures):
    """However often it was tried."""
    assert timedelta(0) <= wait_after(failures) <= timedelta(seconds=60)


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_failures_file_it_is_read(tmp_path, content):
    """Torn and forged lines are left out; a failure after them is kept."""
    path = tmp_path / "failed_unlocks.jsonl"
    path.write_bytes(content)
    attempts = Attempts(path)
    before = attempts.failures()
    attempts.add("x", now=START)

    assert [failure.claimed for failure in attempts.failures()][len(before) :] == ["x"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_key_file_with_anything_in_it_is_refused_or_read(tmp_path, data):
    """Any value in any place of the file: our own error, or slots that open for their passphrase only."""
    path = tmp_path / "keyslots.json"
    if not path.exists():
        new_store(tmp_path).close()
    good = json.loads(path.read_text())
    document = json.loads(path.read_text())
    place: dict[str, object] = document
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        inner = place[key]
        if isinstance(inner, list) and inner and data.draw(st.booleans()):
            inner = inner[0]
        if not isinstance(inner, dict) or data.draw(st.booleans()):
            break
        place = inner
    if data.draw(st.booleans()):
        place[key] = data.draw(JSON)
    else:
        del place[key]
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(document))
    try:
        slots = KeySlots.read(forged)
        key_of = slots.unlock(PASSPHRASE).data_key
    except ChartError:
        return
    assert key_of == KeySlots.read(path).unlock(PASSPHRASE).data_key
    assert good["slots"][0]["id"] == slots.slots[0].id


@pytest.mark.parametrize("cut", range(0, 700, 37))
def test_a_key_file_cut_off_anywhere_is_named(tmp_path, cut):
    """Never taken for a wrong passphrase, and the store itself is untouched."""
    new_store(tmp_path).close()
    whole = (tmp_path / "keyslots.json").read_bytes()
    (tmp_path / "keyslots.json").write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(ChartError, match="CW-E106"):
        Store.open(tmp_path, PASSPHRASE)
    (tmp_path / "keyslots.json").write_bytes(whole)
    Store.open(tmp_path, PASSPHRASE).close()
