"""The server's TLS: certificates are read anew for a handshake when their files have changed."""

from pathlib import Path

import grpc

from envoy_config.ads.settings import AdsTlsSettings


def server_credentials(tls: AdsTlsSettings) -> grpc.ServerCredentials:
    """Mutual TLS from files.

    Raises:
        OSError: a file cannot be read.
    """
    source = _Source(tls)
    return grpc.dynamic_ssl_server_credentials(source.first, source.changed, require_client_authentication=True)


class _Source:
    """Knows which state of the files was last given. Asked by gRPC at each handshake, on its threads."""

    def __init__(self, tls: AdsTlsSettings) -> None:
        self._tls = tls
        self._state = self._stamp()
        self.first = self._read()

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """The new configuration; None while the files are as they were, or cannot be read."""
        try:
            state = self._stamp()
            if state == self._state:
                return None
            configuration = self._read()
        except OSError:
            return None
        self._state = state
        return configuration

    def _read(self) -> grpc.ServerCertificateConfiguration:
        pair = (self._tls.key_file.read_bytes(), self._tls.cert_file.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], self._tls.client_ca_file.read_bytes())

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        return tuple(_stamp(path) for path in (self._tls.cert_file, self._tls.key_file, self._tls.client_ca_file))


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_ino
