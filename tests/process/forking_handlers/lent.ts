// Does what the client's first line says with a socket that the Worker is lent.
import { StreamRequestHandler } from "../../../server/mod.ts";
import {
  recvFds,
  SHUT_RDWR,
  SO_LINGER,
  Socket,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import { posix } from "../../../socket/posix/mod.ts";

/** What a handler has taken for itself; the next one of the Worker has it too. */
let kept: Socket | undefined;

const encode = (text: string) => new TextEncoder().encode(text);

/** Takes a descriptor over, of a socket like another. */
function adopt(fileno: number, { family, type }: Socket): Socket {
  return new Socket(family, type, 0, { fileno, driver: posix });
}

export default class Lent extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = new TextDecoder().decode(await this.rfile.readline()).trim();
    const [command, ...rest] = line.split(" ");
    const argument = rest.join(" ");
    const { connection } = this;
    switch (command) {
      case "say":
        return await this.#say(argument);
      case "number":
        await this.#say(`${connection.fileno()}`);
        return await this.#wait();
      case "close": {
        const channel = new BroadcastChannel(argument);
        const told = new Promise((resolve) => channel.onmessage = resolve);
        await this.#say("bye");
        await this.wfile.close();
        await this.rfile.close();
        connection.close();
        await told;
        channel.postMessage(`went on with ${connection.fileno()}`);
        return channel.close();
      }
      case "detach":
        await this.#say("detached");
        kept = adopt(connection.detach() as number, connection);
        return;
      case "kept": {
        await kept!.sendall(encode(`${argument}\n`));
        kept!.close();
        return await this.#say("said");
      }
      case "leave":
        // Nobody waits for it, and it must not take what the next client says.
        connection.recv(100).catch(() => {});
        return await this.#say("left");
      case "linger":
        this.#linger(Number(argument));
        await this.#say("waiting");
        return await this.#wait();
      case "flood":
        this.#linger(20);
        connection.settimeout(argument === "" ? null : Number(argument));
        return await connection.sendall(new Uint8Array(32 << 20))
          .catch(() => {});
      case "take": {
        await this.#say("send it");
        const [, [fd]] = await recvFds(connection, 1, 1);
        using socket = adopt(fd, connection);
        await socket.sendall(encode("from the Worker"));
        return;
      }
      case "disturb":
        await this.#say(`${connection.fileno()}`);
        return this.#disturb(argument);
      case "wait":
        await this.#say("waiting");
        if (argument === "and close") setTimeout(() => globalThis.close(), 10);
        if (argument === "and throw") {
          setTimeout(() => {
            throw new Error("while it waits");
          }, 10);
        }
        return await this.#wait();
    }
  }

  /** Waits for the client to say something. */
  async #wait(): Promise<void> {
    await this.rfile.readline();
    await this.#say("done");
  }

  #linger(seconds: number): void {
    const value = new Int32Array([1, seconds]);
    this.connection.setsockopt(
      SOL_SOCKET,
      SO_LINGER,
      new Uint8Array(value.buffer),
    );
  }

  /** Ends whatever has the socket's number, again and again until there is a file. */
  #disturb(path: string): void {
    for (let round = 0;; round++) {
      try {
        this.connection.shutdown(SHUT_RDWR);
      } catch {
        // There is nothing to end.
      }
      if (round % 1000 > 0) continue;
      try {
        return void Deno.statSync(path);
      } catch {
        // Not yet.
      }
    }
  }

  async #say(text: string): Promise<void> {
    await this.wfile.write(encode(`${text}\n`));
  }
}
