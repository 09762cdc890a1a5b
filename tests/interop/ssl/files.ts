// Certificates as files, for programs that take them so.
import { identity, type IdentityName } from "../../support/certificate.ts";

/** A folder with `<name>.pem` and `<name>.key`; it goes at the end of the block. */
export async function certificateFiles(
  ...names: IdentityName[]
): Promise<{ path(name: string): string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  for (const name of names) {
    const { cert, key } = identity(name);
    await Deno.writeTextFile(path(`${name}.pem`), cert);
    await Deno.writeTextFile(path(`${name}.key`), key);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
