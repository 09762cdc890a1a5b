import type { Metric, Report } from "./turns.ts";

/** Writes a report as a table. */
export function table({ title, rounds, metrics, rows }: Report): string {
  const [{ name: yardstick }] = rows;
  const head = [
    "",
    ...metrics.flatMap(({ name, compare }) => [
      name,
      compare === "ratio" ? "ratio" : "more",
    ]),
  ];
  head.splice(3, 0, "bar");
  const lines = rows.map(({ name, bar, figures }) => {
    const cells = [name];
    figures.forEach(({ median, against }, index) => {
      cells.push(
        number(median, metrics[index].digits),
        name === yardstick ? "" : comparison(against, metrics[index]),
      );
    });
    cells.splice(3, 0, bar === undefined ? "" : String(bar));
    return cells;
  });
  const grid = [head, ...lines];
  const widths = head.map((_, column) =>
    Math.max(...grid.map((cells) => cells[column].length))
  );
  const text = grid.map((cells) =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    ).join("  ").trimEnd()
  );
  return `${title}, medians of ${rounds} rounds, compared with ${yardstick}\n${
    text.map((line) => `  ${line}\n`).join("")
  }`;
}

function comparison(against: number, { compare, digits }: Metric): string {
  if (compare === "ratio") return against.toFixed(3);
  return `${against < 0 ? "" : "+"}${number(against, digits)}`;
}

function number(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
