import { AF_INET } from "../../socket/mod.ts";
import { certificate } from "../support/certificate.ts";
import { connectedTo, listening, type Transport } from "../support/peers.ts";

const { ca, cert, key } = certificate();

/** TCP with TLS on top, by Deno's own calls. */
function internet(name: string, family: number, hostname: string): Transport {
  return {
    name,
    family,
    fresh: () => [hostname, 0],
    async connect(address) {
      const [hostname, port] = address as [string, number];
      const conn = await Deno.connect({ hostname, port });
      conn.setNoDelay();
      return await Deno.startTls(conn, { hostname, caCerts: [ca] });
    },
    listen(tcpBacklog) {
      const options = { hostname, port: 0, cert, key };
      const listener = tcpBacklog === undefined
        ? Deno.listenTls(options)
        // Nobody accepts from a queue that is full.
        : Deno.listen({ hostname, port: 0, tcpBacklog });
      return { listener, address: [hostname, listener.addr.port] };
    },
    async resetting() {
      const [net, tls] = await Promise.all([
        import("node:net"),
        import("node:tls"),
      ]);
      const server = net.createServer();
      await new Promise<void>((resolve) =>
        server.listen({ host: hostname, port: 0 }, resolve)
      );
      const accepted = new Promise<import("node:net").Socket>((resolve) =>
        server.once("connection", (peer) => {
          const secureContext = tls.createSecureContext({ cert, key });
          new tls.TLSSocket(peer, { isServer: true, secureContext })
            .on("error", () => {}).on("secure", () => resolve(peer));
        })
      );
      const { port } = server.address() as { port: number };
      return {
        address: [hostname, port],
        async reset() {
          (await accepted).resetAndDestroy();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

const asClient = internet("TCP", AF_INET, "127.0.0.1");

/** The kinds of stream over loopback, where Deno's TLS is the peer: ours as its client, and as its server. */
export const tlsTransports: readonly Transport[] = [
  {
    ...asClient,
    async connected(driver) {
      const [ours, peer] = await connectedTo(asClient, driver);
      // The server's last word of the handshake waits for its confirmation, which comes
      // with our next bytes or after 40 ms, and holds back what follows.
      const one = new Uint8Array(1);
      await Promise.all([peer.write(one), ours.recv(1)]);
      await Promise.all([ours.sendall(one), peer.read(one)]);
      return [ours, peer];
    },
    // Deno's TLS has no setNoDelay for a server.
    isDelayed: true,
  },
  {
    ...asClient,
    name: "TCP, ours as the server",
    async connected(driver) {
      using server = listening(asClient, driver);
      const [[ours], peer] = await Promise.all([
        server.accept(),
        asClient.connect(server.getsockname()),
      ]);
      return [ours, peer];
    },
  },
];
