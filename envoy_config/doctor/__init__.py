"""What is wired to the hub and what is not: every proxy and signal, each fault with its evidence and its cure."""
