// What a Worker of the tests does with a descriptor that it is sent.
import { AF_UNIX, fromfd, SOCK_STREAM, socket } from "../../socket/mod.ts";
import { posix } from "../../socket/posix/mod.ts";

/** What a Worker is told. */
export interface Task {
  /** The descriptor's number. */
  readonly fd: number;
  /** Whether it duplicates the descriptor in place of taking it over. */
  readonly duplicates?: boolean;
  /**
   * What it does: `"echo"` to the end of the stream, `"wait"` for bytes that it
   * tells, `"count"` up with the other end by turns.
   */
  readonly what: "echo" | "wait" | "count";
  /** Whether it ends itself afterwards. */
  readonly closes?: boolean;
}

/** How far two Workers count. */
export const COUNT = 500;

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(message: unknown): void;
  close(): void;
};

worker.onmessage = async ({ data: { fd, duplicates, what, closes } }) => {
  const options = { driver: posix };
  await using s = duplicates
    ? fromfd(fd, AF_UNIX, SOCK_STREAM, 0, options)
    : socket(undefined, undefined, undefined, { ...options, fileno: fd });
  worker.postMessage("taken");
  if (what === "echo") {
    for (let data; (data = await s.recv(65536)).length > 0;) {
      await s.sendall(data);
    }
  } else if (what === "wait") {
    worker.postMessage(new TextDecoder().decode(await s.recv(99)));
  } else {
    let number = 0;
    while (number < COUNT - 1) {
      [number] = new Int32Array((await s.recv(4)).buffer);
      if (number === COUNT) break;
      await s.sendall(new Uint8Array(Int32Array.of(number + 1).buffer));
    }
    worker.postMessage(number);
  }
  await s[Symbol.asyncDispose]();
  worker.postMessage("over");
  if (closes) worker.close();
};
