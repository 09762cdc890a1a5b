import { runPython } from "../../support/python.ts";
import { type Case, handlers } from "./case.ts";

const program = String.raw`
import warnings
warnings.simplefilter("ignore")
import asynchat, asyncore, errno, json, os, socket, struct, sys, zlib

class Planned(Exception):
    pass

def big(n):
    return bytes((i * 7 + i // 251) % 256 for i in range(n))

def shown(data):
    if len(data) > 40:
        return f"{len(data)} bytes {zlib.adler32(data)}"
    return f"{len(data)}:{bytes(data).decode('latin-1')}"

def named(error):
    name = type(error).__name__
    number = getattr(error, "errno", None)
    return name if number is None else f"{name} {errno.errorcode[number]}"

class Producer:
    def __init__(self, run, name, pieces):
        self.run, self.name, self.pieces = run, name, list(pieces)
    def more(self):
        self.run.add(f"{self.name}.more")
        return self.pieces.pop(0).encode("latin-1") if self.pieces else b""

class Run:
    def __init__(self, case, wait, folder):
        self.case, self.wait, self.folder = case, wait, folder
        self.log, self.calls, self.peers, self.ds = [], {}, {}, {}
        self.map, self.maps, self.paths = {}, {}, 0

    def add(self, text):
        self.log.append(text)

    # Dispatchers.

    def make(self, name, sock=None, map=None):
        spec = self.case["specs"][name]
        kind = spec.get("kind", "dispatcher")
        run, base = self, getattr(asynchat if kind == "async_chat" else asyncore, kind)
        class D(base):
            ignore_log_types = frozenset()
            def log_info(self, message, type="info"):
                run.add(f"{name}.log_info {type} {message.split(',')[0].replace(' python', '')}")
            def readable(self):
                return spec.get("readable", True)
            def writable(self):
                writable = spec.get("writable", "busy")
                if writable == "inherited" or writable == "busy" and kind in ("dispatcher_with_send", "async_chat"):
                    return super().writable()
                return not self.connected if writable == "busy" else writable
        names = list(HANDLERS)
        if kind == "async_chat":
            names += ["collect_incoming_data", "found_terminator"]
        for handler in names:
            def step(self, *args, handler=handler):
                return run.step(name, self, handler, args, base, spec)
            setattr(D, handler, step)
        for key, value in spec.get("attributes", {}).items():
            setattr(D, key, value)
        d = self.ds[name] = D(sock, self.map if map is None else map)
        if "terminator" in spec:
            self.set_term(d, spec["terminator"])
        return d

    def set_term(self, d, term):
        d.set_terminator(term.encode("latin-1") if isinstance(term, str) else term)

    def step(self, name, d, handler, args, base, spec):
        call = self.calls[name, handler] = self.calls.get((name, handler), 0) + 1
        if handler not in spec.get("quiet", []):
            text = f"{name}.{handler}"
            if handler == "handle_error":
                text += f" {named(sys.exc_info()[1])}"
            if handler == "collect_incoming_data":
                text += f" {shown(args[0])}"
            self.add(text)
        ops = spec.get("on", {}).get(handler)
        if ops is None:
            ops = ([["collect"]] if handler == "collect_incoming_data" else
                   [] if handler == "found_terminator" else [["super"]])
        if ops and isinstance(ops[0], list) and (not ops[0] or isinstance(ops[0][0], list)):
            ops = ops[min(call, len(ops)) - 1]
        for op in ops:
            if op[0] == "super":
                getattr(base, handler)(d, *args)
            elif op[0] == "collect":
                d._collect_incoming_data(*args)
            elif op[0] == "give":
                self.make(op[1], args[0])
            else:
                self.do(name, d, *op)

    def do(self, name, d, op, *args):
        if op == "recv":
            self.add(f"{name}.recv {shown(d.recv(args[0]))}")
        elif op == "recv_quietly":
            d.recv(args[0])
        elif op == "recv_all_quietly":
            d.total = getattr(d, "total", b"") + d.recv(65536)
        elif op == "recv_oob":
            self.add(f"{name}.recv_oob {shown(d.socket.recv(args[0], socket.MSG_OOB))}")
        elif op == "recvfrom":
            data, address = d.socket.recvfrom(args[0])
            d.peer = address
            self.add(f"{name}.recvfrom {shown(data)}")
        elif op == "answer":
            d.socket.sendto(args[0].encode(), d.peer)
        elif op == "send":
            sent = d.send(args[0].encode("latin-1"))
            self.add(f"{name}.send" + ("" if sent is None else f" {sent}"))
        elif op == "send_big":
            d.send(big(args[0]))
        elif op == "echo":
            d.send(d.recv(8192))
        elif op == "close":
            d.close()
        elif op == "close_other":
            self.ds[args[0]].close()
        elif op == "accept":
            self.add(f"{name}.accept {'None' if d.accept() is None else 'pair'}")
        elif op == "raise":
            if args[0] == "Planned":
                raise Planned
            if args[0] == "ExitNow":
                raise asyncore.ExitNow
            raise OSError(getattr(errno, args[0]), "planned")
        elif op == "set_terminator":
            self.set_term(d, args[0])
        elif op == "show_terminator":
            term = d.get_terminator()
            self.add(f"{name}.terminator {term.decode('latin-1') if isinstance(term, bytes) else term}")
        elif op == "push":
            d.push(args[0].encode("latin-1"))
        elif op == "push_big":
            d.push(big(args[0]))
        elif op == "push_data":
            d.push(d._get_data())
        elif op == "push_text":
            d.push(args[0])
        elif op == "producer":
            d.push_with_producer(Producer(self, name, args))
        elif op == "simple_producer":
            d.push_with_producer(asynchat.simple_producer(*[big(args[0]), *args[1:]]))
        elif op == "get_data":
            self.add(f"{name}.data {shown(d._get_data())}")
        elif op in ("close_when_done", "discard_buffers", "initiate_send"):
            getattr(d, op)()
        elif op == "state":
            fifo = getattr(d, "producer_fifo", None)
            words = [w for w in ("connected", "accepting", "connecting") if getattr(d, w)]
            words.append(f"in {len([e for e in self.map.values() if e is d])} maps")
            words.append("no address" if d.addr is None else "an address")
            if fifo is not None:
                words.append(f"{len(fifo)} to send")
            self.add(f"{name} is " + " ".join(words))
        elif op == "repr":
            text = repr(d)
            text = text[text.index(" "):text.index(" at 0x")]
            if isinstance(d.addr, tuple):
                text = text.rpartition(":")[0] + ":port"
            self.add(f"{name} shows{text}")
        else:
            raise AssertionError(op)

    # Peers.

    def path(self):
        self.paths += 1
        return f"{self.folder}/{self.paths}"

    def fresh(self, family):
        return self.path() if family == "AF_UNIX" else ("127.0.0.1", 0)

    def socket_of(self, family, type):
        return socket.socket(getattr(socket, family), getattr(socket, type))

    def peer_listen(self, name, family="AF_INET"):
        s = self.peers[name] = self.socket_of(family, "SOCK_STREAM")
        s.bind(self.fresh(family))
        s.listen(5)

    def peer_accept(self, listener, name):
        self.peers[name] = self.peers[listener].accept()[0]

    def peer_connect(self, name, d, family="AF_INET"):
        s = self.peers[name] = self.socket_of(family, "SOCK_STREAM")
        s.connect(self.ds[d].socket.getsockname())

    def peer_datagram(self, name):
        s = self.peers[name] = self.socket_of("AF_INET", "SOCK_DGRAM")
        s.bind(("127.0.0.1", 0))

    def peer_sendto(self, name, d, text):
        self.peers[name].sendto(text.encode(), self.ds[d].socket.getsockname())

    def peer_send(self, name, text):
        self.peers[name].sendall(text.encode("latin-1"))

    def peer_oob(self, name, text):
        self.peers[name].send(text.encode(), socket.MSG_OOB)

    def peer_recv(self, name, count):
        self.add(f"{name} gets {shown(self.peers[name].recv(count))}")

    def peer_recv_all(self, name):
        data = b""
        while part := self.peers[name].recv(65536):
            data += part
        self.add(f"{name} gets {shown(data)} and the end")

    def peer_shutdown(self, name):
        self.peers[name].shutdown(socket.SHUT_WR)

    def peer_close(self, name):
        self.peers[name].close()

    def peer_reset(self, name):
        s = self.peers[name]
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()

    def peer_small(self, name):
        # Before a listener listens: what it accepts takes little at a time.
        self.peers[name].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def pump(self, name, count):
        s, data = self.peers[name], b""
        s.setblocking(False)
        for _ in range(100000):
            if len(data) >= count:
                break
            self.round(0.01)
            try:
                part = s.recv(65536)
                if not part:
                    break
                data += part
            except BlockingIOError:
                pass
        s.setblocking(True)
        self.add(f"{name} gets {shown(data)}")

    def feed(self, name, text, size=1):
        for i in range(0, len(text), size):
            self.peer_send(name, text[i:i + size])
            reads = self.reads()
            for _ in range(100):
                if self.reads() > reads:
                    break
                self.round(1)

    def reads(self):
        return sum(n for (_, handler), n in self.calls.items() if handler == "handle_read")

    # What is done.

    def pair(self, d, peer, family="AF_INET"):
        listener = self.socket_of(family, "SOCK_STREAM")
        listener.bind(self.fresh(family))
        listener.listen(1)
        s = self.socket_of(family, "SOCK_STREAM")
        s.connect(listener.getsockname())
        self.peers[peer] = listener.accept()[0]
        listener.close()
        self.make(d, s)

    def file(self, d, peer):
        one, self.peers[peer] = socket.socketpair()
        self.make(d, one.fileno())
        one.close()

    def unconnected(self, d):
        self.make(d, self.socket_of("AF_INET", "SOCK_STREAM"))

    def closed_socket(self, d):
        s = self.socket_of("AF_INET", "SOCK_STREAM")
        s.close()
        self.make(d, s)

    def create_socket(self, d, family="AF_INET", type="SOCK_STREAM"):
        self.make(d).create_socket(getattr(socket, family), getattr(socket, type))

    def bind(self, d, family="AF_INET"):
        self.ds[d].bind(self.fresh(family))

    def bind_as(self, d, other):
        self.ds[d].bind(self.ds[other].socket.getsockname())

    def listen(self, d, count=5):
        self.ds[d].listen(count)

    def serve(self, d, family="AF_INET"):
        self.create_socket(d, family)
        self.ds[d].set_reuse_addr()
        self.bind(d, family)
        self.listen(d)

    def connect(self, d, peer):
        self.ds[d].connect(self.peers[peer].getsockname())

    def connect_to(self, d, other):
        self.ds[d].connect(self.ds[other].socket.getsockname())

    def connect_nowhere(self, d):
        s = self.socket_of("AF_INET", "SOCK_STREAM")
        s.bind(("127.0.0.1", 0))
        address = s.getsockname()
        s.close()
        self.ds[d].connect(address)

    def connect_no_path(self, d):
        self.ds[d].connect(self.path())

    def close_socket(self, d):
        self.ds[d].socket.close()

    def round(self, timeout=1, map=None):
        (asyncore.poll if self.wait == "select" else asyncore.poll2)(
            timeout, self.map if map is None else map)

    def until(self, text, times=1):
        for _ in range(300):
            if len([line for line in self.log if line.startswith(text)]) >= times:
                return
            self.round(1)
        self.add(f"never {text}")

    def idle(self):
        for _ in range(100):
            before = len(self.log)
            self.round(0.02)
            if len(self.log) == before:
                return
        self.add("never idle")

    def loop(self, count=None):
        asyncore.loop(1, self.wait == "poll", self.map, count)
        self.add(f"loop ends with {len(self.map)}")

    def close_all(self, ignore_all=False):
        asyncore.close_all(self.map, ignore_all)
        self.add(f"close_all leaves {len(self.map)}")

    def other_map(self, name):
        self.maps[name] = self.map
        self.map = {}

    def this_map(self, name):
        self.map, self.maps[name] = self.maps[name], self.map

    def faulty_close(self, d, error):
        def close():
            self.add(f"{d}.close")
            self.do(d, None, "raise", error)
        self.ds[d].close = close

    def total(self, d):
        self.add(f"{d} got {shown(self.ds[d].total)}")

    def size(self):
        self.add(f"the map has {len(self.map)}")

    def act(self, action, *args):
        if hasattr(self, action):
            return getattr(self, action)(*args)
        name, *rest = args
        self.do(name, self.ds[name], action, *rest)

    def go(self):
        for action in self.case["script"]:
            try:
                self.act(*action)
            except Exception as error:
                self.add(f"{action[0]} throws {named(error)}")
        for d in self.ds.values():
            if d.socket is not None:
                d.socket.close()
        for s in self.peers.values():
            s.close()
        return self.log

HANDLERS, runs = json.load(sys.stdin)
logs = []
for number, (case, wait) in enumerate(runs):
    folder = f"{sys.argv[1]}/p{number}"
    os.mkdir(folder)
    try:
        logs.append(Run(case, wait, folder).go())
    except BaseException as error:
        raise Exception(case["name"]) from error
json.dump(logs, sys.stdout)
`;

/** How the loop waits. */
export type Way = "select" | "poll";

/** Runs cases in CPython; gives what each of them recorded. */
export async function runInPython(
  runs: readonly (readonly [which: Case, wait: Way])[],
  folder: string,
): Promise<string[][]> {
  const answer = await runPython(program, {
    stdin: JSON.stringify([handlers, runs]),
    args: [folder],
  });
  return JSON.parse(answer);
}
