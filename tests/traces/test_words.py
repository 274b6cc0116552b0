"""Response flags and details in words."""

from dataclasses import replace

import pytest

from meshhub.outcome import UNREACHED_FLAGS
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import client_log
from traces.response_details import explain_detail, explain_details
from traces.response_flags import RESPONSE_FLAGS, explain_flag, explain_flags

ENVOY_FLAGS = (
    "UH UF UO NR URX NC DT DC LH UT LR UR UC DI FI RL UAEX RLSE IH SI DPE UPE UMSDR RFCF NFCF OM DF DO DR UDO"  # 1.40
)


def test_every_core_flag_of_envoy_is_explained_once() -> None:
    assert sorted(RESPONSE_FLAGS) == sorted(ENVOY_FLAGS.split())
    assert len({flag.name for flag in RESPONSE_FLAGS.values()}) == len(RESPONSE_FLAGS)
    assert len({flag.text for flag in RESPONSE_FLAGS.values()}) == len(RESPONSE_FLAGS)
    assert all(flag.text.endswith(".") for flag in RESPONSE_FLAGS.values())
    assert set(RESPONSE_FLAGS) >= UNREACHED_FLAGS


def test_several_flags_keep_their_order_and_unknown_ones_say_so() -> None:
    assert [flag.name for flag in explain_flags("URX,UF")] == [
        "UpstreamRetryLimitExceeded",
        "UpstreamConnectionFailure",
    ]
    assert explain_flags("") == ()
    assert "does not know" in explain_flag("CUSTOM").text


@pytest.mark.parametrize(
    ("detail", "name", "says"),
    [
        ("via_upstream", "via_upstream", "came from the upstream"),
        (
            "upstream_reset_before_response_started{connection_failure,delayed_connect_error:_111}",
            "upstream_reset_before_response_started",
            "Reason: connection failure,delayed connect error: 111.",
        ),
        (
            "rbac_access_denied_matched_policy[ns[shop]-policy[deny-all]-rule[0]]",
            "rbac_access_denied_matched_policy",
            "An authorization policy of the mesh denied the request. Reason: ns[shop]-policy[deny-all]-rule[0",
        ),
        ("http1.codec_error", "http1.codec_error", "HTTP/1 parser"),
        ("something_new", "something_new", ""),
        ("", "", ""),
        ("{}", "{}", ""),
    ],
)
def test_a_detail_is_explained_with_the_reason_that_it_carries(detail: str, name: str, says: str) -> None:
    explanation = explain_detail(detail)
    assert (explanation.code, explanation.name) == (detail, name)
    assert says in explanation.text


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("delayed connect error: 111", "refused the connection"),
        ("TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end", "was refused"),
        ("TLS_error:|33554536:system library:OPENSSL_internal:Connection reset by peer:TLS_error_end", "handshake"),
        ("remote_connection_failure|delayed_connect_error:_Connection_refused", "nothing listens there"),
        ("odd", "failed"),
    ],
)
def test_a_transport_failure_is_explained(reason: str, says: str) -> None:
    log = client_log(Proxy("a"), Proxy("b"), 0, 1, response_code_details="", upstream_transport_failure_reason=reason)
    (explanation,) = explain_details(log)
    assert says in explanation.text
    assert explanation.code == reason


def test_a_proxy_that_says_nothing_is_not_explained() -> None:
    assert explain_details(replace(client_log(Proxy("a"), Proxy("b"), 0, 1), response_code_details="")) == ()
