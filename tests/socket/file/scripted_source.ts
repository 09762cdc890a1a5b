import { osError, timedOut } from "../../../socket/errors.ts";
import type { FileSource } from "../../../socket/file/source.ts";

/** What one receive does: gives these bytes, or times out, or fails, or waits for ever. */
export type Receive = string | Uint8Array | "<timeout>" | "<wait>" | Error;

/** What one send does: takes a number of bytes, or takes them and times out, or waits for ever. */
export type Send = number | { timeout: number } | "<wait>" | Error;

const encoder = new TextEncoder();

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of bytes, one character each. */
export function latin(data: Uint8Array): string {
  return Array.from(data, (byte) => String.fromCharCode(byte)).join("");
}

/** A socket in memory that follows a script. */
export class ScriptedSource implements FileSource {
  /** What the receives to come do; after them the stream has ended. */
  readonly receives: Receive[];
  /** What the sends to come do; after them all is taken. */
  readonly sends: Send[];
  /** How many bytes each receive asked for. */
  readonly asked: number[] = [];
  /** What each send took. */
  readonly sent: string[] = [];
  /** How often the file released it. */
  released = 0;

  constructor(receives: readonly Receive[] = [], sends: readonly Send[] = []) {
    this.receives = [...receives];
    this.sends = [...sends];
  }

  /** All that was sent. */
  get output(): string {
    return this.sent.join("");
  }

  async recvInto(
    buffer: Uint8Array,
    _nbytes = 0,
    _flags = 0,
    options: { signal?: AbortSignal } = {},
  ): Promise<number> {
    options.signal?.throwIfAborted();
    this.asked.push(buffer.length);
    const step = this.receives.shift();
    await Promise.resolve();
    if (step === undefined) return 0;
    if (step instanceof Error) throw step;
    if (step === "<timeout>") throw timedOut({ syscall: "recv" });
    if (step === "<wait>") return await untilAborted(options.signal);
    const data = typeof step === "string" ? bytes(step) : step;
    const count = Math.min(buffer.length, data.length);
    buffer.set(data.subarray(0, count));
    if (count < data.length) this.receives.unshift(data.subarray(count));
    return count;
  }

  async send(
    data: Uint8Array,
    _flags = 0,
    options: { signal?: AbortSignal } = {},
  ): Promise<number> {
    options.signal?.throwIfAborted();
    const taken = data.slice();
    const step = this.sends.shift() ?? taken.length;
    await Promise.resolve();
    if (step instanceof Error) throw step;
    if (step === "<wait>") return await untilAborted(options.signal);
    const count = Math.min(
      typeof step === "number" ? step : step.timeout,
      taken.length,
    );
    if (count > 0) this.sent.push(latin(taken.subarray(0, count)));
    if (typeof step === "number") return count;
    throw timedOut({ syscall: "send", bytesSent: count });
  }

  release(): void {
    this.released++;
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), {
      once: true,
    });
  });
}

/** The error of a peer that is gone. */
export function reset(): Error {
  return osError({ code: "ECONNRESET", syscall: "recv" });
}
