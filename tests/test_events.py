from forecast.events import Note, Warned, once


def test_a_note_is_heard_once_and_all_else_as_often_as_it_comes():
    heard = []
    listener = once(heard.append)
    for event in (
        Note("device", "CPU"),
        Warned("a"),
        Note("device", "CPU"),
        Warned("a"),
        Note("plan", "GRU"),
    ):
        listener(event)
    assert heard == [Note("device", "CPU"), Warned("a"), Warned("a"), Note("plan", "GRU")]
