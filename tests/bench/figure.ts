import type { Report } from "./match.ts";
import type { Options } from "./options.ts";

/** Something that is measured, in one table or several. */
export interface Figure {
  /** How it is called on the command line. */
  readonly name: string;
  /** Its tables: how they are called after its name and a point, and what they are about. */
  readonly tables: Readonly<Record<string, string>>;
  /** Measures those of the tables that are wanted, one after another. */
  run(
    options: Options,
    isWanted: (table: string) => boolean,
  ): AsyncIterable<Report>;
}
