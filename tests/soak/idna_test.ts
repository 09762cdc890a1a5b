import { assertEquals } from "@std/assert";
import { encodeHost } from "../../socket/text/idna.ts";
import { UnicodeEncodeError } from "../../socket/mod.ts";
import { needsPython, runPython } from "../support/python.ts";
import { sized } from "../support/soak.ts";

// Every character of Unicode 3.2, or about one in ten: an odd step, because in many
// alphabets capital and small letters take turns.
const STEP = sized(10) === 10 ? 1 : 11;

Deno.test({
  ...needsPython,
  name:
    "encodeHost() agrees with Python's codec idna on the characters of Unicode 3.2",
  fn: async () => {
    const expected = JSON.parse(
      await runPython(`
import json, unicodedata
found = {}
for code in range(0x80, 0x20000, ${STEP}):
    char = chr(code)
    # Newer characters are unassigned there.
    if unicodedata.ucd_3_2_0.category(char) == "Cn" or 0xd800 <= code < 0xe000:
        continue
    for host in ["a" + char + "b", char]:
        try:
            found[host] = host.encode("idna").decode()
        except UnicodeError:
            found[host] = None
for host in ["bücher.de", "faß.de", "ΒΌΛΟΣ.gr", "例え。テスト", "a\\u200db", "ab\\u05d0",
             "\\u05d0b\\u05d0", "\\u05d01\\u05d0", "\\u05d01", "ü.", "ü..a", "xn--ü",
             "a.b.ü", "ü" * 30, "ü" * 70, "A.Ü", "\\u00ad.de"]:
    try:
        found[host] = host.encode("idna").decode()
    except UnicodeError:
        found[host] = None
print(json.dumps(found))
`),
    );
    const wrong: unknown[] = [];
    for (const [host, value] of Object.entries(expected)) {
      let found: string | null = null;
      try {
        found = encodeHost(host);
      } catch (error) {
        if (!(error instanceof UnicodeEncodeError)) throw error;
      }
      if (found !== value) {
        wrong.push([host, host.codePointAt(1), found, value]);
      }
    }
    assertEquals(wrong.slice(0, 20), []);
  },
});
