import type { Figure } from "../figure.ts";
import { idleAndBusy } from "./scale_idle.ts";
import { ports } from "./scale_ports.ts";
import { selector } from "./scale_selector.ts";

/** How the library does with many connections, processes and idle sockets. */
export const scale: Figure = {
  name: "scale",
  tables: {
    idle:
      "1,000, 5,000 and 10,000 idle connections, with 0 and 1,000 busy ones",
    ports: "a port that is shared by processes or Workers, allowReusePort",
    selector: "a selector with 0, 1,000 and 5,000 idle sockets",
  },
  async *run(options, isWanted) {
    if (isWanted("idle")) yield* idleAndBusy(options);
    if (isWanted("ports")) yield* ports(options);
    if (isWanted("selector")) yield* selector(options);
  },
};
