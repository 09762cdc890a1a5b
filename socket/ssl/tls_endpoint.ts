import type { Address } from "../address.ts";
import { SO_ACCEPTCONN, SOL_SOCKET } from "../constants/mod.ts";
import { POLLOUT } from "../constants/poll.ts";
import type { Endpoint } from "../driver.ts";
import { type DataCall, Interceptor } from "../endpoint/interceptor.ts";
import { osError } from "../errors.ts";
import { type Hold, untilReady, type Wait } from "../wait.ts";
import type { Side } from "./tls_conn.ts";
import type { Agreement } from "./tls_engine.ts";
import { TlsStream } from "./tls_stream.ts";

/**
 * An endpoint on top of another one, whose bytes it encrypts: what it sends and
 * receives goes through TLS, all else to the endpoint under it.
 */
export class TlsEndpoint extends Interceptor {
  #prepared: (() => Side) | undefined;
  #stream: TlsStream | undefined;
  /** Move observers from the connection under this one to TLS. */
  readonly #moves = new Set<() => void>();

  /** Has TLS begin as soon as there is a connection, so that nothing is ever sent without it. */
  prepare(side: () => Side): void {
    this.#prepared = side;
  }

  /** Begins TLS on the connection; the handshake waits until it is asked for, or needed. */
  begin(side: Side): void {
    this.#stream = new TlsStream(this.inner, side);
    for (const move of this.#moves) move();
    this.#moves.clear();
  }

  /** What the two ends have agreed on, once the handshake is over. */
  get agreement(): Agreement | undefined {
    return this.#stream?.agreement;
  }

  /** Whether TLS has begun. */
  get isSecure(): boolean {
    return this.#stream !== undefined;
  }

  /** How many bytes can be received without waiting. */
  get pending(): number {
    return this.#stream?.pending ?? 0;
  }

  /** Shakes hands. */
  async handshake(wait: Wait | undefined): Promise<void> {
    if (this.#isAhead) await this.#connected(wait);
    await this.#begun("shake hands").handshake(wait);
  }

  /**
   * Ends TLS, on both sides; returns the endpoint under this one, with what came behind
   * the end. It can be tried again.
   */
  async unwrap(wait: Wait | undefined): Promise<Endpoint> {
    await this.#begun("end TLS").end(wait);
    return this.inner;
  }

  override get abortedBytesSent(): number {
    return (this.#stream ?? this.inner).abortedBytesSent;
  }

  override async connect(
    address: Address,
    wait: Wait | undefined,
  ): Promise<void> {
    await super.connect(address, wait);
    if (this.#prepared !== undefined && !this.isSecure) {
      this.begin(this.#prepared());
    }
  }

  protected override receiving<T>(
    receive: DataCall<T>,
    _flags: number,
    wait: Wait | undefined,
  ): Promise<T> {
    return this.sending(receive, wait);
  }

  protected override sending<T>(
    call: DataCall<T>,
    wait: Wait | undefined,
  ): Promise<T> {
    const data = this.#data;
    return data === this.inner && this.#isAhead
      ? this.#connected(wait).then(() => call(this.#data))
      : call(data);
  }

  protected override get sendsLater(): boolean {
    return this.#isAhead;
  }

  override unread(bytes: Uint8Array): void {
    this.#data.unread(bytes);
  }

  override sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.sending((on) => on.sendfile(fd, offset, count, wait), wait);
  }

  override shutdown(how: number): void {
    this.#data.shutdown(how);
  }

  override close(signal?: AbortSignal): Promise<void> {
    return (this.#stream ?? this.inner).close(signal);
  }

  override poll(events: number): number {
    return this.#data.poll(events);
  }

  override observe(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void {
    const data = this.#data;
    let stop = data.observe(events, observer, holds);
    if (data !== this.inner) return stop;
    const move = () => {
      stop();
      stop = this.observe(events, observer, holds);
      observer();
    };
    this.#moves.add(move);
    return () => {
      this.#moves.delete(move);
      stop();
    };
  }

  override get notifier(): Hold | undefined {
    return this.inner.notifier;
  }

  override ref(): void {
    this.#data.ref();
  }

  override unref(): void {
    this.#data.unref();
  }

  override dup(): Endpoint {
    if (this.#prepared === undefined && !this.isSecure) return super.dup();
    throw refusal("dup");
  }

  override detach(): unknown {
    if (!this.isSecure) return super.detach();
    throw refusal("detach");
  }

  #begun(syscall: string): TlsStream {
    if (this.#stream !== undefined) return this.#stream;
    throw osError({ code: "ENOTCONN", syscall });
  }

  /** Where bytes go: through TLS, once it has begun, and it begins once it can. */
  get #data(): Endpoint {
    this.#beginIfConnected();
    return this.#stream ?? this.inner;
  }

  /** Whether TLS is to begin, and there is no connection yet. */
  get #isAhead(): boolean {
    return this.#prepared !== undefined && this.#data === this.inner;
  }

  get #isListening(): boolean {
    const value = this.inner.getsockopt(SOL_SOCKET, SO_ACCEPTCONN, 4);
    return value.some((byte) => byte !== 0);
  }

  #beginIfConnected(): void {
    if (this.#prepared === undefined || this.#stream !== undefined) return;
    // Asking for the peer's name would take the error of a failed attempt away.
    if (this.inner.poll(POLLOUT) !== POLLOUT) return;
    this.begin(this.#prepared());
  }

  /** Waits for a connection that is being made, so that TLS can begin on it. */
  async #connected(wait: Wait | undefined): Promise<void> {
    if (this.#isListening) return;
    await untilReady(this.inner, POLLOUT, wait, { syscall: "connect" });
    this.#beginIfConnected();
  }
}

function refusal(syscall: string): Error {
  const hint = "unwrap() gives the plain socket";
  return osError({ code: "EOPNOTSUPP", syscall, hint });
}
