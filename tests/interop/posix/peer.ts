// Sockets of ours with the POSIX driver, and programs of CPython's at the other end.
import {
  AF_INET,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_STREAM,
  type Socket,
  socket,
} from "../../../socket/mod.ts";
import type { LineProcess } from "../../support/line_process.ts";
import { folder } from "../../support/peers.ts";
import { posix } from "../../support/posix.ts";
import { spawnPython } from "../../support/python.ts";

/** Opens a socket that does not wait for ever. */
export function open(family: number, type: number, proto = 0): Socket {
  const s = socket(family, type, proto, { driver: posix });
  s.settimeout(10);
  return s as Socket;
}

/** The port that a socket is bound to. */
export function portOf(s: Socket): number {
  return (s.getsockname() as [string, number])[1];
}

/** A socket, and the program at the other end. */
export interface Peer extends AsyncDisposable {
  readonly s: Socket;
  readonly python: LineProcess;
  /** Reads the next values that the program says. */
  hear(): Promise<unknown>;
}

function peerOf(s: Socket, python: LineProcess): Peer {
  return {
    s,
    python,
    async hear() {
      return JSON.parse(await python.readLine() ?? `"it has ended"`);
    },
    async [Symbol.asyncDispose]() {
      await s[Symbol.asyncDispose]();
      await python[Symbol.asyncDispose]();
    },
  };
}

// What all programs begin with.
const prelude = `
import array, json, os, select, socket, struct, sys

def show(messages):
    return [[level, kind, data.hex()] for level, kind, data in messages]

def say(*values):
    print(json.dumps(values), flush=True)
`;

const connecting = `
address = json.loads(sys.argv[1])
c = socket.socket(*json.loads(sys.argv[2]))
c.settimeout(10)
c.connect(tuple(address) if isinstance(address, list) else address)
`;

async function accepted(
  family: number,
  type: number,
  address: [string, number] | string,
  code: string,
): Promise<Peer> {
  await using listener = open(family, type);
  listener.bind(address);
  listener.listen();
  const args = [listener.getsockname(), [family, type]];
  const python = spawnPython(
    prelude + connecting + code,
    args.map((each) => JSON.stringify(each)),
  );
  const [s] = await listener.accept();
  s.settimeout(10);
  return peerOf(s as Socket, python);
}

/** Starts a program in which `c` is connected over a Unix socket. */
export function unixPeer(type: number, code: string): Promise<Peer> {
  const path = `${folder}/${crypto.randomUUID().slice(0, 8)}`;
  return accepted(AF_UNIX, type, path, code);
}

/** Starts a program in which `c` is connected over TCP. */
export function tcpPeer(code: string): Promise<Peer> {
  return accepted(AF_INET, SOCK_STREAM, ["127.0.0.1", 0], code);
}

/** Starts a program in which `r` receives datagrams, and connects a socket to it. */
export async function udpPeer(code: string): Promise<Peer> {
  const python = spawnPython(`
${prelude}
r = socket.socket(type=socket.SOCK_DGRAM)
r.settimeout(10)
r.bind(("127.0.0.1", 0))
say(r.getsockname()[1])
${code}
`);
  const peer = peerOf(open(AF_INET, SOCK_DGRAM), python);
  const [port] = await peer.hear() as [number];
  await peer.s.connect(["127.0.0.1", port]);
  return peer;
}
