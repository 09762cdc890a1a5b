// The examples with ports of their own: a copy of examples/ and of deno.json's
// permission sets in a temporary folder, in which free ports and another socket
// path stand for those that the examples name. So tests that run at once, here or
// in another checkout, do not meet. The copy imports the library of this checkout.

const ROOT = new URL("../../", import.meta.url);

/** The ports that examples/ and the README name. */
const PORTS: readonly number[] = [
  50007,
  50008,
  50010,
  50011,
  50012,
  50013,
  50014,
  50015,
  8000,
  9999,
];
const PATH = "/tmp/echo.sock";
// No other number, such as a part of a random name.
const NAMED = RegExp(
  `(?<=127\\.0\\.0\\.1\\D{1,3}|PORT = )(${PORTS.join("|")})\\b|${PATH}`,
  "g",
);

// Below the ports that systems give to connections. The first port of a block is
// held for as long as the others are used, so that a block has one user.
const FIRST_BLOCK = 20_000;
const BLOCKS = 1500;
const BLOCK = PORTS.length + 1;

/** A block of free ports, and what holds it. */
interface Block extends Disposable {
  readonly ports: readonly number[];
}

function listen(port: number): Deno.Listener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

function isFree(port: number): boolean {
  using listener = listen(port);
  return listener !== undefined;
}

function reserveBlock(): Block {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tries = 0; tries < BLOCKS; tries++) {
    const first = FIRST_BLOCK + (start + tries) % BLOCKS * BLOCK;
    const holder = listen(first);
    if (holder === undefined) continue;
    const ports = PORTS.map((_, index) => first + 1 + index);
    if (ports.every(isFree)) {
      return { ports, [Symbol.dispose]: () => holder.close() };
    }
    holder.close();
  }
  throw new Error(`No free ports from ${FIRST_BLOCK} on`);
}

/**
 * Where bare names point to in a folder that is not this checkout: "imports" of a
 * deno.json.
 *
 * @param root The checkout that has the library.
 */
export function importsOf(root: URL = ROOT): Record<string, string> {
  const imports = {
    "@berkeley/socket": new URL("mod.ts", root).href,
    "@berkeley/socket/asynchat": new URL("server/asynchat/mod.ts", root).href,
    "@berkeley/socket/asyncore": new URL("server/asyncore/mod.ts", root).href,
    "@berkeley/socket/posix": new URL("socket/posix/mod.ts", root).href,
    "@berkeley/socket/ssl": new URL("socket/ssl/mod.ts", root).href,
    "@berkeley/socket/select": new URL("socket/select/mod.ts", root).href,
    "@berkeley/socket/selectors": new URL("socket/selectors/mod.ts", root).href,
  };
  for (const name of ["async", "bytes"]) {
    const folder = new URL(`tests/std/${name}/`, ROOT);
    const { exports } = JSON.parse(
      Deno.readTextFileSync(new URL("deno.json", folder)),
    );
    for (const [key, path] of Object.entries<string>(exports)) {
      Object.assign(imports, {
        [`@std/${name}${key.slice(1)}`]: new URL(path, folder).href,
      });
    }
  }
  return imports;
}

/** A copy of the examples; disposing of it removes it and gives its ports back. */
export class ExampleCopy implements Disposable {
  /** The folder to run the commands in; without links in its path. */
  readonly folder: string;
  readonly #block: Block;
  readonly #own: ReadonlyMap<string, string>;

  /**
   * @param chosen Own ports by the example's ports; free ones for those left out.
   */
  constructor(chosen: Readonly<Record<number, number>> = {}) {
    this.#block = reserveBlock();
    this.folder = Deno.realPathSync(
      Deno.makeTempDirSync({ prefix: "examples-" }),
    );
    const free = this.#block.ports;
    const ports = PORTS.map((port, at) =>
      [String(port), String(chosen[port] ?? free[at])] as const
    );
    this.#own = new Map([...ports, [PATH, `${this.folder}/echo.sock`]]);
    this.#copyFolder("examples");
    const { permissions, unstable } = JSON.parse(
      Deno.readTextFileSync(new URL("deno.json", ROOT)),
    );
    this.#configure({ unstable, permissions, imports: importsOf() });
  }

  /** Gives a text with the ports and the path of the copy for those of the examples. */
  here(text: string): string {
    return text.replace(NAMED, (named) => this.#own.get(named)!);
  }

  /** Gives the port of the copy for one of the examples. */
  port(named: number): number {
    return Number(this.#own.get(String(named)));
  }

  /** Copies the library as well, for an example that may read its own folder only. */
  addLibrary(): void {
    for (const path of ["socket", "server"]) this.#copyFolder(path);
    this.#copyFile("mod.ts");
    const config = JSON.parse(
      Deno.readTextFileSync(`${this.folder}/deno.json`),
    );
    this.#copyFolder("tests/std");
    const imports = JSON.stringify(config.imports)
      .replaceAll(ROOT.href, "./");
    this.#configure({ ...config, imports: JSON.parse(imports) });
  }

  [Symbol.dispose](): void {
    this.#block[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }

  #configure(config: unknown): void {
    Deno.writeTextFileSync(
      `${this.folder}/deno.json`,
      this.here(JSON.stringify({ ...config as object, lock: false })),
    );
  }

  #copyFolder(path: string): void {
    Deno.mkdirSync(`${this.folder}/${path}`, { recursive: true });
    for (const { name, isDirectory } of Deno.readDirSync(new URL(path, ROOT))) {
      if (isDirectory) this.#copyFolder(`${path}/${name}`);
      else this.#copyFile(`${path}/${name}`);
    }
  }

  #copyFile(path: string): void {
    const isExample = /^examples\/\w+\.ts$/.test(path);
    if (!isExample) {
      Deno.copyFileSync(new URL(path, ROOT), `${this.folder}/${path}`);
      return;
    }
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    Deno.writeTextFileSync(`${this.folder}/${path}`, this.here(text));
  }
}
