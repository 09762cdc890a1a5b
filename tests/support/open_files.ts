/**
 * Lists what the descriptors of this process are, such as `socket:[1234]`, by
 * their numbers, on Linux. `ls` does it, because Deno opens /proc only with every
 * permission.
 */
export function openFiles(): Map<number, string> {
  const { stdout } = new Deno.Command("ls", {
    args: ["-l", `/proc/${Deno.pid}/fd`],
    stderr: "null",
  }).outputSync();
  const lines = new TextDecoder().decode(stdout).matchAll(/ (\d+) -> (.*)$/gm);
  return new Map([...lines].map(([, fd, file]) => [Number(fd), file]));
}

/** Lists the sockets that this process has open. */
export function openSockets(): string[] {
  return [...openFiles().values()].filter((file) => file.startsWith("socket:"));
}
