"""The scripts that change an event's seats in Kvrocks, one atomic step each.

On Kvrocks each write is a commit of its own, so a crash can cut a script in two. Every script writes
the pending entry first, then the version, then the seats. Seats that are not yet what Postgres says
are found by the reconciler; seats that changed under a version that clients have seen already would
never reach them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from src.platform.script_runner import Script
from src.service.reservation.app.interface.seat_state_store import SeatCorrection
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey

Subsections = Mapping[SubsectionKey, tuple[int, ...]]

# The byte of each status. The answers and the arguments have it as a digit.
_STATUSES = "".join(f"local {status.name} = {status.code}\n" for status in SeatStatus)

# KEYS of every script: layout, version, pending, then one seat string per subsection touched.
# An answer begins with a word; a version is its epoch and its number. A script that finds what
# `StoredSeats.read` takes for a lost state answers `missing`, and changes nothing.
_PREAMBLE = (
    _STATUSES
    + """
local layout, version = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
local function is_number(text)
  return text and #text <= 15 and string.find(text, '^[1-9]%d*$')
end
local epoch, closed = string.match(layout or '', '^{"epoch":(%d+),"closed":(%l+),"rows":')
if not (is_number(epoch) and (closed == 'true' or closed == 'false')
    and string.sub(layout, -2) == ']}' and is_number(version))
then return {'missing'} end
local function status(seats, index)
  local byte = string.byte(seats, index + 1)
  if byte == AVAILABLE or byte == RESERVED or byte == SOLD then return byte end
end
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- `places` are index, byte, index, byte and so on, in the order of the indexes. Neighbours are one write,
-- because Kvrocks writes the whole string each time.
local function put(key, places)
  local start, run = 0, {}
  for n = 1, #places, 2 do
    local index = tonumber(places[n])
    if #run > 0 and index ~= start + #run then
      redis.call('SETRANGE', key, start, table.concat(run))
      run = {}
    end
    if #run == 0 then start = index end
    run[#run + 1] = places[n + 1]
  end
  if #run > 0 then redis.call('SETRANGE', key, start, table.concat(run)) end
end
"""
)

# ARGV: pending member, its life in ms, then per subsection the indexes wanted.
TAKE = Script(
    "take",
    _PREAMBLE
    + """
if closed == 'true' then return {'closed'} end
local taken = {'taken'}
for k = 4, #KEYS do
  local seats = redis.call('GET', KEYS[k])
  if not seats then return {'missing'} end
  for index in string.gmatch(ARGV[k - 1], '%d+') do
    local now = status(seats, index)
    if not now then return {'missing'} end
    if now ~= AVAILABLE then taken[#taken + 1] = (k - 4) .. ':' .. index end
  end
end
if #taken > 1 then return taken end
redis.call('ZADD', KEYS[3], string.format('%.0f', now_ms() + ARGV[2]), ARGV[1])
version = redis.call('INCR', KEYS[2])
for k = 4, #KEYS do
  local places = {}
  for index in string.gmatch(ARGV[k - 1], '%d+') do
    places[#places + 1] = index
    places[#places + 1] = string.char(RESERVED)
  end
  put(KEYS[k], places)
end
return {'version', epoch, version}
""",
)

# One subsection. ARGV: the pending member up to its indexes and from there on, its life in ms, at most
# how many seats, how many the subsection has. Answers with the indexes taken, comma-separated.
TAKE_FREE = Script(
    "take free",
    _PREAMBLE
    + """
if closed == 'true' then return {'closed'} end
local seats = redis.call('GET', KEYS[4])
local known = '^[' .. string.char(AVAILABLE, RESERVED, SOLD) .. ']*$'
if not seats or #seats ~= tonumber(ARGV[5]) or not string.find(seats, known)
then return {'missing'} end
local indexes, places, from = {}, {}, 1
while #indexes < tonumber(ARGV[4]) do
  local at = string.find(seats, string.char(AVAILABLE), from, true)
  if not at then break end
  indexes[#indexes + 1] = at - 1
  places[#places + 1] = at - 1
  places[#places + 1] = string.char(RESERVED)
  from = at + 1
end
if #indexes == 0 then return {'stale'} end
local taken = table.concat(indexes, ',')
redis.call('ZADD', KEYS[3], string.format('%.0f', now_ms() + ARGV[3]), ARGV[1] .. taken .. ARGV[2])
version = redis.call('INCR', KEYS[2])
put(KEYS[4], places)
return {'version', epoch, version, taken}
""",
)

# ARGV: pending member.
CLEAR_PENDING = Script(
    "clear pending",
    _STATUSES
    + """
redis.call('ZREM', KEYS[3], ARGV[1])
for k = 4, #KEYS do
  local seats = redis.call('GET', KEYS[k])
  if seats and string.find(seats, string.char(AVAILABLE), 1, true) then return 0 end
end
return 1
""",
)

# Of "index=byte found, byte right" per subsection from ARGV[2] on: which seats still are as found, and what to
# put there. The others somebody has changed since.
_AS_FOUND = """
local changed, places = {}, {}
for k = 4, #KEYS do
  local seats = redis.call('GET', KEYS[k])
  if not seats then return {'missing'} end
  local here = {}
  for index, found, right in string.gmatch(ARGV[k - 2], '(%d+)=(%d)(%d)') do
    if string.sub(seats, index + 1, index + 1) == found then
      here[#here + 1] = index
      here[#here + 1] = right
      changed[#changed + 1] = (k - 4) .. ':' .. index
    end
  end
  places[k] = here
end
"""

# ARGV: pending member, then as found. Answers with the places changed. The member alone does not say who has
# the seats: where a crash has cut the take before it marked them, somebody else may have taken them since.
RESOLVE = Script(
    "resolve",
    _PREAMBLE
    + _AS_FOUND
    + """
if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then return {'stale'} end
version = redis.call('INCR', KEYS[2])
for k = 4, #KEYS do put(KEYS[k], places[k]) end
return {'version', epoch, version, table.concat(changed, ',')}
""",
)

# ARGV: byte before, byte after, then per subsection the indexes.
CHANGE = Script(
    "change",
    _PREAMBLE
    + """
local before = string.byte(ARGV[1])
local found, places = false, {}
for k = 4, #KEYS do
  local seats = redis.call('GET', KEYS[k])
  if not seats then return {'missing'} end
  local here = {}
  for index in string.gmatch(ARGV[k - 1], '%d+') do
    local now = status(seats, index)
    if not now then return {'missing'} end
    if now == before then
      found = true
      here[#here + 1] = index
      here[#here + 1] = ARGV[2]
    end
  end
  places[k] = here
end
if not found then return {'stale'} end
version = redis.call('INCR', KEYS[2])
for k = 4, #KEYS do put(KEYS[k], places[k]) end
return {'version', epoch, version}
""",
)

# What it leaves is the last that watchers see: not seats that a hold marked which PostgreSQL will refuse.
CLOSE = Script(
    "close",
    _PREAMBLE
    + """
if closed == 'true' then return {'version', epoch, version} end
if #redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '+inf', 'LIMIT', 0, 1) > 0 then return {'stale'} end
version = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], (string.gsub(layout, '"closed":false', '"closed":true', 1)))
return {'version', epoch, version}
""",
)

# ARGV: the new epoch, then as found. Answers with the places corrected. When a seat is wrong Kvrocks may
# have lost its latest writes, and with them versions that clients have seen. In a new epoch none of
# those comes again with other contents.
CORRECT = Script(
    "correct",
    _PREAMBLE
    + _AS_FOUND
    + """
if #changed == 0 then return {'stale'} end
redis.call('SET', KEYS[1], (string.gsub(layout, '"epoch":%d+', '"epoch":' .. ARGV[1], 1)))
version = redis.call('INCR', KEYS[2])
for k = 4, #KEYS do put(KEYS[k], places[k]) end
return {'version', ARGV[1], version, table.concat(changed, ',')}
""",
)

# ARGV: the new epoch.
BEGIN_EPOCH = Script(
    "begin epoch",
    _PREAMBLE
    + """
redis.call('SET', KEYS[1], (string.gsub(layout, '"epoch":%d+', '"epoch":' .. ARGV[1], 1)))
return {'version', ARGV[1], redis.call('INCR', KEYS[2])}
""",
)


def script_keys(keys: SeatStateKeys, event_id: EventId, subsections: Subsections) -> list[str]:
    """The KEYS of a script that touches these subsections."""
    return [
        keys.layout(event_id),
        keys.version(event_id),
        keys.pending(event_id),
        *(keys.seats(event_id, subsection) for subsection in subsections),
    ]


def pending_member(reservation_id: ReservationId, subsections: Subsections) -> str:
    """A hold as the pending set names it: the reservation, and which seats are in doubt."""
    return json.dumps(
        [str(reservation_id), [[b.section, b.number, i] for b, i in subsections.items()]],
        separators=(",", ":"),
    )


def pending_member_around(
    reservation_id: ReservationId, subsection: SubsectionKey
) -> tuple[str, str]:
    """What `pending_member` has before and after the indexes of this one subsection."""
    before, _, after = pending_member(reservation_id, {subsection: ()}).rpartition("[]")
    return f"{before}[", f"]{after}"


def seats_of_member(config: SeatingConfig, member: bytes) -> tuple[SeatId, ...]:
    """The seats that a pending member names. Raises ValueError when they are none of the event's."""
    try:
        parts: list[Any] = json.loads(member)[1]
        seats = tuple(
            config.seat_at(SubsectionKey(section, number), index)
            for section, number, indexes in parts
            for index in indexes
        )
        known = all(map(config.has_seat, seats))
    except (TypeError, LookupError) as error:
        raise ValueError(f"not a pending hold: {member!r}") from error
    if not known:
        raise ValueError(f"not a pending hold of this event: {member!r}")
    return seats


def index_lists(subsections: Subsections) -> Iterator[str]:
    """Per subsection, the indexes as the scripts read them."""
    return (",".join(map(str, indexes)) for indexes in subsections.values())


def listed_corrections(
    config: SeatingConfig, subsections: Subsections, corrections: Iterable[SeatCorrection]
) -> Iterator[str]:
    """Per subsection, "index=byte found, byte right" for each seat that has to change."""
    of_seat = {c.seat: c for c in corrections if c.found is not c.right}
    for subsection, indexes in subsections.items():
        yield ",".join(
            f"{i}={c.found.byte.decode()}{c.right.byte.decode()}"
            for i in indexes
            if (c := of_seat.get(config.seat_at(subsection, i))) is not None
        )


def seats_corrected(config: SeatingConfig, subsections: Subsections, answer: Any) -> list[SeatId]:
    """The seats that a script says it changed, after the version."""
    return seats_answered(config, subsections, answer[3].split(b",") if answer[3] else [])


def version_answered(event_id: EventId, answer: Any) -> StateVersion | None:
    """The version that a script made, None when there was nothing left to do."""
    match answer:
        case [b"version", epoch, version, *_]:
            return StateVersion(int(epoch), int(version))
        case [b"stale"]:
            return None
        case [b"missing"]:
            raise SeatStateMissingError(event_id)
    raise RuntimeError(f"a seat script answered {answer!r}")


def seats_answered(
    config: SeatingConfig, subsections: Subsections, places: list[bytes]
) -> list[SeatId]:
    """The seats that a script names as "number of the subsection among its keys:index"."""
    names = list(subsections)
    pairs = (place.split(b":") for place in places)
    return [config.seat_at(names[int(subsection)], int(index)) for subsection, index in pairs]
