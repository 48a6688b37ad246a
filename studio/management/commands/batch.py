"""`manage.py batch FILE.csv`: many jobs out of a table, done by the studio that is running."""

from __future__ import annotations

import contextlib
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from billing import access, clients
from billing.models import Account, Membership, User
from billing.services import MoneyRefused, as_credits
from studio import batches
from studio.batches import mixed
from studio.batches.limits import MOST_BYTES, too_large
from studio.batches.sheet import Sheet, read
from studio.batches.written import results_csv
from studio.management.watch import Watch, of_work
from studio.models import Batch, BatchRow, BatchState, RowState
from studio.views.health import find_problems

FAILED, REFUSED, LEFT = 1, 2, 130
SHOWN = 50  # problems that are printed
MANY = 1_000  # rows, the check of which takes a moment
NOTHING = "Nothing was begun, nothing is held."


def refused(words: str) -> CommandError:
    return CommandError(words, returncode=REFUSED)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What the batches refuse ends the command, in their words."""
    try:
        yield
    except (batches.Refused, batches.NotNow, batches.TermsChanged, MoneyRefused) as error:
        raise refused(str(error)) from None


class Command(BaseCommand):
    help = (
        "Check and price the rows of a CSV, TSV, XLSX or JSON file, have them done by the running "
        "studio, and watch. Ends with 0 when all rows are done, 1 when some are not, 2 when it was "
        "refused and nothing was begun."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", nargs="?", type=Path, help="the table; - reads what is piped in")
        add("--resume", metavar="ID", type=UUID, help="watch a batch that was begun")
        add("--account", help="a user, or the id of an account; default: the owner")
        add("--operation", help="for rows that name none")
        add("--model", help="the key of an offer; default: the first that can do it")
        add("--title", default="", help="default: the name of the file")
        add("--at-once", type=int, metavar="N", help="jobs at work for each provider")
        add("--skip-wrong", action="store_true", help="leave out rows that are wrong")
        add("--dry-run", action="store_true", help="check and price, begin nothing")
        add("--yes", action="store_true", help="begin without asking")
        add("--out", type=Path, help="write what came of each row to this CSV")
        add("--overwrite", action="store_true", help="replace an existing --out")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_options(options)
        pk = options["resume"]
        if batch := self._begun(pk) if pk else self._new(options):
            self._watch(batch, options["out"])

    @staticmethod
    def _check_options(options: dict[str, Any]) -> None:
        if (options["file"] is None) == (options["resume"] is None):
            raise refused("Name a file, or with --resume the id of a batch.")
        out: Path | None = options["out"]
        if out is None:
            return
        if not out.resolve().parent.is_dir():
            raise refused(f"There is no folder {out.parent}. Make it first.")
        file: Path | None = options["file"]
        if file and file.exists() and out.exists() and out.samefile(file):
            raise refused(f"{out} is what is read. Name another --out.")
        if out.exists() and not options["overwrite"]:
            raise refused(f"{out} exists. Name another --out, or add --overwrite.")

    # --- a new one ------------------------------------------------------------------------------

    def _new(self, options: dict[str, Any]) -> Batch | None:
        """The batch at work; None after a dry run."""
        sheet, data = self._read(options["file"])
        account, user = self._account(options["account"])
        made = self._made(sheet, data, account, user, options)
        try:
            begun = self._begin(made, user, options)
        except BaseException as error:
            if not self._thrown_away(made):
                return made  # it was begun in the same moment, so it is watched
            if isinstance(error, KeyboardInterrupt):
                raise CommandError(f"\nStopped. {NOTHING}", returncode=LEFT) from None
            raise
        if not begun:
            self._thrown_away(made)
        return made if begun else None

    @staticmethod
    def _thrown_away(made: Batch) -> bool:
        """A draft that nobody began is of no use to anybody."""
        try:
            batches.discard(made)
        except batches.NotNow:
            return False
        return True

    def _read(self, file: Path) -> tuple[Sheet, bytes]:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        elif not file.is_file():
            raise refused(f"There is no file {file}.")
        elif (size := file.stat().st_size) > MOST_BYTES:
            raise refused(str(too_large(file.name, size, MOST_BYTES)))
        else:
            data = file.read_bytes()
        with told():
            return read(data, file.name), data

    @staticmethod
    def _account(wanted: str | None) -> tuple[Account, User]:
        user = User.objects.filter(username=wanted).first() if wanted else access.set_up_owner()
        memberships = Membership.objects.select_related("account", "user").order_by("created", "id")
        if user is not None:
            mine = list(memberships.filter(user=user))
        else:
            try:
                mine = list(memberships.filter(account_id=UUID(str(wanted)))[:1])
            except ValueError:
                mine = []
            if not mine:
                raise refused(f"There is no user and no account “{wanted}”.")
        if len(mine) > 1 and wanted:
            known = "; ".join(f"{one.account_id} ({one.account})" for one in mine)
            raise refused(f"{wanted} has several accounts. Name one of them: {known}.")
        if not mine:
            raise refused(f"{user} is not a member of any account.")
        return _working(mine[0])

    def _made(
        self, sheet: Sheet, data: bytes, account: Account, user: User, options: dict[str, Any]
    ) -> Batch:
        with told():
            operation = options["operation"] or mixed.usual(sheet)
            step = {"operation": operation} | (
                {"offer": options["model"]} if options["model"] else {}
            )
            made = batches.create(
                account,
                user,
                options["title"],
                sheet,
                steps=[step],
                source=batches.digest(data),
                source_name=options["file"].name if str(options["file"]) != "-" else "",
            )
            try:
                if len(sheet.rows) >= MANY:
                    self.stderr.write(f"{len(sheet.rows):,} rows are checked …")
                if options["at_once"] is not None:
                    batches.set_options(made, at_once=options["at_once"])
                batches.check(made)
            except BaseException:
                batches.discard(made)
                raise
        for note in made.notes:
            self.stderr.write(_plain(note))
        return made

    def _begin(self, made: Batch, user: User, options: dict[str, Any]) -> bool:
        """False after a dry run."""
        self._wait_for_files(made)
        wrong = self._print_problems(made)
        plan = batches.plan(made)
        self._print_plan(plan)
        if wrong and not options["skip_wrong"]:
            raise refused(
                f"{wrong:,} of {made.rows.count():,} rows {'is' if wrong == 1 else 'are'} wrong. "
                f"Correct what is wrong, or add --skip-wrong. {NOTHING}"
            )
        if plan.blocked:
            raise refused(f"{plan.blocked} {NOTHING}")
        if options["dry_run"]:
            self.stdout.write("A dry run: nothing was begun, nothing is held.")
            return False
        if not options["yes"]:
            self._ask(plan)
        with told():
            batches.start(made, user, agreed=plan.shown, without_wrong=options["skip_wrong"])
        self.stdout.write(f"Begun: {made.pk}")
        return True

    def _wait_for_files(self, made: Batch) -> None:
        """The studio fetches what the rows name by address."""
        coming = BatchRow.objects.filter(batch=made, state=RowState.COMING)
        count = coming.count()
        if count:
            self._warn()
            self.stderr.write(f"{count:,} rows wait for files that are being fetched.")
        while coming.exists():
            time.sleep(1)

    def _print_problems(self, made: Batch) -> int:
        """How many rows are wrong."""
        wrong = BatchRow.objects.filter(batch=made, state=RowState.WRONG).order_by("number")
        said = (
            ", ".join(filter(None, [f"line {row.line}", p["column"]])) + f": {p['message']}"
            for row in wrong.only("line", "problems").iterator(chunk_size=500)
            for p in row.problems
        )
        count = 0
        for line in said:
            count += 1
            if count <= SHOWN:
                self.stderr.write(_plain(line))
        if count > SHOWN:
            self.stderr.write(f"And {count - SHOWN:,} more.")
        return wrong.count()

    def _print_plan(self, plan: batches.Plan) -> None:
        for share in plan.models:
            payer = ", by your own key" if share.own else ""
            self.stdout.write(
                f"{share.label} ({share.provider}): {_jobs(share.jobs)}, "
                f"{as_credits(share.amount)}{payer}"
            )
        if plan.duplicates:
            self.stdout.write(f"Of {_rows(plan.duplicates)} the library has the result already.")
        if plan.repeated:
            self.stdout.write(f"{_rows(plan.repeated)}: the same as an earlier one.")
        most = "" if plan.most == plan.amount else f", at most {as_credits(plan.most)}"
        self.stdout.write(
            f"In all {_rows(plan.ready)}, {as_credits(plan.amount)}{most}; available: "
            f"{as_credits(plan.available)}."
        )

    def _ask(self, plan: batches.Plan) -> None:
        if not sys.stdin.isatty():
            raise refused(f"Nobody is here to be asked. Add --yes. {NOTHING}")
        self.stdout.write(
            f"Begin {_rows(plan.ready)} for {as_credits(plan.amount)}? [y/N] ", ending=""
        )
        self.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise refused(NOTHING)

    # --- one that was begun ---------------------------------------------------------------------

    @staticmethod
    def _begun(pk: UUID) -> Batch:
        found = Batch.objects.select_related("account").filter(pk=pk).first()
        if found is None:
            raise refused(f"There is no batch {pk}.")
        if found.state == BatchState.DRAFT:
            raise refused(f"The batch {pk} is a draft. Begin it on its page.")
        return found

    def _watch(self, batch: Batch, out: Path | None) -> None:
        again = f"manage.py batch --resume {batch.pk}"
        self._warn()
        try:
            ended = Watch(batch, sys.stderr, sys.stderr.isatty()).run()
        except KeyboardInterrupt:
            words = f"\nThe studio goes on with it. Come back with: {again}"
            raise CommandError(words, returncode=LEFT) from None
        if out:
            with out.open("wb") as file:
                file.writelines(results_csv(batch))
            self.stdout.write(f"{out} has what came of each row.")
        self._say_end(batch, ended, again)

    def _say_end(self, batch: Batch, ended: dict[str, int], again: str) -> None:
        known = of_work(ended)
        total, done = sum(known.values()), known[RowState.DONE]
        if batch.state == BatchState.STOPPED:
            words = (
                f"{batch.words} {done:,} of {total:,} rows are done. Go on with it on its page, "
            )
            raise CommandError(f"{words}and watch with: {again}", returncode=FAILED)
        if done < total:
            rest = [f"{known[n]:,} {n}" for n in ("failed", "canceled") if known[n]]
            words = f"{done:,} of {total:,} rows are done, {' and '.join(rest)}."
            raise CommandError(words, returncode=FAILED)
        self.stdout.write(f"All {_rows(total)} are done." if total != 1 else "The row is done.")

    def _warn(self) -> None:
        """Nothing is done while no studio runs."""
        for problem in find_problems():
            self.stderr.write(problem)


def _working(membership: Membership) -> tuple[Account, User]:
    """Whom they work for; raises CommandError for those who may not write."""
    account, user = membership.account, membership.user
    if not access.can_write(membership.role):
        raise refused(f"{user} is {membership.get_role_display().lower()}, and may only look.")
    account.scope = clients.scope_for(membership, None)
    if account.scope.is_limited and account.scope.client is None:
        raise refused(f"{user} works for several clients, so it is not known for which this is.")
    return account, user


def _plain(text: str) -> str:
    """What a file says may not command the terminal that it is shown on."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"
