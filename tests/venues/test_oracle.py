"""Two streams of a public matching benchmark, 1,996,097 messages each, with the published SHA-256 of their reports.

Skipped without the streams. The quick suite runs their beginnings through both books; the whole of them is among the
slow tests (`make validate`).
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from scenarios.reconciling.benchmark_streams import POLICIES, PUBLISHED, read_stream, run_stream
from scenarios.reconciling.books import BOOKS, new_book

BEGINNING = 20_000
DIGESTS_OF_THE_BEGINNING = {
    "normal": "4008343c211f7e3330f9c7b7e72de5ebf5ee73fdf09ce47a2cb01e1e34b6c393",
    "flash-crash": "19d87dd4bfd999884cc21e1cb331004f2d43e45b8e45eddafb8cb852028e0b5a",
}
"""Of the first 20,000 messages, made by books that give the published digest for all."""


@pytest.fixture
def stream(shared_data: Path, request: pytest.FixtureRequest) -> Path:
    path = shared_data / "matching_oracle" / f"{request.param}.npz"
    if not path.exists():
        pytest.skip(f"{path.name} of the matching benchmark is not there")
    return path


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("stream", PUBLISHED, indirect=True)
def test_the_beginning_of_a_stream_gives_the_same_reports_in_both_books(stream, book):
    found = run_stream(new_book(book, 1, POLICIES), islice(read_stream(stream), BEGINNING))
    assert found.messages == BEGINNING
    assert found.digest == DIGESTS_OF_THE_BEGINNING[stream.stem]


@pytest.mark.slow
@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("stream", PUBLISHED, indirect=True)
def test_a_whole_stream_gives_the_published_digest(stream, book):
    found = run_stream(new_book(book, 1, POLICIES), read_stream(stream))
    assert found.messages == 1_996_097
    assert found.digest == PUBLISHED[stream.stem]
