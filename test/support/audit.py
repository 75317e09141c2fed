"""Known vulnerabilities of what a lock file names: `python -m test.support.audit LOCK`.

pip-audit asks a service on the network for them. Where that cannot be reached it passes over the
packages and succeeds, or it fails; this tells in either case what was not checked. The exit code
is 1 when there is a vulnerability, and 0 otherwise.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Findings:
    """`vulnerable` are lines to print, `skipped` the packages that nobody knew anything of."""

    checked: int
    vulnerable: Sequence[str]
    skipped: Sequence[str]

    @classmethod
    def of(cls, report: str) -> "Findings":
        """From what pip-audit wrote, which is nothing when it could not ask."""
        packages: list[Any] = json.loads(report)["dependencies"] if report.strip() else []
        known = [package for package in packages if "vulns" in package]
        return cls(
            checked=len(known),
            vulnerable=[
                f"{package['name']} {package['version']}: {found['id']}, mended in "
                f"{', '.join(found['fix_versions']) or 'no version yet'}"
                for package in known
                for found in package["vulns"]
            ],
            skipped=[package["name"] for package in packages if "vulns" not in package],
        )

    def __str__(self) -> str:
        if not self.checked:
            return "Known vulnerabilities: not checked: no network"
        lines = [
            f"Known vulnerabilities: {len(self.vulnerable)} in {self.checked} packages",
            *self.vulnerable,
        ]
        if self.skipped:
            lines.append(f"Not checked: {', '.join(self.skipped)}")
        return "\n".join(lines)


def main(lock: str) -> int:
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", lock, "--require-hashes"),
        *("--disable-pip", "--format", "json", "--progress-spinner", "off"),
    ]
    findings = Findings.of(subprocess.run(command, capture_output=True, text=True).stdout)
    print(findings)  # noqa: T201
    return 1 if findings.vulnerable else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
