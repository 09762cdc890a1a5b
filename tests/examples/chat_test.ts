import { assertEquals } from "@std/assert";
import { needsProgram, runPiped } from "../support/foreign.ts";
import { needsPython, runPython } from "../support/python.ts";
import { ADDRESS, Guest, welcome } from "./guest.ts";
import { altered, here, start } from "./process.ts";
import { type ServerExample, testServer } from "./usual.ts";

const example: ServerExample = {
  name: "chat_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50010 examples/chat_server.ts",
    "deno run -P=chat_server examples/chat_server.ts",
  ],
  address: "127.0.0.1:50010",
  flags: "--allow-net=127.0.0.1:50010",
  first: here("Listening on 127.0.0.1:50010, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
};
const [server] = example.commands;

testServer(example);

for (const command of example.commands) {
  Deno.test(`chat_server tells all others what one client says, until Ctrl-C [${command}]`, async () => {
    await using serving = start(command);
    assertEquals(await serving.printed("stop\n"), example.first);
    using ann = await Guest.enter("ann");
    using bob = await Guest.enter("bob");
    using zoë = await Guest.enter("zoë");
    await zoë.say("Hello", "¡Olé! ようこそ 🎉");
    for (const guest of [ann, bob]) {
      await guest.hearUntil("* zoë has come");
      assertEquals(await guest.hearLines(2), [
        "zoë: Hello",
        "zoë: ¡Olé! ようこそ 🎉",
      ]);
    }
    await bob.say("/who", "/help");
    assertEquals(await bob.hearLines(2), [
      "* Here: ann, bob, zoë",
      "* You can say /who or /quit",
    ]);
    await zoë.say("/quit");
    // zoë is not told her own lines.
    assertEquals(await zoë.hear(), undefined);
    for (const guest of [ann, bob]) {
      assertEquals(await guest.hear(), "* zoë has left");
    }

    serving.interrupt();
    for (const guest of [ann, bob]) {
      assertEquals(await guest.hearUntil(undefined), [
        "* The server closes, goodbye",
      ]);
    }
    const { code, stdout } = await serving.end();
    assertEquals([code, stdout], [0, example.first + example.last]);
  });
}

Deno.test("chat_server tells all clients the lines in the same order", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using first = await Guest.enter("first");
  using second = await Guest.enter("second");
  const names = ["a", "b", "c"];
  const lines = Array.from({ length: 100 }, (_, number) => String(number));
  const speakers: Guest[] = [];
  for (const name of names) {
    speakers.push(await Guest.enter(name));
    await first.hearUntil(`* ${name} has come`);
    await second.hearUntil(`* ${name} has come`);
  }
  await Promise.all(speakers.map((speaker) => speaker.say(...lines)));
  const heard = await first.hearLines(names.length * lines.length);
  for (const name of names) {
    assertEquals(
      heard.filter((line) => line?.startsWith(`${name}: `)),
      lines.map((line) => `${name}: ${line}`),
    );
  }
  assertEquals(await second.hearLines(heard.length), heard);
  for (const speaker of speakers) speaker[Symbol.dispose]();
});

Deno.test("chat_server serves a hundred clients", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  const names = Array.from({ length: 100 }, (_, number) => `guest-${number}`);
  const guests = await Promise.all(names.map(Guest.enter));
  // Everybody speaks once, and listens until all others have.
  await Promise.all(guests.map((guest, number) => guest.say(`I am ${number}`)));
  const expected = names.map((name, number) => `${name}: I am ${number}`);
  await Promise.all(guests.map(async (guest, number) => {
    const heard = new Set<string>();
    while (heard.size < guests.length - 1) {
      const line = await guest.hear() ?? "the end";
      if (!line.startsWith("*")) heard.add(line);
    }
    assertEquals(heard, new Set(expected.toSpliced(number, 1)));
  }));
  serving.interrupt();
  for (const guest of guests) {
    assertEquals(await guest.hearUntil(undefined), [
      "* The server closes, goodbye",
    ]);
    guest[Symbol.dispose]();
  }
  const { code, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("chat_server gives a name to one client only, and to another one later", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  const guests = await Promise.all(Array.from({ length: 20 }, Guest.connect));
  await Promise.all(guests.map((guest) => guest.say("ann")));
  const told = await Promise.all(guests.map((guest) => guest.hear()));
  const taken = "* There is a ann already. What is your name?";
  assertEquals(
    told.toSorted(),
    [
      ...Array(19).fill(taken),
      welcome("ann"),
    ].toSorted(),
  );

  const ann = guests[told.indexOf(welcome("ann"))];
  const [other] = guests.filter((guest) => guest !== ann);
  await ann.say("/quit");
  assertEquals(await ann.hear(), undefined);
  await other.say("ann");
  assertEquals(await other.hear(), welcome("ann"));
  for (const guest of guests) guest[Symbol.dispose]();
});

Deno.test("chat_server asks again for a name that is not valid", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using guest = await Guest.connect();
  // The last are letters that cannot be seen.
  const none = [
    ...["", " ", "two words", "a".repeat(21), "/who", "a*", "\ufffd"],
    ...["\u3164", "ann\u115f", "\uffa0ann", "an\u200dn"],
  ];
  for (const name of none) {
    await guest.say(name);
    assertEquals(
      await guest.hear(),
      "* A name is 1 to 20 letters, digits, - and _. And yours?",
    );
  }
  await guest.say("  Zoë-1_2 \r");
  assertEquals(await guest.hear(), welcome("Zoë-1_2"));
});

Deno.test("chat_server gives no name that looks like one in the room", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using _ann = await Guest.enter("Ann");
  using _Olli = await Guest.enter("Olli1");
  using guest = await Guest.connect();
  for (
    const name of [
      "ann",
      "\u0410nn", // Cyrillic
      "\u0391nn", // Greek
      "\uff21nn", // full width
      "0lli1",
      "OlliI",
      "\u039f\u217c\u217ci1", // Greek, and Roman numerals
    ]
  ) {
    await guest.say(name);
    assertEquals(
      await guest.hear(),
      `* There is a ${name.normalize("NFKC")} already. What is your name?`,
    );
  }
  await guest.say("А\u0438\u043d\u0430");
  assertEquals(await guest.hear(), welcome("А\u0438\u043d\u0430"));
});

Deno.test("chat_server tells nothing to a client that is not in the room", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using outside = await Guest.connect();
  using ann = await Guest.enter("ann");
  using bob = await Guest.enter("bob");
  await bob.say("secret");
  assertEquals(await ann.hearLines(2), ["* bob has come", "bob: secret"]);
  await outside.say("/quit");
  assertEquals(await outside.hear(), undefined);
  // And the others are not told that it has left.
  await bob.say("/quit");
  assertEquals(await ann.hear(), "* bob has left");
});

Deno.test("chat_server says goodbye to a client that is silent for too long", async () => {
  await using serving = start(await altered(server, { LONGEST_SILENCE: 0.5 }));
  await serving.printed("Listening");
  using guest = await Guest.connect();
  assertEquals(await guest.hearUntil(undefined), [
    "* You were silent for too long, goodbye",
  ]);
});

Deno.test({
  ...needsPython,
  name: "chat_server serves Python's clients",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    const heard = await runPython(`
import socket

def enter(name):
    s = socket.create_connection(("127.0.0.1", ${ADDRESS.port}))
    file = s.makefile("rw", encoding="utf-8", newline="\\r\\n")
    file.readline()
    print(name, file=file, flush=True)
    file.readline()
    return file

ann, bob = enter("ann"), enter("bob")
print("Hello, 世界", file=bob, flush=True)
print([ann.readline(), ann.readline()])
`);
    assertEquals(
      heard,
      "['* bob has come\\r\\n', 'bob: Hello, 世界\\r\\n']\n",
    );
  },
});

Deno.test({
  ...needsProgram("nc", "-h"),
  name: "chat_server serves nc",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    using ann = await Guest.enter("ann");
    const heard = await runPiped(
      ["nc", "127.0.0.1", String(ADDRESS.port)],
      "bob\nHello\n/who\n/quit\n",
    );
    assertEquals(
      heard,
      `* What is your name?\r\n${welcome("bob")}\r\n* Here: ann, bob\r\n`,
    );
    assertEquals(await ann.hearLines(3), [
      "* bob has come",
      "bob: Hello",
      "* bob has left",
    ]);
  },
});
