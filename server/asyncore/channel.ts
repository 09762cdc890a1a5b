import type { Data } from "../../socket/arguments.ts";
import { hasCode } from "./disconnection.ts";

/** What a dispatcher needs of what it reads and writes: a socket has it, and a {@linkcode file_wrapper}. */
export interface Channel {
  /** Receives. */
  recv(size: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Sends, and returns how many bytes were taken. */
  send(data: Data): Promise<number>;
  /** Reads an option; `SO_ERROR` is needed. */
  getsockopt(level: number, name: number): number;
  /** Closes it. */
  close(): void;
  /** Returns the descriptor's number, if it has one. */
  fileno(): number;
}

/** Closes it, unless it is closed already. */
export function closeQuietly(channel: Channel): void {
  try {
    channel.close();
  } catch (error) {
    if (!hasCode(error, "ENOTCONN", "EBADF")) throw error;
  }
}
