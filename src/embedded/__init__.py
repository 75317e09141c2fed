"""Embedded servers: PostgreSQL and a Redis-protocol server, kept under the data directory."""
