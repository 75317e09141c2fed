"""Draws the SVG on the standard input and writes it as PNG to the standard output.

A program of its own, not to be imported by the service: no other thread of a process runs while resvg
draws. It gives way to everything else on the machine.
"""

import os
import sys

import resvg_py

_NICENESS = 10


def main() -> None:
    os.nice(_NICENESS)
    svg = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))


if __name__ == "__main__":
    main()
