import type { Bar, Metric, Report, Verdict } from "./match.ts";

/** Writes a report as a table. */
export function table(report: Report): string {
  const { name, title, rounds, metrics, rows, verdicts } = report;
  const [{ name: yardstick }] = rows;
  const [first, ...rest] = metrics;
  const hasBars = verdicts.length > 0;
  const head = [
    "",
    first.name,
    columnOf(first),
    "",
    ...(hasBars ? ["bar"] : []),
    ...rest.flatMap((metric) => [metric.name, columnOf(metric)]),
  ];
  const lines = rows.flatMap((row) => {
    const isYardstick = row.name === yardstick;
    const mine = verdicts.filter(({ of }) => of === row.name);
    const own = mine.find(({ over }) => over === yardstick);
    const [{ median, against, uncertainty }, ...others] = row.figures;
    return [
      [
        row.name,
        number(median, first.digits),
        isYardstick ? "" : comparison(against, first),
        isYardstick ? "" : plusMinus(uncertainty, first),
        ...(hasBars ? [own === undefined ? "" : mark(own)] : []),
        ...others.flatMap(({ median, against }, index) => [
          number(median, rest[index].digits),
          isYardstick ? "" : comparison(against, rest[index]),
        ]),
      ],
      // A bar over another than the yardstick has a line of its own.
      ...mine.filter((verdict) => verdict !== own).map((verdict) => [
        `  over ${verdict.over}`,
        "",
        comparison(verdict.against, first),
        plusMinus(verdict.uncertainty, first),
        mark(verdict),
      ]),
    ];
  });
  const unit = `${rounds} ${rounds === 1 ? "round" : "rounds"}`;
  return [
    `${title} [${name}]`,
    `medians of ${unit}, compared with ${yardstick} round by round`,
    ...aligned([head, ...lines]),
    "",
  ].join("\n");
}

/** Writes the verdicts of all reports as one table. */
export function summary(reports: readonly Report[]): string {
  const lines = reports.flatMap(({ name, metrics, verdicts, unmeasured }) => [
    ...verdicts.map((verdict) => [
      `${name}: ${verdict.of}`,
      `over ${verdict.over}`,
      comparison(verdict.against, metrics[0]),
      plusMinus(verdict.uncertainty, metrics[0]),
      mark(verdict),
    ]),
    ...unmeasured.map((bar) => [
      `${name}: ${bar.of}`,
      `over ${bar.over}`,
      "",
      "",
      `${limit(bar)} unmeasured`,
    ]),
  ]);
  const all = reports.flatMap(({ verdicts }) => verdicts);
  if (lines.length === 0) return "";
  const met = all.filter(({ met }) => met).length;
  return [
    `Bars, ${met} of ${all.length} met`,
    ...aligned(lines, 2),
    "",
    "",
  ].join("\n");
}

/** Aligns the first columns at their left, the others at their right. */
function aligned(lines: readonly string[][], left = 1): string[] {
  const columns = Math.max(...lines.map((cells) => cells.length), 0);
  const widths = Array.from(
    { length: columns },
    (_, column) =>
      Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  return lines.map((cells) =>
    "  " +
    cells.map((cell, column) =>
      column < left
        ? cell.padEnd(widths[column])
        : cell.padStart(widths[column])
    ).join("  ").trimEnd()
  );
}

function columnOf({ compare }: Metric): string {
  return compare === "ratio" ? "ratio" : "more";
}

function mark(verdict: Verdict): string {
  return `${limit(verdict)} ${verdict.met ? "met   " : "missed"}`;
}

function limit({ atLeast, atMost }: Bar): string {
  return atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
}

function comparison(against: number, { compare, digits }: Metric): string {
  if (Number.isNaN(against)) return "";
  if (compare === "ratio") return against.toFixed(3);
  return `${against < 0 ? "" : "+"}${number(against, digits)}`;
}

function plusMinus(uncertainty: number, { compare, digits }: Metric): string {
  return `±${
    compare === "ratio" ? uncertainty.toFixed(3) : number(uncertainty, digits)
  }`;
}

function number(value: number, digits: number): string {
  if (Number.isNaN(value)) return "";
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
