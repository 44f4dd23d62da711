from __future__ import annotations

import numpy as np
import pytest

from sim.schema import Column, LogError, Schema

AT = Column("at", "i8", "ns")


def test_a_row_is_packed_little_endian_without_padding():
    schema = Schema("arrivals", "", (Column("who", "i1", "id"), Column("rank", "i2", "count"), AT))
    assert schema.packer().pack(1, 2, 3) == b"\x01" + b"\x02\x00" + b"\x03" + bytes(7)


def test_numpy_reads_the_rows_as_they_are_packed():
    schema = Schema("all", "", tuple(Column(f"a{kind}", kind, "count") for kind in ("i1", "i2", "i4", "i8")))
    row = (-(2**7), -(2**15), 2**31 - 1, 2**63 - 1)
    (read,) = np.frombuffer(schema.packer().pack(*row), schema.numpy_dtype()).tolist()
    assert read == row


def test_schemas_are_equal_when_all_they_say_is():
    def schema(codes: dict[int, str]) -> Schema:
        return Schema("arrivals", "Who came.", (Column("who", "i1", "code", codes),))

    assert schema({1: "a"}) == schema({1: "a"})
    assert schema({1: "a"}) != schema({1: "b"})
    assert hash(schema({1: "a"})) == hash(schema({1: "b"}))


@pytest.mark.parametrize("name", ["", "At", "2nd", "a-b", "a b", 'a"b'])
def test_names_are_lower_case_identifiers(name: str):
    with pytest.raises(LogError, match="write a lower-case identifier such as last_px"):
        Column(name, "i8", "ns")
    with pytest.raises(LogError, match="write a lower-case identifier such as trades"):
        Schema(name, "", (AT,))


@pytest.mark.parametrize("dtype", ["f8", "u8", "int64"])
def test_only_signed_integers_are_columns(dtype: str):
    with pytest.raises(LogError, match=f"column at: type '{dtype}' is not one of i1, i2, i4, i8"):
        Column("at", dtype, "ns")


def test_a_table_needs_columns_with_different_names():
    with pytest.raises(LogError, match="table arrivals has no column"):
        Schema("arrivals", "", ())
    with pytest.raises(LogError, match="table arrivals names twice: at"):
        Schema("arrivals", "", (AT, AT))
