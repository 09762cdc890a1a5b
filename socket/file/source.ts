/**
 * What a {@linkcode SocketFile} needs of its socket.
 *
 * A receive that times out or is aborted must take nothing, and a send that
 * fails must tell in its `OSError`'s `bytesSent` what it took; otherwise the
 * file could not keep its promise that no byte is lost or doubled.
 */
export interface FileSource {
  /** Receives into `buffer` and resolves with how many bytes; 0 is the end of the stream. */
  recvInto(
    buffer: Uint8Array,
    nbytes?: number,
    flags?: number,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /** Sends some of the bytes, taken as they are at the call, and resolves with how many. */
  send(
    data: Uint8Array,
    flags?: number,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /** Called once, when the file is closed: the socket may really close now. */
  release(): void;
}
