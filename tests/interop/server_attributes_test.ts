// Python's class attributes: static members here, which instances have as well.

import { assertEquals } from "@std/assert";
import * as socketserver from "../../server/mod.ts";
import { camelCase } from "./server_steps/case.ts";
import { folder } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";

const ofServers = [
  "timeout",
  "address_family",
  "socket_type",
  "request_queue_size",
  "allow_reuse_address",
  "allow_reuse_port",
  "max_packet_size",
  "daemon_threads",
  "block_on_close",
];
const ofHandlers = [
  "rbufsize",
  "wbufsize",
  "timeout",
  "disable_nagle_algorithm",
];

/** Every class, and which attributes are compared. */
const classes: Readonly<Record<string, readonly string[]>> = {
  BaseServer: ofServers,
  TCPServer: ofServers,
  UDPServer: ofServers,
  UnixStreamServer: ofServers,
  UnixDatagramServer: ofServers,
  ThreadingTCPServer: ofServers,
  ThreadingUDPServer: ofServers,
  ThreadingUnixStreamServer: ofServers,
  ThreadingUnixDatagramServer: ofServers,
  BaseRequestHandler: ofHandlers,
  StreamRequestHandler: ofHandlers,
  DatagramRequestHandler: ofHandlers,
};

/** What differs on purpose, and why. */
const differs: Readonly<Record<string, unknown>> = {
  // Python's 5 makes a burst of clients wait for seconds.
  requestQueueSize: 128,
};

type Attributes = Record<string, unknown>;

let answer: Promise<string> | undefined;

/** Gives CPython's attributes under our names; a missing one has no entry. */
async function expected(name: string): Promise<Attributes> {
  answer ??= runPython(
    `
import json, socketserver, sys
found = {}
for name, attributes in json.loads(sys.argv[1]).items():
    cls = getattr(socketserver, name)
    found[name] = {a: getattr(cls, a) for a in attributes if hasattr(cls, a)}
print(json.dumps(found))`,
    { args: [JSON.stringify(classes)] },
  );
  const attributes: Attributes = JSON.parse(await answer)[name];
  return Object.fromEntries(
    Object.entries(attributes)
      .map(([key, value]) => [camelCase(key), value] as const)
      .map(([key, value]) => [key, differs[key] ?? value]),
  );
}

/** Gives the attributes that a value has. */
function attributesOf(value: object, names: readonly string[]): Attributes {
  return Object.fromEntries(
    names.map(camelCase).filter((name) => name in value)
      .map((name) => [name, (value as Attributes)[name]]),
  );
}

// deno-lint-ignore no-explicit-any -- classes of every kind, by their names
const ours = socketserver as any;

for (const [name, names] of Object.entries(classes)) {
  Deno.test({
    ...needsPython,
    name: `${name} has CPython's attributes with their defaults`,
    async fn() {
      const attributes = await expected(name);
      assertEquals(attributesOf(ours[name], names), attributes, "static");
      if (name.endsWith("Handler")) {
        const handler = new ours[name]([], null, null);
        assertEquals(attributesOf(handler, names), attributes, "instance");
        return;
      }
      const address = name.includes("Unix")
        ? `${folder}/attributes-${name}`
        : ["127.0.0.1", 0];
      await using server = new ours[name](
        address,
        socketserver.BaseRequestHandler,
      );
      assertEquals(attributesOf(server, names), attributes, "instance");
    },
  });
}
