import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as s from "../../socket/mod.ts";
import { documentation, expectNone } from "./source.ts";
import { call, calls, keyOf, type Row, rows } from "./surface_calls.ts";

// surface.json says what the sandboxed driver does with each of Python's names.
// Every row of the socket module is called here, and must do what its column
// says.

/** Python's other names of classes, which are documented once. */
const aliases: Readonly<Record<string, string>> = {
  error: "OSError",
  timeout: "TimeoutError",
};

/** The rows whose column is one of these. */
function rowsOf(...columns: string[]): Row[] {
  const found = rows.filter(({ sandboxed }) => columns.includes(sandboxed));
  assert(found.length > 0, `No row is ${columns.join(" or ")}`);
  return found;
}

Deno.test("every row of the socket module has a value that is known in its sandboxed column", () => {
  const known = ["yes", "some", "linux", "resource", "error"];
  const strange = rows.filter(({ sandboxed }) => !known.includes(sandboxed));
  expectNone(strange.map(keyOf), `Make these one of ${known.join(", ")}:`);
});

Deno.test("every call stands for a row", () => {
  const known = rows.map(keyOf);
  const strange = Object.keys(calls).filter((name) => !known.includes(name));
  expectNone(strange, "Remove these from `calls`:");
});

Deno.test("every row of the socket module is documented", async () => {
  const symbols = await documentation("socket/mod.ts");
  const members = symbols.filter(({ name }) => name === "Socket")
    .flatMap(({ declarations: [{ def }] }) =>
      [
        ...def.properties ?? [],
        ...def.methods ?? [],
      ] as readonly { name: string; jsDoc?: { doc?: string } }[]
    );
  const documented = new Set([
    ...members.filter(({ jsDoc }) => jsDoc?.doc)
      .map(({ name }) => `Socket.${name}`),
    ...symbols.filter(({ declarations }) =>
      declarations.some(({ jsDoc }) => jsDoc?.doc)
    ).map(({ name }) => name),
  ]);
  const missing = rows.map(keyOf).map((key) => aliases[key] ?? key)
    .filter((key) => !documented.has(key.replace(/\(\)$/, "")));
  expectNone(missing, "Write what these do, as in `Binds the socket to …`:");
});

Deno.test("what the sandboxed driver cannot do is EOPNOTSUPP and names what to use", async () => {
  for (const row of rowsOf("error")) {
    const error = await assertRejects(
      () => call(row),
      s.OSError,
      undefined,
      keyOf(row),
    );
    assertEquals(error.code, "EOPNOTSUPP", keyOf(row));
    assertMatch(error.message, /; .*\b(POSIX|@berkeley\/socket\/posix)\b/);
  }
});

Deno.test("what takes or gives a number in Python does so with Deno's own object", async () => {
  for (const row of rowsOf("resource")) {
    const resource = await call(row) as Deno.Conn | Deno.Listener;
    const prototype = Object.getPrototypeOf(resource);
    assert(
      /(Listener|Conn)$/.test(prototype.constructor.name),
      `${keyOf(row)} gives ${prototype.constructor.name}`,
    );
    resource.close();
  }
});

for (const column of ["yes", "some", "linux"]) {
  const ignore = column === "linux" && Deno.build.os !== "linux";
  Deno.test(`what is "${column}" is not EOPNOTSUPP`, { ignore }, async () => {
    const refused: string[] = [];
    for (const row of rowsOf(column)) {
      try {
        await call(row);
      } catch (error) {
        // Names may be unknown here, or not to be set: that is an answer.
        if (!(error instanceof s.OSError)) throw error;
        if (error.code === "EOPNOTSUPP") refused.push(error.message);
      }
    }
    expectNone(refused, 'Make these work, or their column "error":');
  });
}
