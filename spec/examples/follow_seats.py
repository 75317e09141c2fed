"""A program that a seller's webhook tells: it knows every seat by messages alone.

WEBHOOK_SECRET=whsec_... python follow_seats.py 9000
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
becomes = {
    "reservation.reserved": "reserved",
    "reservation.confirmed": "sold",
    "reservation.released": "available",
    "reservation.expired": "available",
    "reservation.cancelled": "available",
}
had, seats = set(), {}  # a program that is to outlive a restart keeps both in one database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            message = webhook.verify(body, {k.lower(): v for k, v in self.headers.items()})
        except WebhookVerificationError:
            self.send_error(401)
            return
        if message["id"] not in had and message["type"] in becomes:  # it may come twice
            for seat in message["data"]["seats"]:
                seats[f"{message['subject']}/{seat['seat_identifier']}"] = becomes[message["type"]]
        had.add(message["id"])
        self.send_response(204)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(seats).encode())


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
