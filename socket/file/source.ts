/**
 * What a {@linkcode SocketFile} needs from its socket.
 *
 * A receive that times out or is aborted must take nothing, and a send that
 * fails must report in its `OSError`'s `bytesSent` how many bytes it took;
 * otherwise bytes would be lost or sent twice.
 */
export interface FileSource {
  /** Receives into `buffer` and resolves with the number of bytes; 0 is the end of the stream. */
  recvInto(
    buffer: Uint8Array,
    nbytes?: number,
    flags?: number,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /** Sends some of the bytes, as they are at the call, and resolves with how many. */
  send(
    data: Uint8Array,
    flags?: number,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /** Returns the descriptor's number, if the source has one. */
  fileno?(): number;
  /** Is called once, when the file closes: the socket may close now. */
  release(): void;
}
