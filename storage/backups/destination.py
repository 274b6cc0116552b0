"""Where a backup lies: a directory, a disk of the server, a bucket."""

from meshhub.errors import UnusableRequest
from storage.address import Address
from storage.engine import backup_directory
from storage.settings import StorageSettings

SOUGHT_THROUGH = (".tar", ".zip")
"""Endings of archives in which the engine seeks."""


def destination(address: Address, settings: StorageSettings, name: str) -> tuple[str, dict[str, str]]:
    """Where a backup of this name lies, as the engine wants it said, and the parameters bound in it.

    Raises:
        UnusableRequest: a server was told no place, or what lies there under this name could not be read back.
    """
    backups = settings.backups
    if backups.bucket:
        if name.endswith(SOUGHT_THROUGH):
            raise UnusableRequest(
                f"could not use the name {name}: the engine reads no .tar and no .zip back from a bucket, as it has to "
                "seek in them. Leave the ending away, or take .tar.zst. One that lies there can be fetched and "
                "restored from a directory."
            )
        keys = {"key": backups.access_key.reveal(), "secret": backups.secret_key.reveal()}
        url = {"url": f"{backups.bucket.rstrip('/')}/{name}"}
        if not any(keys.values()):  # the engine finds them in its environment
            return "S3({url:String})", url
        return "S3({url:String}, {key:String}, {secret:String})", url | keys
    if backups.disk:
        return "Disk({disk:String}, {name:String})", {"disk": backups.disk, "name": name}
    if address.path is None and backups.directory is None:
        raise UnusableRequest(
            "could not tell where backups go: a server needs storage.backups.directory, .disk or .bucket "
            "(docs/how-to/backup.md)"
        )
    directory = backups.directory if address.path is None else backup_directory(address, settings)
    return "File({path:String})", {"path": f"{directory}/{name}"}


def default_ending(settings: StorageSettings) -> str:
    """What names end in if nothing is said: one file, but in a bucket, where it could not be read back."""
    return "" if settings.backups.bucket else ".tar"


def place(address: Address, settings: StorageSettings) -> str:
    """Where backups go, for people.

    Raises:
        UnusableRequest: as `destination`.
    """
    target, bound = destination(address, settings, "")
    kind = {"File": "directory", "Disk": "disk", "S3": "bucket"}[target.partition("(")[0]]
    return f"the {kind} {next(iter(bound.values())).rstrip('/')}"
