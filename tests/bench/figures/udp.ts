import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import { run, type Trial } from "../suite.ts";
import { ifPosix, RAW_DATAGRAMS } from "./names.ts";

const SOCKET = "recvfrom + sendto";
const POSIX = "POSIX, recvfrom + sendto";
const SERVER = "UDPServer";
const THREADING = "ThreadingUDPServer";

/** Datagrams that a socket or a server sends back. */
export const udp: Figure = {
  name: "udp",
  tables: {
    one: "datagrams of one socket, a ping-pong",
    eight: "datagrams of eight sockets",
  },
  run(options, isWanted) {
    const { bytes } = options;
    const trial = (name: string, sockets: number, posix: number): Trial => ({
      name,
      title: `Datagrams of ${bytes} B sent back, sockets: ${sockets}`,
      load: load({ mode: "datagrams", sockets, bytes }),
      unit: "datagrams",
      bars: [
        { of: SOCKET, over: RAW_DATAGRAMS, atLeast: 0.9 },
        { of: SERVER, over: RAW_DATAGRAMS, atLeast: 0.75 },
        { of: THREADING, over: RAW_DATAGRAMS, atLeast: 0.6 },
        { of: POSIX, over: RAW_DATAGRAMS, atLeast: posix },
      ],
      rounds: 14,
    });
    return run(
      {
        figure: "udp",
        servers: [
          { name: RAW_DATAGRAMS, program: "raw_udp.ts" },
          { name: SOCKET, program: "recvfrom.ts" },
          { name: SERVER, program: "udp.ts" },
          {
            name: THREADING,
            program: "udp.ts",
            task: { kind: "threading" },
          },
          ...ifPosix(
            {
              name: POSIX,
              program: "recvfrom.ts",
              task: { driver: "posix" } as const,
            },
          ),
          {
            name: "CPython, UDPServer",
            program: "cpython.py",
            runtime: "python",
            task: { kind: "UDPServer" },
          },
        ],
        trials: [trial("one", 1, 1.2), trial("eight", 8, 1.2)],
      },
      options,
      isWanted,
    );
  },
};
