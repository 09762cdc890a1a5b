// The library's own sources, as the house tests read them: which files there
// are, what in them is code, comment or text, and what they import.
import { assert } from "@std/assert";

/** The top folder of the repository. */
export const root: URL = new URL("../../", import.meta.url);

/** A stretch of a TypeScript file. */
export interface Piece {
  readonly kind: "code" | "comment" | "text";
  readonly start: number;
  readonly end: number;
  /** How many `${}` it stands within. */
  readonly depth: number;
}

/** One `import` or `export … from`. */
export interface Import {
  readonly specifier: string;
  /** Whether it is `import type` or `export type`, which vanishes at run time. */
  readonly typeOnly: boolean;
  /** Whether it is `import()`, which happens when it is called. */
  readonly dynamic: boolean;
  readonly line: number;
}

/** Lists a folder's files with an ending, as paths from the top folder. */
export function filesIn(folder: string, ending = ".ts"): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    if (entry.isDirectory) {
      found.push(...filesIn(`${folder}${entry.name}/`, ending));
    } else if (entry.name.endsWith(ending)) {
      found.push(`${folder}${entry.name}`);
    }
  }
  return found.sort();
}

/** The files of the library: all that a user can load. */
export function libraryFiles(): string[] {
  return ["mod.ts", ...filesIn("socket/"), ...filesIn("server/")];
}

/** Reads a file by its path from the top folder. */
export function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

/** Tells in which line of a text a position is, for messages. */
export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

// What can stand before a regular expression and not before a division.
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of))\s*$/;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const STRING = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y;

/** Takes TypeScript apart; regular expressions count as text. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const braces: number[] = []; // for each open ${, how many { are open in it
  let start = 0;
  let position = 0;

  function add(kind: Piece["kind"], end: number): void {
    if (end > start) pieces.push({ kind, start, end, depth: braces.length });
    start = position = end;
  }
  function matchEnd(pattern: RegExp): number {
    pattern.lastIndex = position;
    return pattern.test(text) ? pattern.lastIndex : -1;
  }
  /** Takes a template's text, from ` or } to ${ or `. */
  function takeTemplate(): void {
    add("code", position);
    position++;
    while (position < text.length) {
      if (text.startsWith("${", position)) {
        add("text", position + 2);
        braces.push(0);
        return;
      }
      if (text[position] === "`") return add("text", position + 1);
      position += text[position] === "\\" ? 2 : 1;
    }
  }

  while (position < text.length) {
    const character = text[position];
    if (character === "`") takeTemplate();
    else if (character === "}" && braces.at(-1) === 0) {
      add("code", position);
      braces.pop();
      takeTemplate();
    } else {
      const comment = character === "/" ? matchEnd(COMMENT) : -1;
      const isRegExp = character === "/" && comment < 0 &&
        BEFORE_REGEXP.test(text.slice(Math.max(0, position - 80), position));
      const literal = character === '"' || character === "'"
        ? matchEnd(STRING)
        : isRegExp
        ? matchEnd(REGEXP)
        : -1;
      const end = Math.max(comment, literal);
      if (end > 0) {
        add("code", position);
        add(comment > 0 ? "comment" : "text", end);
      } else {
        if (character === "{" && braces.length > 0) {
          braces.push(braces.pop()! + 1);
        }
        if (character === "}" && braces.length > 0) {
          braces.push(braces.pop()! - 1);
        }
        position++;
      }
    }
  }
  add("code", text.length);
  return pieces;
}

/** Blanks pieces out; every position and line stays where it was. */
export function without(text: string, ...kinds: Piece["kind"][]): string {
  return piecesOf(text).map(({ kind, start, end }) => {
    const part = text.slice(start, end);
    return kinds.includes(kind) ? part.replace(/[^\n]/g, " ") : part;
  }).join("");
}

const STATIC_IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]+?\sfrom\s+)?"([^"\n]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*"([^"\n]+)"/g;

/** Lists what a file imports and re-exports. */
export function importsOf(text: string): Import[] {
  const code = without(text, "comment");
  const found: Import[] = [];
  for (const match of code.matchAll(STATIC_IMPORT)) {
    found.push({
      specifier: match[2],
      typeOnly: match[1] !== undefined,
      dynamic: false,
      line: lineOf(text, match.index),
    });
  }
  for (const match of code.matchAll(DYNAMIC_IMPORT)) {
    found.push({
      specifier: match[1],
      typeOnly: false,
      dynamic: true,
      line: lineOf(text, match.index),
    });
  }
  return found;
}

/** Gives the path, from the top folder, that a relative import of a file means. */
export function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** Runs `deno doc --json` on modules and gives what they export. */
export async function documentation(
  ...modules: string[]
): Promise<DocumentedSymbol[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...modules],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: DocumentedSymbol[] }>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}

/** Whether a member of a class is for its users, not for its subclasses. */
export function isPublic({ accessibility }: Property): boolean {
  return accessibility === undefined || accessibility === "public";
}

/** What `deno doc --json` tells of one exported name. */
export interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** One declaration of a name; an overloaded function has several. */
export interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: JsDoc;
  readonly def: Definition & {
    /** The name of a class's base. */
    readonly extends?: string;
    readonly constructors?: readonly unknown[];
    readonly methods?: readonly Method[];
    readonly properties?: readonly Property[];
  };
}

/** A method, a getter or a setter of a class. */
export interface Method {
  readonly name: string;
  readonly kind: string;
  readonly accessibility?: string;
  readonly isOverride?: boolean;
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: JsDoc;
  readonly functionDef: Definition;
}

/** A field of a class. */
export interface Property {
  readonly name: string;
  readonly accessibility?: string;
}

/** A documentation comment. */
export interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { kind: string; name?: string; doc?: string }[];
}

/** The signature of a function or a method. */
export interface Definition {
  readonly params?: readonly Parameter[];
  readonly returnType?: TypeDefinition;
  readonly hasBody?: boolean;
}

interface Parameter {
  readonly name?: string;
  readonly left?: { readonly name?: string };
  /** What a rest parameter gathers. */
  readonly arg?: { readonly name?: string };
}

interface TypeDefinition {
  readonly repr: string;
  readonly value?: { readonly typeParams?: readonly TypeDefinition[] };
}

/** Fails if there are problems; the advice says what to do about them. */
export function expectNone(problems: readonly string[], advice: string): void {
  assert(
    problems.length === 0,
    `${advice}\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  );
}
