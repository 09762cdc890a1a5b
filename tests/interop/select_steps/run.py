# Runs steps with CPython's sockets, select and selectors. On stdin is a list of lists
# of steps, each a list; for each a line of JSON is printed: what came of its steps.
import errno, json, select, selectors, signal, socket, struct, sys, time

signal.alarm(100)
things = {}
sockets = set()
LONG = 10


class Thing:
    """An object of a program's, with a socket in it."""

    def __init__(self, sock):
        self.sock = sock

    def fileno(self):
        return self.sock.fileno()


def number(module, text):
    """Gives what names of constants stand for, or the value itself."""
    if not isinstance(text, str) or text == "a text":
        return text
    total = 0
    for name in text.split("|"):
        total |= int(name) if name.isdigit() else getattr(module, name)
    return total


def keep(name, s):
    things[name] = s
    sockets.add(s)


def named(what):
    return [name for name, each in things.items() if each is what][0]


def value(name):
    """Gives the thing with a name, or what is none."""
    return things[name] if isinstance(name, str) and name in things else name


def listener(family):
    l = socket.socket(family)
    l.bind(("127.0.0.1", 0))
    l.listen()
    return l


def nobody():
    l = listener(socket.AF_INET)
    address = l.getsockname()
    l.close()
    return address


class Poll:
    """A poll or an epoll, with the names of what is registered."""

    def __init__(self, inner, module_prefix):
        self.inner, self.names, self.prefix = inner, {}, module_prefix

    def mask(self, events):
        return number(select, events)

    def fileno(self):
        return self.inner.fileno()

    def register(self, name, *events):
        s = value(name)
        self.inner.register(s, *map(self.mask, events))
        self.names[s if isinstance(s, int) else s.fileno()] = name

    def modify(self, name, events):
        self.inner.modify(value(name), self.mask(events))

    def unregister(self, name):
        self.inner.unregister(value(name))

    def poll(self, *args):
        return sorted([self.names[fd], events] for fd, events in self.inner.poll(*args))

    def close(self):
        self.inner.close()

    def closed(self):
        return self.inner.closed


class Selector:
    def __init__(self, name):
        self.inner = getattr(selectors, name)()

    def key(self, key):
        return [named(key.fileobj), key.events, key.data]

    def register(self, name, *args):
        return self.key(self.inner.register(value(name), *args))

    def modify(self, name, *args):
        return self.key(self.inner.modify(value(name), *args))

    def unregister(self, name):
        return self.key(self.inner.unregister(value(name)))

    def get_key(self, name):
        return self.key(self.inner.get_key(value(name)))

    def get_map(self):
        return sorted(self.key(key) for key in self.inner.get_map().values())

    def select(self, *args):
        return sorted(self.key(key) + [events] for key, events in self.inner.select(*args))

    def close(self):
        self.inner.close()


def until(name, events):
    """Waits until all of the events are there."""
    wanted = number(select, events)
    p = select.poll()
    p.register(things[name], wanted)
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        for _, found in p.poll(1000 * LONG):
            if found & wanted == wanted:
                return "all"
        time.sleep(0.001)
    return "never"


def reset(name):
    things[name].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    things[name].close()


def connection(a, b):
    l = listener(socket.AF_INET)
    keep(a, socket.create_connection(l.getsockname()))
    keep(b, l.accept()[0])
    l.close()


def connecting(name, to):
    s = socket.socket()
    keep(name, s)
    s.setblocking(False)
    address = nobody() if to is None else things[to].getsockname()
    return s.connect_ex(address) in (0, errno.EINPROGRESS)


def udp(name):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    keep(name, s)


def choose(r, w, x, *timeout):
    sets = [[value(name) for name in names] for names in (r, w, x)]
    # The names of objects that are equal are told by where they stand.
    return [[named(each) for each in ready] for ready in select.select(*sets, *timeout)]


calls = {
    "listener": lambda name: keep(name, listener(socket.AF_INET)),
    "connection": connection,
    "socket": lambda name: keep(name, socket.socket()),
    "udp": udp,
    "object": lambda name, of: things.__setitem__(name, Thing(things[of])),
    "copy": lambda name, of: keep(name, things[of].dup()),
    "connect": lambda name, to: keep(name, socket.create_connection(things[to].getsockname())),
    "connecting": connecting,
    "accept": lambda name, of: keep(name, things[of].accept()[0]),
    "send": lambda name, text: things[name].sendall(text.encode()),
    "urgent": lambda name, text: things[name].send(text.encode(), socket.MSG_OOB),
    "sendto": lambda name, to, text: things[name].sendto(text.encode(), things[to].getsockname()),
    "recv": lambda name, size: things[name].recv(size).decode(),
    "recv_urgent": lambda name: things[name].recv(1, socket.MSG_OOB).decode(),
    "shutdown": lambda name, how: things[name].shutdown(how),
    "error": lambda name: things[name].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
    "close": lambda name: things[name].close(),
    "reset": reset,
    "until": until,
    "select": choose,
    "poll": lambda name: things.__setitem__(name, Poll(select.poll(), "POLL")),
    "epoll": lambda name, *args: things.__setitem__(name, Poll(select.epoll(*args), "EPOLL")),
    "selector": lambda name, kind: things.__setitem__(name, Selector(kind)),
}


def run(call, *args):
    if "." not in call:
        return calls[call](*args)
    name, method = call.split(".")
    return getattr(things[name], method)(*args)


def outcome(step):
    try:
        return run(*step)
    except Exception as e:
        name = type(e).__name__
        name = {"ValueError": "RangeError", "OverflowError": "RangeError"}.get(name, name)
        return ["error", name, getattr(e, "errno", None)]


for scenario in json.load(sys.stdin):
    print(json.dumps([outcome(step) for step in scenario]), flush=True)
    for each in things.values():
        if isinstance(each, (Poll, Selector)) and hasattr(each.inner, "close"):
            each.close()
    for s in sockets:
        s.close()
    things, sockets = {}, set()
