import { load } from "../load.ts";
import type { Report } from "../match.ts";
import type { Options } from "../options.ts";
import { run } from "../suite.ts";
import { AT_ONCE, CONNECTING } from "./server.ts";

/**
 * ThreadingTCPServer with `allowReusePort` in one and two processes and Workers. The
 * load takes a part of a core too, so that two cores never give twice as much.
 */
export function ports(options: Options): AsyncGenerator<Report> {
  const { bytes, connections } = options;
  const cores = navigator.hardwareConcurrency;
  const one = { program: "threading.ts", task: { reusePort: true } };
  const trial = { bars: [], rounds: 12 };
  const how = `allowReusePort, ${cores} cores for servers and load`;
  return run(
    {
      figure: "scale",
      servers: [
        { ...one, name: "1 process" },
        { ...one, name: "2 processes", processes: 2 },
        ...[1, 2].map((workers) => ({
          name: `1 process of ${workers} ${
            workers === 1 ? "Worker" : "Workers"
          }`,
          program: "workers.ts",
          task: { reusePort: true, workers },
        })),
      ],
      trials: [
        {
          ...trial,
          name: "ports",
          title: `Echo of ${bytes} B, connections: ${connections}; ${how}`,
          load: load({ mode: "echo", connections, bytes }),
          unit: "round trips",
        },
        {
          ...trial,
          name: "ports",
          title: `Connections, each for one echo of ${bytes} B; ${how}`,
          load: load({ mode: "connections", atOnce: AT_ONCE, bytes }),
          unit: "connections",
          seconds: CONNECTING,
        },
      ],
    },
    options,
    () => true,
  );
}
