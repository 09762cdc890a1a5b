// What a server is told, as JSON: its first argument, or a Worker's name.

/** What the benchmark has a server do. A program takes of it what it is for. */
export interface Task {
  /** With each connection: send everything back, throw it away, or send much when a byte comes. */
  job?: "echo" | "drain" | "fill";
  /** How many bytes to ask for, or to send, at a time. */
  size?: number;
  /** After how many bytes a draining server sends one; how many a filling one sends. */
  total?: number;
  /** The timeout of each connection; seconds. */
  timeout?: number;
  /** The certificate of a server of TLS, and its key, in PEM. */
  tls?: { cert: string; key: string };
  /** Which driver; the sandboxed one if omitted. */
  driver?: "posix";
  /** Which of a program's servers. */
  kind?: string;
  /** The port, to share it; any free one if omitted. */
  port?: number;
  /** Whether the port is shared with other processes. */
  reusePort?: boolean;
  /** The fixed size of V8's room for young objects, which otherwise grows while connections come. */
  youngMebibytes?: number;
  /** How many Workers serve. */
  workers?: number;
}

/** Whether this is a Worker of a server. */
export const isWorker: boolean = "postMessage" in globalThis;

/** The task of this server. */
export const task: Task = JSON.parse(isWorker ? self.name : Deno.args[0]);

export const { job = "echo", size = 4096, total = 0, port = 0 } = task;
