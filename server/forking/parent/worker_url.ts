/** The program of a Worker. */
export const program: URL = new URL("../worker/main.ts", import.meta.url);

/**
 * Is never called: it shows the program to what reads imports, such as `deno cache`
 * and `deno compile`, for nothing imports it otherwise.
 */
export const show = (): Promise<unknown> => import("../worker/main.ts");

/** The folder of this library, where it is one of this machine. */
export const library: URL | undefined = program.protocol === "file:"
  ? new URL("../../../", program)
  : undefined;

/**
 * Gives the module that a Worker begins with.
 *
 * @param module A module to import with it. What the first module imports is loaded
 * with the parent's permissions, so that a Worker with fewer needs none to load it.
 */
export function rootModule(module?: string): URL {
  // node's Worker takes no other than these two protocols.
  if (module === undefined && program.protocol === "file:") return program;
  const imports = [program.href, ...(module === undefined ? [] : [module])]
    .map((href) => `import ${JSON.stringify(href)};`);
  return new URL(
    `data:text/javascript,${encodeURIComponent(imports.join(""))}`,
  );
}
