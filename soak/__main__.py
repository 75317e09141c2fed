"""`python -m soak`."""
import asyncio, sys, time, random
import uvloop
from soak.campaign import Campaign
from soak.faults import FAULTS
from soak.people import gather_people
from soak.world import running_world

async def main():
    seed = 7
    async with running_world(seed) as world:
        people = await gather_people(world.direct.port, 16)
        for fault in FAULTS:
            if len(sys.argv) > 1 and not any(a.lower() in fault.name.lower() for a in sys.argv[1:]): continue
            t=time.monotonic()
            o = await Campaign(world, people, fault, seed).run()
            print(f"{o.fault}: {dict(o.seen)} slowest {o.slowest:.2f} recovered {o.recovered:.2f} agreed {o.agreed:.2f} requests {o.requests} took {time.monotonic()-t:.1f}", flush=True)
            for w in o.wrong[:8]: print("   WRONG", w[:400], flush=True)

uvloop.run(main())
