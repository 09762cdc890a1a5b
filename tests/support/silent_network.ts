// A network of its own whose name server is itself. As nobody reads what comes to
// port 53 there, a look-up gets no answer. It needs Linux, `unshare`, `ip`, and
// leave to make namespaces.
import { folder } from "./peers.ts";

// How long libc waits for an answer, which nothing can stop: one try of a second.
const RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

// In $0 is the folder, in $@ what is to be run.
const ENTER = `
  ip link set lo up &&
  for each in resolv.conf nsswitch.conf; do
    mount --bind "$0/$each" "/etc/$each" || exit
  done
  exec "$@"
`;

/** What to run a program with, for it to be in such a network. */
export const inSilence: readonly string[] = [
  ...["unshare", "--map-root-user", "--net", "--mount"],
  ...["sh", "-c", ENTER, folder],
];

/** The name server, in a program that has the library as `s`. */
export const NAME_SERVER = `
  const server = s.socket(s.AF_INET, s.SOCK_DGRAM);
  server.bind(["127.0.0.1", 53]);
`;

/** Why there can be no such network here; `undefined` if there can. */
export function whyNoSilence(): string | undefined {
  if (Deno.build.os !== "linux") return "network namespaces are Linux's";
  Deno.writeTextFileSync(`${folder}/resolv.conf`, RESOLV_CONF);
  Deno.writeTextFileSync(`${folder}/nsswitch.conf`, "hosts: files dns\n");
  const [program, ...args] = [...inSilence, "true"];
  try {
    const { success, stderr } = new Deno.Command(program, { args })
      .outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `no ${program} here`;
    throw error;
  }
}
