import type { Driver, Socket } from "../../socket/mod.ts";
import type { DatagramTransport } from "../support/datagrams.ts";
import { subjects } from "./suite.ts";

/** What a test of the suite is given. */
export interface DatagramSetting {
  readonly driver: Driver;
  readonly transport: DatagramTransport;
  /** Opens a socket. */
  open(): Socket;
  /** Opens a socket and binds it. */
  bound(): Socket;
}

/** Registers a test for every driver and every way that its datagrams travel. */
export function datagramsConform(
  name: string,
  test: (setting: DatagramSetting) => Promise<void> | void,
  only: (transport: DatagramTransport) => boolean = () => true,
): void {
  for (const { driver, datagramTransports, permissions, gaps } of subjects) {
    for (const transport of datagramTransports.filter(only)) {
      const open = () => transport.open(driver);
      const bound = () => {
        const socket = open();
        socket.bind(transport.fresh() as never);
        return socket;
      };
      Deno.test({
        name: `${name} [${driver.name}, ${transport.name}]`,
        ignore: name in gaps,
        permissions,
        fn: () => test({ driver, transport, open, bound }),
      });
    }
  }
}
