# Runs scenario.txt with CPython's socket: a line of JSON for each step, the step,
# and what came of it. The argument is the scenario's path.
import json, os, re, signal, socket, struct, sys, time

CALLS = ("socket", "socketpair", "fromfd")
signal.alarm(20)
names = {}
# Abstract names are the whole machine's, so each process has its own.
OWN = "-%08d" % os.getpid()


def expand(lines):
    out = []
    while lines:
        line = lines.pop(0)
        if not line.startswith("%for"):
            out.append(line)
            continue
        head, values = line[5:].split(" in ")
        body = lines[: lines.index("%end")]
        del lines[: len(body) + 1]
        for value in values.split():
            for each in body:
                for name, part in zip(head.split(), value.split(",")):
                    each = re.sub(r"\$" + name + r"\b", lambda _: part, each)
                out.append(each)
    return out


def value(arg):
    if isinstance(arg, list):
        # The address of a socket has to be a tuple, other lists stay.
        return [value(each) for each in arg]
    if isinstance(arg, dict):
        [(kind, content)] = arg.items()
        if kind == "b":
            return content.encode()
        if kind == "x":
            return bytes.fromhex(content)
        if kind == "fd":
            return names[content].fileno()
        return struct.pack("%di" % len(content), *content)
    if isinstance(arg, str):
        if arg.startswith("\0"):
            return arg + OWN
        if arg.startswith("@"):
            return names[arg[1:]].getsockname()
        if re.fullmatch(r"[A-Z][A-Z0-9_|]*", arg):
            number = 0
            for part in arg.split("|"):
                number |= getattr(socket, part)
            return number
    return arg


def address(arg):
    return tuple(arg) if isinstance(arg, list) else arg


def port_name(port):
    # The kernel may choose a number again, so it is not known by that.
    if port < 1024:
        return port
    for name, s in names.items():
        try:
            if s.getsockname()[1] == port:
                return "port of " + name
        except (OSError, IndexError):
            pass
    return "a port"


def shown(result):
    if isinstance(result, bytes) and re.fullmatch(b"\0[0-9a-f]{5}", result):
        return "a name of the kernel's choice"
    if isinstance(result, (bytes, bytearray)):
        return "bytes " + bytes(result).removesuffix(OWN.encode()).hex()
    if isinstance(result, socket.socket):
        return "socket"
    if isinstance(result, (list, tuple)):
        if len(result) in (2, 4) and isinstance(result[0], str) and isinstance(result[1], int):
            port = result[1]
            return [result[0], port_name(port), *result[2:]]
        return [shown(each) for each in result]
    if isinstance(result, (bool, type(None), int, float, str)):
        return result
    return int(result)


def perform(target, method, args):
    if target is None:
        if method == "pause":
            return time.sleep(args[0])
        return getattr(socket, method)(*args)
    s = names[target]
    if method in ("bind", "connect", "connect_ex"):
        args = [address(args[0])]
    if method == "sendto":
        args = [*args[:-1], address(args[-1])] if len(args) > 1 else args
    if method in ("recv_into", "recvfrom_into"):
        buffer = bytearray(args[0])
        result = getattr(s, method)(buffer, *args[1:])
        return [buffer, result]
    if method == "recvmsg_into":
        buffers = [bytearray(size) for size in args[0]]
        return [buffers, s.recvmsg_into(buffers, *args[1:])]
    if method == "recvmsg":
        data, ancillary, flags, sender = s.recvmsg(args[0], *(args[1:] or [1024]))
        kinds = []
        for level, kind, content in ancillary:
            kinds.append([level, kind, len(content)])
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                for (fd,) in struct.iter_unpack("i", content):
                    os.close(fd)
        return [data, kinds, flags & ~getattr(socket, "MSG_CMSG_CLOEXEC", 0), sender]
    if method == "sendfile":
        with open(sys.argv[1], "rb") as file:
            return s.sendfile(file, *args)
    result = getattr(s, method)(*args)
    if method == "detach":
        if result >= 0:
            os.close(result)
        return None
    return result


with open(sys.argv[1]) as file:
    lines = expand(file.read().splitlines())
try:
    # The mark that system calls are compared from.
    socket.socket(fileno=0x7FFFFF00)
except OSError:
    pass
for line in lines:
    if line == "" or line.startswith("#"):
        continue
    keep, target, method, rest = re.fullmatch(
        r"(?:([\w,]+) = )?(?:(\w+)\.)?(\w+) (\[.*\])", line
    ).groups()
    try:
        result = perform(target, method, value(json.loads(rest)))
        if keep:
            made = result
            if method == "accept":
                made, sender = result
                result = ["socket", sender]
            for name, each in zip(keep.split(","), made if "," in keep else [made]):
                names[name] = each
        outcome = shown(result)
    except Exception as error:
        kind = type(error)
        wrong = issubclass(kind, (ValueError, OverflowError)) and not issubclass(kind, OSError)
        outcome = ["error", "RangeError" if wrong else kind.__name__, getattr(error, "errno", None)]
    print(json.dumps([line, outcome]), flush=True)
