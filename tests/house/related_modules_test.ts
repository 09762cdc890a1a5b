import * as asynchat from "../../server/asynchat/mod.ts";
import * as asyncore from "../../server/asyncore/mod.ts";
import { socket } from "../../socket/mod.ts";
import * as select from "../../socket/select/mod.ts";
import * as selectors from "../../socket/selectors/mod.ts";
import { documentation, expectNone } from "./source.ts";
import python from "./related_modules.json" with { type: "json" };

// related_modules.json lists the names of CPython 3.11's select, selectors, asyncore
// and asynchat on Linux, and the public members of their classes, by dir(). This
// keeps ours equal to them.

interface Module {
  readonly here: object;
  readonly file: string;
  readonly names: readonly string[];
  readonly members: Readonly<Record<string, readonly string[]>>;
}

const modules: Readonly<Record<string, Module>> = {
  select: { here: select, file: "socket/select/mod.ts", ...python.select },
  selectors: {
    here: selectors,
    file: "socket/selectors/mod.ts",
    ...python.selectors,
  },
  asyncore: {
    here: asyncore,
    file: "server/asyncore/mod.ts",
    ...python.asyncore,
  },
  asynchat: {
    here: asynchat,
    file: "server/asynchat/mod.ts",
    ...python.asynchat,
  },
};

/** What we export that Python's modules have not, and why. */
const ours: Readonly<Record<string, string>> = {
  "select.Epoll": "the class that epoll() makes",
  "select.KeyError": "built in in Python",
  "select.Poll": "the class that poll() makes",
  "selectors.KeyError": "built in in Python",
};

/** Types that we export; at run time they are nothing. */
const types: readonly string[] = [
  "asynchat.Producer",
  "asynchat.Terminator",
  "asyncore.Channel",
  "asyncore.CloseAllOptions",
  "asyncore.CompactTraceback",
  "asyncore.CreateSocketOptions",
  "asyncore.EventHandler",
  "asyncore.FileOptions",
  "asyncore.LoopOptions",
  "asyncore.PollOptions",
  "asyncore.SocketMap",
  "select.DriverOption",
  "select.EpollFactory",
  "select.EpollPollOptions",
  "select.Selectable",
  "select.SelectOptions",
  "selectors.DriverOption",
  "selectors.Selectable",
  "selectors.SelectorBackend",
];

/** Members that we leave out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  "selectors.DefaultSelector.fileno": "ours has no descriptor of its own",
};

function ourName(name: string): string {
  return /^[A-Z_]+$/.test(name)
    ? name
    : name.replace(/(?<=.)_([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** Whether Python's name is that of a class, which keeps it. */
function isClass({ members }: Module, name: string): boolean {
  return name in members || /^[A-Z][a-z]/.test(name);
}

/** Makes an object of a class, for members that are fields. */
function make(module: string, name: string): object | undefined {
  using s = socket();
  const { dispatcher, dispatcher_with_send, file_wrapper, file_dispatcher } =
    asyncore;
  class chat extends asynchat.async_chat {
    collectIncomingData() {}
    foundTerminator() {}
  }
  const makers: Record<string, () => object> = {
    "select.epoll": () => select.Epoll.prototype,
    "select.poll": () => select.poll(),
    "selectors.BaseSelector": () => new selectors.PollSelector(),
    "selectors.EpollSelector": () => selectors.EpollSelector.prototype,
    "selectors.SelectorKey": () => new selectors.SelectorKey(s, 0, 0, null),
    "asyncore.dispatcher": () => new dispatcher(),
    "asyncore.dispatcher_with_send": () => new dispatcher_with_send(),
    "asyncore.file_wrapper": () => file_wrapper.prototype,
    // Its fields are those of dispatcher.
    "asyncore.file_dispatcher": () =>
      Object.assign(Object.create(file_dispatcher.prototype), new dispatcher()),
    "asynchat.async_chat": () => new chat(),
    "asynchat.simple_producer": () =>
      new asynchat.simple_producer(new Uint8Array()),
  };
  const Class = (modules[module].here as Record<string, unknown>)[name];
  return makers[`${module}.${name}`]?.() ??
    (Class as { prototype: object }).prototype;
}

Deno.test("every name of select, selectors, asyncore and asynchat is exported", () => {
  const missing = Object.entries(modules).flatMap(([module, it]) =>
    it.names.map((name) => isClass(it, name) ? name : ourName(name))
      .filter((name) => !(name in it.here))
      .map((name) => `${module}.${name}`)
  );
  expectNone(missing, "Export these:");
});

Deno.test("every member of the classes of select, selectors, asyncore and asynchat is there", () => {
  const missing = Object.entries(modules).flatMap(([module, { members }]) =>
    Object.entries(members).flatMap(([name, list]) => {
      const object = make(module, name)!;
      // A class method of Python's is on the class here.
      const statics = (modules[module].here as Record<string, object>)[name];
      return list.map(ourName)
        .filter((member) => !(member in object || member in statics))
        .map((member) => `${module}.${name}.${member}`)
        .filter((member) => !(member in leftOut));
    })
  );
  expectNone(missing, "Add these, or name them in `leftOut` with the reason:");
});

for (const [module, { file, names }] of Object.entries(modules)) {
  Deno.test(`${file} exports nothing that is neither Python's nor ours`, async () => {
    const expected = new Set([
      ...names.flatMap((name) => [name, ourName(name)]).map((name) =>
        `${module}.${name}`
      ),
      ...Object.keys(ours),
      ...types,
    ]);
    const symbols = await documentation(file);
    expectNone(
      symbols.map(({ name }) => `${module}.${name}`)
        .filter((name) => !expected.has(name)),
      "Take these back, or name them in `ours` or `types`:",
    );
  });
}
