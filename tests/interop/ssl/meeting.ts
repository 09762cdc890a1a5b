// A plain connection between CPython and this library, over which both then speak TLS.
import {
  createConnection,
  createServer,
  type Driver,
  type Socket,
} from "../../../socket/mod.ts";
import type { SSLSocket } from "../../../socket/ssl/mod.ts";
import { identity } from "../../support/certificate.ts";
import type { LineProcess } from "../../support/line_process.ts";
import { spawnPython } from "../../support/python.ts";
import { contextOf, type Ends, prelude } from "./two_ends.ts";

const meetingCode = String.raw`
role = ends["role"]
if role == "server":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        plain = listener.accept()[0]
else:
    plain = socket.create_connection(("127.0.0.1", int(sys.stdin.readline())))
plain.settimeout(20)

def wrap(plain, **more):
    host = {} if role == "server" else {"server_hostname": ends["host"]}
    return context(role).wrap_socket(plain, server_side=role == "server", **host, **more)

def read_exactly(s, count):
    data = b""
    while len(data) < count:
        part = s.recv(count - len(data))
        if not part: break
        data += part
    return data

def exchange(s, data, count):
    """Sends and receives at once, in one thread: OpenSSL's objects stand no two."""
    s.setblocking(False)
    data, received, sha = memoryview(data), 0, hashlib.sha256()
    def attempt(step):
        try:
            return step()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
    while data or received < count:
        sent = attempt(lambda: s.send(data[:65536])) if data else None
        part = attempt(lambda: s.recv(65536)) if received < count else None
        if sent: data = data[sent:]
        if part: sha.update(part); received += len(part)
        if part == b"": raise EOFError(received)
        if not sent and not part:
            select.select([s], [s] if data else [], [], 0.01)
    s.settimeout(20)
    return sha.hexdigest()

def read_all(s):
    data = b""
    while part := s.recv(65536):
        data += part
    return data
`;

/** A server for localhost, and a client that trusts its authority. */
export function usualEnds(version: Ends["version"] = "TLSv1_3"): Ends {
  return {
    server: { identity: identity("leaf") },
    client: { trusts: identity("ca").cert },
    host: "localhost",
    version,
  };
}

/** The connection, and CPython at its other end. */
export interface TlsMeeting extends AsyncDisposable {
  readonly plain: Socket;
  readonly python: LineProcess;
  /** Wraps our end. */
  wrap(options?: { suppressRaggedEofs?: boolean }): Promise<SSLSocket>;
  /** Reads the next value that the program `say`s. */
  hear(): Promise<unknown>;
}

/**
 * Starts a program of CPython that has `plain`, a connection to us, and `wrap(plain)`.
 *
 * @param role Which of the ends is ours.
 */
export async function meetTls(
  ends: Ends,
  role: "client" | "server",
  driver: Driver,
  code: string,
): Promise<TlsMeeting> {
  const python = spawnPython(prelude + meetingCode + code);
  const other = role === "client" ? "server" : "client";
  await python.writeLine(JSON.stringify({ ...ends, role: other }));
  const hear = async () => {
    const line = await python.readLine();
    if (line === undefined) throw new Error("the program has ended");
    return JSON.parse(line);
  };
  const plain = role === "client"
    ? await createConnection(["127.0.0.1", await hear()], { driver })
    : await accepted(python, driver);
  plain.settimeout(20);
  const made: SSLSocket[] = [];
  return {
    plain: plain as Socket,
    python,
    hear,
    async wrap(options) {
      const serverSide = role === "server";
      const s = await contextOf(role, ends).wrapSocket(plain as Socket, {
        ...options,
        serverSide,
        ...(serverSide ? {} : { serverHostname: ends.host }),
      });
      made.push(s);
      return s;
    },
    async [Symbol.asyncDispose]() {
      for (const s of made) await s[Symbol.asyncDispose]();
      await plain[Symbol.asyncDispose]();
      await python[Symbol.asyncDispose]();
    },
  };
}

async function accepted(
  python: LineProcess,
  driver: Driver,
): Promise<Socket> {
  await using listener = createServer(["127.0.0.1", 0], { driver });
  await python.writeLine(String(listener.getsockname()[1]));
  const [plain] = await listener.accept();
  return plain as Socket;
}
