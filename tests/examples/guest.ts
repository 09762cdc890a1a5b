// A client in the room of chat_server.ts, over a plain connection of Deno.
import { assertEquals } from "@std/assert";
import { bytes, text, writeAll } from "../support/peers.ts";
import { copy } from "./process.ts";

/** Where chat_server.ts listens. */
export const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50010) };

/** A client of chat_server.ts. */
export class Guest implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(65536);
  #heard: string[] = [];
  #rest = "";

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects, and is asked for a name. */
  static async connect(): Promise<Guest> {
    const guest = new Guest(await Deno.connect(ADDRESS));
    assertEquals(await guest.hear(), "* What is your name?");
    return guest;
  }

  /** Connects, and enters the room. */
  static async enter(name: string): Promise<Guest> {
    const guest = await Guest.connect();
    await guest.say(name);
    assertEquals(await guest.hear(), welcome(name));
    return guest;
  }

  /** Says lines. */
  async say(...lines: string[]): Promise<void> {
    await this.send(bytes(lines.map((line) => `${line}\n`).join("")));
  }

  /** Sends bytes as they are. */
  async send(data: Uint8Array): Promise<void> {
    await writeAll(this.#conn, data);
  }

  /** Ends its sending. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Gives the next line, without its end; `undefined` after the last. */
  async hear(): Promise<string | undefined> {
    while (this.#heard.length === 0) {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) return undefined;
      const lines = (this.#rest + text(this.#buffer.subarray(0, count)))
        .split("\r\n");
      this.#rest = lines.pop()!;
      this.#heard = lines;
    }
    return this.#heard.shift();
  }

  /** Gives the next lines. */
  async hearLines(count: number): Promise<(string | undefined)[]> {
    const lines = [];
    while (lines.length < count) lines.push(await this.hear());
    return lines;
  }

  /** Gives the lines up to one, without it; to the end if that never comes. */
  async hearUntil(last: string | undefined): Promise<string[]> {
    const lines = [];
    for (;;) {
      const line = await this.hear();
      if (line === last || line === undefined) return lines;
      lines.push(line);
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** What a client is told when it has entered. */
export function welcome(name: string): string {
  return `* Welcome, ${name}! You can say /who or /quit`;
}
