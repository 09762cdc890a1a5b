import { MSG_PEEK } from "../constants/mod.ts";
import { POLLIN, POLLNVAL, POLLOUT, RECEIVABLE } from "../constants/poll.ts";
import type { Endpoint } from "../driver.ts";
import { type DataCall, Interceptor } from "../endpoint/interceptor.ts";
import { StreamEndpoint } from "../endpoint/stream_endpoint.ts";
import { StreamSocket } from "../endpoint/stream_socket.ts";
import type { StreamTransport } from "../endpoint/stream_transport.ts";
import { BlockingIOError, osError, type OSErrorFields } from "../errors.ts";
import {
  isNonBlocking,
  NO_WAIT,
  type Wait,
  watch,
  withDeadline,
} from "../wait.ts";
import { SSLError, SSLWantReadError, SSLWantWriteError } from "./errors.ts";
import { eof, explain } from "./explain.ts";
import { type Side, TlsConn } from "./tls_conn.ts";
import type { Agreement } from "./tls_engine.ts";

// How many records without data, such as tickets, a receive that must not wait passes over.
const MOST_TURNS = 16;

/** A TLS connection as a stream of bytes, for the endpoint that serves calls on it. */
const transport: StreamTransport = {
  driver: "TLS",
  any: "",
  wrongState: {
    recv: "ENOTCONN",
    send: "ENOTCONN",
    shutdown: "ENOTCONN",
    listen: undefined,
    connect: "EISCONN",
  },
  connectsSynchronously: false,
  connectsFrom: false,
  reusePortHint: undefined,
  listen: refuse,
  connect: refuse,
  explain,
};

function refuse(): never {
  throw osError({ code: "EOPNOTSUPP", syscall: "connect" });
}

/** Makes EAGAIN the error that TLS has in its place. */
function wouldWait(
  error: unknown,
  Want: typeof SSLWantReadError | typeof SSLWantWriteError,
): unknown {
  if (!(error instanceof BlockingIOError)) return error;
  const { code, syscall = "recv", address } = error;
  return new Want({ code, syscall, address, cause: error });
}

/**
 * A TLS connection on a plain one, as an endpoint: a stream endpoint's calls, with what
 * TLS adds to them. The calls that are the plain connection's alone are not for it.
 */
export class TlsStream extends Interceptor {
  readonly #plain: Endpoint;
  readonly #socket: StreamSocket;
  readonly #conn: TlsConn;
  /** Whether who would have waited for TLS itself has been sent away, and may poll for it. */
  #owesWord = false;

  /** Begins TLS on a connection; the handshake waits until it is asked for, or needed. */
  constructor(plain: Endpoint, side: Side) {
    const { family, type, proto } = plain;
    const addresses = {
      local: plain.getsockname(),
      peer: plain.getpeername(),
      resource: undefined,
    };
    const conn = new TlsConn(plain, side);
    const socket = new StreamSocket({ transport, family, type, proto });
    socket.establish({ ...addresses, conn });
    super(new StreamEndpoint(socket));
    this.#plain = plain;
    this.#socket = socket;
    this.#conn = conn;
  }

  /** What the two ends have agreed on, once the handshake is over. */
  get agreement(): Agreement | undefined {
    return this.#conn.isShaken ? this.#conn.engine?.agreement : undefined;
  }

  /** How many bytes can be received without waiting. */
  get pending(): number {
    const { engine } = this.#conn;
    return this.#socket.reader!.available +
      (engine?.isSecure ? engine.pending : 0);
  }

  /** Shakes hands. */
  async handshake(wait: Wait | undefined): Promise<void> {
    const conn = this.#conn;
    const fields = this.#fields("shake hands");
    await this.#waiting(() => conn.handshake(), wait, fields);
  }

  /**
   * Ends TLS and leaves the connection under it open: tells the peer, waits until it has
   * done the same, and puts back there what came behind that. It can be tried again.
   */
  async end(wait: Wait | undefined): Promise<void> {
    const fields = this.#fields("end TLS");
    const conn = this.#conn;
    // After a failed handshake there is nothing to end.
    if (conn.engine?.error === undefined) {
      const { reader, writer } = this.#socket;
      const end = async () => {
        await writer!.settled();
        await conn.end();
        await conn.untilEnd();
      };
      await this.#waiting(end, wait, fields);
      if (conn.isTruncated) throw eof(fields);
      if (conn.engine!.pending > 0 || reader!.hasBuffered) {
        throw new SSLError({
          ...fields,
          code: "APPLICATION_DATA_AFTER_CLOSE_NOTIFY",
          reason: "APPLICATION_DATA_AFTER_CLOSE_NOTIFY",
          state: "the peer has sent more; receive it first",
        });
      }
      const rest = conn.engine!.takeRest();
      if (rest.length > 0) this.#plain.unread(rest);
    }
    conn.release();
    await super.close();
  }

  /** Makes a receive; one that looks at what is there is shown all that has come. */
  protected override receiving<T>(
    receive: DataCall<T>,
    flags: number,
    wait: Wait | undefined,
  ): Promise<T> {
    const isBrief = isNonBlocking(wait);
    const looks = isBrief || ((flags & MSG_PEEK) !== 0 && this.#conn.isDue);
    const call: DataCall<T> = looks
      ? (on) => this.#fetch(isBrief).then(() => receive(on))
      : receive;
    return this.#call(call, wait, SSLWantReadError);
  }

  /** Makes a send, but not before the handshake is over: till then nothing has been taken. */
  protected override sending<T>(
    send: DataCall<T>,
    wait: Wait | undefined,
  ): Promise<T> {
    const call = () => this.#call(send, wait, SSLWantWriteError);
    return this.#conn.isShaken ? call() : this.handshake(wait).then(call);
  }

  protected override get sendsLater(): boolean {
    return !this.#conn.isShaken;
  }

  override poll(events: number): number {
    const found = super.poll(events);
    if ((found & POLLNVAL) !== 0) return found;
    // Decrypted bytes wait where the endpoint on top does not see them.
    const conn = this.#conn;
    const isReadable = conn.isReadable || (this.#owesWord && conn.isShaken);
    return isReadable ? found | (events & RECEIVABLE) : found;
  }

  override observe(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    const stop = super.observe(events, observer, holds);
    const conn = this.#conn;
    if (conn.isShaken) return stop;
    let isOver = false;
    conn.shaken.then(() => isOver || observer());
    return () => {
      isOver = true;
      stop();
    };
  }

  override async close(signal?: AbortSignal): Promise<void> {
    const conn = this.#conn;
    conn.abandon();
    const cut = () => conn.cut(signal);
    if (signal?.aborted) cut();
    else signal?.addEventListener("abort", cut);
    try {
      await super.close(signal);
      await conn.closed;
    } finally {
      signal?.removeEventListener("abort", cut);
    }
  }

  /**
   * Lets what has come be decrypted.
   *
   * @param begins Whether to receive if nobody does.
   */
  async #fetch(begins: boolean): Promise<void> {
    const conn = this.#conn;
    const { notifier } = this.#plain;
    const isReadable = () => (this.poll(POLLIN) & ~POLLOUT) !== 0;
    notifier?.hold();
    const stop = begins ? super.observe(POLLIN, () => {}, false) : undefined;
    try {
      for (let turn = 0, seen = -1; turn < MOST_TURNS; turn++) {
        const isGoing = begins && !isReadable() && conn.pulls !== seen;
        seen = conn.pulls;
        if (conn.isDue) {
          await conn.fetch();
          continue;
        }
        if (!isGoing) return;
        await new Promise<void>((next) => {
          watch(NO_WAIT, next, () => next());
        });
      }
    } finally {
      stop?.();
      notifier?.release();
    }
  }

  /** Makes a call; one that would have to wait fails as TLS's do. */
  #call<T>(
    call: DataCall<T>,
    wait: Wait | undefined,
    Want: typeof SSLWantReadError | typeof SSLWantWriteError,
  ): Promise<T> {
    this.#owesWord = false;
    // A failed handshake is told again and again.
    if (this.#conn.hasFailed) return this.handshake(wait) as Promise<never>;
    return isNonBlocking(wait)
      ? call(this.inner).catch((error) => {
        throw wouldWait(error, Want);
      })
      : call(this.inner);
  }

  /** Waits for something of TLS's own. */
  async #waiting(
    what: () => Promise<unknown>,
    wait: Wait | undefined,
    fields: OSErrorFields,
  ): Promise<void> {
    this.#owesWord = false;
    try {
      const done = this.#conn.unlessAbandoned(what());
      await this.#conn.hold(withDeadline(done, wait, fields));
    } catch (error) {
      if (wait?.signal?.aborted && error === wait.signal.reason) throw error;
      const explained = explain(error, fields);
      this.#owesWord = explained instanceof BlockingIOError;
      throw wouldWait(explained, SSLWantReadError);
    }
  }

  #fields(syscall: string): OSErrorFields {
    return { syscall, address: this.#socket.peer };
  }
}
