"""`chartwright user` from outside: users, roles and passphrases, none of them on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from keychains import file_keychain

from desktop import cli
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

FIRST = "first words"
CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chart of one user, whose passphrase is in the environment."""
    Store.create(tmp_path / "home", FIRST, holder="Dr. Chen", cost=CHEAP).close()
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", FIRST)
    monkeypatch.setenv("CHARTWRIGHT_NEW_PASSPHRASE", "second words")
    return tmp_path / "home"


def _listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert cli.run(["user", "list", "--json"]) == 0
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)}


def test_users_are_added_changed_and_disabled(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change shows in the list; a user acts in their own name and only as their roles allow."""
    assert cli.run(["user", "add", "Nora Quill", "--role", "scribe"]) == 0
    assert cli.run(["user", "roles", "nora quill", "--role", "scribe", "--role", "records_officer"]) == 0
    assert cli.run(["user", "rename", "Nora Quill", "Nora Ba"]) == 0
    found = _listed(capsys)
    assert found["Nora Ba"]["roles"] == ["records_officer", "scribe"]
    assert cli.run(["user", "list"]) == 0
    assert "Nora Ba\trecords_officer, scribe\t" in capsys.readouterr().out
    with Store.open(home, "second words", "Nora Ba") as store:
        assert store.users.current.id == found["Nora Ba"]["id"]
    assert cli.run(["user", "disable", "Nora Ba"]) == 0
    assert _listed(capsys)["Nora Ba"]["disabled"] is True


def test_a_user_without_the_right_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CHARTWRIGHT_USER says who; a scribe manages nobody; a colleague's passphrase does not open."""
    assert cli.run(["user", "add", "Nora", "--role", "scribe"]) == 0
    monkeypatch.setenv("CHARTWRIGHT_USER", "Nora")
    assert cli.run(["user", "list"]) == 1
    assert "CW-E103" in capsys.readouterr().err
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", "second words")
    assert cli.run(["user", "disable", "Dr. Chen"]) == 1
    assert "CW-E114" in capsys.readouterr().err
    assert cli.run(["user", "disable", "nobody"]) == 1
    assert "CW-E119" in capsys.readouterr().err
    assert home.exists()


def test_passphrases_are_changed_reset_and_recovered(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own, another's, and by the recovery key when it is lost; nothing secret is told but the key itself."""
    assert cli.run(["user", "recovery-key"]) == 0
    key = capsys.readouterr().out.strip()
    assert cli.run(["user", "passphrase"]) == 0
    Store.open(home, "second words").close()
    monkeypatch.setenv("CHARTWRIGHT_RECOVERY_KEY", key)
    monkeypatch.setenv("CHARTWRIGHT_NEW_PASSPHRASE", FIRST)
    assert cli.run(["user", "recover", "Dr. Chen"]) == 0
    assert cli.run(["user", "add", "Nora", "--role", "scribe"]) == 0
    monkeypatch.setenv("CHARTWRIGHT_NEW_PASSPHRASE", "third words")
    assert cli.run(["user", "passphrase", "Nora"]) == 0
    Store.open(home, "third words", "Nora").close()
    told = "".join(capsys.readouterr())
    assert not [secret for secret in (FIRST, "second words", "third words", key) if secret in told]


def test_a_secret_without_a_terminal_is_not_waited_for(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can be asked and no variable says it, that is told."""
    monkeypatch.delenv("CHARTWRIGHT_NEW_PASSPHRASE")
    assert cli.run(["user", "add", "Nora", "--role", "scribe"]) == 1
    assert cli.run(["user", "recover"]) == 1
    assert "passphrase" in capsys.readouterr().err.lower()
    assert home.exists()


def test_no_chart_is_made_by_asking_for_its_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is none, that is said."""
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "none"))
    assert cli.run(["user", "list"]) == 1
    assert "CW-E101" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_the_keychain_unlocks_without_a_passphrase(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chosen with the passphrase, it opens for its user alone; locked it says so; dropped it is as before."""
    assert cli.run(["user", "add", "Nora", "--role", "scribe"]) == 0
    assert cli.run(["user", "keychain"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "off"
    with file_keychain(tmp_path / "keychain.json") as backend:
        monkeypatch.setenv("CHARTWRIGHT_USER", "Dr. Chen")
        assert cli.run(["user", "keychain", "--on"]) == 0
        assert capsys.readouterr().out == "on\n"
        monkeypatch.delenv("CHARTWRIGHT_PASSPHRASE")
        found = _listed(capsys)
        assert {name: each["keychain"] for name, each in found.items()} == {"Dr. Chen": True, "Nora": False}
        monkeypatch.setenv("CHARTWRIGHT_USER", "Nora")
        assert cli.run(["user", "list"]) == 1
        assert "CW-D107" in capsys.readouterr().err
        monkeypatch.delenv("CHARTWRIGHT_USER")
        assert cli.run(["user", "list"]) == 1  # whose it is cannot be told
        monkeypatch.setenv("CHARTWRIGHT_USER", "dr. chen")
        assert cli.run(["user", "keychain", "--on"]) == 1  # the passphrase is asked for again, and there is nobody
        backend.locked = True
        assert cli.run(["user", "list"]) == 1
        assert "CW-E200" in capsys.readouterr().err
        backend.locked = False
        assert cli.run(["user", "keychain", "--off"]) == 0
        assert backend.entries() == {}
        assert cli.run(["user", "list"]) == 1
    assert home.exists()
