// examples/file_server.ts, and Chromium at the other end.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodePng } from "../support/png.ts";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { byFlags, Serving, temporary, URL_HERE } from "./file_server.ts";

const needsBrowser = needsProgram("chromium", "--version");
// Milliseconds for a run of the browser.
const LONGEST = 90_000;

/** Lets a browser without a window load a page, and all that it asks for. */
async function browse(profile: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runForeign("chromium", [
    ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
    ...["--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync", "--no-proxy-server"],
    ...[`--user-data-dir=${profile}`, "--virtual-time-budget=10000"],
    ...args,
  ], { longest: LONGEST });
  assertEquals(code, 0, stderr);
  return new TextDecoder().decode(stdout);
}

function test(
  name: string,
  fn: (serving: Serving, folder: string) => Promise<void>,
): void {
  Deno.test({
    ...needsBrowser,
    name: `file_server ${name} [Chromium]`,
    async fn() {
      await using serving = await Serving.start(byFlags);
      await using folder = await temporary();
      await fn(serving, folder.path);
    },
  });
}

test(
  "shows its page with style sheet, script, picture and HEAD",
  async (serving, folder) => {
    const page = await browse(folder, "--dump-dom", `${URL_HERE}/`);
    // The page's own script writes these; it is a module, which wants its type.
    const findings = [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)]
      .map(([, name, value]) => `${name}: ${value}`);
    assertEquals(findings.slice(0, 3), [
      "Picture: 640 × 240",
      "Style sheet: applied",
      "HEAD request: 200, text/html; charset=utf-8",
    ]);
    const lines = await serving.end();
    const wanted = ["GET /", "GET /style.css", "GET /script.js"];
    for (const what of [...wanted, "GET /harbour.svg", "HEAD /"]) {
      const line = `127.0.0.1 "${what} HTTP/1.1" 200 OK`;
      assert(lines.includes(line), `no ${line} in:\n${lines.join("\n")}`);
    }
  },
);

test("has its page painted", async (_, folder) => {
  await browse(
    folder,
    ...["--hide-scrollbars", "--window-size=800,900"],
    ...["--force-device-scale-factor=1"],
    ...[`--screenshot=${folder}/page.png`, `${URL_HERE}/`],
  );
  const picture = await decodePng(await Deno.readFile(`${folder}/page.png`));
  assertEquals([picture.width, picture.height], [800, 900]);
  // The style sheet's paper, and within the picture the lighthouse and the sea.
  assertEquals(picture.pixel(5, 5), [0xff, 0xfd, 0xf8]);
  assertEquals(picture.pixel(580, 144), [0xc8, 0x49, 0x2f]);
  assertEquals(picture.pixel(400, 256), [0x2b, 0x61, 0x78]);
});

test(
  "is followed to a folder, where links work",
  async (serving, folder) => {
    const page = await browse(folder, "--dump-dom", `${URL_HERE}/about`);
    assertStringIncludes(page, "<h1>How this works</h1>");
    // The browser may reset a connection whose answer it has, which is logged.
    const lines = (await serving.end())
      .filter((line) => !line.includes("Cannot receive from"));
    assertEquals(lines.slice(0, 2), [
      '127.0.0.1 "GET /about HTTP/1.1" 301 Moved Permanently',
      '127.0.0.1 "GET /about/ HTTP/1.1" 200 OK',
    ]);
    assert(lines.includes('127.0.0.1 "GET /style.css HTTP/1.1" 200 OK'));
  },
);

test("shows a page for a file that is not there", async (_, folder) => {
  const page = await browse(folder, "--dump-dom", `${URL_HERE}/nosuch.html`);
  assertStringIncludes(page, "<title>404 Not Found</title>");
  assertStringIncludes(page, "<h1>404 Not Found</h1>");
});
