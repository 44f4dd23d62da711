from __future__ import annotations

import pytest

from api.journal import Journal, JournalError, read_journal
from api.wire import Cancel, Stop, SubmitParent

ORDER = SubmitParent(side="BUY", qty=1000, limit="100.05", strategy={"kind": "smart", "fee_weight": 2})
HEADER = '{"journal": 1, "scenario": "tiny", "sorsim": "0"}\n'


def journal_of(folder, *lines):
    (folder / "journal.jsonl").write_text(HEADER + "".join(line + "\n" for line in lines))
    return list(read_journal(folder))


def test_what_was_written_is_read(tmp_path):
    journal = Journal(tmp_path, {"scenario": "tiny"})
    written = [(5, ORDER), (5, Cancel(id="P1")), (9, Stop())]
    for at, instruction in written:
        journal.write(at, instruction)
    journal.close()
    assert [tuple(entry) for entry in read_journal(tmp_path)] == written


def test_an_entry_is_on_disk_before_it_is_carried_out(tmp_path):
    journal = Journal(tmp_path, {})
    journal.write(5, ORDER)
    assert [entry.at for entry in read_journal(tmp_path)] == [5]
    journal.close()


def test_a_journal_is_written_in_dollars(tmp_path):
    journal = Journal(tmp_path, {})
    journal.write(5, ORDER)
    journal.close()
    assert '"limit": "100.05"' in (tmp_path / "journal.jsonl").read_text()


def test_a_journal_is_never_written_over(tmp_path):
    Journal(tmp_path, {}).close()
    with pytest.raises(FileExistsError):
        Journal(tmp_path, {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"at": 5, "do": "par', "journal.jsonl:2: not an entry (cut off?)"),
        ('{"do": "stop"}', "journal.jsonl:2: not an entry"),
        ('{"at": 1.5, "do": "stop"}', "journal.jsonl:2: at = 1.5 is not a time: write whole nanoseconds"),
        ('{"at": 5, "do": "dance"}', "journal.jsonl:2: body: Input tag 'dance'"),
        ('{"at": 5, "do": "parent", "side": "BUY", "qty": -1}', "journal.jsonl:2: parent.qty: -1 is not a number of"),
    ],
)
def test_a_line_that_is_no_entry_is_named(tmp_path, line, said):
    with pytest.raises(JournalError) as caught:
        journal_of(tmp_path, line)
    assert said in str(caught.value)


def test_time_does_not_go_backwards_in_a_journal(tmp_path):
    with pytest.raises(JournalError, match="time goes backwards, from 9 ns to 5 ns"):
        journal_of(tmp_path, '{"at": 9, "do": "cancel", "id": "P1"}', '{"at": 5, "do": "stop"}')


@pytest.mark.parametrize("first", ["", "hello", '{"journal": 2}'])
def test_what_is_no_journal_of_this_version_is_refused(tmp_path, first):
    (tmp_path / "journal.jsonl").write_text(first + "\n")
    with pytest.raises(JournalError, match=r"journal\.jsonl:1: "):
        list(read_journal(tmp_path))
