"""Processes that begin as copies of one that has imported the program.

A start costs more than a second of processor time otherwise, and the soak and the tests start
hundreds.
"""

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["kit.imported_program"])
