// Sockets of every family and addresses of every shape, in CPython and here: the
// kernel's answer must be the same, and so must be what it never gets to see.

import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  AF_INET6,
  AF_VSOCK,
  type Inet6Address,
  OSError,
  SOCK_DGRAM,
  SOCK_STREAM,
  socket,
  VMADDR_CID_ANY,
} from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython } from "../support/python.ts";
import { addressProbes, socketProbes } from "./posix/address_probes.ts";
import { open } from "./posix/peer.ts";
import { complaints } from "./posix/probe.ts";
import { share } from "./posix/share.ts";
import { wrongAddresses } from "./posix/wrong_addresses.ts";

const needs = { ignore: needsPython.ignore || !hasPosix };

Deno.test({
  ...needs,
  name: "socket() of every family and type ends as CPython's [POSIX]",
  async fn() {
    assertEquals(await complaints(socketProbes), []);
  },
});

for (const [families, probes] of Object.entries(addressProbes)) {
  Deno.test({
    ...needs,
    name:
      `bind(), connect() and sendto() end as CPython's: ${families} [POSIX]`,
    async fn() {
      assertEquals(await complaints(probes), []);
    },
  });
}

Deno.test({
  ...needs,
  name: "bind() refuses what is no address as CPython does [POSIX]",
  async fn() {
    assertEquals(await complaints(wrongAddresses), []);
  },
});

const local = needs.ignore ? undefined : linkLocal();

// CPython forgets the scope that a name had, so that the kernel refuses it.
Deno.test({
  ignore: local === undefined,
  name:
    "bind() reaches the interface that an address names: fe80::1%eth0 [POSIX]",
  async fn() {
    await using s = open(AF_INET6, SOCK_DGRAM);
    s.bind([`${local}`, 0]);
    const [host, port, , scope] = s.getsockname() as Inet6Address;
    const [expected, name] = local!.split("%");
    assertEquals(host, expected);
    const program =
      "print(*s.getsockname(), socket.if_nametoindex(args[0]), sep='|')";
    assertEquals(
      (await share(s, program, name)).trim(),
      [host, port, 0, scope, scope].join("|"),
    );
  },
});

/** A link-local address of this machine with its interface's name. */
function linkLocal(): string | undefined {
  // `cat`, because Deno opens /proc only with every permission.
  const args = ["/proc/net/if_inet6"];
  const { stdout } = new Deno.Command("cat", { args, stderr: "null" })
    .outputSync();
  const lines = new TextDecoder().decode(stdout).split("\n");
  const [digits, , , scope, , name] = lines.map((line) => line.split(/\s+/))
    .find(([, , , scope]) => scope === "20") ?? [];
  if (scope !== undefined) {
    const host = new URL(`http://[${digits.match(/.{4}/g)!.join(":")}]`);
    return `${host.hostname.slice(1, -1)}%${name}`;
  }
  console.log("skipping the test that needs a link-local address");
  return undefined;
}

// It is tried once, not anew whenever the kernel says that it has failed.
Deno.test({
  name: "connect() on AF_VSOCK ends in the kernel's error [POSIX]",
  ignore: !hasVsock(),
  async fn() {
    await using s = socket(AF_VSOCK, SOCK_STREAM, 0, { driver: posix });
    // SO_VM_SOCKETS_CONNECT_TIMEOUT, which Python does not name: 40 ms.
    s.setsockopt(AF_VSOCK, 6, new BigInt64Array([0n, 40_000n]));
    s.settimeout(10);
    const nobody = [VMADDR_CID_ANY, 1];
    const error = await assertRejects(() => s.connect(nobody), OSError);
    assertNotEquals(error.errno, undefined, error.message);
  },
});

function hasVsock(): boolean {
  if (!hasPosix) return false;
  try {
    socket(AF_VSOCK, SOCK_STREAM, 0, { driver: posix }).close();
    return true;
  } catch (error) {
    console.log(`skipping the test that needs AF_VSOCK: ${error}`);
    return false;
  }
}
