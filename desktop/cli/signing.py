"""`chartwright sign` and `chartwright amend`: a draft becomes a record, and a record gets a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.chart import find_encounter
from desktop.cli.home import Home, data_dir_option, existing_store, passphrase_again

if TYPE_CHECKING:
    from ehr.chart.signing import Signature
    from ehr.store.store import Store

SIGN_EPILOG = """\b
Examples:
  chartwright sign 3f2a9c41
  chartwright sign 3f2a9c41 --reviewed
  chartwright sign 3f2a9c41 --ask "Dr. Chen"
  chartwright sign 3f2a9c41 --verify

\b
Nothing undecided can be signed: accept, edit or reject every entry first. Your passphrase is
asked again; the statement that is shown is stored with the signature."""

AMEND_EPILOG = """\b
Examples:
  chartwright amend 3f2a9c41 --reason "dose corrected"
  chartwright amend 3f2a9c41 --abandon
  chartwright amend 3f2a9c41 --in-error --reason "wrong patient"

\b
The signed version stays. Edit the note and its entries, then `chartwright sign` puts the new
version on top."""


@click.command(epilog=SIGN_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.option("--reviewed", is_flag=True, help="Only mark it as reviewed; a clinician signs later.")
@click.option("--co-sign", "cosign", is_flag=True, help="Sign beside the signature of another.")
@click.option("--ask", metavar="NAME", help="Ask this user to sign beside.")
@click.option(
    "--verify", is_flag=True, help="Recompute every signature and name what differs; exit 1 if anything does."
)
@click.option("--code", "totp", default="", metavar="DIGITS", help="Your one-time code, where you use one.")
@data_dir_option
@click.pass_context
def sign(
    context: click.Context, encounter_id: str, *, reviewed: bool, cosign: bool, ask: str | None, verify: bool, totp: str
) -> int:
    """Sign a dictation, or mark it as reviewed."""
    if reviewed + cosign + verify + (ask is not None) > 1:
        raise click.UsageError("--reviewed, --co-sign, --ask and --verify exclude each other.")
    with existing_store(context.ensure_object(Home)) as store:
        wanted = find_encounter(store, encounter_id).id
        if store is None:
            return 1
        from desktop.fingerprint import fingerprint

        store.signatures.listen_with(fingerprint)
        if verify:
            return _verify(store, wanted)
        if reviewed:
            _stop_at_open_fields(store, wanted)
            store.signatures.mark_reviewed(wanted)
            output.note("Marked as reviewed.")
        elif ask is not None:
            _ask(store, wanted, ask)
        else:
            _told(_sign(store, wanted, totp, cosign=cosign))
    return 0


def _sign(store: Store, encounter_id: str, totp: str, *, cosign: bool) -> Signature:
    from ehr.chart.signing import STATEMENTS, SignatureKind
    from ehr.store.signatures import Seal

    amending = store.encounter(encounter_id).standing.amendment is not None
    kind = SignatureKind.AMENDED if amending else SignatureKind.FINAL
    statement = STATEMENTS[SignatureKind.COSIGNED if cosign else kind]
    if not cosign:
        questions = store.signatures.readiness(encounter_id).questions
        if questions:
            output.warn(f"Unsettled words that may have been misheard: {len(questions)}.")
        _stop_at_open_fields(store, encounter_id)
    output.warn(f"You sign: {statement}")
    seal = Seal(passphrase_again(), statement, totp=totp)
    return store.signatures.cosign(encounter_id, seal) if cosign else store.signatures.sign(encounter_id, seal)


def _stop_at_open_fields(store: Store, encounter_id: str) -> None:
    """Name the fields that nobody filled in, before a passphrase is asked for. Raises FieldsOpen."""
    from ehr.chart.fields import around
    from ehr.store.faults import FieldsOpen

    waiting = store.signatures.readiness(encounter_id).open_fields
    draft = store.encounter(encounter_id).draft
    if not waiting or draft is None:
        return
    for field in waiting:
        output.warn(f"Open field: {around(draft.note.written, field)}")
    raise FieldsOpen.of(len(waiting))


def _told(signature: Signature) -> None:
    output.write_result(signature.hash, None)
    output.note(f"Signature {signature.number} ({signature.kind.value}) by {signature.signer}.")


def _ask(store: Store, encounter_id: str, name: str) -> None:
    found = [account.user for account in store.users.all() if account.user.name.casefold() == name.strip().casefold()]
    if len(found) != 1:
        raise click.UsageError("--ask needs the name of one user of this chart.")
    store.signatures.ask_cosign(encounter_id, found[0])
    output.note(f"{found[0].name} was asked to sign beside.")


def _verify(store: Store, encounter_id: str) -> int:
    differences = store.signatures.verify(encounter_id)
    for found in differences:
        click.echo(f"signature {found.number}, {found.place}: {found.sentence}")
    if not differences:
        signatures = store.signatures.of(encounter_id)
        for each in signatures:
            click.echo(f"signature {each.number} ({each.kind.value}) by {each.signer}: verified")
        if not signatures:
            click.echo("not signed")
    return 1 if differences else 0


@click.command(epilog=AMEND_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.option("--reason", default="", metavar="TEXT", help="Why the signed record changes; kept with the new version.")
@click.option("--abandon", is_flag=True, help="Give up an amendment that was begun; the signed version stands.")
@click.option("--in-error", "in_error", is_flag=True, help="Mark the record as entered in error instead.")
@click.option("--code", "totp", default="", metavar="DIGITS", help="Your one-time code, where you use one.")
@data_dir_option
@click.pass_context
def amend(context: click.Context, encounter_id: str, *, reason: str, abandon: bool, in_error: bool, totp: str) -> None:
    """Begin a new version of a signed dictation."""
    if abandon and in_error:
        raise click.UsageError("--abandon and --in-error exclude each other.")
    with existing_store(context.ensure_object(Home)) as store:
        wanted = find_encounter(store, encounter_id).id
        if store is None:
            return
        if abandon:
            store.signatures.abandon(wanted)
            output.note("The amendment was given up; the signed version stands.")
        elif in_error:
            from desktop.fingerprint import fingerprint
            from ehr.store.signatures import Seal

            store.signatures.listen_with(fingerprint)
            store.signatures.retract(wanted, Seal(passphrase_again(), reason=reason, totp=totp))
            output.note("Marked as entered in error; everything is kept.")
        else:
            store.signatures.amend(wanted, reason)
            output.note("The amendment is begun; sign it when it is done.")
