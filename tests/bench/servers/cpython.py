# CPython's servers; follows task.ts and control.ts.

import asyncio
import json
import os
import socketserver
import ssl
import sys
import tempfile
import threading
import time

task = json.loads(sys.argv[1])
size = task.get("size", 4096)


class Receiving(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(size):
            self.request.sendall(data)


class Draining(socketserver.BaseRequestHandler):
    def handle(self):
        total = task["total"]
        got = 0
        while data := self.request.recv(size):
            got += len(data)
            if got >= total:
                got -= total
                self.request.sendall(b"1")


class Lines(socketserver.StreamRequestHandler):
    # Or answers of one line each would wait for the client's kernel.
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            self.wfile.write(line)


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, socket = self.request
        socket.sendto(data, self.client_address)


class Connections(socketserver.ThreadingTCPServer):
    # As ours: with Python's 5 a burst of clients waits for a second.
    request_queue_size = 128


class SecureConnections(Connections):
    def get_request(self):
        connection, address = super().get_request()
        # Each thread shakes hands itself, when it first receives.
        options = {"server_side": True, "do_handshake_on_connect": False}
        return context.wrap_socket(connection, **options), address


def make_context():
    # From files only.
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(task["tls"]["cert"] + task["tls"]["key"])
        file.flush()
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(file.name)
        return made


# A protocol, which is how servers that care for speed use asyncio.
class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def serve_protocol():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=128)
    begin(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def begin(port):
    threading.Thread(target=control, args=(port,), daemon=True).start()


def control(port):
    print(port, flush=True)
    for _ in sys.stdin:
        # Memory is not asked for.
        cpu = time.process_time_ns() / 1000
        print(json.dumps({"cpu": cpu, "rss": 0, "heap": 0}), flush=True)
    os._exit(0)


KINDS = {
    "threading": (Connections, Receiving),
    "lines": (Connections, Lines),
    "secure": (SecureConnections, Receiving),
    "secure drain": (SecureConnections, Draining),
    "UDPServer": (socketserver.UDPServer, Datagrams),
    "ThreadingUDPServer": (socketserver.ThreadingUDPServer, Datagrams),
}

if task["kind"] == "asyncio":
    asyncio.run(serve_protocol())
elif task["kind"] == "uvloop":
    import uvloop

    uvloop.install()
    asyncio.run(serve_protocol())
else:
    Server, Handler = KINDS[task["kind"]]
    if "tls" in task:
        context = make_context()
    with Server(("127.0.0.1", 0), Handler) as server:
        begin(server.server_address[1])
        server.serve_forever()
