"""The program `ticketing`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.exc import ProgrammingError

from src.bootstrap.app import APP_FACTORY
from src.bootstrap.commands import seed as demo
from src.bootstrap.commands.rehearse.command import run_rehearsal
from src.bootstrap.commands.rehearse.plan import Line, Plan, RehearsalError
from src.bootstrap.commands.simulate import Simulation, SimulationError, simulate_buyers
from src.bootstrap.composition import Services, open_services
from src.embedded.errors import EmbeddedServerError
from src.embedded.stores import running_stores
from src.platform.logging import configure_logging
from src.platform.metrics import Metrics
from src.platform.settings import SettingError, Settings
from src.server.listener import CannotListenError, listen
from src.server.serve import serve as serve_http
from src.service.shared_kernel.errors import StoreUnavailableError

T = TypeVar("T")

_COMMAND_TIMEOUT_SECONDS = 300.0
_SETTING_OF = {"PostgreSQL": "DATABASE_URL", "Kvrocks": "KVROCKS_URL", "Redis": "REDIS_URL"}

app = typer.Typer(
    help="Event ticketing: events, tickets and live seat maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console()
err = Console(stderr=True)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer requests.")] = 1,
) -> None:
    """Serve until told to stop; with its own stores when the settings name none."""
    settings = _settings(host=host, port=port)
    with listen(settings) as listener, running_stores(settings) as stored:
        if stored.embedded or settings.embedded:
            assert stored.database_url
            _upgrade(stored.database_url)
            made = asyncio.run(_with_services(stored, demo.seed))
            if made is not None:
                _show_demo()
        code = serve_http(stored, APP_FACTORY, workers, listener=listener, on_ready=_show_address)
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with running_stores(_settings()) as settings:
        assert settings.database_url
        _upgrade(settings.database_url)
    out.print("The schema is up to date.")


@app.command()
def seed() -> None:
    """Make a demonstration seller, buyer and event, once."""
    made = _run(demo.seed)
    if made is None:
        out.print("The demonstration data is there already.")
    else:
        out.print(f"Event {made.event_id} is on sale.")
        _show_demo()


@app.command()
def reconcile() -> None:
    """Remove stale drafts, make Kvrocks agree with Postgres, and report what was repaired."""

    async def repair(services: Services) -> dict[str, int]:
        drafts = await services.ticketing.remove_stale_drafts.execute()
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("Comparing events", total=None)
            repairs, _ = await services.reservation.reconcile.execute(
                lambda done, all_: progress.update(task, completed=done, total=all_)
            )
        return {"drafts_removed": drafts, **asdict(repairs)}

    repaired = _run(repair)
    table = Table("Repaired", "Count")
    for kind, count in repaired.items():
        table.add_row(kind.replace("_", " "), str(count))
    out.print(table)


@app.command()
def verify() -> None:
    """Check that Postgres, Kvrocks, the reservations, the waiting lines and the check-ins agree; exit 1
    with a list if not."""

    async def compare(services: Services) -> list[str]:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("Comparing events", total=None)
            found = await services.reservation.verify.execute(
                lambda done, all_: progress.update(task, completed=done, total=all_)
            )
        found += await services.admission.verify.execute()
        return found + await services.box_office.verify.execute()

    found = _run(compare)
    for line in found:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    if found:
        err.print(f"{len(found)} disagreements.")
        raise typer.Exit(1)
    out.print("Postgres, Kvrocks, the reservations, the waiting lines and the check-ins agree.")


@app.command()
def simulate(
    url: Annotated[str, typer.Option(help="The running server.")] = "http://127.0.0.1:8000",
    event: Annotated[int | None, typer.Option(help="Event id; the newest on sale if none.")] = None,
    buyers: Annotated[int, typer.Option(min=1, max=500, help="Buyers at once.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long.")] = 30,
    seed: Annotated[int | None, typer.Option(help="Makes the choices repeatable.")] = None,
) -> None:
    """Let make-believe buyers take seats of a running server, so that its seat map lives."""
    simulation = Simulation(url, event, buyers, seconds, seed)
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Buying", total=seconds)
        summary = asyncio.run(
            simulate_buyers(simulation, lambda done: progress.update(task, completed=done))
        )
    table = Table("What buyers did", "Times")
    for action, count in summary.counts.items():
        table.add_row(action, str(count))
    out.print(f"Event {summary.event_id}: {summary.buyers} buyers for {summary.seconds:.0f} s")
    out.print(table)


@app.command()
def rehearse(
    url: Annotated[str, typer.Option(help="The running server.")] = "http://127.0.0.1:8000",
    watchers: Annotated[int, typer.Option(min=0, help="Who only watch the map.")] = 100,
    buyers: Annotated[int, typer.Option(min=1, help="Who all want seats at the opening.")] = 50,
    seats: Annotated[int, typer.Option(min=1, help="In whole rows of 20.")] = 80,
    each: Annotated[int, typer.Option(min=1, max=10, help="Seats that each buyer wants.")] = 2,
    opens_in: Annotated[float, typer.Option(min=1, help="Seconds until it opens.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="The longest that a sale may last.")] = 300,
    line: Annotated[
        int | None, typer.Option(min=1, metavar="PER_MINUTE", help="With a waiting line.")
    ] = None,
    max_active: Annotated[int | None, typer.Option(min=1, help="Live passes at once.")] = None,
    pass_seconds: Annotated[int, typer.Option(min=1, help="How long a pass lasts.")] = 120,
    seed: Annotated[int | None, typer.Option(help="Makes the choices repeatable.")] = None,
) -> None:
    """Rehearse an opening on a running server; exit 1 when anything is not as it must be."""
    terms = None if line is None else Line(line, pass_seconds, max_active)
    plan = Plan(watchers, buyers, seats, each, opens_in, seconds, terms, seed)
    if not run_rehearsal(url, plan, out, err):
        raise typer.Exit(1)


def main() -> None:
    """Run the program; a mistake of the operator's is one sentence and exit code 2."""
    try:
        app()
    except (
        SettingError,
        EmbeddedServerError,
        CannotListenError,
        SimulationError,
        RehearsalError,
    ) as error:
        _complain(str(error))
        raise SystemExit(2) from error
    except StoreUnavailableError as error:
        _complain(f"{_SETTING_OF[error.store]}: {error}: {error.reason}.")
        raise SystemExit(3) from error
    except ProgrammingError as error:
        cause = getattr(error.orig, "__cause__", None)
        if isinstance(cause, asyncpg.UndefinedTableError):
            _complain("The database has no schema yet: run `ticketing migrate` first.")
        elif isinstance(cause, asyncpg.InsufficientPrivilegeError):
            _complain(f"DATABASE_URL: {cause}.")
        else:
            raise
        raise SystemExit(2) from error


def _complain(sentence: str) -> None:
    err.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _settings(**given: Any) -> Settings:
    settings = Settings.read(**given)
    configure_logging(settings)
    return settings


def _upgrade(database_url: str) -> None:
    # Here, because alembic takes a tenth of a second to load, and most commands do without.
    from src.bootstrap.migrations import upgrade

    upgrade(database_url)


def _run(command: Callable[[Services], Awaitable[T]]) -> T:
    """Run one command with everything built, on the stores that are there or on its own."""
    with running_stores(_settings()) as settings:
        # Nobody waits for an answer here, and a query may have to read every ticket there is.
        slow = settings.model_copy(update={"postgres_timeout_seconds": _COMMAND_TIMEOUT_SECONDS})
        return asyncio.run(_with_services(slow, command))


async def _with_services(settings: Settings, command: Callable[[Services], Awaitable[T]]) -> T:
    async with open_services(settings, Metrics()) as services:
        return await command(services)


def _show_address(url: str) -> None:
    out.print(
        f"Serving on {url} (seat map: {url}/, API: {url}/docs)",
        highlight=False,
        soft_wrap=True,
    )


def _show_demo() -> None:
    out.print(
        f"Demonstration accounts: {demo.SELLER} and {demo.BUYER}, password {demo.PASSWORD}",
        highlight=False,
        soft_wrap=True,
    )


if __name__ == "__main__":
    main()
