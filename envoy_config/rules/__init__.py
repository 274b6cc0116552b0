"""Rules that find in existing configuration what will silently not work: one file each, listed in catalogue.py."""
