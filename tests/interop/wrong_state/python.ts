import { runPython } from "../../support/python.ts";
import type { Case, Outcome } from "./case.ts";

const program = String.raw`
import errno, json, signal, socket, sys, time

CODES = {errno.EAGAIN: "EAGAIN", errno.EOPNOTSUPP: "EOPNOTSUPP"}
EAI = {getattr(socket, n): n for n in dir(socket) if n.startswith("EAI_")}

class Hang(BaseException):
    pass

def ring(signum, frame):
    raise Hang

signal.signal(signal.SIGALRM, ring)

def pair():
    with socket.create_server(("127.0.0.1", 0)) as l:
        c = socket.create_connection(l.getsockname())
        return c, l.accept()[0]

def free():
    with socket.create_server(("127.0.0.1", 0)) as l:
        return l.getsockname()

FUNCTIONS = {
    "pair": pair,
    "unixpair": lambda: socket.socketpair(socket.AF_UNIX),
    "server": lambda: socket.create_server(("127.0.0.1", 0)),
    "free": free,
    "pause": time.sleep,
}

def argument(a, names):
    if isinstance(a, list):
        return tuple(argument(x, names) for x in a)
    if isinstance(a, dict):
        return a["bytes"].encode() if "bytes" in a else bytearray(a["buffer"])
    if not isinstance(a, str) or a[:1] not in ("$", "@"):
        return a
    if a[0] == "@":
        name, _, part = a[1:].partition(":")
        value = names[name]
        if name == "path":
            return value + part
        address = value if isinstance(value, tuple) else value.getsockname()
        return address[1] if part == "port" else address
    if a in ("$NaN", "$Infinity"):
        return float(a[1:])
    return getattr(socket, a[1:])

def plain(v, path):
    if isinstance(v, socket.socket):
        return "socket"
    if isinstance(v, str):
        return v.replace(path, "@path:")
    if isinstance(v, (bytes, bytearray)):
        return {"bytes": bytes(v).decode("latin-1")}
    if isinstance(v, (list, tuple)):
        if len(v) >= 2 and isinstance(v[0], str) and isinstance(v[1], int):
            return [v[0], v[1] and "port", *v[2:]]
        return [plain(x, path) for x in v]
    return v

def kind(e):
    if isinstance(e, socket.gaierror):
        return f"gaierror {e.errno} {EAI[e.errno]}"
    if isinstance(e, OSError):
        if e.errno is None:
            return type(e).__name__
        code = CODES.get(e.errno) or errno.errorcode.get(e.errno)
        return f"{type(e).__name__} {e.errno} {code}"
    if isinstance(e, TypeError):
        return "TypeError"
    if isinstance(e, (ValueError, OverflowError)):
        return "RangeError"
    return repr(e)

def run(call, args, names):
    into, _, called = call.rpartition(" = ")
    target, _, method = called.rpartition(".")
    try:
        args = [argument(a, names) for a in args]
        if target:
            value = getattr(names[target], method)(*args)
        else:
            value = (FUNCTIONS.get(method) or getattr(socket, method))(*args)
    except Hang:
        return "hangs"
    except Exception as e:
        return kind(e)
    if "," in into:
        names.update(zip(into.split(", "), value))
    elif into:
        names[into] = value
    return plain(value, names["path"])

outcomes = []
for number, calls in enumerate(json.load(sys.stdin)):
    names = {"path": f"{sys.argv[1]}/p{number}"}
    ends = []
    for call, *args in calls:
        signal.setitimer(signal.ITIMER_REAL, 2)
        ends.append(run(call, args, names))
        signal.setitimer(signal.ITIMER_REAL, 0)
    for value in names.values():
        if isinstance(value, socket.socket):
            value.close()
    outcomes.append(ends)
json.dump(outcomes, sys.stdout)
`;

/** Runs all cases in CPython. */
export async function runInPython(
  cases: readonly Case[],
  folder: string,
): Promise<Outcome[][]> {
  const answer = await runPython(program, {
    stdin: JSON.stringify(cases.map(({ calls }) => calls)),
    args: [folder],
  });
  return JSON.parse(answer).map((ends: unknown[]) =>
    ends.map((end) => typeof end === "string" ? end : JSON.stringify(end))
  );
}
