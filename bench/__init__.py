"""Measures every path of the service against its floor: `make bench`."""
