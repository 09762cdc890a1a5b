/**
 * The part of `Deno.Conn` that a stream endpoint uses; `node_conn.ts` gives a
 * `node:net` socket the same shape.
 */
export interface Conn {
  /** Reads at least one byte; `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes at least one byte, unless there is none. */
  write(data: Uint8Array): Promise<number>;
  /** Ends the writing half. */
  closeWrite(): Promise<void>;
  /** Closes both halves; pending reads and writes reject. */
  close(): void;
  /** Lets a pending read keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending read. */
  unref(): void;
  /** The address of this end. */
  readonly localAddr: Deno.Addr;
  /** The address of the other end. */
  readonly remoteAddr: Deno.Addr;
  /** Turns Nagle's algorithm off; TCP only. */
  setNoDelay?(on: boolean): void;
  /** Turns keep-alive probes on; TCP only. */
  setKeepAlive?(on: boolean): void;
}

/** Closes what its owner before us may have closed already. */
export function closeQuietly(resource: { close(): void } | undefined): void {
  try {
    resource?.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
