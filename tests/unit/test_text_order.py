"""Sorting of texts, against Python's own."""

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from robuust.text_order import text_order

TEXTS = st.lists(
    st.one_of(
        st.text(alphabet="ab:é1𝄞", max_size=20),
        st.text(alphabet="01", max_size=18).map("urn:catalog:".__add__),
    ),
    max_size=20,
)


@given(TEXTS, st.integers(0, 20))
@example(["same text of many letters"] * 3, 1)
@example(["", ""], 0)
def test_texts_come_in_the_order_of_python_whatever_their_chunks(texts, cut):
    table = pa.chunked_array([texts[:cut], texts[cut:]], pa.string())
    order, rank = text_order(table)
    assert [texts[k] for k in order] == sorted(texts)
    assert rank.tolist() == [sum(other < text for other in texts) for text in texts]


def test_part_of_an_array_is_sorted_by_itself():
    order, _ = text_order(pa.array(["x", "c", "a", "b", "y"]).slice(1, 3))
    assert order.tolist() == [1, 2, 0]
