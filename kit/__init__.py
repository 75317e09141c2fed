"""What the benchmark and the soak share: a client, people and events, processes, figures."""
