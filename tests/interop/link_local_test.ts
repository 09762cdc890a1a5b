import { assertEquals } from "@std/assert";
import { AF_INET6, socket } from "../../socket/mod.ts";

const net = { permissions: { net: true } } as const;

/** A link-local address of this machine and its interface. */
function linkLocal():
  | { host: string; index: number }
  | undefined {
  try {
    // `cat`, because Deno opens /proc only with every permission.
    const args = ["/proc/net/if_inet6"];
    const { stdout } = new Deno.Command("cat", { args }).outputSync();
    const lines = new TextDecoder().decode(stdout).split("\n");
    const [digits, index, , scope] = lines
      .map((line) => line.split(/\s+/))
      .find(([, , , scope]) => scope === "20") ?? [];
    if (scope === undefined) return undefined;
    const host = new URL(`http://[${digits.match(/.{4}/g)!.join(":")}]`)
      .hostname.slice(1, -1);
    return { host, index: parseInt(index, 16) };
  } catch {
    return undefined;
  }
}

const local = linkLocal();

const onLink = { ...net, ignore: local === undefined } as const;

Deno.test(
  "bind() and connect() honour a scope id, and give it back",
  onLink,
  async () => {
    const { host, index } = local!;
    await using server = socket(AF_INET6);
    server.bind([host, 0, 0, index]);
    server.listen();
    const [, port] = server.getsockname();
    assertEquals(server.getsockname(), [host, port, 0, index]);
    await using client = socket(AF_INET6);
    await client.connect([host, port, 0, index]);
    assertEquals(client.getpeername(), [host, port, 0, index]);
    const [connection, address] = await server.accept();
    await using _connection = connection;
    assertEquals(address, client.getsockname());
  },
);
