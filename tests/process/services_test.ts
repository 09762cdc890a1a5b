import { assertEquals } from "@std/assert";
import { outcomeOf } from "../support/program.ts";

const everything = `
  const names = ["http", "www", "domain", "nope", "ssh", "tftp", "sunrpc"];
  const found = [];
  const attempt = (fn) => { try { found.push(fn()) } catch { found.push(null) } };
  for (const name of names) {
    attempt(() => socket.getservbyname(name));
    attempt(() => socket.getservbyname(name, "udp"));
  }
  for (const name of ["ip", "tcp", "UDP", "sctp", "nope"]) {
    attempt(() => socket.getprotobyname(name));
  }
  for (const port of [1, 7, 53, 69, 80, 443, 65535]) {
    attempt(() => socket.getservbyport(port));
  }
  return found;
`;

Deno.test({
  name: "getservbyname() gives the same answers without permission",
  // The system's file is another one elsewhere.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const bare = await outcomeOf(`{${everything}}`, []);
    assertEquals(Object.keys(bare as object), ["value"]);
    assertEquals(
      await outcomeOf(`{${everything}}`, ["--allow-read=/etc"]),
      bare,
    );
  },
});
