// Ours: a listening socket, and for each connection what the task says.

import { createServer, type Socket } from "../../../socket/mod.ts";
import { control } from "./control.ts";
import "./driver.ts";
import { context } from "./secure.ts";
import { job, task } from "./task.ts";

/** What may be done with a connection. */
export type Jobs = Partial<
  Record<typeof job, (conn: Socket) => Promise<void>>
>;

/** Serves until the benchmark ends. */
export async function serve(jobs: Jobs): Promise<void> {
  const work = jobs[job];
  if (work === undefined) throw new TypeError(`Cannot serve: no job ${job}`);
  const { timeout } = task;
  // As lean as raw.ts: a function more for each connection would count as memory of
  // the library.
  function attend(conn: Socket): Promise<void> {
    if (timeout !== undefined) conn.settimeout(timeout);
    return work!(conn).catch(() => {}).finally(() => conn.close());
  }
  const server = createServer(["127.0.0.1", 0]);
  control(server.getsockname()[1]);
  for await (const [conn] of server.connections()) {
    if (context === null) attend(conn);
    else {
      context.wrapSocket(conn, { serverSide: true }).then(attend, () => {
        conn.close();
      });
    }
  }
}
