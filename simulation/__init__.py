"""The service and everything around it in one process and in virtual time, with bad luck by the seed."""
