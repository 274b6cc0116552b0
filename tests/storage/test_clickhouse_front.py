"""The front speaks ClickHouse's HTTP interface well enough to stand for a server."""

import gzip
import http.client
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from meshhub.testing.front import Front


@pytest.fixture
def client(front: Front) -> Iterator[Client]:
    client = clickhouse_connect.get_client(host="127.0.0.1", port=front.port, autogenerate_session_id=False)
    yield client
    client.command("DROP TABLE IF EXISTS words")
    client.close()


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Message
    body: bytes


def post(front: Front, query: dict[str, str], body: bytes | Iterator[bytes] = b"", **headers: str) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=20)
    with closing(connection):
        connection.request("POST", f"/?{urlencode(query)}", body=body, headers=headers)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())


def test_it_answers_pings(client: Client) -> None:
    assert client.ping()


def test_rows_go_in_and_out_compressed(client: Client) -> None:
    client.command("CREATE TABLE words (word String, count UInt64) ENGINE = Memory")
    client.insert("words", [["a'b\n", 1], ["λ", 2**64 - 1]], ["word", "count"])
    found = client.query("SELECT * FROM words WHERE word != {not:String} ORDER BY count", {"not": "x"})
    assert list(found.result_rows) == [("a'b\n", 1), ("λ", 2**64 - 1)]
    assert client.query("SELECT * FROM words WHERE 0").result_rows == []


def test_settings_and_parameters_are_the_requests_own(front: Front) -> None:
    query = {"query": "SELECT {a:Array(String)}, getSetting('max_threads')", "param_a": "['x']", "max_threads": "3"}
    assert post(front, query).body == b"['x']\t3\n"
    assert b"\t3\n" not in post(front, {"query": "SELECT '', getSetting('max_threads')"}).body


def test_the_statement_may_be_in_the_body_and_its_data_chunked_and_coded(front: Front, client: Client) -> None:
    post(front, {}, b"CREATE TABLE words (word String) ENGINE = Memory")
    assert post(front, {"query": "INSERT INTO words FORMAT TSV"}, iter([b"one\n", b"two\n"])).status == 200
    coded = {"Content-Encoding": "gzip"}
    assert post(front, {}, gzip.compress(b"INSERT INTO words FORMAT TSV\nthree\n"), **coded).status == 200
    wanted = {"enable_http_compression": "1", "query": "SELECT word FROM words ORDER BY word"}
    answer = post(front, wanted, b"", **{"Accept-Encoding": "br, gzip"})
    assert answer.headers.get("Content-Encoding") == "gzip"
    assert gzip.decompress(answer.body) == b"one\nthree\ntwo\n"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("SELECT FROM WHERE", 400, "62"), ("SELECT * FROM nowhere", 404, "60"), ("SELECT throwIf(1)", 500, "395")],
)
def test_an_error_has_the_engines_code_and_words(front: Front, query: str, status: int, code: str) -> None:
    answer = post(front, {"query": query})
    assert (answer.status, answer.headers.get("X-ClickHouse-Exception-Code")) == (status, code)
    assert answer.body.startswith(f"Code: {code}. DB::Exception: ".encode())


def test_an_unknown_setting_is_refused(front: Front, client: Client) -> None:
    assert (
        post(front, {"query": "SELECT 1", "no_such_setting": "1"}).headers.get("X-ClickHouse-Exception-Code") == "115"
    )
    with pytest.raises(DatabaseError):
        client.query("SELECT 1", settings={"no_such_setting": "1"})
