// Waits for a line on stdin, for a byte of a socket, and for the end of stdin.
import { socketpair } from "../../socket/mod.ts";
import { posix } from "../../socket/posix/mod.ts";
import { select } from "../../socket/select/mod.ts";
import { DefaultSelector, EVENT_READ } from "../../socket/selectors/mod.ts";

const [a, b] = await socketpair(undefined, undefined, undefined, {
  driver: posix,
});
const options = { driver: posix };
const none = await select([0, a], [], [], 0, options);
console.log("nothing", none[0].length);
const [readable] = await select([0, a], [], [], null, options);
const buffer = new Uint8Array(64);
const count = await Deno.stdin.read(buffer);
const line = new TextDecoder().decode(buffer.subarray(0, count ?? 0)).trim();
console.log("read", readable[0], line);
await b.sendall(new Uint8Array(1));
console.log(
  "socket",
  (await select([0, a], [], [], null, options))[0][0] === a,
);
await a.recv(1);
const selector = new DefaultSelector(options);
selector.register(0, EVENT_READ, "stdin");
selector.register(a, EVENT_READ, "socket");
for (const [key] of await selector.select()) console.log("end of", key.data);
console.log("rest", await Deno.stdin.read(buffer));
