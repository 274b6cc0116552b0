"""Targets by DNS (Prometheus, configuration, dns_sd_config)."""

from collections.abc import Iterator

import dns.asyncresolver
import dns.exception
import dns.resolver

from collector.scrape.client import FetchError
from collector.scrape.discovery.source import Failed, Publish, repeat
from collector.scrape.settings import DnsSettings
from collector.scrape.target import ADDRESS, Found
from meshhub.address import joined_address, split_address

LOOKUP_SECONDS = 10.0
MAX_RECORDS = 5000


class DnsSource:
    """Looks the names up again and again."""

    def __init__(self, settings: DnsSettings) -> None:
        self._settings = settings

    async def run(self, publish: Publish, failed: Failed) -> None:
        await repeat(self._find, self._settings.refresh_seconds, publish, failed)

    async def _find(self) -> list[Found]:
        found: list[Found] = []
        for name in self._settings.names:
            try:
                answer = await self._resolver().resolve(name, self._settings.type, lifetime=LOOKUP_SECONDS)
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                continue
            except (dns.exception.DNSException, OSError) as error:
                raise FetchError(f"could not look up {name} {self._settings.type}: {error}") from error
            found += self._targets(name, answer)
        return sorted(found, key=lambda each: sorted(each.labels.items()))

    def _targets(self, name: str, answer: dns.resolver.Answer) -> Iterator[Found]:
        for record in list(answer)[:MAX_RECORDS]:
            labels = {"__meta_dns_name": name}
            if self._settings.type == "SRV":
                host = str(record.target).rstrip(".")
                labels |= {"__meta_dns_srv_record_target": host, "__meta_dns_srv_record_port": str(record.port)}
                yield Found({**labels, ADDRESS: f"{host}:{record.port}"})
            else:
                host, port = str(record.address), self._settings.port
                yield Found({**labels, ADDRESS: joined_address(host, port) if port else _bare(host)})

    def _resolver(self) -> dns.asyncresolver.Resolver:
        if not self._settings.nameserver:
            return dns.asyncresolver.Resolver()
        host, port = split_address(self._settings.nameserver)
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], port
        return resolver


def _bare(host: str) -> str:
    return f"[{host}]" if ":" in host else host
