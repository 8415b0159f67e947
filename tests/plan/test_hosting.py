"""What a run takes of the account of a hosted sandbox, reckoned by hand."""

from tarot.plan.hosting import reckon_hosting

SETTINGS = {
    "max_sandboxes": 20,
    "contexts": 2,
    "programs_per_request": 32,
    "lifetime_s": 300,
    "max_age_s": 3300,
    "usd_per_sandbox_hour": 0.1,
}


def test_sandboxes_last_through_all_steps_and_are_replaced_when_they_are_old() -> None:
    """100 programs are 50 a process, which one sandbox of its ten takes; two hours are 2.2 ages.

    Two workers get 12, then a quarter of what waits, at least one: 12, 9, 7, 5, 4, 3, 2, 2 and six
    times one. Each of 6 creations takes 2 requests and 2 a context; of 2 sandboxes, each is renewed
    every 100 s, 72 times.
    """
    load = reckon_hosting(
        SETTINGS, processes=2, programs_a_step=100, steps=10, step_s=720, busy_s=60
    )

    assert (load.sandboxes, load.creations, load.hours) == (2, 6, 4.0)
    assert load.program_requests == 10 * 2 * 14
    assert load.requests == 280 + 6 * (2 + 2 * 2) + 2 * 72
    assert load.usd == 0.4


def test_no_process_has_more_than_its_share_and_without_a_price_there_is_no_cost() -> None:
    settings = {**SETTINGS, "usd_per_sandbox_hour": None}
    load = reckon_hosting(settings, processes=7, programs_a_step=1e6, steps=1, step_s=60, busy_s=9)

    assert (load.sandboxes, load.creations, load.usd) == (14, 14, None)


def test_sandboxes_that_would_be_idle_for_long_are_made_again_for_each_step() -> None:
    """Ten times, two sandboxes live for a minute of work and one of rest."""
    settings = {**SETTINGS, "idle_s": 60.0}
    load = reckon_hosting(
        settings, processes=2, programs_a_step=100, steps=10, step_s=720, busy_s=60
    )

    assert (load.sandboxes, load.creations) == (2, 20)
    assert load.hours == 10 * 2 * 120 / 3600
