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
  "ClientAddressOf",
  "DatagramRequest",
  "DatagramSender",
  "Forking",
  "ForkingClass",
  "ForkingOptions",
  "ForkingStatics",
  "HandlerServer",
  "ReadyOptions",
  "RequestEnded",
  "RequestEvent",
  "RequestFailed",
  "RequestHandlerClass",
  "RequestHandlerFunction",
  "RequestHandlerMaker",
  "RequestUntaken",
  "ServeForeverOptions",
  "ServerClass",
  "ServerEvent",
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
  "activeRequests",
  "handlerModule",
  "handshakeTimeout",
  "loadTimeout",
  "logEvent",
  "maxConnections",
  "permissions",
  "requestTimeout",
  "signal",
  "ssl",
  "unstableWorkerOptions",
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

Deno.test("what is left out of socketserver is a member of Python's module", () => {
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

/** The classes that the mix-ins make, which are classes in the documentation too. */
const mixed: readonly string[] = ["Threading", "Forking"].flatMap((mixIn) =>
  ["TCPServer", "UDPServer", "UnixStreamServer", "UnixDatagramServer"]
    .map((base) => mixIn + base)
);

Deno.test("what the mix-ins make is documented as classes with a base, a constructor and the mix-in's members", async () => {
  const symbols = await documentation("server/mod.ts");
  const problems = mixed.flatMap((name) => {
    const { declarations } = symbols.find((each) => each.name === name)!;
    const [{ kind, def }] = declarations;
    const members = [...def.properties ?? [], ...def.methods ?? []]
      .map((member) => member.name);
    const [mixIn, base] = name.split(/(?<=^Threading|^Forking)/);
    const expected = mixIn === "Threading"
      ? ["daemonThreads", "blockOnClose", "processRequestThread"]
      : ["handlerModule", "maxChildren", "activeChildren", "blockOnClose"];
    return [
      declarations.length > 1 || kind !== "class" ? `${name} is a ${kind}` : [],
      def.extends !== base ? `${name} extends ${def.extends}` : [],
      def.constructors?.length !== 1 ? `${name} has no constructor` : [],
      expected.filter((member) => !members.includes(member))
        .map((member) => `${name} has no ${member}`),
    ].flat();
  });
  expectNone(
    problems,
    "Write each as `class … extends …` with its constructor and members:",
  );
});
