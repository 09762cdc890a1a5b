// A network of its own, with a name server of its own: dnsmasq in a network
// namespace, whose resolv.conf and hosts file are the test's. It needs Linux,
// the superuser, `ip` and dnsmasq.

const NAME = `berkeley-${Deno.pid}`;
const FOLDER = `/etc/netns/${NAME}`;

// Milliseconds after which it must be there.
const LONGEST = 10_000;

/** What to run a program with, for it to be in that network. */
export const inNetwork: readonly string[] = ["ip", "netns", "exec", NAME];

async function run(...command: string[]): Promise<void> {
  const [program, ...args] = command;
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(
      `${command.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
}

/** Why there can be no such network here; `undefined` if there can. */
export function whyNoNetwork(): string | undefined {
  if (Deno.build.os !== "linux") return "network namespaces are Linux's";
  const attempts = [
    ["dnsmasq", "--version"],
    ["ip", "netns", "add", NAME],
    ["ip", "netns", "delete", NAME],
  ];
  for (const [program, ...args] of attempts) {
    try {
      const { success, stderr } = new Deno.Command(program, { args })
        .outputSync();
      if (!success) return new TextDecoder().decode(stderr).trim();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `no ${program} here`;
      throw error;
    }
  }
}

// Answers nothing on one port, and on the other "no such name" after a while.
const laggards = `
  const open = (port) => Deno.listenDatagram({ hostname: "127.0.0.1", port, transport: "udp" });
  const dead = open(5301), slow = open(5302);
  dead.receive();
  for await (const [query, address] of slow) {
    const answer = query.slice(0, query.findIndex((byte, at) => at >= 12 && byte === 0) + 5);
    answer.set([0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0], 2);
    setTimeout(() => slow.send(answer, address), 1500);
  }
`;

/** The running network; disposing of it ends its processes and takes it away. */
export class Network implements AsyncDisposable {
  readonly #processes: Deno.ChildProcess[] = [];

  /**
   * Makes it.
   *
   * @param records What dnsmasq serves, as its options. Below "dead.test" it
   * never answers, below "slow.test" it takes a second and a half.
   */
  static async open(
    records: readonly string[],
    files: { hosts: string; search: string },
  ): Promise<Network> {
    const network = new Network();
    try {
      await Deno.mkdir(FOLDER, { recursive: true });
      await Deno.writeTextFile(
        `${FOLDER}/resolv.conf`,
        `nameserver 127.0.0.1\nsearch ${files.search}\n`,
      );
      await Deno.writeTextFile(`${FOLDER}/hosts`, files.hosts);
      await Deno.writeTextFile(`${FOLDER}/hostname`, "filed\n");
      await run("ip", "netns", "add", NAME);
      await run(...inNetwork, "ip", "link", "set", "lo", "up");
      network.#start([
        ...["dnsmasq", "--conf-file=/dev/null", "--no-hosts", "--no-resolv"],
        ...["--keep-in-foreground", "--pid-file=", "--user=root"],
        ...["--listen-address=127.0.0.1", "--bind-interfaces", "--no-poll"],
        ...["--local=/test/", "--server=/dead.test/127.0.0.1#5301"],
        ...["--server=/slow.test/127.0.0.1#5302", ...records],
      ]);
      network.#start([
        ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-config"],
        ...["--unstable-net", "--allow-net=127.0.0.1", "-"],
      ], laggards);
      await network.#whenUp();
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  #start(command: readonly string[], stdin?: string): void {
    const [program, ...args] = [...inNetwork, ...command];
    const child = new Deno.Command(program, {
      args,
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#processes.push(child);
    if (stdin !== undefined) {
      new Blob([stdin]).stream().pipeTo(child.stdin).catch(() => {});
    }
  }

  /** Waits until the three ports are open, as the kernel lists them. */
  async #whenUp(): Promise<void> {
    const began = performance.now();
    while (performance.now() - began < LONGEST) {
      const { stdout } = await new Deno.Command("ip", {
        args: [...inNetwork.slice(1), "cat", "/proc/net/udp"],
      }).output();
      const list = new TextDecoder().decode(stdout);
      const ports = [53, 5301, 5302].map((port) =>
        `:${port.toString(16).toUpperCase().padStart(4, "0")} `
      );
      if (ports.every((port) => list.includes(port))) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("The name server did not start");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes) {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError)) throw error;
      }
      await child.status;
    }
    await run("ip", "netns", "delete", NAME).catch(() => {});
    await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
    // The folder was perhaps made for it alone.
    await Deno.remove("/etc/netns").catch(() => {});
  }
}
