/**
 * A chat room: it sends each line of a client to all other clients, which are
 * nc, telnet or some lines of Python. It asks each client for a name and knows
 * the commands /who and /quit; at Ctrl-C it says goodbye to all.
 *
 *     deno run --allow-net=127.0.0.1:50010 examples/chat_server.ts
 *     deno run -P=chat_server examples/chat_server.ts
 *
 * Then, in as many other terminals as you like:
 *
 *     nc 127.0.0.1 50010
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50010;
// Some letters cannot be seen.
const NAME = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}_-]){1,20}$/u;
// Letters that look like Latin ones, some of them as capitals only.
const ALIKE = new Map(
  ("аa еe оo рp сc хx уy іi јj ѕs һh ԁd ԛq ԝw вb кk мm нh тt " +
    "αa οo ρp νv ιi κk υy χx εe ηh τt μm βb ζz ıi ɑa ɡg 0o 1l")
    .split(" ").map(([letter, like]) => [letter, like]),
);
const LONGEST_LINE = 512; // bytes, with its end
const LONGEST_SILENCE = 600; // seconds
const LONGEST_SEND = 5; // seconds
const MOST_WAITING = 1000; // lines that a client has not received yet
const GRACE = 2; // seconds
const NEWLINE = 10;

const clients = new Set<ChatHandler>();

class ChatHandler extends socketserver.StreamRequestHandler {
  override timeout = LONGEST_SILENCE;
  name = ""; // none until the client is in the room
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #dismissed = false;

  override async handle() {
    clients.add(this);
    try {
      this.tell("* What is your name?");
      for await (const line of this.#lines()) {
        if (line === "/quit") break;
        if (this.name === "") this.#enter(line);
        else if (line === "/who") this.tell(`* Here: ${names().join(", ")}`);
        else if (line.startsWith("/")) this.tell("* You can say /who or /quit");
        else if (line !== "") tellAll(`${this.name}: ${line}`, this);
        // After each line, give the other clients their turn.
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch (error) {
      if (error instanceof socket.TimeoutError) {
        this.dismiss("You were silent for too long");
      } else if (!(error instanceof socket.ConnectionError)) throw error;
    } finally {
      clients.delete(this);
      if (this.name !== "") tellAll(`* ${this.name} has left`);
      await this.#writing;
    }
  }

  /** Sends a line without waiting, so that a slow client does not delay the others. */
  tell(line: string) {
    if (this.#dismissed) return;
    this.#waiting.push(line);
    this.#writing ??= this.#write();
    if (this.#waiting.length > MOST_WAITING) {
      this.dismiss("You read too slowly");
    }
  }

  /** Ends the handling, after a last line. */
  dismiss(why: string) {
    if (this.#dismissed) return;
    this.#dismissed = true;
    this.#waiting = [`* ${why}, goodbye`];
    this.#writing ??= this.#write();
    this.connection.shutdown(socket.SHUT_RD);
  }

  #enter(said: string) {
    const name = said.normalize("NFKC");
    if (!NAME.test(name)) {
      this.tell("* A name is 1 to 20 letters, digits, - and _. And yours?");
    } else if (names().some((other) => looks(other) === looks(name))) {
      this.tell(`* There is a ${name} already. What is your name?`);
    } else {
      tellAll(`* ${name} has come`);
      this.name = name;
      this.tell(`* Welcome, ${name}! You can say /who or /quit`);
    }
  }

  /** Yields the client's lines. */
  async *#lines() {
    while (!this.#dismissed) {
      const line = await this.rfile.readline(LONGEST_LINE);
      if (line.length === 0) return;
      if (isWhole(line)) {
        // Bytes that are not UTF-8 become U+FFFD; control characters are
        // removed.
        yield new TextDecoder().decode(line).replace(/\p{Cc}/gu, " ").trim();
      } else {
        while (!isWhole(await this.rfile.readline(LONGEST_LINE)));
        this.tell(`* A line has at most ${LONGEST_LINE} bytes`);
      }
    }
  }

  /** Sends the waiting lines until none is left. */
  async #write() {
    while (this.#waiting.length > 0) {
      const text = this.#waiting.splice(0).join("\r\n") + "\r\n";
      try {
        await this.connection.sendall(new TextEncoder().encode(text), 0, {
          signal: AbortSignal.timeout(LONGEST_SEND * 1000),
        });
      } catch (error) {
        // If the client has gone, the read ends too.
        if (error instanceof socket.OSError) break;
        this.dismiss("You read too slowly");
      }
    }
    this.#writing = undefined;
  }
}

/** Tells whether a line ends with a line feed, or is the last one. */
function isWhole(line: Uint8Array) {
  return line.length < LONGEST_LINE || line.at(-1) === NEWLINE;
}

/** Returns what a name looks like: names that nobody could tell apart look the same. */
function looks(name: string) {
  const letters = [...name.replaceAll("I", "l").toLowerCase()];
  return letters.map((letter) => ALIKE.get(letter) ?? letter).join("");
}

/** Returns the names of the clients in the room. */
function names() {
  return [...clients].map(({ name }) => name).filter((name) => name !== "");
}

/** Sends a line to all clients in the room except one. */
function tellAll(line: string, but?: ChatHandler) {
  for (const client of clients) {
    if (client.name !== "" && client !== but) client.tell(line);
  }
}

try {
  await using server = new socketserver.ThreadingTCPServer(
    [HOST, PORT],
    ChatHandler,
  );
  const stop = () => server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  await server.serveForever();

  for (const client of clients) client.dismiss("The server closes");
  await server.shutdown({ grace: GRACE });
  console.log("Goodbye");
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
