"""`chartwright retention`: how long things are kept, what would be deleted now, and deleting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option, existing_store
from desktop.errors import UnknownPatient
from ehr.chart.retention import Matter, Why
from ehr.store.errors import StoreMissing

if TYPE_CHECKING:
    from ehr.chart.retention import Kept, Plan
    from ehr.store.store import Store

EPILOG = """\b
Examples:
  chartwright retention show
  chartwright retention set audio 365
  chartwright retention set note keep
  chartwright retention preview
  chartwright retention apply                    shows the preview and asks
  chartwright retention hold 10042 --reason "Letter of 3 May"
  chartwright retention unsent --waive --reason "We have no server"

\b
Nothing is deleted until a records officer makes a rule, and then only by `apply`. Days count from
the newest signature: what nobody signed is kept, and so is a note that still waits to be sent to
the clinic's server (`unsent` shows them). What is deleted cannot be brought back, except from
backups made before."""

MATTERS = click.Choice([matter.value for matter in Matter])


@click.group(epilog=EPILOG)
def retention() -> None:
    """Keep audio, transcripts, notes and the audit log as long as the clinic must, and no longer."""


@contextmanager
def _store(context: click.Context) -> Iterator[Store]:
    with existing_store(context.ensure_object(Home)) as store:
        if store is None:
            raise StoreMissing
        yield store


@retention.command("show")
@data_dir_option
@click.pass_context
def show(context: click.Context) -> None:
    """Show the rules and the holds."""
    with _store(context) as store:
        rules, holds = store.retention.rules(), store.retention.holds()
        held = [(store.patient(hold.patient_id).mrn, hold.placed_at.date().isoformat(), hold.reason) for hold in holds]
    kept = [(matter.value, f"{rules[matter]} days" if matter in rules else "for ever") for matter in Matter]
    output.print_table("Kept, from the newest signature on", ("Matter", "Kept"), kept)
    if held:
        output.print_table("Under a legal hold", ("Patient", "Since", "Reason"), held)


@retention.command("set")
@click.argument("matter", type=MATTERS)
@click.argument("days", metavar="DAYS|keep")
@data_dir_option
@click.pass_context
def set_rule(context: click.Context, matter: str, days: str) -> None:
    """Keep a MATTER for so many days after signing, or for ever (keep). Deletes nothing."""
    if days != "keep" and not (days.isdecimal() and 0 < int(days) < 10**6):
        raise click.UsageError("DAYS is a whole number of days from 1 on, or the word keep.")
    with _store(context) as store:
        store.retention.set_rule(Matter(matter), None if days == "keep" else int(days))


@retention.command()
@data_dir_option
@click.pass_context
def preview(context: click.Context) -> None:
    """Show what the rules would delete now. Deletes nothing."""
    with _store(context) as store:
        _print(store.retention.preview())


@retention.command("apply")
@click.option("--yes", is_flag=True, help="Do not ask; for a schedule that somebody answers for.")
@data_dir_option
@click.pass_context
def apply_rules(context: click.Context, *, yes: bool) -> None:
    """Show what is due, ask, and delete it for good."""
    with _store(context) as store:
        plan = store.retention.preview()
        _print(plan)
        if plan.empty:
            return
        if not yes:
            click.confirm("Delete this for good?", abort=True, err=True)
        store.retention.shred(plan)
        last = store.backups.last
    output.warn("Deleted.")
    if last is not None:
        output.warn(f"Backups made before, in {last.place}, still hold it until their folders are deleted.")


@retention.command()
@click.argument("mrn")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the chart.")
@data_dir_option
@click.pass_context
def hold(context: click.Context, mrn: str, reason: str) -> None:
    """Delete nothing of the patient with this record number until it is released."""
    with _store(context) as store:
        store.retention.hold(_patient(store, mrn), reason)


@retention.command()
@click.argument("mrn")
@click.option("--reason", required=True, metavar="TEXT", help="Why it ends; it stays in the chart.")
@data_dir_option
@click.pass_context
def release(context: click.Context, mrn: str, reason: str) -> None:
    """End a patient's hold."""
    with _store(context) as store:
        store.retention.release(_patient(store, mrn), reason)


@retention.command()
@click.option("--waive", is_flag=True, help="Decide that these need not be sent, so that they may be deleted.")
@click.option("--reason", default="", metavar="TEXT", help="Why they need not be sent; it stays in the chart.")
@data_dir_option
@click.pass_context
def unsent(context: click.Context, *, waive: bool, reason: str) -> None:
    """Show the old dictations whose notes are kept because they were not sent yet."""
    with _store(context) as store:
        kept = store.retention.preview().kept_for(Why.UNSENT)
        _print_kept(kept)
        if waive and kept:
            store.outbox.waive((each.encounter_id for each in kept), reason)
            output.warn(f"{len(kept)} dictations need not be sent.")


def _patient(store: Store, mrn: str) -> str:
    patient = store.patient_by_mrn(mrn.strip())
    if patient is None:
        raise UnknownPatient
    return patient.id


def _print(plan: Plan) -> None:
    cells = [
        (each.matter.value, each.encounter_id[:8], f"{each.dictated_at:%Y-%m-%d}", f"{each.signed_at:%Y-%m-%d}",
         f"{each.kept} days", f"{each.size / 1000:.0f} kB")
        for each in plan.doomed
    ]  # fmt: skip
    if cells:
        header = ("Matter", "Dictation", "Dictated", "Signed", "Kept", "Size")
        output.print_table("Due to be deleted", header, cells)
    if plan.audit_rows:
        click.echo(f"The oldest {plan.audit_rows} rows of the audit log, kept for {plan.audit_kept} days.")
    if plan.empty:
        output.warn("Nothing is due.")
    held, unsent = (len(plan.kept_for(why)) for why in (Why.LEGAL_HOLD, Why.UNSENT))
    _print_kept(plan.kept)
    output.note(f"Kept all the same: {plan.unsigned} never signed, {held} under a legal hold, {unsent} not sent yet.")


def _print_kept(kept: Sequence[Kept]) -> None:
    if kept:
        cells = [
            (each.encounter_id[:8], f"{each.dictated_at:%Y-%m-%d}", f"{each.signed_at:%Y-%m-%d}", each.why.value)
            for each in kept
        ]
        output.print_table("Old enough, and kept", ("Dictation", "Dictated", "Signed", "Why"), cells)
