# CPython's servers; follows control.ts. The first argument says which. Over TLS the
# second one is the file with certificate and key; a server that drains has two more:
# how much it asks for at a time, and after how many bytes it sends one.

import asyncio
import json
import os
import socketserver
import ssl
import sys
import threading
import time


class Receiving(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)


class Draining(socketserver.BaseRequestHandler):
    def handle(self):
        size, total = map(int, sys.argv[3:5])
        got = 0
        while data := self.request.recv(size):
            got += len(data)
            if got >= total:
                got -= total
                self.request.sendall(b"1")


class Lines(socketserver.StreamRequestHandler):
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
        return self.context.wrap_socket(connection, **options), address


KINDS = {
    "BaseRequestHandler": (Connections, Receiving),
    "StreamRequestHandler": (Connections, Lines),
    "secure": (SecureConnections, Receiving),
    "secure drain": (SecureConnections, Draining),
    "UDPServer": (socketserver.UDPServer, Datagrams),
    "ThreadingUDPServer": (socketserver.ThreadingUDPServer, Datagrams),
}


async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve_streams():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=128)
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


if sys.argv[1] == "asyncio":
    asyncio.run(serve_streams())
elif sys.argv[1] == "uvloop":
    import uvloop

    # A protocol, which is how servers that care for speed use it.
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

    uvloop.install()
    asyncio.run(serve_protocol())
else:
    Server, Handler = KINDS[sys.argv[1]]
    if Server is SecureConnections:
        Server.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        Server.context.load_cert_chain(sys.argv[2])
    with Server(("127.0.0.1", 0), Handler) as server:
        begin(server.server_address[1])
        server.serve_forever()
