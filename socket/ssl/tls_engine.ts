import type * as Tls from "node:tls";
import type { Duplex } from "node:stream";
import type { CipherNameAndProtocol, TLSSocket } from "node:tls";
import { ReadBuffer } from "../endpoint/read_buffer.ts";
import { osError } from "../errors.ts";
import { type DirectTls, directTls, type TlsWrap } from "./tls_wrap.ts";

/** node's TLS, loaded at first use. */
export function tls(): typeof Tls {
  return globalThis.process.getBuiltinModule("node:tls");
}

/** What of node's sockets has no name that is documented (Deno 2.9); tests/socket/ssl/ pins it. */
interface Internals {
  readonly _readableState: { readonly ended: boolean };
  readonly _handle: TlsWrap | null;
}

/** What the two ends have agreed on. */
export interface Agreement {
  /** The version of the protocol, such as "TLSv1.3". */
  readonly version: string | null;
  readonly cipher: CipherNameAndProtocol | undefined;
  /** The application protocol; `null` for none. */
  readonly alpnProtocol: string | null;
  /** The peer's certificate in DER form; `undefined` if it has sent none. */
  readonly certificate: Uint8Array | undefined;
  /** Whether the session of an earlier connection was resumed. */
  readonly isReused: boolean;
}

// A record's header, and the place of its length; RFC 8446 section 5.1.
const HEADER = 5;
const LENGTH = 3;
// The longest record that is one, RFC 5246 section 6.2.3, and the numbers of their types.
const LONGEST = HEADER + 16384 + 2048;
const FIRST_TYPE = 20;
const LAST_TYPE = 24;
// An alert in plain text, which is 7 bytes and whose last one is 0 if it is the end.
const ALERT = 21;
const ALERT_SIZE = 7;
// The end of TLS is a short record, and nobody pads it to more than this.
const SHORT = 512;

/**
 * The cryptography of one end of a connection: it is given what was received and gives
 * what is to be sent, and does neither itself. It is node's TLSSocket on a stream that
 * brings nothing by itself, so that no more is received than is asked for.
 */
export class TlsEngine {
  readonly #raw: Duplex;
  readonly #socket: TLSSocket & Internals;
  /** What was received: bytes that are no whole record yet, or that follow the end of TLS. */
  readonly #input = new ReadBuffer();
  #error: unknown;
  #sendError: unknown;
  /** What is being sent. */
  #sending: Promise<unknown> = Promise.resolve();
  /** Whether that is bytes of a write, which are not all sent yet. */
  #isSending = false;
  /** Fails the write in progress. */
  #failWrite: ((error: unknown) => void) | undefined;
  /** Is called when something is wrong with what was received. */
  onError: (() => void) | undefined;
  #isSecure = false;
  #hasGivenUp = false;
  #isClosed = false;
  #agreement: Agreement | undefined;
  /** The cryptography without node's streams around it, once the handshake is over. */
  #direct: DirectTls | undefined;
  readonly #transmit: (bytes: Uint8Array) => Promise<void>;

  /**
   * Begins a connection.
   *
   * @param open Makes the socket on the stream.
   * @param send Sends bytes; it is called again when its promise has resolved.
   */
  constructor(
    open: (raw: Duplex) => TLSSocket,
    send: (bytes: Uint8Array) => Promise<void>,
  ) {
    this.#transmit = send;
    const stream = globalThis.process.getBuiltinModule("node:stream");
    this.#raw = new stream.Duplex({
      allowHalfOpen: true,
      autoDestroy: false,
      read() {},
      write: (bytes: Uint8Array, _encoding, done) => {
        // The socket is told of no error, after which it would receive no more.
        this.#sending = this.#send(bytes).then(() => done());
      },
      destroy(_error, done) {
        done(null);
      },
    });
    // The socket tells, but not after its end.
    this.#raw.on("error", () => {});
    const socket = open(this.#raw) as TLSSocket & Internals;
    this.#socket = socket;
    const fail = (error: unknown) => {
      if (this.#error !== undefined) return;
      this.#error = error;
      this.onError?.();
    };
    const secure = () => this.#isSecure = true;
    socket.on("readable", () => {});
    socket.on("secure", secure);
    socket.on("secureConnect", secure);
    socket.on("error", fail);
    socket.on("_tlsError", fail);
    this.#rescueAlerts(send);
  }

  /** node's socket, to ask what was agreed on. */
  get socket(): TLSSocket {
    return this.#socket;
  }

  /** Whether the handshake is over. */
  get isSecure(): boolean {
    return this.#isSecure;
  }

  /** What the two ends have agreed on, once the handshake is over; it stays when the connection ends. */
  get agreement(): Agreement | undefined {
    if (!this.#isSecure) return undefined;
    const socket = this.#socket;
    return this.#agreement ??= {
      version: socket.getProtocol(),
      cipher: socket.getCipher(),
      alpnProtocol: socket.alpnProtocol || null,
      certificate: socket.getPeerCertificate()?.raw,
      isReused: socket.isSessionReused(),
    };
  }

  /** What is wrong with what was received. */
  get error(): unknown {
    return this.#error;
  }

  /** Why nothing can be sent any more. */
  get sendError(): unknown {
    return this.#sendError;
  }

  /** Whether the peer has ended TLS before the handshake was over. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** Whether the peer has ended TLS, or the connection. */
  get isAtEnd(): boolean {
    return this.#socket._readableState.ended;
  }

  /** Whether the peer has ended TLS, or the connection, and all before that has been read. */
  get hasEnded(): boolean {
    return this.isAtEnd && this.pending === 0;
  }

  /** How many bytes have been decrypted and not read. */
  get pending(): number {
    return this.#socket.readableLength + (this.#direct?.pending ?? 0);
  }

  /** Whether bytes are being sent. */
  get isWriting(): boolean {
    return this.#isSending || this.#failWrite !== undefined;
  }

  /** The engine's own word on the peer's certificate; "" if it is good, or there is none. */
  verifyError(): string {
    const handle = this.#socket._handle;
    if (typeof handle?.verifyError !== "function") {
      throw new TypeError(
        "Cannot check the certificate of a client: this version of Deno does not tell",
      );
    }
    return handle.verifyError();
  }

  /** Where to put at most `size` bytes that are received. */
  room(size: number): Uint8Array {
    return this.#input.room(size, false);
  }

  /** Takes the bytes that have been put there. */
  received(count: number): void {
    this.#input.onRead(count);
    this.#process();
  }

  /** Takes bytes that were received elsewhere. */
  receive(bytes: Uint8Array): void {
    this.#input.append(bytes);
    this.#process();
  }

  #process(): void {
    const input = this.#input.view;
    const { length } = input;
    let start = 0;
    let at = 0;
    while (at + HEADER <= length && !this.#isOver) {
      const size = HEADER + (input[at + LENGTH] << 8 | input[at + LENGTH + 1]);
      const type = input[at];
      if (size > LONGEST || type < FIRST_TYPE || type > LAST_TYPE) {
        // No record: what follows may never come, and the engine can tell already.
        at = length;
        break;
      }
      if (at + size > length) break;
      at += size;
      // The engine says nothing of an end before the handshake is over (Deno 2.9).
      const isAlert = type === ALERT && size === ALERT_SIZE;
      if (isAlert && !this.#isSecure && input[at - 1] === 0) {
        this.#hasGivenUp = true;
      }
      // Behind the end of TLS come the peer's plain bytes, which are not the engine's.
      if (size <= SHORT) {
        this.#push(input, start, at);
        start = at;
      }
    }
    if (!this.#isOver) this.#push(input, start, at);
    this.#input.skip(at);
  }

  /** Takes word that the peer sends no more. */
  receiveEnd(): void {
    // What is no whole record is for the engine to judge.
    const rest = this.takeRest();
    if (!this.#isOver) this.#push(rest, 0, rest.length);
    this.#raw.push(null);
  }

  /** Takes the bytes that have come after the end of TLS. */
  takeRest(): Uint8Array {
    return this.#input.take(this.#input.available);
  }

  /**
   * Has what follows the handshake go past node's streams, which cost more than the
   * cryptography.
   */
  direct(): void {
    const handle = this.#socket._handle;
    if (handle !== null) this.#direct ??= directTls(handle);
  }

  /** Reads what has been decrypted; returns 0 if there is nothing. */
  read(into: Uint8Array): number {
    const size = Math.min(into.length, this.#socket.readableLength);
    if (size === 0) return this.#direct?.read(into) ?? 0;
    const bytes: Uint8Array | null = this.#socket.read(size);
    if (bytes === null) return 0;
    into.set(bytes);
    return bytes.length;
  }

  /** Reads at most `size` bytes of what has been decrypted, in an array of their own; `undefined` if there is nothing. */
  take(size: number): Uint8Array<ArrayBuffer> | undefined {
    const streamed = Math.min(size, this.#socket.readableLength);
    if (streamed === 0 && this.#direct !== undefined) {
      return this.#direct.take(size);
    }
    const bytes = new Uint8Array(streamed);
    return this.read(bytes) > 0 ? bytes : undefined;
  }

  /** Encrypts and sends bytes, one call after another; resolves with their number when they have been taken. */
  write(bytes: Uint8Array): Promise<number> {
    const broken = this.#socket.writableEnded || this.#isClosed
      ? osError({ code: "EPIPE", syscall: "send" })
      : this.#sendError ?? this.#error;
    if (broken !== undefined) return Promise.reject(broken);
    const { length } = bytes;
    const sealed = this.#direct?.seal(bytes);
    if (sealed === undefined) return this.#writeToSocket(bytes);
    this.#isSending = true;
    const sent = this.#transmit(sealed).then(() => {
      this.#isSending = false;
      return length;
    }, (error) => {
      this.#sendError = error;
      throw error;
    });
    this.#sending = sent;
    return sent;
  }

  #writeToSocket(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#socket.write(bytes, (error?: Error | null) => {
        const failed = this.#sendError ?? this.#error ?? error ?? undefined;
        this.#failWrite = undefined;
        if (failed === undefined) resolve(bytes.length);
        else reject(failed);
      });
    });
  }

  /** Tells the peer that no more follows. */
  async end(): Promise<void> {
    const isDead = this.#error !== undefined || this.#sendError !== undefined;
    if (this.#isClosed || isDead) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", resolve);
      this.#socket.end(() => resolve());
    });
    await this.#sending;
  }

  /** Ends it without a word to the peer. */
  close(): void {
    this.#isClosed = true;
    this.#failWrite?.(osError({ code: "EPIPE", syscall: "send" }));
    this.#failWrite = undefined;
    this.#socket.destroy();
  }

  #send(bytes: Uint8Array): Promise<void> {
    if (this.#sendError !== undefined) return Promise.resolve();
    return this.#transmit(bytes).catch((error) => {
      this.#sendError = error;
      this.#failWrite?.(error);
      this.#failWrite = undefined;
    });
  }

  get #isOver(): boolean {
    return this.isAtEnd || this.#error !== undefined;
  }

  #push(input: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const isAll = end - start === input.length;
    const bytes = isAll ? input : input.subarray(start, end);
    if (this.#direct === undefined) {
      // The stream may keep them.
      this.#raw.push(bytes.slice());
      return;
    }
    const answer = this.#direct.receive(bytes);
    if (answer !== undefined) this.#sending = this.#send(answer);
  }

  /** Sends the word on why a handshake has failed, which would be thrown away (Deno 2.9). */
  #rescueAlerts(send: (bytes: Uint8Array) => Promise<void>): void {
    const handle = this.#socket._handle;
    if (typeof handle?.drainEncOut !== "function") return;
    const onerror = handle.onerror;
    handle.onerror = function (error) {
      const left = handle.drainEncOut();
      if (left !== undefined && left.byteLength > 0) {
        send(new Uint8Array(left)).catch(() => {});
      }
      return onerror.call(this, error);
    };
  }
}
