// The selectors, in a table: each on each driver that has it.
import type { Driver } from "../../../socket/mod.ts";
import {
  type BaseSelector,
  DefaultSelector,
  EpollSelector,
  PollSelector,
  SelectSelector,
} from "../../../socket/selectors/mod.ts";
import type { Selectable } from "../../../socket/select/mod.ts";
import { subjects } from "../../conformance/suite.ts";
import { posix } from "../../support/posix.ts";

/** A class of selectors. */
export interface Kind {
  readonly name: string;
  readonly Class: new (options?: { driver?: Driver }) => BaseSelector<
    // What tests register and attach.
    Selectable,
    unknown
  >;
  /** What it says of a socket that is closed. */
  readonly closed: "ready" | "EBADF" | "forgotten";
}

/** The classes. */
export const kinds: readonly Kind[] = [
  { name: "DefaultSelector", Class: DefaultSelector, closed: "ready" },
  { name: "PollSelector", Class: PollSelector, closed: "ready" },
  { name: "SelectSelector", Class: SelectSelector, closed: "EBADF" },
  { name: "EpollSelector", Class: EpollSelector, closed: "forgotten" },
];

/** What a test of selectors is given. */
export interface SelectorSetting {
  readonly kind: Kind;
  readonly driver: Driver;
  /** Makes a selector. */
  make(): BaseSelector<Selectable, unknown>;
}

/** Registers a test for each class on each driver. */
export function selectorsConform(
  name: string,
  test: (setting: SelectorSetting) => Promise<void> | void,
  only: (kind: Kind) => boolean = () => true,
): void {
  for (const { driver, permissions } of subjects) {
    for (const kind of kinds.filter(only)) {
      if (kind.Class === EpollSelector && driver !== posix) continue;
      Deno.test({
        name: `${name} [${kind.name}, ${driver.name}]`,
        permissions,
        fn: () =>
          test({ kind, driver, make: () => new kind.Class({ driver }) }),
      });
    }
  }
}
