// The POSIX driver honours what `--deny-net`, `--deny-read` and `--deny-write`
// refuse of the paths of Unix sockets.
import { assertEquals } from "@std/assert";
import { assertRefuses, outcomes, pathCalls } from "../support/denials.ts";
import { folder } from "../support/peers.ts";
import { hasPosix } from "../support/posix.ts";

const ignore = !hasPosix;

const path = `${folder}/denied`;

for (
  const flag of [
    `--deny-net=unix:${path}`,
    `--deny-read=${path}`,
    `--deny-write=${path}`,
  ]
) {
  Deno.test(
    `a path is refused with ${flag.split("=")[0]}, however it is written`,
    {
      ignore,
    },
    () =>
      assertRefuses(
        flag,
        [
          JSON.stringify(path),
          `bytes(${JSON.stringify(path)})`,
          JSON.stringify(path.replace("/", "/./")),
          JSON.stringify(`${folder}/x/../denied`),
          // The kernel reads it to its first NUL.
          JSON.stringify(`${path}\0rest`),
        ].flatMap(pathCalls),
        pathCalls(JSON.stringify(`${folder}/other`)),
      ),
  );

  Deno.test(`a relative path is refused with ${flag.split("=")[0]}`, {
    ignore,
  }, async () => {
    const [denied, other] = await outcomes(
      ["denied", "other"].map((name) =>
        `s.socket(s.AF_UNIX).connect("${name}")`
      ),
      [flag],
      folder,
    );
    assertEquals([denied, other], ["EACCES", "ENOENT"]);
  });

  Deno.test(`bind() to a path is refused with ${flag.split("=")[0]}`, {
    ignore,
  }, async () => {
    const [denied, other] = await outcomes([
      `s.socket(s.AF_UNIX).bind(${JSON.stringify(path)})`,
      `s.socket(s.AF_UNIX).bind(${
        JSON.stringify(`${folder}/${crypto.randomUUID()}`)
      })`,
    ], [flag]);
    assertEquals([denied, other], ["EACCES", "done"]);
  });
}

for (const access of ["read", "write"]) {
  Deno.test(
    `every path below a folder of --deny-${access} is refused, whatever its bytes`,
    {
      ignore,
    },
    () =>
      assertRefuses(`--deny-${access}=${folder}`, [
        ...pathCalls(JSON.stringify(path)),
        ...pathCalls(`Uint8Array.of(...bytes("${folder}/"), 255)`),
      ], pathCalls(`"\\0abstract"`)),
  );
}
