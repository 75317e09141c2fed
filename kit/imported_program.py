"""What a copy of a process need not import again."""

import gc

import src.bootstrap.app
import src.cli  # noqa: F401

# A process that begins as a copy then looks at none of it when it collects, and so copies none.
gc.collect()
gc.freeze()
