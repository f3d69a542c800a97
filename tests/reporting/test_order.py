import pytest

from forecast.explaining.order import OrderLesson
from forecast.reporting.order import order_sections, order_table


def verdict(*, shuffled: float, trained: float, last: float) -> str:
    """What is said of the recurrent network where its error on windows in order is 10."""
    lesson = OrderLesson(
        "gru", 8, (100, 99), last, (10.0, 9.0), (shuffled, 9.0), (trained, 9.0), ((8, 10.0),)
    )
    order, _ = order_sections(lesson, "tons")
    assert order.table["past"].tolist()[2] == "shuffled, and so in training"
    assert order.table["GRU 16"].tolist() == [10.0, shuffled, trained, last]
    assert order_table(lesson)["past"].tolist() == ["in order", "shuffled", "trained shuffled"]
    return order.below[-1].removeprefix("order       ")


MATTERS = (
    "it matters: the same values shuffled make errors of the recurrent network 3.0 times as large, and still "
)
HARDLY = "it hardly matters here: "
IN_ORDER = (
    "trained in order, the network errs {} times as much on shuffled values, but trained on shuffled ones it "
)


@pytest.mark.parametrize(
    ("shuffled", "trained", "last", "expected"),
    [
        (30.0, 20.0, 25.0, MATTERS + "2.0 times if it was trained on shuffled ones"),
        (
            30.0,
            20.0,
            5.0,
            MATTERS
            + "2.0 times if it was trained on shuffled ones, but the last value alone does better than "
            "either",
        ),
        (
            12.0,
            10.0,
            20.0,
            HARDLY
            + IN_ORDER.format(1.2)
            + "makes errors as small as with the order, and what the values are "
            "tells most",
        ),
        (
            11.4,
            8.6,
            9.1,
            HARDLY
            + IN_ORDER.format(1.1)
            + "makes smaller errors than with the order, and the last value alone "
            "does as well",
        ),
        (10.0, 10.0, 10.5, HARDLY + "the last value alone does as well"),
    ],
)
def test_the_sentence_follows_from_the_table(shuffled, trained, last, expected):
    assert verdict(shuffled=shuffled, trained=trained, last=last) == expected
