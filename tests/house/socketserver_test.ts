import * as s from "../../server/mod.ts";
import { documentation, expectNone } from "./source.ts";
import members from "./socketserver.json" with { type: "json" };

// socketserver.json lists the public members of CPython 3.13's classes, by
// dir(). This keeps ours equal to them.

/** Members that we leave out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  "collect_children": "there are no zombies to collect",
};

/** Names that server/mod.ts exports and Python has not. */
const ours: readonly string[] = ["runHandler"];

/** Types that server/mod.ts exports; at run time they are nothing. */
const types: readonly string[] = [
  "Awaitable",
  "DatagramRequest",
  "Forking",
  "ForkingClass",
  "ForkingOptions",
  "ForkingStatics",
  "HandlerServer",
  "ReadyOptions",
  "RequestHandlerClass",
  "ServeForeverOptions",
  "ServerClass",
  "ServerOptions",
  "ShutdownOptions",
  "SocketServerOptions",
  "StreamRequest",
  "TCPServerOptions",
  "Threading",
  "ThreadingClass",
  "UDPServerOptions",
];

/** Public members of ours that Python's classes have not. */
const ourMembers: readonly string[] = [
  "maxConnections",
  "requestTimeout",
  "signal",
];

/** What Python's constructors and setup set; dir() does not show it. */
const instanceMembers: readonly string[] = [
  "RequestHandlerClass",
  "clientAddress",
  "connection",
  "packet",
  "request",
  "rfile",
  "server",
  "serverAddress",
  "socket",
  "wfile",
];

function ourName(python: string): string {
  return python.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

const all = Object.entries(members).flatMap(([name, list]) =>
  list.filter((member) => !(member in leftOut)).map((member) => ({
    name,
    member: ourName(member),
  }))
);

Deno.test("every member of a class of socketserver is there", () => {
  const problems = all.filter(({ name, member }) => {
    const value: unknown = (s as Record<string, unknown>)[name];
    // The members of a mix-in are those of the classes that it makes.
    if (typeof value !== "function" || name.endsWith("MixIn")) return false;
    return !(member in value || member in value.prototype);
  });
  expectNone(
    problems.map(({ name, member }) => `${name}.${member}`),
    "Add these, or name them in `leftOut` with the reason:",
  );
});

Deno.test("what is left out of socketserver is a member of Python's", () => {
  const known = new Set(Object.values(members).flat());
  expectNone(
    Object.keys(leftOut).filter((name) => !known.has(name)),
    "Remove these from `leftOut`:",
  );
});

Deno.test("server/mod.ts exports nothing that is neither Python's nor ours", async () => {
  const expected = new Set([...Object.keys(members), ...ours, ...types]);
  const symbols = await documentation("server/mod.ts");
  expectNone(
    symbols.map(({ name }) => name).filter((name) => !expected.has(name)),
    "Take these back, or name them in `ours` or `types`:",
  );
});

Deno.test("no class of socketserver has a public member that is neither Python's nor ours", async () => {
  const expected = new Set([
    ...all.map(({ member }) => member),
    ...ourMembers,
    ...instanceMembers,
  ]);
  const symbols = await documentation("server/mod.ts");
  const found = symbols.flatMap(({ name, declarations: [{ def }] }) =>
    [...def.properties ?? [], ...def.methods ?? []]
      .filter((member) => member.accessibility === undefined)
      .filter((member) => !member.name.startsWith("["))
      .filter((member) => !types.includes(name) && !expected.has(member.name))
      .map((member) => `${name}.${member.name}`)
  );
  expectNone(found, "Make these private, or name them in `ourMembers`:");
});
