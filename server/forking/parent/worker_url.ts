/** The program of a Worker. */
export const program: URL = new URL("../worker/main.ts", import.meta.url);

/**
 * Is never called: tools that read imports, such as `deno cache` and `deno compile`,
 * find the program by it, as nothing else imports it.
 */
export const show = (): Promise<unknown> => import("../worker/main.ts");

/** Where this module is: in a bundle that is the bundle. */
export const moduleUrl: string = import.meta.url;

/** Returns the URL of the bundle that a module's URL names; `undefined` if that is this module in its own file. */
export function bundleOf(url: string): string | undefined {
  const isOwn = /\/server\/forking\/parent\/worker_url\.[jt]s$/.test(url);
  return isOwn ? undefined : url;
}

/** The folder of this library, if it is on this machine. */
export const library: URL | undefined = program.protocol === "file:"
  ? new URL("../../../", program)
  : undefined;

/**
 * Returns the module that a Worker begins with.
 *
 * @param module A module to import as well. The imports of the first module are loaded
 * with the parent's permissions, so that the Worker itself needs none for them.
 */
export function rootModule(module?: string): URL {
  // node's Worker takes `file:` and `data:` URLs only.
  if (module === undefined && program.protocol === "file:") return program;
  const imports = [program.href, ...(module === undefined ? [] : [module])]
    .map((href) => `import ${JSON.stringify(href)};`);
  return new URL(
    `data:text/javascript,${encodeURIComponent(imports.join(""))}`,
  );
}
