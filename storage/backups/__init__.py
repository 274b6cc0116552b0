"""Backups by the engine's own BACKUP and RESTORE, to a directory, a disk of the server, or a bucket.

One backup is one unit: the database, and in it, as rows of the table `backup_content`, what else belongs to it (the
hub's own state, and a manifest that says which version of meshhub and of the schema made it). Within a backup the
database is called `meshhub`, whatever it is called where it comes from and where it goes.
"""
