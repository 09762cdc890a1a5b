// Names are looked up by libc on threads that nothing can stop and that Deno needs
// for other things. Here no name server answers.
import { assertEquals } from "@std/assert";
import { allowLibc, posixValue, runPosix } from "../support/posix_program.ts";
import {
  inSilence,
  NAME_SERVER,
  whyNoSilence,
} from "../support/silent_network.ts";

const reason = whyNoSilence();
if (reason !== undefined) {
  console.log(`skipping the tests of hanging look-ups: ${reason}`);
}

/** Begins many look-ups; each adds its outcome to `ended`. */
const hanging = `
  ${NAME_SERVER}
  const controller = new AbortController();
  const { signal } = controller;
  const ended = [];
  const note = (outcome) => ended.push(outcome);
  const fail = (error) => note(error?.code ?? error);
  const calls = Array.from({ length: 40 }, (_, i) =>
    s.getaddrinfo("name" + i + ".test", 80, { signal }).then(note, fail));
  // As many as ever run at a time have their threads.
  await new Promise((resolve) => setTimeout(resolve, 50));
`;

/** Registers a test of what happens while 40 look-ups hang; the body returns when it has stopped them. */
function test(name: string, body: string, gives: unknown): void {
  Deno.test({
    name: `${name} while 40 look-ups get no answer`,
    ignore: reason !== undefined,
    async fn() {
      const { code, stdout, stderr } = await runPosix(
        `
        ${hanging}
        const value = await (async () => {\n${body}\n})();
        console.log(JSON.stringify(value));
        // Without waiting for the threads.
        Deno.exit();`,
        {
          flags: [allowLibc, "--allow-net", "--allow-read"],
          through: inSilence,
        },
      );
      assertEquals(code, 0, stderr);
      assertEquals(JSON.parse(stdout), gives);
    },
  });
}

const stop = "controller.abort('enough'); await Promise.all(calls);";

test(
  "Deno.stat() and Deno.connect() have threads",
  `
  const listener = s.createServer(["127.0.0.1", 0]);
  const { isDirectory } = await Deno.stat("/");
  const conn = await Deno.connect({ hostname: "localhost", port: listener.getsockname()[1] });
  conn.close();
  const before = ended.length;
  ${stop}
  return [isDirectory, before];`,
  [true, 0],
);

test(
  "a number is looked up at once",
  `
  const listener = s.createServer(["127.0.0.1", 0]);
  const [[, , , , address]] = await s.getaddrinfo("127.0.0.1", 80);
  const [[, , , , short]] = await s.getaddrinfo("127.1", 80);
  const [[, , , , six]] = await s.getaddrinfo("::1", 80);
  await s.getaddrinfo(null, 80);
  const client = await s.createConnection(listener.getsockname());
  const before = ended.length;
  ${stop}
  return [address, short, six, before];`,
  [["127.0.0.1", 80], ["127.0.0.1", 80], ["::1", 80, 0, 0], 0],
);

test(
  "a signal ends all of them",
  `
  controller.abort("enough");
  await Promise.all(calls);
  return [ended.length, ...new Set(ended)];`,
  [40, "enough"],
);

test(
  "a timeout ends connect() to a name",
  `
  const t = s.socket();
  t.settimeout(0.05);
  const outcome = await told(() => t.connect(["other.test", 80]));
  const before = ended.length;
  ${stop}
  return [outcome, before];`,
  ["ETIMEDOUT", 0],
);

test(
  "a timeout ends createConnection() to a name",
  `
  const outcome = await told(() => s.createConnection(["other.test", 80], { timeout: 0.05 }));
  const before = ended.length;
  ${stop}
  return [outcome, before];`,
  ["ETIMEDOUT", 0],
);

for (
  const [name, call] of [
    ["connect()", `s.socket().connect(["other.test", 80], { signal })`],
    [
      "createConnection()",
      `s.createConnection(["other.test", 80], { signal })`,
    ],
    [
      "gethostbyname()",
      `s.gethostbyname("other.test", { signal })`,
    ],
    [
      "gethostbyaddr()",
      `s.gethostbyaddr("127.9.9.9", { signal })`,
    ],
    [
      "getnameinfo()",
      `s.getnameinfo(["127.9.9.9", 80], 0, { signal })`,
    ],
  ]
) {
  test(
    `a signal ends ${name}`,
    `
    const other = ${call}.catch((error) => error);
    ${stop}
    return await other;`,
    "enough",
  );
}

test(
  "sendto() to a name leaves the event loop turning",
  `
  const d = s.socket(s.AF_INET, s.SOCK_DGRAM);
  d.settimeout(0.05);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const outcome = await told(() => d.sendto(bytes("x"), ["other.test", 80]));
  clearInterval(timer);
  ${stop}
  return [outcome, turns > 5];`,
  ["ETIMEDOUT", true],
);

test(
  "closing a socket ends its connect() to a name",
  `
  const t = s.socket();
  const other = told(() => t.connect(["other.test", 80]));
  t.close();
  const outcome = await other;
  ${stop}
  return outcome;`,
  "EBADF",
);

Deno.test({
  name: "a look-up goes on when those before it got no answer",
  ignore: reason !== undefined,
  async fn() {
    const got = await posixValue(
      `
      ${NAME_SERVER}
      const hanging = Array.from({ length: 20 }, (_, i) =>
        told(() => s.getaddrinfo("name" + i + ".test", 80)));
      const [[, , , , address]] = await s.getaddrinfo("localhost", 80, { family: s.AF_INET });
      return [address, [...new Set(await Promise.all(hanging))]];`,
      { through: inSilence },
    );
    assertEquals(got, [["127.0.0.1", 80], ["EAI_AGAIN"]]);
  },
});
