"""Live seat state in memory, for as long as somebody watches."""
