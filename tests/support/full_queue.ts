/** A TCP server that does not answer any more, because its queue is full. */
export interface FullQueue extends Disposable {
  /** Its address; a client that connects there waits. */
  readonly address: [host: string, port: number];
}

/** How long the loopback needs to answer at most; milliseconds. */
const ANSWER = 100;

/** Makes a server whose queue is full, on Linux. */
export async function fullQueue(): Promise<FullQueue> {
  const hostname = "127.0.0.1";
  const listener = Deno.listen({ hostname, port: 0, tcpBacklog: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const conns: Deno.Conn[] = [];
  const full = {
    address: [hostname, port] as [string, number],
    [Symbol.dispose]() {
      for (const conn of conns) conn.close();
      listener.close();
    },
  };
  while (conns.length < 20) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(full), ANSWER);
    const { signal } = controller;
    try {
      conns.push(await Deno.connect({ hostname, port, signal }));
    } catch (error) {
      if (error === full) return full;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
  full[Symbol.dispose]();
  throw new Error("the queue never fills");
}
