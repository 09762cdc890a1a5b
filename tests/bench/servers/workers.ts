// Ours: ThreadingTCPServer in several Workers, which share a port.

import { control } from "./control.ts";
import { task } from "./task.ts";

/** Starts a Worker and waits until it serves; gives its port. */
function start(port: number): Promise<number> {
  const worker = new Worker(new URL("./threading.ts", import.meta.url), {
    type: "module",
    name: JSON.stringify({ ...task, port }),
  });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
}

const port = await start(0);
for (let i = 1; i < (task.workers ?? 1); i++) await start(port);
control(port);
