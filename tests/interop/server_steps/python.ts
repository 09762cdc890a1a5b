import { runPython } from "../../support/python.ts";
import { camelCase, type Case, type ServerName, type Trace } from "./case.ts";

const program = String.raw`
import errno, json, socket, socketserver, sys, threading


class Planned(Exception):
    pass

class Run:
    def __init__(self, case, base, path):
        self.case, self.base, self.path = case, base, path
        self.calls, self.tasks, self.clients = {}, {}, []
        self.server = self.taken = None
        self.is_stream = base.socket_type == socket.SOCK_STREAM
        self.is_unix = base.address_family == socket.AF_UNIX
        self.loop = []
        self.main = threading.get_ident()

    def add(self, text):
        ident = threading.get_ident()
        if ident == self.main:
            self.loop.append(text)
        else:
            # Numbers are used again, threads are not.
            self.tasks.setdefault(threading.current_thread(), []).append(text)

    def step(self, name, work):
        self.add(name)
        call = self.calls[name] = self.calls.get(name, 0) + 1
        stop = self.case.get("stop", {})
        if name == stop.get("step") and call == stop["call"]:
            self.server._BaseServer__shutdown_request = True
        fault = self.case.get("faults", {}).get(name)
        if fault and call > fault.get("times", call):
            fault = None
        if fault and not fault.get("late"):
            self.fail(name, fault)
        value = work()
        if fault:
            self.fail(name, fault)
        return value

    def fail(self, name, fault):
        self.add(f"{name} throws")
        if fault["error"] == "Planned":
            raise Planned
        raise OSError(getattr(errno, fault["error"]), "planned")

    def server_class(run):
        case, base = run.case, run.base
        class Server(base):
            timeout = case.get("timeout")
            def __init__(self, *args):
                run.server = self
                super().__init__(*args)
        def override(name):
            def step(self, *args):
                if name == "handle_error":
                    work = lambda: None
                elif name == "verify_request" and "verifies" in case:
                    work = lambda: case["verifies"]
                else:
                    work = lambda: getattr(super(Server, self), name)(*args)
                return run.step(name, work)
            setattr(Server, name, step)
        for name in run.steps:
            if hasattr(base, name):
                override(name)
        return Server

    def handler_class(run):
        by_files = run.case.get("byFiles")
        base = (socketserver.BaseRequestHandler if not by_files else
            socketserver.StreamRequestHandler if run.is_stream else
            socketserver.DatagramRequestHandler)
        class Handler(base):
            def setup(self):
                run.step("setup", super().setup)
            def handle(self):
                run.step("handle", self.answer)
            def finish(self):
                run.step("finish", super().finish)
            def answer(self):
                if by_files:
                    self.wfile.write(b"answer")
                elif run.is_stream:
                    self.request.sendall(b"answer")
                else:
                    self.request[1].sendto(b"answer", self.client_address)
        return Handler

    def construct(self):
        address = f"{self.path}s" if self.is_unix else ("127.0.0.1", 0)
        if self.case.get("isTaken"):
            self.taken = socket.socket(self.base.address_family, self.base.socket_type)
            self.taken.bind(address)
            address = self.taken.getsockname()
        server = self.server_class()(
            address, self.handler_class(), self.case.get("bindAndActivate", True))
        server.socket.settimeout(self.case.get("socketTimeout"))

    def client(self):
        s = socket.socket(self.base.address_family, self.base.socket_type)
        if self.is_unix and not self.is_stream:
            s.bind(f"{self.path}c{len(self.clients)}")
        if self.is_stream:
            s.connect(self.server.server_address)
        else:
            s.sendto(b"question", self.server.server_address)
        self.clients.append(s)

    def answer(self):
        s = self.clients.pop(0)
        s.settimeout(10)
        data = part = s.recv(100)
        while self.is_stream and part:
            part = s.recv(100)
            data += part
        s.close()
        self.add(f"answer {data.decode()}")

    def act(self, action):
        if action in ("construct", "client", "answer"):
            return getattr(self, action)()
        if action == "serve_forever":
            return self.server.serve_forever(self.case.get("pollInterval", 0.5))
        if action == "server_close":
            # It closes the socket that threads of datagrams answer with.
            for t in list(vars(self.server).get("_threads", [])):
                t.join()
        if action == "handle_request":
            return self.server.handle_request()
        return getattr(self.server, action)()

    def go(self):
        def died(args):
            self.add(f"dies of {args.exc_type.__name__}")
        threading.excepthook = died
        for action in self.case["actions"]:
            try:
                self.act(action)
                outcome = "ends"
            except Planned:
                outcome = "throws Planned"
            except OSError as e:
                outcome = f"throws {errno.errorcode.get(e.errno, type(e).__name__)}"
            except Exception as e:
                outcome = f"throws {type(e).__name__}"
            if action not in ("client", "answer") or outcome != "ends":
                self.add(f"{action} {outcome}")
        for s in [*self.clients, self.taken]:
            if s is not None:
                s.close()
        if self.server and hasattr(self.server, "socket"):
            self.server.socket.close()
        return {"loop": self.loop, "tasks": sorted(self.tasks.values())}

Run.steps, runs = json.load(sys.stdin)
traces = []
for number, (case, name) in enumerate(runs):
    path = f"{sys.argv[1]}/p{number}"
    traces.append(Run(case, getattr(socketserver, name), path).go())
json.dump(traces, sys.stdout)
`;

/** The steps of servers; those of handlers are always recorded. */
export const serverSteps = [
  "server_bind",
  "server_activate",
  "get_request",
  "verify_request",
  "process_request",
  "process_request_thread",
  "finish_request",
  "shutdown_request",
  "close_request",
  "handle_error",
  "handle_timeout",
  "service_actions",
  "server_close",
];

/** One case with one server. */
export type Run = readonly [which: Case, server: ServerName];

/** Runs cases in CPython; the names in the traces are ours. */
export async function runInPython(
  runs: readonly Run[],
  folder: string,
): Promise<Trace[]> {
  const answer = await runPython(program, {
    stdin: JSON.stringify([serverSteps, runs]),
    args: [folder],
  });
  return JSON.parse(camelCase(answer));
}
