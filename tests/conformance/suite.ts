import { sandbox } from "../../socket/sandbox/driver.ts";
import type { Driver } from "../../socket/mod.ts";
import { delegatingDriver } from "./delegating_driver.ts";
import { folder, type Transport, transports } from "../support/peers.ts";

/** A driver that the suite is run for. */
export interface Subject {
  readonly driver: Driver;
  /** What its tests may do: no more than the driver itself needs. */
  readonly permissions: Deno.PermissionOptionsObject;
  /** What it cannot do, by the test's name, and why. */
  readonly gaps: Readonly<Record<string, string>>;
}

const unixPaths = Deno.build.os === "windows" ? {} : {
  read: [folder],
  write: [folder],
};

/** Every driver there is, and one that wraps another. */
export const subjects: readonly Subject[] = [
  {
    driver: sandbox,
    permissions: { net: true, ...unixPaths },
    gaps: {},
  },
  {
    driver: delegatingDriver(sandbox),
    permissions: { net: true, ...unixPaths },
    gaps: {},
  },
];

/** What a test of the suite gets. */
export interface Setting {
  readonly driver: Driver;
  readonly transport: Transport;
}

/** Registers a test for every driver and every kind of stream. */
export function conforms(
  name: string,
  test: (setting: Setting) => Promise<void> | void,
  only: (transport: Transport) => boolean = () => true,
): void {
  for (const { driver, permissions, gaps } of subjects) {
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
