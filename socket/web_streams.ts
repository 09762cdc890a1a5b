import { SHUT_RD, SHUT_WR } from "./constants/mod.ts";
import type { WaitOptions } from "./wait.ts";

/** What a web stream needs from its socket. */
interface StreamSource {
  recvInto(buffer: Uint8Array): Promise<number>;
  recv(size: number): Promise<Uint8Array<ArrayBuffer>>;
  sendall(
    data: Uint8Array,
    flags: number,
    options: WaitOptions,
  ): Promise<void>;
  shutdown(how: number): void;
}

// The most bytes that one pull receives if the reader provides no buffer.
const CHUNK = 65536;

/**
 * Creates a byte stream of what a socket receives. It receives only when a
 * reader asks for data; cancelling it shuts down the receiving half of the
 * connection.
 */
export function readableOf(
  source: StreamSource,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const request = controller.byobRequest;
      if (request !== null) {
        const { buffer, byteOffset, byteLength } = request.view!;
        const target = new Uint8Array(buffer, byteOffset, byteLength);
        const count = await source.recvInto(target);
        if (count === 0) controller.close();
        request.respond(count);
        return;
      }
      const bytes = await source.recv(CHUNK);
      if (bytes.length === 0) controller.close();
      else controller.enqueue(bytes);
    },
    cancel() {
      source.shutdown(SHUT_RD);
    },
  }, { highWaterMark: 0 });
}

/**
 * Creates a stream that sends what is written to it. Closing or aborting it
 * shuts down the sending half of the connection.
 */
export function writableOf(source: StreamSource): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (bytes, { signal }) => source.sendall(bytes, 0, { signal }),
    close: () => source.shutdown(SHUT_WR),
    abort: () => source.shutdown(SHUT_WR),
  });
}
