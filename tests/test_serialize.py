from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.serialize import dump, from_plain, parse, to_plain


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    kind: Literal["a", "b"]
    share: float
    flag: bool
    perhaps: Inner | None
    pairs: tuple[tuple[str, float], ...]


inners = st.builds(
    Inner, st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(-9, 9)).map(tuple)
)
outers = st.builds(
    Outer,
    inners,
    st.sampled_from(["a", "b"]),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none() | inners,
    st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.floats(allow_nan=False))).map(tuple),
)
ONE = Outer(Inner("x", (1, 2)), "a", 0.5, True, None, (("y", 1.0),))


@given(outers)
def test_every_value_comes_back_through_its_text(value: Outer):
    assert from_plain(Outer, parse(dump(to_plain(value)).encode())) == value


def test_nan_comes_back_as_nan_though_no_text_of_json_holds_it():
    value = Outer(Inner("x"), "a", float("nan"), True, None, ())
    assert "NaN" not in dump(to_plain(value))
    back = from_plain(Outer, to_plain(value)).share
    assert back != back


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": 1}, 'has an unknown "more"'),
        ({"kind": "c"}, "kind is not as expected"),
        ({"share": "1.0"}, "share is not of type float"),
        ({"share": float("inf")}, "share is not of type float"),
        ({"share": True}, "share is not of type float"),
        ({"flag": 1}, "flag is not of type bool"),
        ({"inner": None}, "inner is not as expected"),
        ({"inner": {"sizes": []}}, 'inner lacks "name"'),
        ({"inner": {"name": 1, "sizes": []}}, "inner.name is not of type str"),
        ({"inner": {"name": "x", "sizes": [1.0]}}, "inner.sizes is not of type int"),
        ({"inner": {"name": "x", "sizes": [2**60]}}, "inner.sizes is out of bounds"),
        ({"inner": {"name": "\ud800", "sizes": []}}, "surrogates"),
        ({"pairs": [["y"]]}, "pairs has 1 items, not 2"),
        ({"pairs": {}}, "pairs is not as expected"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_place(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        from_plain(Outer, {**to_plain(ONE), **change})


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b"NaN", b"-Infinity", b"[" * 10**6, b"9" * 5000, b"\xff", b"", b"1 2"]
)
def test_text_that_is_not_strict_json_is_refused(text: bytes):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_equal_objects_have_one_text_whatever_their_order():
    assert dump({"b": 1, "a": "ü"}) == dump({"a": "ü", "b": 1}) == '{"a":"\\u00fc","b":1}'


def test_what_is_no_plain_value_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="complex"):
        to_plain((1j,))


def test_a_field_with_a_default_may_be_missing_from_an_older_text():
    assert from_plain(Inner, {"name": "x"}) == Inner("x")
