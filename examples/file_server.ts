/**
 * A file server that speaks HTTP/1.0: it serves the files of a folder, until Ctrl-C.
 *
 *     deno run --allow-net=127.0.0.1:8000 --allow-read=examples/site examples/file_server.ts
 *     deno run -P=file_server examples/file_server.ts
 *
 * Open http://127.0.0.1:8000/ then. With a folder of your own:
 *
 *     deno run --allow-net=127.0.0.1:8000 --allow-read=FOLDER examples/file_server.ts FOLDER
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 8000;
const PATIENCE = 5000; // milliseconds to wait for a request
const GRACE = 3; // seconds
const LONGEST_LINE = 8192;
const MOST_FIELDS = 100;
const TYPES = new Map([
  ["html", "text/html; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["txt", "text/plain; charset=utf-8"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
]);
type Fields = Readonly<Record<string, string>>;

/** The error response that a client gets instead of a file. */
class Refusal extends Error {
  constructor(status: string, readonly fields: Fields = {}) {
    super(status);
  }
}

/** Turns an error into a refusal, or throws it again. */
function refusal(error: Error & { code?: string }): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof URIError) return new Refusal("400 Bad Request");
  const missing = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "EACCES"];
  const isMissing = error instanceof Deno.errors.NotCapable ||
    missing.includes(error.code ?? "");
  if (isMissing) return new Refusal("404 Not Found");
  throw error;
}

function withinPatience(): socket.WaitOptions {
  return { signal: AbortSignal.timeout(PATIENCE) };
}

/** Resolves a path of names to a file; no path leads out of the folder. */
async function find(
  folder: string,
  names: readonly string[],
): Promise<[path: string, info: Deno.FileInfo]> {
  const isBad = (name: string) => /^\.\.?$|[/\\\0]/.test(name);
  if (names.some(isBad)) throw new Refusal("404 Not Found");
  // Symbolic links may point anywhere.
  const path = await Deno.realPath([folder, ...names].join("/"));
  const isWithin = path.startsWith(folder) &&
    /^([/\\]|$)/.test(path.slice(folder.length));
  if (!isWithin) throw new Refusal("404 Not Found");
  return [path, await Deno.stat(path)];
}

class FileServer extends socketserver.ThreadingTCPServer {
  static override maxConnections = 100;
  folder = "";
}

/** Answers the one request of a connection. */
class FileHandler
  extends socketserver.StreamRequestHandler<socket.InetAddress, FileServer> {
  override timeout = 30; // seconds for sending each piece of a file
  override disableNagleAlgorithm = true;
  #line = "";
  #method = "";
  #isBare = false; // HTTP/0.9: request and response have no head
  #since = "";

  override async handle(): Promise<void> {
    try {
      // Browsers connect ahead and may never send a request.
      const start = await this.rfile.peek(0, withinPatience());
      if (start.length > 0) await this.#answer();
    } catch (error) {
      // The client has gone, or was too slow.
      const isLost = error instanceof socket.OSError ||
        error instanceof DOMException;
      if (!isLost) throw error;
      if (!this.signal.aborted) this.#log(error.message);
    }
  }

  async #answer(): Promise<void> {
    const found = await this.#open().catch(refusal);
    if (found instanceof Refusal) return await this.#refuse(found);
    const [file, size, fields] = found;
    using _ = file;
    await this.#sendHead("200 OK", { ...fields, "Content-Length": `${size}` });
    if (this.#method === "HEAD" || size === 0) return;
    // wfile has no buffer, so the head is already sent.
    await this.connection.sendfile(file, { count: size });
  }

  async #refuse({ message: status, fields }: Refusal): Promise<void> {
    const page = new TextEncoder().encode(
      `<!DOCTYPE html>\n<title>${status}</title>\n<h1>${status}</h1>\n`,
    );
    const hasPage = !status.startsWith("304");
    await this.#sendHead(status, {
      ...fields,
      ...hasPage && {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": `${page.length}`,
      },
    });
    if (this.#method !== "HEAD" && hasPage) await this.wfile.write(page);
    // Unread bytes would reset the connection, and the client would lose the
    // page.
    this.connection.shutdown(socket.SHUT_WR);
    const wait = withinPatience();
    while ((await this.rfile.read1(65536, wait)).length > 0);
  }

  async #sendHead(status: string, fields: Fields): Promise<void> {
    this.#log(status);
    if (this.#isBare) return;
    const date = new Date().toUTCString();
    const own = { Date: date, Server: "berkeley-socket", Connection: "close" };
    const lines = Object.entries({ ...own, ...fields })
      .map(([name, value]) => `${name}: ${value}\r\n`);
    await this.wfile.write(new TextEncoder().encode(
      `HTTP/1.0 ${status}\r\n${lines.join("")}\r\n`,
    ));
  }

  #log(outcome: string): void {
    const line = this.#line.replace(/[^ -~]/g, "?");
    console.log(`${this.clientAddress[0]} "${line}" ${outcome}`);
  }

  /** Opens what the request asks for. */
  async #open(): Promise<[Deno.FsFile, size: number, Fields]> {
    const target = await this.#readHead();
    const [, path, query] =
      /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)(.*)$/i.exec(target) ?? [];
    if (path === undefined) throw new Refusal("400 Bad Request");
    const names = path.split("/").filter(Boolean).map(decodeURIComponent);
    const { folder } = this.server;
    let [file, info] = await find(folder, names);
    if (info.isDirectory) {
      if (!path.endsWith("/")) {
        const Location = `/${names.map(encodeURIComponent).join("/")}/${query}`;
        throw new Refusal("301 Moved Permanently", { Location });
      }
      [file, info] = await find(folder, [...names, "index.html"]);
    } else if (path.endsWith("/")) throw new Refusal("404 Not Found");
    if (!info.isFile) throw new Refusal("404 Not Found");

    const modified = (info.mtime ?? new Date()).toUTCString();
    // Without GMT at its end the time could be in any zone.
    const isUnchanged = this.#since.endsWith(" GMT") &&
      Date.parse(modified) <= Date.parse(this.#since);
    if (isUnchanged) {
      throw new Refusal("304 Not Modified", { "Last-Modified": modified });
    }
    const extension = file.split(".").at(-1)!.toLowerCase();
    return [await Deno.open(file), info.size, {
      "Content-Type": TYPES.get(extension) ?? "application/octet-stream",
      "Last-Modified": modified,
    }];
  }

  /** Reads the head of the request and returns what it asks for. */
  async #readHead(): Promise<string> {
    const wait = withinPatience();
    this.#line = await this.#readLine("414 URI Too Long", wait);
    const [, method, target, version] =
      /^([!-~]+) ([!-~]+)(?: (HTTP\/\d+\.\d+))?$/.exec(this.#line) ?? [];
    if (method === undefined) throw new Refusal("400 Bad Request");
    this.#method = method;
    if (version === undefined && method === "GET") {
      this.#isBare = true;
      return target;
    }
    if (version === undefined) throw new Refusal("400 Bad Request");
    if (!version.startsWith("HTTP/1.")) {
      throw new Refusal("505 HTTP Version Not Supported");
    }
    const tooLarge = "431 Request Header Fields Too Large";
    for (let count = 0; count <= MOST_FIELDS; count++) {
      const line = await this.#readLine(tooLarge, wait);
      if (line === "") {
        if (method === "GET" || method === "HEAD") return target;
        throw new Refusal("501 Not Implemented");
      }
      const [, name, value] = /^([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? [];
      if (name === undefined) throw new Refusal("400 Bad Request");
      if (name.toLowerCase() === "if-modified-since") this.#since = value;
    }
    throw new Refusal(tooLarge);
  }

  async #readLine(tooLong: string, wait: socket.WaitOptions): Promise<string> {
    const line = await this.rfile.readline(LONGEST_LINE, wait);
    if (line.at(-1) === 0x0a) {
      return new TextDecoder().decode(line).replace(/\r?\n$/, "");
    }
    throw new Refusal(line.length < LONGEST_LINE ? "400 Bad Request" : tooLong);
  }
}

try {
  await using server = new FileServer([HOST, PORT], FileHandler);
  server.folder = await Deno.realPath(
    Deno.args[0] ?? `${import.meta.dirname}/site`,
  );
  const stop = () => server.shutdown({ grace: GRACE });
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Serving http://${HOST}:${PORT}/, press Ctrl-C to stop`);
  await server.serveForever();
} catch (error) {
  const isExpected = error instanceof socket.OSError ||
    error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.NotFound;
  if (!isExpected) throw error;
  console.error(error.message);
  Deno.exit(1);
}
console.log("Goodbye");
