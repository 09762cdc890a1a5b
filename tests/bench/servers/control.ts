import { cpuUsage } from "node:process";
import { lines } from "../lines.ts";
import type { Usage } from "../peer.ts";

/** What the benchmark asks a server to do with each connection, from the command line. */
export interface Job {
  /** Send everything back, or throw it away. */
  kind: "echo" | "drain";
  /** How many bytes to ask for at a time. */
  size: number;
  /** A draining server sends one byte each time when so many have come. */
  total: number;
}

/** Reads the job. */
export function job(): Job {
  const [kind, size, total] = Deno.args;
  if (kind !== "echo" && kind !== "drain") {
    throw new TypeError(`Cannot serve: no such job: ${kind}`);
  }
  return { kind, size: Number(size), total: Number(total) };
}

/** The certificate of a server of TLS, and its key, in PEM; `undefined` for a plain server. */
export function certificate(): { cert: string; key: string } | undefined {
  const at = Deno.args.indexOf("tls");
  if (at < 0) return undefined;
  const [cert, key] = Deno.args.slice(at + 1);
  return { cert, key };
}

/**
 * Prints the port, answers what the benchmark asks, and ends when it does. The
 * question "memory" is "usage" after a garbage collection.
 */
export async function control(port: number): Promise<never> {
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
