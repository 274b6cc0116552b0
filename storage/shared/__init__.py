"""What the processes of one hub share through the engine: logs with one writer per position, SQLite files that follow
such a log, and what each process says of itself (docs/adr/0013).
"""
