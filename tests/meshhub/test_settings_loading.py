"""Settings come from four places, and everything wrong with them is said at once, with its place."""

from pathlib import Path

import pytest

from meshhub.errors import ConfigurationError
from meshhub.settings import Flag, LoadedSettings, load_settings, parse_assignment
from meshhub.settings.effective import effective


def written(directory: Path, text: str) -> Path:
    path = directory / "meshhub.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(
    config: Path | None = None, environment: dict[str, str] | None = None, flags: tuple[Flag, ...] = ()
) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(config, environment or {}, flags)
    return [str(fault) for fault in raised.value.faults]


def origin_of(loaded: LoadedSettings, name: str) -> str:
    return next(setting.origin for setting in effective(loaded) if setting.name == name)


def test_defaults_are_the_documented_ones() -> None:
    settings = load_settings().settings
    assert settings.data_dir == Path("meshhub-data")
    assert settings.store == "embedded"
    assert settings.collector.endpoints.otlp_grpc == "127.0.0.1:4317"
    assert settings.collector.endpoints.otlp_http == "127.0.0.1:4318"
    assert settings.web.address == "127.0.0.1:8080"


def test_each_place_overrides_the_one_below(tmp_path: Path) -> None:
    config = written(tmp_path, "data_dir: /file\nstore: clickhouse://file\nweb:\n  page_threads: 3\n  api_threads: 4\n")
    environment = {"MESHHUB_STORE": "clickhouse://variable", "MESHHUB_WEB__PAGE_THREADS": "5"}
    flags = (Flag(("store",), "clickhouse://flag", "--store"),)
    loaded = load_settings(config, environment, flags)
    assert loaded.settings.data_dir == Path("/file")
    assert loaded.settings.web.api_threads == 4
    assert loaded.settings.web.page_threads == 5
    assert loaded.settings.store == "clickhouse://flag"
    assert origin_of(loaded, "data_dir") == f"{config}:1"
    assert origin_of(loaded, "web.api_threads") == f"{config}:5"
    assert origin_of(loaded, "web.page_threads") == "MESHHUB_WEB__PAGE_THREADS"
    assert origin_of(loaded, "store") == "--store"
    assert origin_of(loaded, "insecure") == "default"


def test_every_fault_is_reported_with_its_line(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        "stoer: embedded\n"
        "collector:\n"
        "  journal:\n"
        "    durability: sometimes\n"
        "  auth:\n"
        "    tokens:\n"
        "      - token: abc\n"
        "        tennant: x\n"
        "storage:\n"
        "  retention: {spans: many}\n"
        "web:\n"
        "  address: nonsense\n",
    )
    assert faults_of(config, {"MESHHUB_WEB__ADRESS": "127.0.0.1:1", "MESHHUB_TELEMETRY": "on"}) == [
        f"{config}:1: stoer: unknown key (did you mean store?)",
        f"{config}:4: collector.journal.durability: Input should be 'fsync' or 'os'",
        f"{config}:8: collector.auth.tokens.0.tennant: unknown key (did you mean collector.auth.tokens.*.tenant?)",
        f"{config}:10: storage.retention.spans: Input should be a valid integer, unable to parse string as an integer",
        f'{config}:12: web.address: "nonsense" is not an address: expected "host:port", for example "127.0.0.1:4317"',
        "MESHHUB_TELEMETRY: is a section: set one of its members, for example MESHHUB_TELEMETRY__LOG__LEVEL",
        "MESHHUB_WEB__ADRESS: unknown variable (did you mean MESHHUB_WEB__ADDRESS?)",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("web: [", "1: expected the node content, but found '<stream end>'"),
        ("- a\n", "1: expected a mapping of keys to values"),
        ("web:\n  address: 127.0.0.1:1\n  address: 127.0.0.1:2\n", "3: address: the key is there twice"),
        ("web: 7\n", "1: web: Input should be a valid dictionary or instance of WebSettings"),
        ("collector:\n  auth:\n    tokens: {token: a}\n", "3: collector.auth.tokens: Input should be a valid tuple"),
        ("store: postgres://db\n", '1: store: expected "embedded" or a URL such as clickhouse://host:8123'),
        ("store: clickhouse://db:port\n", '1: store: expected "embedded" or a URL such as clickhouse://host:8123'),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    config = written(tmp_path, text)
    assert faults_of(config)[0] == f"{config}:{fault}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none.yaml") == [f"{tmp_path / 'none.yaml'}: No such file or directory"]


def test_a_broken_file_does_not_hide_unknown_variables(tmp_path: Path) -> None:
    assert faults_of(written(tmp_path, "web: ["), {"MESHHUB_STROE": "embedded"})[1:] == [
        "MESHHUB_STROE: unknown variable (did you mean MESHHUB_STORE?)"
    ]


def test_lists_are_set_by_position_and_by_commas() -> None:
    environment = {
        "MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN": "first",
        "MESHHUB_COLLECTOR__AUTH__TOKENS__1__TOKEN": "second",
        "MESHHUB_COLLECTOR__AUTH__TOKENS__1__TENANT": "shop",
        "MESHHUB_WEB__ALLOWED_HOSTS": "hub.example.org, *.mesh.local",
    }
    settings = load_settings(None, environment).settings
    assert [token.tenant for token in settings.collector.auth.tokens] == ["", "shop"]
    assert settings.web.allowed_hosts == ("hub.example.org", "*.mesh.local")


def test_a_gap_in_a_list_is_a_fault() -> None:
    assert faults_of(None, {"MESHHUB_COLLECTOR__AUTH__TOKENS__2__TENANT": "shop"}) == [
        "MESHHUB_COLLECTOR__AUTH__TOKENS__2__TENANT: is for number 2, but there are only 0, counted from 0"
    ]


def test_the_word_null_switches_off_what_may_be_off() -> None:
    settings = load_settings(None, {"MESHHUB_COLLECTOR__ENDPOINTS__OTLP_HTTP": "null"}).settings
    assert settings.collector.endpoints.otlp_http is None


def test_a_variable_fills_a_section_that_the_file_switched_off(tmp_path: Path) -> None:
    environment = {"MESHHUB_TELEMETRY__OTLP__ENDPOINT": "http://127.0.0.1:4317"}
    loaded = load_settings(written(tmp_path, "telemetry: {otlp: null}\n"), environment)
    assert loaded.settings.telemetry.otlp is not None


def test_variables_of_kubernetes_service_links_and_of_the_clients_are_no_settings() -> None:
    links = {
        "MESHHUB_SERVICE_HOST": "10.0.0.1",
        "MESHHUB_SERVICE_PORT": "8080",
        "MESHHUB_SERVICE_PORT_OTLP_GRPC": "4317",
        "MESHHUB_PORT": "tcp://10.0.0.1:8080",
        "MESHHUB_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "MESHHUB_PORT_8080_TCP_ADDR": "10.0.0.1",
        "MESHHUB_URL": "http://127.0.0.1:8080",
        "MESHHUB_CONFIG": "/etc/meshhub.yaml",
    }
    assert load_settings(None, links).settings == load_settings().settings


def test_a_variable_in_the_wrong_case_is_unknown() -> None:
    assert faults_of(None, {"MESHHUB_Store": "embedded"}) == [
        "MESHHUB_Store: unknown variable (did you mean MESHHUB_STORE?)"
    ]


def test_assignments_of_the_command_line_name_a_setting() -> None:
    flag = parse_assignment("collector.journal.durability=os")
    loaded = load_settings(None, {"MESHHUB_COLLECTOR__JOURNAL__DURABILITY": "fsync"}, [flag])
    assert loaded.settings.collector.journal.durability == "os"
    assert origin_of(loaded, "collector.journal.durability") == "--set collector.journal.durability"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("web.address", "--set: expected section.name=value"),
        ("web.adress=x:1", "--set web.adress: no such setting (did you mean web.address?)"),
        (
            "storage.password=hunter2",
            "--set storage.password: others can read the command line: give a secret in a file or the environment",
        ),
    ],
)
def test_assignments_that_name_no_setting_or_a_secret_are_refused(text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_assignment(text)
    assert [str(entry) for entry in raised.value.faults] == [fault]
