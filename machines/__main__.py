"""`python -m machines [--only WORD] [--seed N] [--save]`: the service on hosts of its own."""

import argparse
import asyncio
import logging
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvloop

from kit.document import saved
from kit.machine import description
from machines.balancers import BALANCERS, PORT, Balancer
from machines.network import Network, NotAllowedError
from machines.report import table
from machines.site import CLIENTS, HOSTS, Site
from machines.trial import Result, Trial, counted
from machines.troubles import TROUBLES, Trouble
from soak.people import gather_people
from src.embedded.signals import exit_on_signals

_DOCUMENT = Path(__file__).resolve().parents[1] / "spec" / "RELIABILITY.md"
_BEGIN = "<!-- made by `make machines SAVE=1` -->\n"
_BUYERS = 15

BROKEN, NOT_ALLOWED, INTERRUPTED = 1, 3, 130


def main() -> int:
    """Run, print the table, and put it into the document when asked. 1 when a promise broke, 3 where
    hosts cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m machines", description=__doc__)
    parser.add_argument("--only", default="", help="what has this in its name; nothing else")
    parser.add_argument("--seed", type=int, help="makes the choices repeatable")
    parser.add_argument("--save", action="store_true", help=f"write {_DOCUMENT.name}")
    given = parser.parse_args()
    if given.save and given.only:
        parser.error("what is saved is a whole run: leave out --only")
    troubles = [t for t in TROUBLES if given.only.lower() in t.name.lower()]
    if not troubles:
        parser.error(f"nothing is named so; there are: {'; '.join(t.name for t in TROUBLES)}")
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    _say(f"Seed: {seed}")
    began = time.monotonic()
    # The checks run parts of the service here, which would tell what they find.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with exit_on_signals():
        try:
            results = _on_hosts(troubles, seed)
        except NotAllowedError as error:
            _say(f"Hosts cannot be made here, so nothing was tried. {error}")
            return NOT_ALLOWED
        except KeyboardInterrupt:
            return INTERRUPTED
    report = _report(results, seed, time.monotonic() - began)
    sys.stdout.write(report)
    if given.save:
        _DOCUMENT.write_text(saved(_DOCUMENT.read_text(), report, begin=_BEGIN))
    broken = [line for result in results for line in result.wrong]
    return BROKEN if broken else 0


def _on_hosts(troubles: Sequence[Trouble], seed: int) -> list[Result]:
    missing = [balancer.name for balancer in BALANCERS if not balancer.is_here()]
    if missing:
        raise NotAllowedError(f"Not installed: {', '.join(missing)}.")
    network = Network()
    results: list[Result] = []
    try:
        network.open(HOSTS)
        # The load is on a host as well, and so are the checks: all that this process connects to from now on.
        network[CLIENTS].enter()
        for balancer in BALANCERS:
            here = [t for t in troubles if balancer in t.balancers]
            if here:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    results += runner.run(_behind(balancer, network, here, seed))
    finally:
        network.close()
    return sorted(results, key=lambda r: [t.name for t in TROUBLES].index(r.trouble))


async def _behind(
    balancer: type[Balancer], network: Network, troubles: Sequence[Trouble], seed: int
) -> list[Result]:
    """One site for all that is tried behind this balancer."""
    directory = _scratch_directory()
    site = Site(network, directory, balancer)
    results = []
    try:
        try:
            _say(f"Starting {len(HOSTS)} hosts behind {balancer.name} ...")
            await site.open()
            people = await gather_people(PORT, _BUYERS, site.address)
            for number, trouble in enumerate(troubles):
                _say(f"{trouble.name} ...")
                await asyncio.to_thread(site.seats.take_back)
                result = await Trial(site, people, trouble, seed + number).run()
                _say(f"  {_in_short(result)}")
                results.append(result)
        finally:
            await site.close()
    except BaseException:
        _say(f"The instances said last:\n{site.said()}")
        raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return results


def _scratch_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="ticketing-machines-"))
    directory.chmod(0o711)  # PostgreSQL's and nginx's own accounts have to pass through
    return directory


def _in_short(result: Result) -> str:
    return (
        f"{counted(result.seen)}; normal after {result.recovered:.1f} s, agreed after "
        f"{result.agreed:.1f} s: {'; '.join(result.wrong) or 'kept'}"
    )


def _report(results: Sequence[Result], seed: int, seconds: float) -> str:
    facts = [
        *description(),
        (
            f"Run: {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {seconds:.0f} s, seed {seed}, "
            f"{len(HOSTS)} hosts, {sum(r.requests for r in results):,} requests"
        ),
    ]
    return "".join(f"- {fact}\n" for fact in facts) + f"\n{table(results)}"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
