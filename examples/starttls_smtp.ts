/**
 * Sends a mail through a server that turns to TLS in the middle of the conversation:
 * EHLO, STARTTLS, EHLO, and the mail. It prints what both sides say.
 *
 * A server to try it with is aiosmtpd (Debian has it as python3-aiosmtpd), which prints
 * the mails that it gets; tls_echo_server.ts shows how to make the certificates:
 *
 *     aiosmtpd -n -l 127.0.0.1:50015 --tlscert certificates/cert.pem --tlskey certificates/key.pem
 *
 *     deno run --allow-net=127.0.0.1:50015 --allow-read=certificates/ca.pem examples/starttls_smtp.ts certificates/ca.pem
 *     deno run -P=starttls_smtp examples/starttls_smtp.ts certificates/ca.pem
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import * as ssl from "@berkeley/socket/ssl";

const HOST = "127.0.0.1";
const PORT = 50015;
const NAME = "localhost"; // in the server's certificate
const TIMEOUT = 30; // seconds
const FROM = "ann@example.com";
const TO = "bob@example.com";
const MAIL = [
  `From: Ann <${FROM}>`,
  `To: Bob <${TO}>`,
  "Subject: Over TLS",
  "",
  "Nobody else has read this.",
  ".and no dot at the beginning of a line is lost",
];
const MOST = 65536; // bytes of an answer

/** What the server said that was not to be expected. */
class Refusal extends Error {}

/** The one side of a conversation by lines. */
class Conversation {
  readonly #socket: socket.Socket;
  #received = "";

  constructor(socket: socket.Socket) {
    this.#socket = socket;
  }

  /** Says a line, and expects an answer. */
  async say(line: string, code: number): Promise<string[]> {
    console.log(">", line);
    await this.send(line);
    return await this.hear(code);
  }

  /** Sends a line. */
  async send(line: string): Promise<void> {
    await this.#socket.sendall(new TextEncoder().encode(`${line}\r\n`));
  }

  /** Gives the lines of an answer; all but the last have a hyphen behind the number. */
  async hear(code: number): Promise<string[]> {
    const lines: string[] = [];
    do {
      const line = await this.#line();
      console.log("<", line);
      lines.push(line);
    } while (lines.at(-1)![3] === "-");
    const last = lines.at(-1)!;
    if (last.startsWith(`${code}`)) return lines.map((line) => line.slice(4));
    throw new Refusal(`The server says: ${last}`);
  }

  /** Makes sure that nothing was said behind the last answer: without TLS, anybody could have. */
  checkSilence(): void {
    if (this.#received === "") return;
    throw new Refusal("The server says more than it was asked");
  }

  async #line(): Promise<string> {
    while (!this.#received.includes("\r\n")) {
      const data = await this.#socket.recv(4096);
      if (data.length === 0) throw new Refusal("The server has hung up");
      this.#received += new TextDecoder().decode(data);
      if (this.#received.length > MOST) throw new Refusal("It says too much");
    }
    const [line] = this.#received.split("\r\n", 1);
    this.#received = this.#received.slice(line.length + 2);
    return line;
  }
}

async function send(context: ssl.SSLContext): Promise<void> {
  using plain = await socket.createConnection([HOST, PORT], {
    timeout: TIMEOUT,
  });
  const before = new Conversation(plain);
  await before.hear(220);
  const offered = await before.say(`EHLO ${NAME}`, 250);
  if (!offered.includes("STARTTLS")) {
    throw new Refusal("The server does not speak TLS");
  }
  await before.say("STARTTLS", 220);
  before.checkSilence();

  using s = await context.wrapSocket(plain, { serverHostname: NAME });
  console.log("*", s.version(), "with", s.cipher()?.[0]);
  // What was offered before does not count: nobody vouches for it.
  const smtp = new Conversation(s);
  await smtp.say(`EHLO ${NAME}`, 250);
  await smtp.say(`MAIL FROM:<${FROM}>`, 250);
  await smtp.say(`RCPT TO:<${TO}>`, 250);
  await smtp.say("DATA", 354);
  for (const line of MAIL) await smtp.send(line.replace(/^\./, ".."));
  await smtp.say(".", 250);
  await smtp.say("QUIT", 221);
}

const [cafile] = Deno.args;
if (cafile === undefined) {
  console.error("Usage: starttls_smtp.ts FILE");
  Deno.exit(2);
}
try {
  await send(ssl.createDefaultContext(ssl.Purpose.SERVER_AUTH, { cafile }));
} catch (error) {
  if (!(error instanceof socket.OSError || error instanceof Refusal)) {
    throw error;
  }
  console.error(error.message);
  Deno.exit(1);
}
