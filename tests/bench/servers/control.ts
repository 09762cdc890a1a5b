import { cpuUsage } from "node:process";
import { lines } from "../lines.ts";
import type { Usage } from "../peer.ts";
import { isWorker } from "./task.ts";

/**
 * Prints the port, answers what the benchmark asks, and ends when it does. The
 * question "memory" is "usage" after a garbage collection.
 */
export async function control(port: number): Promise<void> {
  // A Worker tells its port to the program that made it, which has the control.
  if (isWorker) return (self as unknown as Worker).postMessage(port);
  console.log(port);
  for await (const question of lines(Deno.stdin.readable)) {
    if (question === "memory") (globalThis as { gc?: () => void }).gc?.();
    const { user, system } = cpuUsage();
    const { rss, heapUsed, external } = Deno.memoryUsage();
    const cpu = user + system;
    const heap = heapUsed + external;
    console.log(JSON.stringify({ cpu, rss, heap } satisfies Usage));
  }
  Deno.exit();
}
