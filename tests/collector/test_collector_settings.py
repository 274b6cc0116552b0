"""The collector's settings: defaults that are safe, and faults that are found."""

import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from collector.settings import MIB, CollectorSettings


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    inner = [
        field.annotation
        for field in model.model_fields.values()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]
    return [model, *(section for each in inner for section in sections(each))]


def test_by_default_only_this_machine_is_listened_to() -> None:
    endpoints = CollectorSettings().endpoints
    assert (endpoints.otlp_grpc, endpoints.otlp_http) == ("127.0.0.1:4317", "127.0.0.1:4318")


def test_by_default_what_is_acknowledged_survives_a_power_cut() -> None:
    assert CollectorSettings().journal.durability == "fsync"


def test_by_default_a_request_may_be_as_large_as_otlp_recommends() -> None:
    assert CollectorSettings().limits.request_bytes == 64 * MIB


def test_every_setting_is_described() -> None:
    undescribed = [
        f"{section.__name__}.{name}"
        for section in sections(CollectorSettings)[1:]
        for name, field in section.model_fields.items()
        if not field.description
    ]
    assert undescribed == []


def test_sizes_may_be_written_with_their_unit() -> None:
    assert CollectorSettings.model_validate({"journal": {"max_bytes": "2 GiB"}}).journal.max_bytes == 2048 * MIB


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"endpoints": {"otlp_grpc": "4317"}}, 'expected "host:port"'),
        ({"limits": {"records": 0}}, "greater than 0"),
        ({"limits": {"in_flight_bytes": MIB}}, "in_flight_bytes must be at least request_bytes"),
        ({"limits": {"request_bytes": MIB}}, "request_bytes must be at least json_bytes and record_bytes"),
        ({"journal": {"durability": "maybe"}}, "'fsync' or 'os'"),
        ({"journal": {"segment_bytes": 1}}, "greater than or equal to 4096"),
        ({"tls": {"cert_file": "a"}}, "key_file"),
        ({"limit": {}}, "Extra inputs are not permitted"),
    ],
)
def test_what_makes_no_sense_is_a_fault(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(reason)):
        CollectorSettings.model_validate(settings)
