"""Sign everybody up, hold the rehearsal, and print what was found."""

import resource

import uvloop
from rich.console import Console

from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.plan import Plan, RehearsalError
from src.bootstrap.commands.rehearse.report import Report
from src.bootstrap.commands.rehearse.run import OnProgress, gather_people, rehearse
from src.bootstrap.commands.rehearse.show import progress_on, report_table, wrong_lines

_SPARE_FILES = 100


def run_rehearsal(url: str, plan: Plan, out: Console, err: Console) -> bool:
    """Whether all was right. Raises RehearsalError."""
    try:
        server = Address.of(url)
    except ValueError as error:
        raise RehearsalError(f"{error}.") from error
    allow_connections(plan)
    with progress_on(err, plan) as on_progress:
        report = uvloop.run(_rehearse(server, plan, on_progress))
    out.print(report_table(report))
    for line in wrong_lines(report):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    return not report.wrong


def allow_connections(plan: Plan) -> None:
    """Raise this process's limit of open files as far as it may be. Raises RehearsalError when that is
    not enough."""
    needed = plan.watchers + plan.buyers * (2 if plan.line else 1) + _SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise RehearsalError(
            f"{needed} connections are needed, and this process may open {hard} files: see `ulimit -Hn`."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


async def _rehearse(server: Address, plan: Plan, on_progress: OnProgress) -> Report:
    people = await gather_people([server], plan.buyers, on_progress)
    return await rehearse(plan, [server], people, on_progress)
