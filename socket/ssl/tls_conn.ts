import { SHUT_WR } from "../constants/mod.ts";
import { POLLIN } from "../constants/poll.ts";
import type { Endpoint } from "../driver.ts";
import type { Conn } from "../endpoint/stream_transport.ts";
import { osError } from "../errors.ts";
import { NO_WAIT, watch } from "../wait.ts";
import { SSLZeroReturnError } from "./errors.ts";
import { eof } from "./explain.ts";
import type { TlsEngine } from "./tls_engine.ts";

// How much is received, and encrypted, at a time: four records.
const PIECE = 65536;

// How long closing waits until the peer's system has taken what tells it of the end;
// seconds.
const LINGER = 5;

// How often closing receives at most what has come meanwhile.
const DRAINS = 4;

/** How a side begins: it may receive first, and returns its engine and what it has received. */
export type Begin = (
  receive: () => Promise<Uint8Array>,
  send: (bytes: Uint8Array) => Promise<void>,
) => Promise<[engine: TlsEngine, received: Uint8Array]>;

/** What a side does before bytes can be exchanged, and when that is over. */
export interface Side {
  readonly begin: Begin;
  /** Throws if the peer is not the right one. */
  readonly check: (engine: TlsEngine) => void;
  /** Whether a connection that ends without TLS's own end is at its end. */
  readonly suppressRaggedEofs: boolean;
}

/** A TLS connection on a plain one: what a stream endpoint reads from and writes to. */
export class TlsConn implements Conn {
  readonly #plain: Endpoint;
  readonly #side: Side;
  #engine: TlsEngine | undefined;
  #handshake: Promise<TlsEngine> | undefined;
  #hasFailed = false;
  #pulling: Promise<void> | undefined;
  #pulls = 0;
  /** Told when the engine finds something wrong, which it does a turn after it was given that. */
  #news: (() => void) | undefined;
  #hasEnded = false;
  #error: unknown;
  #isTruncated = false;
  #isClosed = false;
  /** Whether the connection under it is no longer this one's. */
  #isCut = false;
  /** Whether who reads keeps the process alive. */
  #isReferenced = true;
  #isPlainReferenced = true;
  #isReading = false;
  #holding = 0;
  #ended: Promise<void> | undefined;
  #isShaken = false;
  readonly #shaken = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #abandoned = Promise.withResolvers<never>();

  /**
   * Prepares a connection; the first call on it begins the handshake.
   */
  constructor(plain: Endpoint, side: Side) {
    this.#plain = plain;
    this.#side = side;
    // Whoever waits is told.
    this.#abandoned.promise.catch(() => {});
    this.#closed.promise.catch(() => {});
  }

  /** The engine, once there is one. */
  get engine(): TlsEngine | undefined {
    return this.#engine;
  }

  /** Whether the handshake is over, well or not. */
  get isShaken(): boolean {
    return this.#isShaken;
  }

  /** Resolves when the handshake is over, well or not. */
  get shaken(): Promise<void> {
    return this.#shaken.promise;
  }

  /** Whether bytes have come that are not decrypted, and there is room for what they are. */
  get isDue(): boolean {
    const engine = this.#engine;
    if (engine === undefined || !this.#isShaken || engine.isAtEnd) return false;
    return engine.pending < PIECE && !this.#hasEnded &&
      this.#error === undefined && (this.#plain.poll(POLLIN) & POLLIN) !== 0;
  }

  /** Decrypts what has come; what is wrong with it, the next read tells. */
  async fetch(): Promise<void> {
    await this.#pull(this.#engine!).catch(() => {});
  }

  /** How often it has received from the connection under it. */
  get pulls(): number {
    return this.#pulls;
  }

  /** Whether the handshake has failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Whether bytes that have been decrypted, or their end, can be read. */
  get isReadable(): boolean {
    const engine = this.#engine;
    if (engine === undefined || !this.#isShaken) return false;
    return engine.pending > 0 || engine.isAtEnd || this.#hasEnded ||
      engine.error !== undefined || this.#error !== undefined;
  }

  /** Whether the peer has ended the connection without ending TLS. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  /** Resolves when it is closed, and so is the connection under it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The engine after a handshake that went well. */
  get #ready(): TlsEngine | undefined {
    return this.#isShaken && !this.#hasFailed ? this.#engine : undefined;
  }

  /** Shakes hands, unless that has been done. */
  handshake(): Promise<TlsEngine> {
    if (this.#handshake === undefined) {
      const handshake = this.#shakeHands();
      this.#handshake = handshake;
      handshake.catch(() => this.#hasFailed = true).finally(() => {
        this.#isShaken = true;
        this.#shaken.resolve();
      });
    }
    return this.#handshake;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#read((engine) => engine.read(buffer) || undefined);
  }

  readArray(size: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#read((engine) => engine.take(size));
  }

  /** Receives until there is something to take; `null` at the end. */
  async #read<T>(
    take: (engine: TlsEngine) => T | undefined,
  ): Promise<T | null> {
    this.#isReading = true;
    if (this.#isReferenced) this.#refer(true);
    try {
      const engine = this.#ready ?? await this.handshake();
      for (;;) {
        const taken = take(engine);
        if (taken !== undefined) return taken;
        const error = engine.error ?? this.#error;
        if (error !== undefined) throw error;
        if (engine.isAtEnd || this.#hasEnded) {
          if (this.#isTruncated && !this.#side.suppressRaggedEofs) {
            throw eof({ syscall: "recv" });
          }
          return null;
        }
        await this.#pull(engine);
      }
    } finally {
      this.#isReading = false;
    }
  }

  /** Writes no more than a piece, so that no more than that is kept. */
  write(data: Uint8Array): Promise<number> {
    const piece = data.length > PIECE ? data.subarray(0, PIECE) : data;
    const written = this.#ready?.write(piece) ??
      this.handshake().then((engine) => engine.write(piece));
    return this.hold(written);
  }

  /** Tells the peer that no more follows, by TLS and by the connection itself. */
  async closeWrite(): Promise<void> {
    await this.end();
    this.#plain.shutdown(SHUT_WR);
  }

  /** Tells the peer by TLS that no more follows. */
  end(): Promise<void> {
    return this.#ended ??= this.handshake().then((engine) => engine.end());
  }

  /** Receives until the peer has ended TLS, or there are bytes before that. */
  async untilEnd(): Promise<void> {
    const engine = await this.handshake();
    while (!engine.isAtEnd && !this.#hasEnded && engine.pending === 0) {
      const error = engine.error ?? this.#error;
      if (error !== undefined) throw error;
      await this.#pull(engine);
    }
  }

  /** Waits for something, but no longer than until the connection is given up. */
  unlessAbandoned<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#abandoned.promise]);
  }

  /** Fails who waits for the handshake, or for the end of TLS. */
  abandon(): void {
    this.#abandoned.reject(osError({ code: "EBADF", syscall: "close" }));
  }

  /** Gives the connection under it free, which then stays open when this one is closed. */
  release(): void {
    this.#letGo();
    this.#closed.resolve();
  }

  /** Closes both halves, after the peer has been told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const engine = this.#engine;
    // What is half sent cannot be ended.
    const canTell = engine?.isSecure && !this.#hasFailed && !engine.isWriting;
    if (!canTell) return this.cut();
    const deadline = performance.now() + LINGER * 1000;
    const cut = () => this.cut();
    const stop = watch({ deadline, signal: undefined }, cut, cut);
    this.end().then(() => this.#drain(engine)).catch(() => {}).then(() => {
      stop();
      cut();
    });
  }

  /** Closes both halves at once; the signal is for the connection under it. */
  cut(signal?: AbortSignal): void {
    this.#letGo();
    this.#closed.resolve(this.#plain.close(signal));
  }

  ref(): void {
    this.#isReferenced = true;
    this.#refer(true);
  }

  unref(): void {
    this.#isReferenced = false;
    if (this.#holding === 0) this.#refer(false);
  }

  /** Keeps the process alive while something is waited for. */
  hold<T>(promise: Promise<T>): Promise<T> {
    this.#holding++;
    this.#refer(true);
    return promise.then(this.#onHeld, this.#onHeldFailed) as Promise<T>;
  }

  readonly #onHeld = (value: unknown): unknown => {
    this.#letDown();
    return value;
  };

  readonly #onHeldFailed = (error: unknown): never => {
    this.#letDown();
    throw error;
  };

  #letDown(): void {
    const isHeld = --this.#holding > 0 ||
      (this.#isReferenced && this.#isReading);
    const goesOn = this.#pulling !== undefined || !this.#isShaken;
    if (goesOn && !isHeld) this.#refer(false);
  }

  /** Sets whether what is received keeps the process alive. */
  #refer(on: boolean): void {
    // Closing waits for what is being received.
    if (this.#isPlainReferenced === on || this.#isCut) return;
    this.#isPlainReferenced = on;
    if (on) this.#plain.ref();
    else this.#plain.unref();
  }

  /** Has nothing more to do with the plain connection. */
  #letGo(): void {
    this.#isClosed = true;
    this.#engine?.close();
    this.#refer(true);
    this.#isCut = true;
  }

  async #shakeHands(): Promise<TlsEngine> {
    const [engine, received] = await this.#side.begin(
      () => this.#plain.recv(PIECE, 0, undefined),
      (bytes) => this.#plain.sendall(bytes, 0, undefined),
    );
    this.#engine = engine;
    engine.onError = () => this.#news?.();
    // What comes at once makes it throw where nobody catches it (Deno 2.9).
    await this.#turn();
    if (this.#isClosed) {
      engine.close();
      throw osError({ code: "EBADF", syscall: "shake hands" });
    }
    if (received.length > 0) engine.receive(received);
    while (!engine.isSecure) {
      const error = engine.error ?? engine.sendError ?? this.#error;
      if (error !== undefined) throw error;
      if (engine.hasGivenUp) {
        throw new SSLZeroReturnError({
          code: "ZERO_RETURN",
          syscall: "shake hands",
          state: "the peer has ended TLS",
        });
      }
      if (engine.isAtEnd || this.#hasEnded) {
        throw eof({ syscall: "shake hands" });
      }
      await this.#pull(engine);
    }
    this.#side.check(engine);
    engine.direct();
    // Its socket forgets it when both ends have ended.
    engine.agreement;
    return engine;
  }

  /** Receives once for the engine, whoever asks; ends early when something is wrong. */
  #pull(engine: TlsEngine): Promise<void> {
    return this.#pulling ??= new Promise((resolve) => {
      this.#news = resolve;
      this.#plain.recvInto(engine.room(PIECE), 0, undefined)
        .then(this.#onReceived, this.#onFailed);
    });
  }

  readonly #onReceived = (count: number): void => {
    const engine = this.#engine!;
    this.#pulls++;
    if (count > 0) {
      engine.received(count);
      return this.#endPull();
    }
    if (!engine.isAtEnd) this.#isTruncated = true;
    this.#hasEnded = true;
    engine.receiveEnd();
    this.#turn().then(() => this.#endPull());
  };

  readonly #onFailed = (error: unknown): void => {
    // What the peer has said before explains more.
    this.#turn().then(() => {
      if (this.#engine!.error === undefined) this.#error = error;
      this.#endPull();
    });
  };

  #endPull(): void {
    this.#pulling = undefined;
    this.#news!();
  }

  /** Gives the engine the time to find out what is wrong. */
  #turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Takes what has come and nobody has asked for, such as the tickets of TLS 1.3: a
   * system resets a connection that is closed with bytes in it, and what was sent
   * before is lost.
   */
  async #drain(engine: TlsEngine): Promise<void> {
    if (this.#pulling !== undefined) return;
    for (let drains = 0; drains < DRAINS && !engine.isAtEnd; drains++) {
      const bytes = await this.#plain.recv(PIECE, 0, NO_WAIT);
      if (bytes.length === 0) return;
    }
  }
}
