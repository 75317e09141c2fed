"""The service under faults and load, and whether its promises hold: `make soak`."""
