import type { Figure } from "./figure.ts";
import { bulk } from "./figures/bulk.ts";
import { echo } from "./figures/echo.ts";
import { idle } from "./figures/idle.ts";
import { lines } from "./figures/lines.ts";
import { scale } from "./figures/scale.ts";
import { server } from "./figures/server.ts";
import { startup } from "./figures/startup.ts";
import { tls } from "./figures/tls.ts";
import { udp } from "./figures/udp.ts";

/** What runs if no name is given: the figures that have bars. */
export const figures: readonly Figure[] = [
  echo,
  server,
  lines,
  udp,
  tls,
  bulk,
  idle,
  startup,
];

/** What runs if it is named only. */
export const others: readonly Figure[] = [scale];

const all = [...figures, ...others];

/** Tells whether a name is of a figure, or of one of its tables. */
export function isName(name: string): boolean {
  return all.some((figure) =>
    name === figure.name || Object.hasOwn(figure.tables, tableOf(figure, name))
  );
}

/** The figures of names, each with what tells which of its tables are wanted. */
export function chosen(
  names: readonly string[],
): { figure: Figure; isWanted: (table: string) => boolean }[] {
  if (names.length === 0) {
    return figures.map((figure) => ({ figure, isWanted: () => true }));
  }
  return all.map((figure) => ({
    figure,
    isWanted: (table: string) =>
      names.includes(figure.name) || names.includes(`${figure.name}.${table}`),
  })).filter(({ figure, isWanted }) =>
    Object.keys(figure.tables).some(isWanted)
  );
}

/** Lists the names. */
export function listing(): string {
  const list = (figures: readonly Figure[]) =>
    figures.flatMap(({ name, tables }) =>
      Object.entries(tables).map(([table, about]) =>
        `  ${`${name}.${table}`.padEnd(19)}${about}\n`
      )
    ).join("");
  return `The tables, which a name chooses, or the part before the point all of a figure:
${list(figures)}
Curves, which run if they are named only:
${list(others)}`;
}

function tableOf(figure: Figure, name: string): string {
  const start = `${figure.name}.`;
  return name.startsWith(start) ? name.slice(start.length) : "";
}
