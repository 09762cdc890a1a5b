// The first message of a client, RFC 8446 section 4.1.2: what a server has to know
// before it chooses a certificate and a protocol.

/** What a client asks for. */
export interface ClientHello {
  /** The name of the server; `null` if it tells none. */
  readonly serverName: string | null;
  /** Application protocols, the best first; `null` if it does not negotiate any. */
  readonly alpnProtocols: readonly string[] | null;
}

const HANDSHAKE = 22;
// Of SSL 3 and all versions of TLS.
const MAJOR_VERSION = 3;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;
// Of a record, which fragments of a message are in; of a message.
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
// The most that a record may have, RFC 8446 section 5.1.
const LONGEST_RECORD = 16384 + 256;
// No client says more.
const LONGEST_HELLO = 65536;

/** What bytes are that do not begin a handshake, by OpenSSL's names. */
export type Strange =
  | "EXCESSIVE_MESSAGE_SIZE"
  | "HTTP_REQUEST"
  | "HTTPS_PROXY_REQUEST"
  | "PACKET_LENGTH_TOO_LONG"
  | "UNEXPECTED_MESSAGE"
  | "WRONG_VERSION_NUMBER";

/**
 * Reads a client's first message.
 *
 * @param bytes What has been received so far.
 * @returns The message; what is wrong with the bytes; `undefined` if more must come.
 */
export function readClientHello(
  bytes: Uint8Array,
): ClientHello | Strange | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message: number[] = [];
  for (let at = 0; at + RECORD_HEADER <= bytes.length;) {
    if (bytes[at + 1] !== MAJOR_VERSION) return nameOf(bytes.subarray(at));
    const size = view.getUint16(at + 3);
    if (size > LONGEST_RECORD) return "PACKET_LENGTH_TOO_LONG";
    if (bytes[at] !== HANDSHAKE) return "UNEXPECTED_MESSAGE";
    const end = at + RECORD_HEADER + size;
    if (end > bytes.length) break;
    message.push(...bytes.subarray(at + RECORD_HEADER, end));
    at = end;
    const body = bodyOf(Uint8Array.from(message));
    if (body !== undefined) return body;
  }
  // A short line in plain text never fills a header.
  const isShort = bytes.length < RECORD_HEADER;
  if (isShort && bytes.length > 1 && bytes[1] !== MAJOR_VERSION) {
    return nameOf(bytes);
  }
  return bytes.length > LONGEST_HELLO ? "EXCESSIVE_MESSAGE_SIZE" : undefined;
}

function nameOf(bytes: Uint8Array): Strange {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 5));
  if (text === "CONNE") return "HTTPS_PROXY_REQUEST";
  return /^(GET |POST |HEAD |PUT )/.test(text)
    ? "HTTP_REQUEST"
    : "WRONG_VERSION_NUMBER";
}

function bodyOf(message: Uint8Array): ClientHello | Strange | undefined {
  if (message.length < MESSAGE_HEADER) return undefined;
  if (message[0] !== CLIENT_HELLO) return "UNEXPECTED_MESSAGE";
  const size = message[1] << 16 | message[2] << 8 | message[3];
  if (size > LONGEST_HELLO) return "EXCESSIVE_MESSAGE_SIZE";
  if (message.length < MESSAGE_HEADER + size) return undefined;
  try {
    return extensionsOf(new Reader(message.subarray(MESSAGE_HEADER)));
  } catch (error) {
    // What it has is for the engine to refuse.
    if (!(error instanceof RangeError)) throw error;
    return { serverName: null, alpnProtocols: null };
  }
}

function extensionsOf(hello: Reader): ClientHello {
  hello.take(2 + 32); // the version and random bytes
  hello.vector(1); // the session
  hello.vector(2); // ciphers
  hello.vector(1); // compressions
  let serverName: string | null = null;
  let alpnProtocols: string[] | null = null;
  const extensions = hello.isEmpty ? new Reader() : hello.vector(2);
  while (!extensions.isEmpty) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    if (type === SERVER_NAME) {
      const names = data.vector(2);
      if (names.number(1) === 0) serverName = names.vector(2).text;
    } else if (type === ALPN) {
      alpnProtocols = [];
      const names = data.vector(2);
      while (!names.isEmpty) alpnProtocols.push(names.vector(1).text);
    }
  }
  return { serverName, alpnProtocols };
}

/** Reads bytes from the front; a RangeError if there are not enough. */
class Reader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#rest = bytes;
  }

  get isEmpty(): boolean {
    return this.#rest.length === 0;
  }

  get text(): string {
    return new TextDecoder("latin1").decode(this.#rest);
  }

  take(count: number): Uint8Array {
    if (count > this.#rest.length) {
      throw new RangeError("Cannot read on: the message ends here");
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  number(size: number): number {
    return this.take(size).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** Bytes that are preceded by how many they are, in `size` bytes. */
  vector(size: number): Reader {
    return new Reader(this.take(this.number(size)));
  }
}
