import { concat } from "@std/bytes/concat";

/**
 * The object under a TLSSocket that does the cryptography. None of it is documented
 * (Deno 2.9); tests/socket/ssl/ pins it.
 */
export interface TlsWrap {
  onerror(error: unknown): unknown;
  onread(data: unknown, size: unknown): unknown;
  /** Sets what decrypted bytes, and their end, are given to. */
  setOnread(onread: TlsWrap["onread"]): void;
  /** Decrypts. */
  receive(bytes: Uint8Array): void;
  /** Encrypts; the result is 0 if all is well. */
  writeBuffer(request: object, bytes: Uint8Array): number;
  /** Goes on with what had to wait for room. */
  readBuffer(nothing: Uint8Array): void;
  /** Takes what is to be sent. */
  drainEncOut(): ArrayBuffer | Uint8Array | undefined;
  verifyError(): string;
}

const NOTHING = new Uint8Array();

// Who is told when a write is done, which here is at once.
const REQUEST = { oncomplete() {} };

// The most bytes in one record; more may have to wait for room. RFC 8446 section 5.1.
const RECORD = 16384;

/** Cryptography, done at once: bytes in, bytes out. */
export interface DirectTls {
  /** How many decrypted bytes have not been read. */
  readonly pending: number;
  /** Takes what the peer has sent; returns what TLS itself has to say to that, or nothing. */
  receive(bytes: Uint8Array): Uint8Array | undefined;
  /** Reads decrypted bytes; returns 0 if there are none. */
  read(into: Uint8Array): number;
  /** Reads at most `size` decrypted bytes, those of one record; `undefined` if there are none. */
  take(size: number): Uint8Array<ArrayBuffer> | undefined;
  /** Encrypts bytes for the peer; `undefined` if it cannot. */
  seal(bytes: Uint8Array): Uint8Array | undefined;
}

/** Takes the cryptography out of node's streams; `undefined` where this Deno has it otherwise. */
export function directTls(wrap: TlsWrap): DirectTls | undefined {
  const { writeBuffer } = Object.getPrototypeOf(wrap);
  const parts = [
    writeBuffer,
    wrap.setOnread,
    wrap.receive,
    wrap.readBuffer,
    wrap.drainEncOut,
  ];
  return parts.every((part) => typeof part === "function")
    ? new Direct(wrap, writeBuffer)
    : undefined;
}

class Direct implements DirectTls {
  readonly #wrap: TlsWrap;
  readonly #writeBuffer: TlsWrap["writeBuffer"];
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #pending = 0;

  constructor(wrap: TlsWrap, writeBuffer: TlsWrap["writeBuffer"]) {
    this.#wrap = wrap;
    this.#writeBuffer = writeBuffer;
    const { onread } = wrap;
    const take: TlsWrap["onread"] = (data, size) => {
      // The end is for the socket, which tells it.
      if (!(data instanceof ArrayBuffer) || data.byteLength === 0) {
        return onread.call(wrap, data, size);
      }
      this.#chunks.push(new Uint8Array(data));
      this.#pending += data.byteLength;
    };
    wrap.onread = take;
    wrap.setOnread(take);
  }

  get pending(): number {
    return this.#pending;
  }

  receive(bytes: Uint8Array): Uint8Array | undefined {
    const { length } = this.#chunks;
    this.#wrap.receive(bytes);
    // TLS has nothing to say to data; what it has, the next word takes along.
    return this.#chunks.length > length ? undefined : this.#drain();
  }

  read(into: Uint8Array): number {
    const chunks = this.#chunks;
    let count = 0;
    while (count < into.length && chunks.length > 0) {
      const [chunk] = chunks;
      const room = into.length - count;
      if (chunk.length <= room) {
        into.set(chunk, count);
        chunks.shift();
      } else {
        into.set(chunk.subarray(0, room), count);
        chunks[0] = chunk.subarray(room);
      }
      count += Math.min(chunk.length, room);
    }
    this.#pending -= count;
    return count;
  }

  take(size: number): Uint8Array<ArrayBuffer> | undefined {
    const [chunk] = this.#chunks;
    if (chunk === undefined) return undefined;
    const count = Math.min(size, chunk.length);
    this.#pending -= count;
    // A part of one is an array of its own, too.
    const isWhole = count === chunk.buffer.byteLength;
    const taken = isWhole ? chunk : chunk.slice(0, count);
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return taken;
  }

  seal(bytes: Uint8Array): Uint8Array | undefined {
    const wrap = this.#wrap;
    if (this.#writeBuffer.call(wrap, REQUEST, bytes) !== 0) return undefined;
    const sealed = this.#drain() ?? NOTHING;
    if (bytes.length <= RECORD) return sealed;
    const rest: Uint8Array[] = [];
    for (;;) {
      wrap.readBuffer(NOTHING);
      const more = this.#drain();
      if (more === undefined) break;
      rest.push(more);
    }
    return rest.length === 0 ? sealed : concat([sealed, ...rest]);
  }

  #drain(): Uint8Array | undefined {
    const left = this.#wrap.drainEncOut();
    return left === undefined || left.byteLength === 0
      ? undefined
      : new Uint8Array(left);
  }
}
