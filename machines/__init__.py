"""The service on machines of its own: hosts in network namespaces, partitions, balancers."""
