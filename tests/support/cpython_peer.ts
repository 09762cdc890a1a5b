import { AF_INET, AF_INET6, AF_UNIX, Socket } from "../../socket/mod.ts";
import type { LineProcess } from "./line_process.ts";
import { folder, hasIpv6Here } from "./peers.ts";
import { spawnPython } from "./python.ts";

/** A kind of stream that both CPython and this library speak. */
export interface Kind {
  /** How test names call it. */
  readonly name: string;
  readonly family: number;
  /** Whether it is TCP. */
  readonly tcp: boolean;
  /** Gives an address to bind that nothing else uses. */
  fresh(): [string, number] | string;
}

/** The kinds of stream that this machine has. */
export const kinds: readonly Kind[] = [
  { name: "TCP", family: AF_INET, tcp: true, fresh: () => ["127.0.0.1", 0] },
  ...(hasIpv6Here
    ? [{
      name: "TCP over IPv6",
      family: AF_INET6,
      tcp: true,
      fresh: (): [string, number] => ["::1", 0],
    }]
    : []),
  ...(Deno.build.os === "windows" ? [] : [{
    name: "Unix",
    family: AF_UNIX,
    tcp: false,
    fresh: () => `${folder}/${crypto.randomUUID().slice(0, 8)}`,
  }]),
  ...(Deno.build.os !== "linux" ? [] : [{
    name: "abstract Unix",
    family: AF_UNIX,
    tcp: false,
    fresh: () => `\0${crypto.randomUUID()}`,
  }]),
];

/** TCP and Unix, for tests that are the same for the rest. */
export const mainKinds: readonly Kind[] = kinds.filter(({ name }) =>
  name === "TCP" || name === "Unix"
);

/** What both programs begin with: `c`, a connection, in the end. */
const prelude = String.raw`
import hashlib, json, os, random, socket, struct, sys, threading, time
role, family, address = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
address = tuple(address) if isinstance(address, list) else address

def say(value):
    print(json.dumps(value), flush=True)

def read_all(c, size=65536):
    sha, length = hashlib.sha256(), 0
    while part := c.recv(size):
        sha.update(part)
        length += len(part)
    return [length, sha.hexdigest()]

def listen():
    s = socket.socket(family)
    s.bind(address)
    s.listen()
    a = s.getsockname()
    say(a.decode() if isinstance(a, bytes) else a)
    return s
`;

const meeting = String.raw`
if role == "listens":
    l = listen()
    c, _ = l.accept()
    l.close()
else:
    c = socket.socket(family)
    c.connect(address)
`;

/** Who of the two listens. */
export type Listening = "CPython" | "ours";

/** Both, for loops over tests. */
export const listening: readonly Listening[] = ["CPython", "ours"];

/** A connection between the two programs. */
export interface Meeting extends AsyncDisposable {
  readonly ours: Socket;
  readonly python: LineProcess;
  /** Reads the next value that the program `say`s. */
  hear(): Promise<unknown>;
}

/** Starts a program that listens and prints its address; in it `listen()` gives the socket. */
export async function pythonListener(
  { family, fresh }: Kind,
  code: string,
): Promise<
  { python: LineProcess; address: [string, number]; hear: Meeting["hear"] }
> {
  const python = spawnPython(prelude + code, [
    "listens",
    String(family),
    JSON.stringify(fresh()),
  ]);
  const hear = hearing(python);
  return { python, address: await hear() as [string, number], hear };
}

/** Starts a program in which `c` is a connection to the socket that it gives. */
export async function meet(
  kind: Kind,
  who: Listening,
  code: string,
): Promise<Meeting> {
  if (who === "CPython") {
    const { python, address, hear } = await pythonListener(
      kind,
      meeting + code,
    );
    const ours = new Socket(kind.family);
    await ours.connect(address as never);
    return { ours, python, hear, ...disposal(ours, python) };
  }
  await using listener = new Socket(kind.family);
  listener.bind(kind.fresh() as never);
  listener.listen();
  const python = spawnPython(prelude + meeting + code, [
    "connects",
    String(kind.family),
    JSON.stringify(listener.getsockname()),
  ]);
  const [ours] = await listener.accept();
  return { ours, python, hear: hearing(python), ...disposal(ours, python) };
}

function hearing(python: LineProcess): Meeting["hear"] {
  return async () => {
    const line = await python.readLine();
    if (line === undefined) throw new Error("the program has ended");
    return JSON.parse(line);
  };
}

function disposal(ours: Socket, python: LineProcess): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await ours[Symbol.asyncDispose]();
      await python[Symbol.asyncDispose]();
    },
  };
}

/** Receives to the end and gives all of it. */
export async function receiveAll(socket: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let part; (part = await socket.recv(65536)).length > 0;) {
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}
