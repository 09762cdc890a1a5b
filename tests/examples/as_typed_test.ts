// Every example as it stands, run by the very lines at its top, on the ports that
// they name. The other tests run copies with ports of their own.
import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../support/forking.ts";
import { commandsOf, type Ended, ROOT, run, start } from "./process.ts";

// Held by the one test that uses the examples' ports, for another checkout of this
// repository may be tested at the same time.
const TURN = 29_207;
const PATH = "/tmp/echo.sock";

// Milliseconds that a port or the path is waited for.
const LONGEST = 60_000;

/** Takes a port or a path; gives `undefined` if it is in use. */
type Take = () => Disposable | undefined;

function unlessInUse(listen: () => Disposable): Disposable | undefined {
  try {
    return listen();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

function tcp(port: number): Take {
  return () =>
    unlessInUse(() => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port });
      return { [Symbol.dispose]: () => listener.close() };
    });
}

function udp(port: number): Take {
  const address = { transport: "udp", hostname: "127.0.0.1", port } as const;
  return () =>
    unlessInUse(() => {
      const conn = Deno.listenDatagram(address);
      return { [Symbol.dispose]: () => conn.close() };
    });
}

function unix(): Disposable | undefined {
  return unlessInUse(() => {
    const listener = Deno.listen({ transport: "unix", path: PATH });
    // It removes the path.
    return { [Symbol.dispose]: () => listener.close() };
  });
}

/** Removes the path if a server that was killed has left it. */
async function removeDead(): Promise<void> {
  try {
    (await Deno.connect({ transport: "unix", path: PATH })).close();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) await Deno.remove(PATH);
    else if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Takes it as soon as it is free. */
async function waitFor(take: Take, name: string): Promise<Disposable> {
  for (const end = Date.now() + LONGEST; Date.now() < end;) {
    const taken = take();
    if (taken !== undefined) return taken;
    await delay(50);
  }
  throw new Error(
    `${name} is in use by another program: the examples as they stand need it`,
  );
}

/** Registers a test that uses what the examples name. */
function test(
  name: string,
  [take, where]: readonly [Take, string],
  fn: () => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      using _turn = await waitFor(tcp(TURN), `port ${TURN}`);
      if (where === PATH) await removeDead();
      (await waitFor(take, where))[Symbol.dispose]();
      await fn();
    },
  });
}

/** Without what Deno itself says of permission sets. */
function unwarned(ended: Ended): Ended {
  const stderr = ended.stderr.replace(/^Warning Permissions .*\n/, "");
  return { ...ended, stderr };
}

/** A server, and what proves that it serves. */
interface Served {
  readonly name: string;
  readonly at: readonly [Take, string];
  /** The example that is its client, and what that prints. */
  readonly client?: readonly [name: string, prints: string];
  /** What is done if no example is its client. */
  readonly visit?: () => Promise<void>;
  /** Whether it ends after one client, without Ctrl-C. */
  readonly endsByItself?: boolean;
  readonly ignore?: boolean;
}

const HELLO = "Received Hello, world\n";
const onPort50007 = [tcp(50007), "port 50007"] as const;
const onPort50008 = [udp(50008), "UDP port 50008"] as const;
const onPort50010 = [tcp(50010), "port 50010"] as const;

const servers: readonly Served[] = [
  {
    name: "echo_server",
    at: onPort50007,
    client: ["echo_client", HELLO],
    endsByItself: true,
  },
  {
    name: "threaded_echo_server",
    at: onPort50007,
    client: ["echo_client", HELLO],
  },
  {
    name: "udp_echo_server",
    at: onPort50008,
    client: ["udp_echo_client", HELLO],
  },
  {
    name: "threaded_udp_echo_server",
    at: onPort50008,
    client: ["udp_echo_client", HELLO],
  },
  {
    name: "welcome_server",
    at: [tcp(9999), "port 9999"],
    client: ["welcome_client", "Welcome! Καλώς ήρθες! ようこそ!\n"],
  },
  {
    name: "unix_echo_server",
    at: [unix, PATH],
    client: ["unix_echo_client", HELLO],
    ignore: Deno.build.os === "windows",
  },
  {
    name: "chat_server",
    at: onPort50010,
    async visit() {
      using client = await Client.to(50010, "ann");
      assertMatch(await client.hear() ?? "", /^\* What is your name\?/);
      assertMatch(await client.hear() ?? "", /^\* Welcome, ann!/);
    },
  },
  {
    name: "forking_server", // and its forking_handler
    at: onPort50010,
    async visit() {
      using client = await Client.to(50010, "100");
      assertEquals(await client.hear(), "25 primes below 100");
    },
  },
  {
    name: "file_server",
    at: [tcp(8000), "port 8000"],
    async visit() {
      const answer = await fetch("http://127.0.0.1:8000/about");
      assertMatch(await answer.text(), /<h1>How this works<\/h1>/);
    },
  },
];

for (const { name, at, client, visit, endsByItself, ignore } of servers) {
  for (const way of [0, 1]) {
    const how = way === 0 ? "by its flags" : "by its permission set";
    test(`${name} runs as it stands, ${how}`, at, async () => {
      await using serving = start((await commandsOf(name))[way], ROOT);
      await serving.printed("press Ctrl-C to stop\n");
      if (client !== undefined) {
        const [called, stdout] = client;
        const call = (await commandsOf(called))[way];
        const ended = await run(call, ROOT);
        assertEquals(unwarned(ended), { code: 0, stdout, stderr: "" });
      }
      await visit?.();
      if (!endsByItself) serving.interrupt();
      const { code, stderr } = unwarned(await serving.end());
      assertEquals([code, stderr], [0, ""]);
    }, ignore);
  }
}

test(
  "deno task echo ends well although port 50007 is taken",
  onPort50007,
  async () => {
    using _taken = tcp(50007)();
    const { code, stdout } = await run("deno task echo", ROOT);
    assertMatch(stdout, /^Received Hello, world$/m);
    assertEquals(code, 0);
  },
);
