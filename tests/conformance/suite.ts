import { sandbox } from "../../socket/sandbox/driver.ts";
import type { Driver } from "../../socket/mod.ts";
import {
  type DatagramTransport,
  datagramTransports,
} from "../support/datagrams.ts";
import { folder, type Transport, transports } from "../support/peers.ts";
import { delegatingDriver } from "./delegating_driver.ts";

/** A driver that the suite is run for. */
export interface Subject {
  readonly driver: Driver;
  /** The kinds of stream that it has, and how plain peers speak them. */
  readonly transports: readonly Transport[];
  /** The ways that its datagrams travel. */
  readonly datagramTransports: readonly DatagramTransport[];
  /** What its tests may do: no more than the driver itself needs. */
  readonly permissions: Deno.PermissionOptionsObject;
  /** What it cannot do, by the test's name, and why. */
  readonly gaps: Readonly<Record<string, string>>;
}

const unixPaths = Deno.build.os === "windows" ? {} : {
  read: [folder],
  write: [folder],
};

/** Every driver there is, and one that wraps another; a new one is a new row. */
export const subjects: readonly Subject[] = [
  {
    driver: sandbox,
    transports,
    datagramTransports,
    permissions: { net: true, ...unixPaths },
    gaps: {},
  },
  {
    driver: delegatingDriver(sandbox),
    transports,
    datagramTransports,
    permissions: { net: true, ...unixPaths },
    gaps: {},
  },
];

/** What a test of the suite is given. */
export interface Setting {
  readonly driver: Driver;
  readonly transport: Transport;
}

/** Registers a test for every driver and each of its kinds of stream. */
export function conforms(
  name: string,
  test: (setting: Setting) => Promise<void> | void,
  only: (transport: Transport) => boolean = () => true,
): void {
  for (const { driver, transports, permissions, gaps } of subjects) {
    for (const transport of transports.filter(only)) {
      Deno.test({
        name: `${name} [${driver.name}, ${transport.name}]`,
        ignore: name in gaps,
        permissions,
        fn: () => test({ driver, transport }),
      });
    }
  }
}
