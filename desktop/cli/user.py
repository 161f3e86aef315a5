"""`chartwright user`: who may unlock the chart, their roles, passphrases and the clinic's recovery key.

No passphrase, key or code is ever an argument: each is asked for, or taken from its environment variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option, existing_store, new_passphrase, passphrase_again, recovery_key

if TYPE_CHECKING:
    from ehr.chart.people import Account, Role
    from ehr.store.store import Store

EPILOG = """\b
Examples:
  chartwright user list
  chartwright user add "Nora Quill" --role scribe
  chartwright user roles "Nora Quill" --role scribe --role records_officer
  chartwright user rename "Nora Quill" "Nora Quill-Ba"
  chartwright user passphrase                 change your own
  chartwright user passphrase "Nora Quill"    give her a new one (administrator)
  chartwright user disable "Nora Quill"
  chartwright user keychain --on              unlock by this computer's keychain from now on
  chartwright user recovery-key > key.txt     a new recovery key; the old one ends
  chartwright user recover "Dr. Chen"         a new passphrase by the recovery key

\b
Unlock as a certain user: CHARTWRIGHT_USER; without a passphrase where that user, or the only one,
chose the keychain. Without a terminal: CHARTWRIGHT_PASSPHRASE,
CHARTWRIGHT_NEW_PASSPHRASE, CHARTWRIGHT_RECOVERY_KEY, CHARTWRIGHT_CODE."""

ROLES = ("clinician", "scribe", "records_officer", "administrator")

_role_option = click.option(
    "--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="Repeatable."
)


@click.group(epilog=EPILOG)
@data_dir_option
def user() -> None:
    """Users, their roles and passphrases."""


@user.command("list")
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def list_users(context: click.Context, *, as_json: bool) -> None:
    """List the users with their roles."""
    with existing_store(context.ensure_object(Home)) as store:
        found, keychains = _there(store).users.all(), _there(store).keychain.users()
    if as_json:
        click.echo(output.to_json([_document(each, keychain=each.user.id in keychains) for each in found]))
        return
    rows = [
        (each.user.name, ", ".join(sorted(each.user.roles)), _state(each, keychain=each.user.id in keychains))
        for each in found
    ]
    output.print_table("Users", ("Name", "Roles", "State"), rows)


@user.command()
@click.argument("name")
@_role_option
@data_dir_option
@click.pass_context
def add(context: click.Context, name: str, roles: tuple[str, ...]) -> None:
    """Add a user, with a passphrase that they change later."""
    with existing_store(context.ensure_object(Home)) as store:
        click.echo(_there(store).users.add(name, _roles(roles), new_passphrase()).id)


@user.command("roles")
@click.argument("name")
@_role_option
@data_dir_option
@click.pass_context
def set_roles(context: click.Context, name: str, roles: tuple[str, ...]) -> None:
    """Give a user these roles and no others."""
    with existing_store(context.ensure_object(Home)) as store:
        _there(store).users.set_roles(_id(store, name), _roles(roles))


@user.command()
@click.argument("name")
@click.argument("new_name", metavar="NEW")
@data_dir_option
@click.pass_context
def rename(context: click.Context, name: str, new_name: str) -> None:
    """Call a user something else."""
    with existing_store(context.ensure_object(Home)) as store:
        _there(store).users.rename(_id(store, name), new_name)


@user.command()
@click.argument("name")
@data_dir_option
@click.pass_context
def disable(context: click.Context, name: str) -> None:
    """Let a user no longer unlock. What they did keeps their name; a new passphrase lets them in again."""
    with existing_store(context.ensure_object(Home)) as store:
        _there(store).users.disable(_id(store, name))


@user.command()
@click.argument("name", required=False)
@data_dir_option
@click.pass_context
def passphrase(context: click.Context, name: str | None) -> None:
    """Change your own passphrase, or give another user a new one."""
    with existing_store(context.ensure_object(Home)) as store:
        users = _there(store).users
        if name is None:
            users.change_passphrase(passphrase_again(), new_passphrase())
        else:
            users.reset_passphrase(_id(store, name), new_passphrase())


@user.command()
@click.option("--on/--off", "chosen", default=None, help="Use it from now on, or no longer.")
@click.option("--code", "totp", default="", metavar="DIGITS", help="Your one-time code, where you use one.")
@data_dir_option
@click.pass_context
def keychain(context: click.Context, *, chosen: bool | None, totp: str) -> None:
    """Let this computer's keychain unlock the chart for you, or say whether it does.

    Whoever can use your account of this computer then opens the chart in your name. Signing still asks for the
    passphrase. A new passphrase by the administrator or the recovery key ends it.
    """
    with existing_store(context.ensure_object(Home)) as store:
        mine = _there(store).keychain
        if chosen:
            mine.choose(passphrase_again(), totp)
        elif chosen is False:
            mine.drop()
        click.echo("on" if mine.chosen else "off")


@user.command("recovery-key")
@data_dir_option
@click.pass_context
def make_recovery_key(context: click.Context) -> None:
    """Print a new recovery key for the clinic, once; an older one no longer opens the chart."""
    with existing_store(context.ensure_object(Home)) as store:
        click.echo(_there(store).users.make_recovery_key())


@user.command()
@click.argument("name", required=False)
@data_dir_option
@click.pass_context
def recover(context: click.Context, name: str | None) -> None:
    """Give a user a new passphrase by the clinic's recovery key."""
    from ehr.store.store import Store

    home = context.ensure_object(Home)
    with Store.recover(home.path, recovery_key(), new_passphrase(), name) as store:
        output.note(f"{store.users.current.name} unlocks with the new passphrase from now on.")


def _there(store: Store | None) -> Store:
    """The chart. Raises StoreMissing."""
    if store is None:
        from ehr.store.errors import StoreMissing

        raise StoreMissing
    return store


def _id(store: Store | None, name: str) -> str:
    """The id of the user of this name or id. Raises UserUnknown."""
    return _there(store).users.named(name).id


def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    from ehr.chart.people import Role

    return frozenset(map(Role, names))


def _state(account: Account, *, keychain: bool) -> str:
    marks = {"may not unlock": account.disabled, "one-time code": account.has_code, "keychain": keychain}
    return ", ".join(mark for mark, holds in marks.items() if holds)


def _document(account: Account, *, keychain: bool) -> dict[str, object]:
    return {
        "id": account.user.id,
        "name": account.user.name,
        "roles": sorted(account.user.roles),
        "disabled": account.disabled,
        "one_time_code": account.has_code,
        "keychain": keychain,
    }
