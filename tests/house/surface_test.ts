import { assertEquals } from "@std/assert";
import * as whole from "../../mod.ts";
import * as asynchat from "../../server/asynchat/mod.ts";
import * as asyncore from "../../server/asyncore/mod.ts";
import * as server from "../../server/mod.ts";
import * as s from "../../socket/mod.ts";
import * as select from "../../socket/select/mod.ts";
import * as selectors from "../../socket/selectors/mod.ts";
import constants from "../socket/constants_linux.json" with { type: "json" };
import { documentation, expectNone, isPublic } from "./source.ts";
import surface from "./surface.json" with { type: "json" };

// surface.json lists Python's names, the name each has here and which driver
// must offer it. These tests keep it and the modules equal.

type Row = typeof surface.surface[number];

const rows: readonly Row[] = surface.surface;

/** What is not here yet, by the piece of work that brings it. The list only shrinks. */
const toCome: Readonly<Record<string, readonly string[]>> = {};

/** Python's modules here; the rows have asynchat under asyncore. */
const modules: Readonly<Record<string, object>> = {
  socket: s,
  socketserver: server,
  select,
  selectors,
  asyncore: { ...asyncore, ...asynchat },
};

/** What we export that Python's module has not; DESIGN calls for each of them. */
const ours: readonly string[] = [
  // Errors that Python has as built-ins, or in asyncio.
  "BlockingIOError",
  "BrokenPipeError",
  "ConnectionAbortedError",
  "ConnectionError",
  "ConnectionRefusedError",
  "ConnectionResetError",
  "FileExistsError",
  "FileNotFoundError",
  "IncompleteReadError",
  "InterruptedError",
  "IsADirectoryError",
  "LimitOverrunError",
  "NotADirectoryError",
  "OSError",
  "PermissionError",
  "TimeoutError",
  "UnicodeDecodeError",
  "UnicodeEncodeError",
  // The class behind socket() and what it is made of, the class of its files,
  // and the driver's choice.
  "Socket",
  "SocketFile",
  "setDefaultDriver",
];

/** Types that we export; at run time they are nothing. */
const types: readonly string[] = [
  "Accepted",
  "Address",
  "AddressInfo",
  "AddressInfoHints",
  "AddressInput",
  "AddressOf",
  "AncillaryData",
  "BytesFrom",
  "ConnectedSocket",
  "CreateConnectionOptions",
  "CreateServerOptions",
  "Data",
  "DatagramKind",
  "Driver",
  "DriverOptions",
  "Endpoint",
  "EventPoll",
  "ErrorHandler",
  "Family",
  "FileInput",
  "FileOf",
  "FileSource",
  "GetaddrinfoOptions",
  "HostEntry",
  "Inet6Address",
  "Inet6AddressInput",
  "Inet6Family",
  "InetAddress",
  "InetFamily",
  "InterfaceName",
  "Machine",
  "MessageHeader",
  "MessageInto",
  "Names",
  "Hold",
  "OpenFile",
  "OtherAddress",
  "Pollable",
  "SendmsgAfalgOptions",
  "Services",
  "SocketHints",
  "SocketResource",
  "LookupOptions",
  "MakefileMode",
  "MakefileOptions",
  "Message",
  "Newline",
  "OSErrorFields",
  "ReadUntilOptions",
  "ReceivedMessage",
  "ReceivedMessageInto",
  "SenderOf",
  "SendfileOptions",
  "SocketKind",
  "SocketOptions",
  "SocketpairOptions",
  "StreamKind",
  "UnixAddress",
  "UnixFamily",
  "Wait",
  "WaitOptions",
];

/** What Python's class has not; the rest of Socket's members are rows. */
const ourMembers: readonly string[] = [
  "abortedBytesSent",
  "connections",
  "readable",
  "ref",
  "unref",
  "writable",
];

/** A row's name with its module; socket.close() is told from Socket's close. */
function nameOf({ module, kind, name }: Row): string {
  const isBoth = kind === "function" &&
    rows.some((row) => row.kind === "method" && row.name === name);
  const owner = kind === "method" ? "Socket" : module;
  return `${owner}.${name}${isBoth ? "()" : ""}`;
}

function isExported({ module, kind, name }: Row): boolean {
  const here = modules[module];
  if (kind === "method") return name in s.Socket.prototype;
  using socket = s.socket();
  return name in here || kind === "attribute" && name in socket;
}

const awaited = new Set(Object.values(toCome).flat());

Deno.test("names follow from Python's: each _x after the first letter is X", () => {
  for (const { python, name, kind } of rows) {
    const expected = kind === "class" || /^[A-Z_]+$/.test(python)
      ? python
      : python.replace(/(?<=.)_([a-z])/g, (_, letter) => letter.toUpperCase());
    assertEquals(name, expected);
  }
});

Deno.test("every name of Python's module is exported, or still to come", () => {
  expectNone(
    rows.filter((row) => !isExported(row)).map(nameOf)
      .filter((name) => !awaited.has(name)),
    "Export these (socket/mod.ts, server/mod.ts) or make them methods of Socket:",
  );
});

Deno.test("what is still to come is not there yet", () => {
  const known = new Map(rows.map((row) => [nameOf(row), row]));
  expectNone(
    [...awaited].filter((name) => {
      const row = known.get(name);
      return row === undefined || isExported(row);
    }),
    "These have come, or are no rows of surface.json; remove them from `toCome`:",
  );
});

Deno.test("mod.ts exports Python's modules and its bytes literal", () => {
  assertEquals(Object.keys(whole).sort(), [
    "b",
    "errno",
    "socket",
    "socketserver",
  ]);
  assertEquals([whole.socket, whole.socketserver], [s, server]);
});

Deno.test("socket/mod.ts exports nothing that is neither Python's nor ours", async () => {
  const expected = new Set([
    ...Object.keys(constants.linux),
    ...rows.filter(({ module }) => module === "socket").map(({ name }) => name),
    ...ours,
    ...types,
  ]);
  const symbols = await documentation("socket/mod.ts");
  expectNone(
    symbols.map(({ name }) => name).filter((name) => !expected.has(name)),
    "Take these back, or name them with a reason in `ours` or `types`:",
  );
});

Deno.test("Socket has no public member that is neither Python's nor ours", async () => {
  const expected = new Set([
    ...rows.filter(({ module }) => module === "socket").map(({ name }) => name),
    ...ourMembers,
  ]);
  const members = (await documentation("socket/mod.ts"))
    .filter(({ name }) => name === "Socket")
    .flatMap(({ declarations: [{ def }] }) => [
      ...def.properties ?? [],
      ...def.methods ?? [],
    ])
    .filter((member) => isPublic(member) && !member.name.startsWith("["));
  expectNone(
    members.map(({ name }) => name).filter((name) => !expected.has(name)),
    "Make these private (#x), or name them in `ourMembers`:",
  );
});

Deno.test("error, timeout and SocketType are Python's aliases", () => {
  assertEquals(s.error, s.OSError);
  assertEquals(s.timeout, s.TimeoutError);
  assertEquals(s.SocketType, s.Socket);
});
