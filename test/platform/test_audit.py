"""The audit of dependencies says what it did, and what it did not."""

import json

from test.support.audit import Findings

_SOUND = {"name": "sound", "version": "1.0", "vulns": []}
_ILL = {
    "name": "ill",
    "version": "2.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}, {"id": "CVE-2", "fix_versions": []}],
}
_UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


def findings(*packages: object) -> Findings:
    return Findings.of(json.dumps({"dependencies": packages}))


def test_a_sound_lock() -> None:
    assert str(findings(_SOUND, _SOUND)) == "Known vulnerabilities: 0 in 2 packages"


def test_a_vulnerability_is_named_with_its_remedy() -> None:
    assert str(findings(_SOUND, _ILL)).splitlines()[1:] == [
        "ill 2.0: CVE-1, mended in 2.1",
        "ill 2.0: CVE-2, mended in no version yet",
    ]


def test_what_was_left_out_is_named() -> None:
    assert "Not checked: unknown" in str(findings(_SOUND, _UNKNOWN))


def test_nothing_checked_never_passes_for_nothing_found() -> None:
    for unchecked in (findings(_UNKNOWN), Findings.of("")):
        assert str(unchecked) == "Known vulnerabilities: not checked: no network"
