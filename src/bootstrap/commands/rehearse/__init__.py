"""A sale as it will be, against a running server: many watch, many want seats in the same second."""
