"""A new epoch makes versions come after all that clients have seen."""

from src.service.reservation.app.command.begin_epoch_use_case import BeginEpochUseCase
from src.service.shared_kernel.seating import SeatStatus
from test.fake.world import World


async def test_a_new_epoch_keeps_the_seats_and_outranks_every_version_before() -> None:
    world = World()
    await world.hold("A-1-1-1")
    before = world.kvrocks.events[world.event.id].state_version
    begin_epoch = BeginEpochUseCase(world.audit, world.state_store, world.broadcaster)

    await begin_epoch.execute(world.event.id)

    after = world.kvrocks.events[world.event.id].state_version
    assert after.epoch == before.epoch + 1
    assert after > before
    assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
    assert world.broadcaster.updates[-1].version == after
