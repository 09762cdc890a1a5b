import type { Conn } from "../../../socket/endpoint/stream_transport.ts";
import { Acknowledgements, CHUNK, Credit } from "../wire/flow_control.ts";
import type { FromWorker, ToWorker } from "../wire/messages.ts";
import { deserializeError } from "../wire/serialized_error.ts";

/**
 * The Worker's side of a connection that the parent has. A socket over it has timeouts,
 * signals and files as any other.
 */
export class PortConn implements Conn {
  readonly #post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly #credit = new Credit();
  readonly #acknowledgements: Acknowledgements;
  readonly #pieces: Uint8Array[] = [];
  #ended = false;
  #unreadable: Error | undefined;
  #unwritable: Error | undefined;
  #wake: (() => void) | undefined;

  /** A connection whose messages go out by `post`. */
  constructor(
    post: (message: FromWorker, transfer?: Transferable[]) => void,
  ) {
    this.#post = post;
    this.#acknowledgements = new Acknowledgements((count) =>
      post({ type: "taken", count })
    );
  }

  /** Takes a message from the parent. */
  receive(message: ToWorker): void {
    switch (message.type) {
      case "data":
        this.#pieces.push(message.bytes);
        break;
      case "end":
        this.#ended = true;
        break;
      case "unreadable":
        this.#unreadable = deserializeError(message.error);
        break;
      case "unwritable":
        this.#unwritable = deserializeError(message.error);
        this.#credit.close();
        break;
      case "taken":
        this.#credit.earn(message.count);
    }
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      const [piece] = this.#pieces;
      if (piece !== undefined) return this.#take(piece, buffer);
      if (this.#unreadable !== undefined) {
        const error = this.#unreadable;
        this.#unreadable = undefined;
        this.#ended = true;
        throw error;
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async write(data: Uint8Array): Promise<number> {
    const most = await this.#credit.available();
    if (most === 0 && data.length > 0) {
      // As in the kernel, one call gets the reason, and later ones EPIPE.
      const error = this.#unwritable ??
        new Deno.errors.BrokenPipe("Broken pipe");
      this.#unwritable = undefined;
      throw error;
    }
    // A copy, for it is transferred; what slice() gives of node's Buffer is not one.
    const bytes = new Uint8Array(data.subarray(0, Math.min(most, CHUNK)));
    const { length } = bytes;
    this.#credit.spend(length);
    // Transfers the bytes: none are left here.
    this.#post({ type: "data", bytes }, [bytes.buffer]);
    return length;
  }

  closeWrite(): Promise<void> {
    this.#post({ type: "end" });
    return Promise.resolve();
  }

  close(): void {
    this.#pieces.length = 0;
    this.#unreadable = new Deno.errors.Interrupted("operation canceled");
    this.#unwritable = this.#unreadable;
    this.#credit.close();
    this.#wake?.();
    this.#post({ type: "close" });
  }

  // The parent decides what keeps a Worker alive.
  ref(): void {}
  unref(): void {}

  setNoDelay(on: boolean): void {
    this.#post({ type: "noDelay", on });
  }

  setKeepAlive(on: boolean): void {
    this.#post({ type: "keepAlive", on });
  }

  #take(piece: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(piece.length, buffer.length);
    buffer.set(count < piece.length ? piece.subarray(0, count) : piece);
    if (count < piece.length) this.#pieces[0] = piece.subarray(count);
    else this.#pieces.shift();
    this.#acknowledgements.add(count);
    return count;
  }
}
