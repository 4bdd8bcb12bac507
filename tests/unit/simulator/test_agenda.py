from callpoint.simulator.agenda import Agenda


def test_deeds_are_done_in_the_order_of_their_times_then_of_their_entry() -> None:
    agenda, done = Agenda(), list[str]()
    agenda.at(2, lambda _: done.append("late"))
    agenda.at(1, lambda _: done.append("first"))
    agenda.at(1, lambda _: done.append("second"))
    agenda.run(2)
    assert done == ["first", "second", "late"]


def test_what_is_not_due_waits() -> None:
    agenda, done = Agenda(), list[float]()
    agenda.at(2, done.append)
    agenda.run(1.999)
    assert (done, agenda.deadline_s) == ([], 2)


def test_a_deed_that_a_deed_adds_waits_for_the_next_run() -> None:
    agenda, done = Agenda(), list[float]()
    agenda.at(1, lambda now_s: agenda.at(now_s, done.append))
    agenda.run(1)
    assert (done, agenda.deadline_s) == ([], 1)


def test_a_cleared_agenda_has_no_deadline() -> None:
    agenda = Agenda()
    agenda.at(1, lambda _: None)
    agenda.clear()
    assert agenda.deadline_s is None
