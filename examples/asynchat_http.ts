/**
 * A small HTTP server, as in the documentation of Python's asynchat: the head of a
 * request ends with an empty line, its body after so many bytes. It answers GET
 * with what was asked for and POST with what was sent, and keeps connections.
 *
 *     deno run --allow-net=127.0.0.1:50011 examples/asynchat_http.ts
 *     deno run -P=asynchat_http examples/asynchat_http.ts
 *
 * Then, in another terminal:
 *
 *     curl http://127.0.0.1:50011/hello
 *     curl --data "some text" http://127.0.0.1:50011/
 *
 * @module
 */
import { b, socket } from "@berkeley/socket";
import * as asynchat from "@berkeley/socket/asynchat";
import * as asyncore from "@berkeley/socket/asyncore";

const HOST = "127.0.0.1";
const PORT = 50011;
const LONGEST_HEAD = 16 * 1024; // bytes
const LONGEST_BODY = 8 * 1024 * 1024; // bytes
const REASONS: Record<number, string> = {
  200: "OK",
  400: "Bad Request",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
};

/** What is wrong with a request: a status. */
class BadRequest extends Error {
  constructor(readonly status: number) {
    super(`Cannot answer: ${REASONS[status]}`);
  }
}

/** One connection. */
class RequestHandler extends asynchat.async_chat {
  override terminator: asynchat.Terminator = b`\r\n\r\n`;
  #received = 0; // bytes of the head or body that is being collected
  #request: Request | undefined; // once there is its head
  #isOver = false;

  override collectIncomingData(data: Uint8Array) {
    if (this.#isOver) return;
    this.#received += data.length;
    if (this.#request === undefined && this.#received > LONGEST_HEAD) {
      return this.#answer(431, b``);
    }
    this._collectIncomingData(data);
  }

  override async foundTerminator() {
    if (this.#isOver) return;
    const data = this._getData();
    this.#received = 0;
    try {
      if (this.#request !== undefined) return await this.#handle(data);
      this.#request = parse(new TextDecoder("latin1").decode(data));
      if (this.#request.length === 0) return await this.#handle(b``);
      if (this.#request.expects) {
        await this.push(b`HTTP/1.1 100 Continue\r\n\r\n`);
      }
      this.setTerminator(this.#request.length);
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      await this.#answer(error.status, b``);
    }
  }

  override handleError(error: unknown) {
    // A client that goes away is nothing to report.
    if (!(error instanceof socket.ConnectionError)) console.error(error);
    this.close();
  }

  async #handle(body: Uint8Array) {
    const { method, target } = this.#request!;
    if (method === "POST") return await this.#answer(200, body);
    const text = `You asked for ${target}\n`;
    await this.#answer(200, new TextEncoder().encode(text));
  }

  /** Sends an answer, and makes ready for the next request. */
  async #answer(status: number, body: Uint8Array) {
    const request = this.#request;
    const closes = request?.closes ?? true;
    const head = [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${body.length}`,
      `Connection: ${closes ? "close" : "keep-alive"}`,
    ];
    const line = request && `${request.method} ${request.target}`;
    console.log(`${this.addr![0]} "${line ?? "?"}" ${status}`);
    this.#request = undefined;
    this.#isOver = closes;
    // What comes after the last request is not looked at.
    this.setTerminator(closes ? null : b`\r\n\r\n`);
    await this.push(b`${new TextEncoder().encode(head.join("\r\n"))}\r\n\r\n`);
    if (request?.method !== "HEAD") await this.push(body);
    if (closes) this.closeWhenDone();
  }
}

/** The head of a request. */
interface Request {
  readonly method: string;
  readonly target: string;
  readonly length: number; // of the body
  readonly expects: boolean; // to be told that its body is wanted
  readonly closes: boolean; // the connection
}

/** Reads the head of a request. */
function parse(head: string): Request {
  // Clients may send an empty line after a body.
  const [first, ...lines] = head.replace(/^(\r\n)+/, "").split("\r\n");
  const words = /^([A-Z]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/.exec(first);
  if (words === null) throw new BadRequest(400);
  const [, method, target, major, minor] = words;
  if (major !== "1") throw new BadRequest(505);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const field = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (field === null) throw new BadRequest(400);
    const name = field[1].toLowerCase();
    const before = fields.get(name);
    if (name === "content-length" && before !== undefined) {
      throw new BadRequest(400);
    }
    fields.set(
      name,
      before === undefined ? field[2] : `${before}, ${field[2]}`,
    );
  }
  if (!["GET", "HEAD", "POST"].includes(method)) throw new BadRequest(501);
  if (fields.has("transfer-encoding")) throw new BadRequest(501);
  const length = fields.get("content-length") ?? "0";
  if (!/^\d+$/.test(length)) throw new BadRequest(400);
  if (Number(length) > LONGEST_BODY) throw new BadRequest(413);
  const options = (fields.get("connection") ?? "").toLowerCase().split(/[ ,]+/);
  return {
    method,
    target,
    length: Number(length),
    expects: fields.get("expect")?.toLowerCase() === "100-continue",
    closes: options.includes("close") ||
      minor === "0" && !options.includes("keep-alive"),
  };
}

/** Accepts connections. */
class Server extends asyncore.dispatcher {
  constructor(host: string, port: number) {
    super();
    this.createSocket();
    this.setReuseAddr();
    this.bind([host, port]);
    this.listen(5);
  }

  override handleAccepted(sock: socket.Socket<socket.InetAddress>) {
    new RequestHandler(sock);
  }
}

try {
  new Server(HOST, PORT);
  const end = new AbortController();
  const stop = () => end.abort();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Serving http://${HOST}:${PORT}/, press Ctrl-C to stop`);
  await asyncore.loop({ signal: end.signal });

  await asyncore.closeAll();
  console.log("Goodbye");
  Deno.exit();
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
