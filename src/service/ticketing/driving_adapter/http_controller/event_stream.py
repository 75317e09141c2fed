"""Opening a live stream of an event."""

from http import HTTPStatus

from fastapi import Request, Response

from src.platform.http.authentication import identification
from src.platform.http.head import HeadOfStream
from src.platform.http.live_stream import LiveStream, stream_headers
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.driving_adapter.http_controller.event_use_cases import use_cases_of
from src.service.ticketing.driving_adapter.sse.frames import changes, prepare, whole_state
from src.service.ticketing.driving_adapter.sse.last_event_id import last_event_id


async def open_stream(
    request: Request, event_id: EventId, subsection: SubsectionKey | None, *, delta: bool
) -> Response:
    """Answer with the stream, or 204 when nothing will come any more; HEAD opens none."""
    use_cases = use_cases_of(request)
    identify = await identification(request)
    last_seen = last_event_id(request)
    if request.method == "HEAD":
        state = (
            await use_cases.list_all_subsection_status.execute(identify, event_id)
            if subsection is None
            else await use_cases.list_section_seats.execute(identify, event_id, subsection)
        )
        if state.closed and state.version == last_seen:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return HeadOfStream(stream_headers(request.scope), LiveStream.media_type)
    subscriber = await use_cases.watch.execute(
        identify, event_id, subsection, changes if delta else whole_state, last_seen=last_seen
    )
    if subscriber is None:
        # Which tells an EventSource not to come back.
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if subsection is not None:
        try:
            await prepare(subscriber.snapshot, subsection)
        except BaseException:
            subscriber.close()
            raise
    return LiveStream(subscriber, use_cases.stream_timing)
