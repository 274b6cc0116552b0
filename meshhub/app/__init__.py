"""The hub as a process: the only place that names concrete classes and decides what starts and stops when."""
